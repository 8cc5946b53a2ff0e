"""The routes that clients of other products call."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request

from platelens.errors import ImageError, RequestError
from platelens.pipeline import ReadResult
from platelens.serving.access import Principal
from platelens.serving.dropin import codeproject, platerecognizer
from platelens.serving.engine import ANYWHERE, Expectation, Upload
from platelens.serving.guard import require
from platelens.serving.keeping import Origin
from platelens.serving.routes.read import keep_results, read_uploads
from platelens.serving.schemas.dropin import (
    ALPR_BODY,
    PLATE_READER_BODY,
    AlprAnswer,
    Ping,
    PlateReaderAnswer,
    UsageAnswer,
)
from platelens.serving.schemas.problem import problems
from platelens.serving.service import Service, service_of
from platelens.serving.uploads import Intake, take_in
from platelens.serving.values import parse_flag, parse_time

router = APIRouter(tags=["drop-in"])

_MOST_REGIONS = 20

Reader = Annotated[Principal, Depends(require("read"))]


@router.post(
    "/v1/plate-reader/",
    summary="Plate Recognizer: read a picture",
    status_code=201,
    response_model=PlateReaderAnswer,
    response_model_exclude_unset=True,
    openapi_extra={"requestBody": PLATE_READER_BODY},
    responses=problems(408, 413),
)
@router.post("/v1/plate-reader", include_in_schema=False, status_code=201)
async def plate_reader(request: Request, who: Reader) -> Any:
    """Read and store a picture as Plate Recognizer's Snapshot API does.

    `regions` is a guide, and the only choice with `{"region": "strict"}` in `config`. Vehicles,
    makes, colours and orientations are not recognised: these fields are there, and empty.
    """
    began = time.perf_counter()
    service = service_of(request)
    intake = await take_in(request, service.settings.limits)
    config = platerecognizer.parse_config(intake.one("config"))
    mmc = parse_flag(intake.one("mmc"), "mmc", default=False)
    given = intake.one("timestamp")
    when = parse_time(given, "timestamp") or datetime.now(UTC)
    upload = await _picture(service, intake)
    codes = ",".join(intake.fields.get("regions", ())).lower().split(",")
    regions = tuple(code.strip() for code in codes if code.strip())[:_MOST_REGIONS]
    expected = Expectation(regions, config.strict)
    origin = Origin(intake.one("camera_id"), when)
    result = await _read(service, upload, origin, expected)
    return {
        "processing_time": round((time.perf_counter() - began) * 1e3, 3),
        "results": platerecognizer.results_form(result, config, mmc=mmc),
        "filename": upload.name,
        "version": 1,
        "camera_id": origin.camera or None,
        "timestamp": given or when.isoformat().replace("+00:00", "Z"),
        "usage": {"calls": service.usage.count(who.name), "max_calls": platerecognizer.MAX_CALLS},
    }


@router.get(
    "/v1/statistics/",
    summary="Plate Recognizer: calls of this month",
    response_model=UsageAnswer,
    responses=problems(),
)
@router.get("/v1/statistics", include_in_schema=False)
async def statistics(request: Request, who: Reader) -> Any:
    """Count the calls of this month, since the service was started; there is no limit."""
    now = datetime.now(UTC)
    after = datetime(now.year + now.month // 12, now.month % 12 + 1, 1, tzinfo=UTC)
    return {
        "usage": {
            "year": now.year,
            "month": now.month,
            "calls": service_of(request).usage.calls(who.name),
            "resets_on": after.isoformat().replace("+00:00", "Z"),
        },
        "total_calls": platerecognizer.MAX_CALLS,
    }


@router.post(
    "/v1/vision/alpr",
    summary="CodeProject.AI and Blue Iris: read a picture",
    response_model=AlprAnswer,
    response_model_exclude_unset=True,
    openapi_extra={"requestBody": ALPR_BODY},
    responses=problems(408, 413),
)
@router.post(
    "/v1/image/alpr",
    summary="The same, under its older address",
    response_model=AlprAnswer,
    response_model_exclude_unset=True,
    openapi_extra={"requestBody": ALPR_BODY},
    responses=problems(408, 413),
)
async def alpr(request: Request, _who: Reader) -> Any:
    """Read and store a picture; of several files the first one counts, whatever its field.

    A picture that cannot be read is answered with `"success": false`, as these clients expect.
    """
    began = time.perf_counter()
    service = service_of(request)
    intake = await take_in(request, service.settings.limits)
    least = _share(intake.one("min_confidence"))
    origin = Origin(intake.one("camera"), datetime.now(UTC))
    try:
        result = await _read(service, await _picture(service, intake), origin, ANYWHERE)
    except ImageError as error:
        return codeproject.failure_form(str(error), (time.perf_counter() - began) * 1e3)
    device = "GPU" if service.settings.reader.device != "cpu" else "CPU"
    passed_ms = (time.perf_counter() - began) * 1e3
    return codeproject.answer_form(result, passed_ms, least, device)


@router.get("/v1/server/status/ping", summary="CodeProject.AI: is it there?", response_model=Ping)
@router.get("/v1/status/ping", include_in_schema=False)
async def ping() -> Any:
    """Say that the service is there."""
    return {"success": True, "message": "platelens"}


async def _picture(service: Service, intake: Intake) -> Upload:
    if intake.uploads:
        return intake.uploads[0]
    url = intake.one("upload_url")
    if not url:
        raise RequestError("upload: the request has no picture")
    if not service.settings.limits.fetch:
        raise RequestError("upload_url: pictures are not fetched; see limits.fetch")
    from platelens.serving.fetching import fetch_picture  # noqa: PLC0415  # httpx: hardly ever used

    return await fetch_picture(url, service.settings.limits.body_bytes)


async def _read(
    service: Service, upload: Upload, origin: Origin, expected: Expectation
) -> ReadResult:
    (result,) = await read_uploads(service, [upload], expected)
    if isinstance(result, ImageError):
        raise result
    await keep_results(service, [upload], [result], origin)
    return result


def _share(text: str) -> float:
    try:
        value = float(text or 0)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise RequestError("min_confidence: expected a number from 0 to 1")
    return value
