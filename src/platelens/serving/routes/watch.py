"""Watch-lists."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Query

from platelens.serving.keeping import match_record
from platelens.serving.routes.reads import Searcher, Services
from platelens.serving.routes.review import Manager
from platelens.serving.schemas.changes import (
    Rule,
    WatchHits,
    WatchListEntries,
    WatchListEntry,
    entry_form,
)
from platelens.serving.schemas.problem import problems

router = APIRouter(prefix="/api/v1/watch", tags=["watch-lists"])

Entry = Annotated[int, Path(ge=1, le=2**63 - 1, description="Id of an entry.")]


@router.get("", summary="List the entries", response_model=WatchListEntries, responses=problems())
def entries(
    service: Services, _who: Searcher, label: Annotated[str, Query(max_length=64)] = ""
) -> Any:
    """Give the entries of a label, or all."""
    return {"entries": [entry_form(entry) for entry in service.store.watch.entries(label)]}


@router.get("/match", summary="Try a plate", response_model=WatchHits, responses=problems())
def match(
    service: Services, _who: Searcher, text: Annotated[str, Query(min_length=1, max_length=64)]
) -> Any:
    """Give the entries that a plate is one of, as if it had just been read for certain."""
    return {"matches": [match_record(found) for found in service.store.watch.match(text)]}


@router.post(
    "",
    summary="Add entries",
    status_code=201,
    response_model=WatchListEntries,
    responses=problems(),
)
def add(
    service: Services,
    who: Manager,
    rules: Annotated[list[Rule], Body(min_length=1, max_length=10_000)],
) -> Any:
    """Add entries, all or none."""
    numbers = set(service.store.watch.add([rule.to_store() for rule in rules]))
    service.store.journal.note(who.name, "add watch entries", {"entries": sorted(numbers)})
    added = [entry for entry in service.store.watch.entries() if entry.id in numbers]
    return {"entries": [entry_form(entry) for entry in added]}


@router.put(
    "/{number}", summary="Change an entry", response_model=WatchListEntry, responses=problems(404)
)
def replace(service: Services, who: Manager, number: Entry, rule: Rule) -> Any:
    """Put a rule in the place of an entry's."""
    service.store.watch.replace(number, rule.to_store())
    service.store.journal.note(who.name, "change watch entry", {"entry": number})
    (changed,) = [entry for entry in service.store.watch.entries() if entry.id == number]
    return entry_form(changed)


@router.delete("/{number}", summary="Remove an entry", status_code=204, responses=problems(404))
def remove(service: Services, who: Manager, number: Entry) -> None:
    """Remove an entry."""
    service.store.watch.remove(number)
    service.store.journal.note(who.name, "remove watch entry", {"entry": number})
