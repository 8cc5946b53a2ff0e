"""Reads as files."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from platelens.serving.exporting import FORMS, export
from platelens.serving.routes.reads import Searcher, SearchQuery, Services, query_record
from platelens.serving.schemas.problem import problems

router = APIRouter(prefix="/api/v1/reads", tags=["reads"])

_FILE: Final[dict[str, Any]] = {
    "description": "All reads of the search",
    "content": {form.media_type: {} for form in FORMS.values()},
}


@router.get(
    "/export",
    summary="Export reads",
    response_class=StreamingResponse,
    responses={200: _FILE, **problems()},
)
def export_reads(
    service: Services,
    who: Searcher,
    query: SearchQuery,
    form: Annotated[
        Literal["csv", "jsonl", "parquet"], Query(alias="format", description="Of the file.")
    ] = "csv",
) -> StreamingResponse:
    """Give all reads of a search as a file, in the order of the search."""
    service.store.reads.search(query, limit=1)  # a malformed one fails before the answer begins
    service.store.journal.note(who.name, "export", {"format": form, **query_record(query)})
    name = f"reads-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.{form}"
    return StreamingResponse(
        export(form, service.store.reads.export(query)),
        media_type=FORMS[form].media_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
