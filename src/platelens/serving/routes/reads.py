"""Stored reads: search, one by one, their pictures."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Path, Query, Response

from platelens.errors import MissingRecordError
from platelens.serving.access import Principal
from platelens.serving.guard import require
from platelens.serving.schemas.problem import problems
from platelens.serving.schemas.reads import ReadPage, StoredRead, read_form
from platelens.serving.service import Service, service_of
from platelens.serving.values import parse_time
from platelens.store import Match, MediaFile, ReadQuery, ReviewState

router = APIRouter(prefix="/api/v1/reads", tags=["reads"])

MediaKind = Literal["image", "crop"]
Number = Annotated[int, Path(ge=1, le=2**63 - 1, description="Id of a read.")]
Searcher = Annotated[Principal, Depends(require("search"))]
Services = Annotated[Service, Depends(service_of)]

_MEDIA_TYPES: Final = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}


def query_of(  # noqa: PLR0913  # a search has one for each of its parts
    *,
    plate: Annotated[str, Query(max_length=64, description="`?` one character, `*` any.")] = "",
    match: Annotated[Match, Query(description="How `plate` is compared.")] = "pattern",
    max_distance: Annotated[int, Query(ge=1, le=2, description="Of match=fuzzy.")] = 1,
    since: Annotated[str, Query(description="ISO 8601; from here on.")] = "",
    until: Annotated[str, Query(description="ISO 8601; before this.")] = "",
    camera: Annotated[str, Query(max_length=200)] = "",
    region: Annotated[str, Query(max_length=20, description="us finds us-ca, too.")] = "",
    confidence_from: Annotated[float, Query(ge=0, le=1)] = 0.0,
    confidence_to: Annotated[float, Query(ge=0, le=1)] = 1.0,
    review: Annotated[ReviewState | None, Query(description="What people said.")] = None,
) -> ReadQuery:
    """Give the search that a request's parameters describe; a dependency.

    Raises:
        RequestError: a time is malformed.
    """
    return ReadQuery(
        plate=plate,
        match=match,
        max_distance=max_distance,
        since=parse_time(since, "since"),
        until=parse_time(until, "until"),
        camera=camera,
        region=region,
        confidence_from=confidence_from,
        confidence_to=confidence_to,
        review=review,
    )


SearchQuery = Annotated[ReadQuery, Depends(query_of)]


@router.get("", summary="Search reads", response_model=ReadPage, responses=problems())
def search(
    service: Services,
    who: Searcher,
    query: SearchQuery,
    limit: Annotated[int, Query(ge=1, le=1000, description="Reads a page.")] = 50,
    cursor: Annotated[str | None, Query(max_length=500, description="`next_cursor`.")] = None,
) -> Any:
    """Give a page of reads, newest first; of a fuzzy search the nearest plates first.

    The next page neither repeats nor leaves out a read, whatever is stored meanwhile.
    """
    page = service.store.reads.search(query, limit, cursor)
    if cursor is None:
        service.store.journal.note(who.name, "search", query_record(query))
    return {"reads": [read_form(read) for read in page.reads], "next_cursor": page.next_cursor}


@router.get("/{number}", summary="Get a read", response_model=StoredRead, responses=problems(404))
def get_read(service: Services, _who: Searcher, number: Number) -> Any:
    """Give one read."""
    return read_form(service.store.reads.get(number))


_PICTURE: Final[dict[str, Any]] = {
    "content": {kind: {} for kind in _MEDIA_TYPES.values()},
    "description": "The picture",
}


@router.get(
    "/{number}/{kind}",
    summary="Get the picture of a read, or the plate cut out of it",
    response_class=Response,
    responses={200: _PICTURE, **problems(404)},
)
def get_media(service: Services, _who: Searcher, number: Number, kind: MediaKind) -> Response:
    """Give the bytes of a picture."""
    read = service.store.reads.get(number)
    file = read.image if kind == "image" else read.crop
    if file is None:
        raise MissingRecordError(f"read {number} has no {kind}")
    return media_response(service, file)


def media_response(service: Service, file: MediaFile) -> Response:
    """Give a picture; browsers may keep it for themselves for a while.

    Raises:
        MissingRecordError: the file is not there any more.
    """
    kind = _MEDIA_TYPES.get(file.path.rpartition(".")[2], "application/octet-stream")
    headers = {"Cache-Control": "private, max-age=300"}
    return Response(service.store.media.load(file), media_type=kind, headers=headers)


def query_record(query: ReadQuery) -> dict[str, Any]:
    """Give what the audit log keeps of a search: the parts that were asked for."""
    usual = ReadQuery()
    parts = {name: getattr(query, name) for name in query.__slots__}
    asked = {name: value for name, value in parts.items() if value != getattr(usual, name)}
    for name in ("since", "until"):
        if name in asked:
            asked[name] = asked[name].isoformat()
    return asked
