"""What people say of reads, and their deletion."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends

from platelens.errors import MissingRecordError
from platelens.serving.access import Principal
from platelens.serving.guard import require
from platelens.serving.routes.reads import Number, SearchQuery, Services, query_record
from platelens.serving.schemas.changes import (
    DeletionDone,
    DeletionWish,
    Opinion,
    check_wish,
    deletion_form,
)
from platelens.serving.schemas.problem import problems
from platelens.serving.schemas.reads import StoredRead, read_form

router = APIRouter(prefix="/api/v1/reads", tags=["reads"])

Reviewer = Annotated[Principal, Depends(require("review"))]
Manager = Annotated[Principal, Depends(require("manage"))]


@router.post(
    "/{number}/review",
    summary="Confirm or correct a read",
    response_model=StoredRead,
    responses=problems(404),
)
def review(service: Services, who: Reviewer, number: Number, opinion: Opinion) -> Any:
    """Note that a person finds the text right, or put another in its place.

    Searches find a correction; the reader's own text is kept as `text_as_read`.
    """
    if opinion.state == "corrected":
        read = service.store.reads.correct(number, opinion.text, who.name)
    else:
        read = service.store.reads.confirm(number, who.name)
    service.store.journal.note(who.name, opinion.state, {"read": number})
    return read_form(read)


@router.delete(
    "/{number}/review",
    summary="Take a review back",
    response_model=StoredRead,
    responses=problems(404),
)
def undo_review(service: Services, who: Reviewer, number: Number) -> Any:
    """Let the reader's own text count again."""
    read = service.store.reads.undo_review(number)
    service.store.journal.note(who.name, "undo review", {"read": number})
    return read_form(read)


@router.delete(
    "/{number}",
    summary="Delete a read",
    response_model=DeletionDone,
    responses=problems(404),
)
def delete_read(service: Services, who: Manager, number: Number) -> Any:
    """Delete a read with its pictures and what waits to be sent of it."""
    deletion = service.store.reads.delete([number], who.name, "one read")
    if not deletion.reads:
        raise MissingRecordError(f"there is no read {number}")
    return deletion_form(deletion)


@router.post("/delete", summary="Delete reads", response_model=DeletionDone, responses=problems())
def delete_reads(service: Services, who: Manager, query: SearchQuery, wish: DeletionWish) -> Any:
    """Delete the reads named by `ids`, or all that the search in the address finds."""
    check_wish(wish, is_search=bool(query_record(query)))
    reads = service.store.reads
    if wish.ids is not None:
        known = [number for number in wish.ids if 0 < number < 2**63]
        return deletion_form(reads.delete(known, who.name, wish.reason))
    return deletion_form(reads.delete_matching(query, who.name, wish.reason))
