"""Pictures in, plates out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from starlette.concurrency import run_in_threadpool

from platelens.errors import ImageError, RequestError
from platelens.pipeline import ReadResult
from platelens.pipeline.records import Record, read_record
from platelens.region import shipped_serials
from platelens.region.formats import match_codes
from platelens.serving.dropin import openalpr
from platelens.serving.engine import ANYWHERE, Expectation, Upload
from platelens.serving.guard import require
from platelens.serving.keeping import KeptPlate, Origin, match_record
from platelens.serving.problems import problem_of
from platelens.serving.schemas.dropin import OpenAlprAnswer
from platelens.serving.schemas.problem import problems
from platelens.serving.schemas.reading import READ_BODY, READ_EXAMPLE, ReadAnswer
from platelens.serving.service import Service, service_of
from platelens.serving.uploads import take_in
from platelens.serving.values import parse_count, parse_flag, parse_time

router = APIRouter(prefix="/api/v1", tags=["reading"])

_MOST_CANDIDATES = 20
_ANSWER: dict[str, Any] = {
    "model": ReadAnswer,
    "content": {"application/json": {"example": READ_EXAMPLE}},
}


@router.post(
    "/read",
    summary="Read the plates of pictures",
    dependencies=[Depends(require("read"))],
    openapi_extra={"requestBody": READ_BODY},
    responses={200: _ANSWER, **problems(408, 413)},
    response_model=ReadAnswer,
    response_model_exclude_unset=True,
)
async def read(  # a request has one for each of its options
    *,
    request: Request,
    camera: Annotated[str, Query(max_length=200, description="Who took them.")] = "",
    time: Annotated[str, Query(description="When, ISO 8601; now if not given.")] = "",
    top: Annotated[int, Query(ge=1, le=_MOST_CANDIDATES, description="Candidates a plate.")] = 5,
    keep: Annotated[bool, Query(description="Whether to store what is read.")] = True,
    regions: Annotated[
        str, Query(max_length=200, description="The only ones that count: us-ca,ie; us = all.")
    ] = "",
) -> Any:
    """Find and read every plate, store the reads, and say what watch-lists they are on.

    What the answer says was stored is on disk. In a form or in JSON, `camera`, `time`, `top`,
    `keep` and `regions` may stand beside the pictures. Where one of several pictures cannot be
    read, its entry has an `error`; where none can, the request fails with the first one's.
    """
    service = service_of(request)
    intake = await take_in(request, service.settings.limits)
    if not intake.uploads:
        raise RequestError("the request has no picture")
    top = parse_count(intake.one("top"), "top", 1, _MOST_CANDIDATES) or top
    keep = parse_flag(intake.one("keep"), "keep", default=keep)
    when = parse_time(intake.one("time") or time, "time") or datetime.now(UTC)
    origin = Origin(intake.one("camera") or camera, when)
    expected = expect_only(intake.one("regions") or regions)
    results = await read_uploads(service, intake.uploads, expected)
    kept = await keep_results(service, intake.uploads, results, origin) if keep else {}
    return {
        "images": [
            _record(upload.name, result, kept.get(place), top)
            for place, (upload, result) in enumerate(zip(intake.uploads, results, strict=True))
        ]
    }


@router.post(
    "/read/openalpr",
    summary="Read one picture, answer as OpenALPR does",
    dependencies=[Depends(require("read"))],
    openapi_extra={"requestBody": READ_BODY},
    responses=problems(408, 413),
    response_model=OpenAlprAnswer,
)
async def read_as_openalpr(
    request: Request,
    camera: Annotated[str, Query(max_length=200)] = "",
    time: Annotated[str, Query()] = "",
    topn: Annotated[int, Query(ge=1, le=_MOST_CANDIDATES)] = 10,
    keep: Annotated[bool, Query()] = True,
    country: Annotated[str, Query(max_length=200, description="As regions.")] = "",
) -> Any:
    """Read and store one picture; the answer is the JSON, version 2, of `alpr -j`."""
    service = service_of(request)
    intake = await take_in(request, service.settings.limits)
    if len(intake.uploads) != 1:
        raise RequestError("expected one picture")
    when = parse_time(intake.one("time") or time, "time") or datetime.now(UTC)
    results = await read_uploads(service, intake.uploads, expect_only(country))
    if keep:
        await keep_results(service, intake.uploads, results, Origin(camera, when))
    (result,) = results
    if isinstance(result, ImageError):
        raise result
    return openalpr.answer_form(result, when, topn)


def expect_only(codes: str) -> Expectation:
    """Read codes as "us-ca,ie" as the only regions that count.

    Raises:
        FormatError: one is unknown; the message names those that come near.
    """
    wanted = [code for part in codes.split(",") if (code := part.strip().lower())]
    if wanted:
        match_codes(wanted, shipped_serials().shares)
    return Expectation(tuple(wanted), strict=True) if wanted else ANYWHERE


async def read_uploads(
    service: Service, uploads: Sequence[Upload], expected: Expectation = ANYWHERE
) -> list[ReadResult | ImageError]:
    """Read pictures, an ImageError in the place of those that are none.

    Raises:
        ImageError: of the first picture, when all are none.
        BusyError: too much waits already, or they were not read in time.
    """
    limit_s = service.settings.limits.answer_s
    results = await service.engine.read(uploads, limit_s, expected)
    errors = [result for result in results if isinstance(result, ImageError)]
    if len(errors) == len(results):
        raise errors[0]
    return results


async def keep_results(
    service: Service,
    uploads: Sequence[Upload],
    results: Sequence[ReadResult | ImageError],
    origin: Origin,
) -> dict[int, list[KeptPlate]]:
    """Store the plates of pictures; gives by a picture's place what became of them."""
    good = {
        place: (upload, result)
        for place, (upload, result) in enumerate(zip(uploads, results, strict=True))
        if not isinstance(result, ImageError)
    }
    kept = await run_in_threadpool(service.keeper.keep, list(good.values()), origin)
    return dict(zip(good, kept, strict=True))


def _record(
    name: str, result: ReadResult | ImageError, kept: Sequence[KeptPlate] | None, top: int
) -> Record:
    if isinstance(result, ImageError):
        return {"image": name, "error": problem_of(result)}
    record = read_record(name, result, top)
    places: Sequence[KeptPlate | None] = kept or [None] * len(result.plates)
    for plate, place in zip(record["plates"], places, strict=True):
        plate["id"] = place.id if place else None
        plate["watch"] = [match_record(match) for match in place.matches] if place else []
    return record
