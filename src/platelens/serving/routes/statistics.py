"""Counts, and who did what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query

from platelens.serving.access import Principal
from platelens.serving.guard import require
from platelens.serving.routes.reads import Searcher, Services
from platelens.serving.schemas.operation import (
    AuditLines,
    DeletionLines,
    StatisticsAnswer,
    audit_form,
    counts_form,
    logged_deletion_form,
)
from platelens.serving.schemas.problem import problems
from platelens.serving.schemas.reads import time_form
from platelens.serving.values import parse_time
from platelens.store import CountQuery

router = APIRouter(prefix="/api/v1", tags=["operation"])

Admin = Annotated[Principal, Depends(require("admin"))]
Limit = Annotated[int, Query(ge=1, le=1000)]

_SPANS: Final = {"hour": timedelta(hours=1), "day": timedelta(days=1)}
_USUAL: Final = {"hour": timedelta(days=2), "day": timedelta(days=30)}


@router.get(
    "/statistics", summary="Count reads", response_model=StatisticsAnswer, responses=problems()
)
def statistics(  # one for each part of the question
    *,
    service: Services,
    _who: Searcher,
    since: Annotated[str, Query(description="ISO 8601; 2 or 30 days before `until`.")] = "",
    until: Annotated[str, Query(description="ISO 8601; now if not given.")] = "",
    by: Annotated[Literal["hour", "day"], Query(description="Spans of time.")] = "day",
    offset_minutes: Annotated[
        int, Query(ge=-1440, le=1440, description="Of the clock whose days count, as of UTC.")
    ] = 0,
    camera: Annotated[str, Query(max_length=200)] = "",
) -> Any:
    """Count the reads of a time: by hour or day, camera, country, plate and confidence."""
    end = parse_time(until, "until") or datetime.now(UTC)
    begin = parse_time(since, "since") or _earlier(end, _USUAL[by])
    offset = timedelta(minutes=offset_minutes)
    counts = service.store.statistics.count(CountQuery(begin, end, _SPANS[by], offset, camera))
    return {"since": time_form(begin), "until": time_form(end), **counts_form(counts)}


@router.get("/audit", summary="Who did what", response_model=AuditLines, responses=problems())
def audit(
    service: Services,
    _who: Admin,
    limit: Limit = 100,
    before_id: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
) -> Any:
    """Give searches, exports and changes, the latest first."""
    entries = service.store.journal.audit(limit, before_id)
    return {"entries": [audit_form(entry) for entry in entries]}


@router.get(
    "/deletions", summary="What was deleted", response_model=DeletionLines, responses=problems()
)
def deletions(service: Services, _who: Admin, limit: Limit = 100) -> Any:
    """Give when, by whom, why and how many reads were deleted, the latest first."""
    found = service.store.journal.deletions(limit)
    return {"deletions": [logged_deletion_form(entry) for entry in found]}


def _earlier(time: datetime, by: timedelta) -> datetime:
    first = datetime.min.replace(tzinfo=UTC)
    return time - by if time - first > by else first
