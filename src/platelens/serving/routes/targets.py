"""Targets of events."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path

from platelens.errors import MissingRecordError
from platelens.serving.routes.reads import Services
from platelens.serving.routes.review import Manager
from platelens.serving.schemas.problem import problems
from platelens.serving.schemas.targets import (
    DeadEvents,
    Revival,
    Revived,
    TargetBody,
    TargetEntry,
    TargetList,
    dead_form,
    target_form,
)
from platelens.serving.service import Service
from platelens.store import Delivery, Target

router = APIRouter(prefix="/api/v1/targets", tags=["events"])

Number = Annotated[int, Path(ge=1, le=2**63 - 1, description="Id of a target.")]


@router.get("", summary="List the targets", response_model=TargetList, responses=problems())
def targets(service: Services, _who: Manager) -> Any:
    """Give all targets, without their secrets."""
    outbox = service.store.outbox
    return {
        "targets": [target_form(target) for target in outbox.targets()],
        "waiting": outbox.waiting(),
    }


@router.post(
    "",
    summary="Add a target",
    status_code=201,
    response_model=TargetEntry,
    responses=problems(409),
)
def add(service: Services, who: Manager, body: TargetBody) -> Any:
    """Add a target: events of reads from now on are sent there."""
    number = service.store.outbox.add_target(body.to_store())
    service.store.journal.note(who.name, "add target", {"target": number, "name": body.name})
    return target_form(_find(service, number))


@router.put(
    "/{number}",
    summary="Change a target",
    response_model=TargetEntry,
    responses=problems(404, 409),
)
def replace(service: Services, who: Manager, number: Number, body: TargetBody) -> Any:
    """Change a target; secrets that are hidden (`***`) stay as they are."""
    known = _find(service, number)
    service.store.outbox.replace_target(number, body.to_store(known.target))
    service.store.journal.note(who.name, "change target", {"target": number})
    return target_form(_find(service, number))


@router.delete("/{number}", summary="Remove a target", status_code=204, responses=problems(404))
def remove(service: Services, who: Manager, number: Number) -> None:
    """Remove a target and what waits for it."""
    service.store.outbox.remove_target(number)
    service.store.journal.note(who.name, "remove target", {"target": number})


@router.post(
    "/{number}/test", summary="Send a test event", status_code=202, responses=problems(404)
)
def test(service: Services, _who: Manager, number: Number) -> None:
    """Send an event without a read, so that one sees whether it arrives."""
    service.store.outbox.add([Delivery(_find(service, number).id, "test", {})])
    service.sender.wake()


@router.get(
    "/dead", summary="List events that failed", response_model=DeadEvents, responses=problems()
)
def dead(service: Services, _who: Manager) -> Any:
    """Give events that failed too often and are not tried any more."""
    return {"events": [dead_form(message) for message in service.store.outbox.dead()]}


@router.post(
    "/dead/revive", summary="Try events again", response_model=Revived, responses=problems()
)
def revive(service: Services, who: Manager, wish: Revival) -> Any:
    """Let events that failed too often be tried again."""
    known = [number for number in wish.ids if 0 < number < 2**63]
    count = service.store.outbox.revive(known)
    service.store.journal.note(who.name, "revive events", {"events": count})
    service.sender.wake()
    return {"events": count}


def _find(service: Service, number: int) -> Target:
    for target in service.store.outbox.targets():
        if target.id == number:
            return target
    raise MissingRecordError(f"there is no target {number}")
