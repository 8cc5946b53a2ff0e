"""Cameras."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path

from platelens.errors import RequestError
from platelens.serving.routes.reads import Searcher, Services
from platelens.serving.routes.review import Manager
from platelens.serving.schemas.operation import (
    CameraBody,
    CameraList,
    CameraState,
    camera_settings,
    hide_password,
    restore_password,
)
from platelens.serving.schemas.problem import problems
from platelens.serving.service import Service
from platelens.store import Camera

router = APIRouter(prefix="/api/v1/cameras", tags=["cameras"])

Name = Annotated[str, Path(min_length=1, max_length=200, description="Of a camera.")]

_STREAMS: Final = ("rtsp://", "rtsps://", "http://", "https://", "rtmp://", "rtmps://", "srt://")
_DEVICES: Final = "/dev/video"


@router.get("", summary="List the cameras", response_model=CameraList, responses=problems())
def cameras(service: Services, _who: Searcher) -> Any:
    """Give all cameras, those too that only reads have named; without their passwords."""
    return {"cameras": [_form(service, camera) for camera in service.store.cameras.all()]}


@router.get("/{name}", summary="Get a camera", response_model=CameraState, responses=problems(404))
def camera(service: Services, _who: Searcher, name: Name) -> Any:
    """Give one camera."""
    return _form(service, service.store.cameras.get(name))


@router.put(
    "/{name}", summary="Add or change a camera", response_model=CameraState, responses=problems()
)
def put(service: Services, who: Manager, name: Name, body: CameraBody) -> Any:
    """Store a camera in the place of the one with its name; it is watched from now on.

    An address whose password is hidden (`***`) keeps the one that is known. Files and folders can
    be sources only in the file of settings.
    """
    known = {camera.name: camera.source for camera in service.store.cameras.all()}
    source = restore_password(body.source, known.get(name, ""))
    if source and source != known.get(name):
        _check_source(source)
    settings = body.settings.model_dump(mode="json", exclude_defaults=True)
    service.store.cameras.put(Camera(name, source, settings, body.retention_days))
    service.store.journal.note(who.name, "change camera", {"camera": name})
    service.cameras.follow()
    return _form(service, service.store.cameras.get(name))


@router.delete("/{name}", summary="Remove a camera", status_code=204, responses=problems(404, 409))
def remove(service: Services, who: Manager, name: Name) -> None:
    """Remove a camera that has no reads (any more)."""
    service.store.cameras.remove(name)
    service.store.journal.note(who.name, "remove camera", {"camera": name})
    service.cameras.follow()


def _check_source(source: str) -> None:
    is_device = source.startswith(_DEVICES) and source.removeprefix(_DEVICES).isdecimal()
    if not is_device and not source.lower().startswith(_STREAMS):
        known = ", ".join(_STREAMS)
        raise RequestError(f"source: expected /dev/videoN or an address that starts with {known}")


def _form(service: Service, camera: Camera) -> dict[str, Any]:
    status = service.cameras.status(camera.name)
    return {
        "name": camera.name,
        "source": hide_password(camera.source),
        "settings": camera_settings(camera),
        "retention_days": camera.retention_days,
        "state": status.state,
        "detail": status.detail,
    }
