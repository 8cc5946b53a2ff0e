"""What changes reads and watch-lists, and what such changes say."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from platelens.errors import RequestError
from platelens.serving.schemas.reading import WatchHit
from platelens.serving.schemas.reads import time_form
from platelens.store import Deletion, WatchEntry, WatchKind, WatchRule


class Opinion(BaseModel):
    """What a person says of a read."""

    model_config = ConfigDict(extra="forbid")

    state: Literal["confirmed", "corrected"]
    text: str = Field(
        default="", max_length=64, description="Of a correction: what the plate says."
    )

    @model_validator(mode="after")
    def _has_its_text(self) -> Opinion:
        if (self.state == "corrected") != bool(self.text):
            raise ValueError("a correction has a text, a confirmation none")
        return self


class DeletionWish(BaseModel):
    """What is to be deleted: the reads of the search in the address, or these."""

    model_config = ConfigDict(extra="forbid")

    ids: list[int] | None = Field(default=None, max_length=10_000)
    everything: bool = Field(
        default=False, description="Must be true to delete without any search."
    )
    reason: str = Field(
        default="", max_length=200, description="Is logged.", examples=["on request"]
    )


class DeletionDone(BaseModel):
    """What was deleted, and what may still have it."""

    reads: int
    files: int
    backups: list[str] = Field(description="Listed copies that were made when the reads existed.")


class Rule(BaseModel):
    """What to look out for."""

    model_config = ConfigDict(extra="forbid")

    kind: WatchKind = "exact"
    text: str = Field(min_length=1, max_length=64, examples=["AB12CDE"])
    label: str = Field(min_length=1, max_length=64, examples=["staff"])
    note: str = Field(default="", max_length=10_000)
    max_distance: int = Field(default=1, ge=0, le=2, description="Of kind=fuzzy.")

    def to_store(self) -> WatchRule:
        """Give the rule as the store has it."""
        return WatchRule(self.kind, self.text, self.label, self.note, self.max_distance)


class WatchListEntry(Rule):
    """A rule that is kept."""

    id: int
    created: datetime


class WatchListEntries(BaseModel):
    """Entries in the order of their ids."""

    entries: list[WatchListEntry]


class WatchHits(BaseModel):
    """Entries that a plate may be one of, the most probable first."""

    matches: list[WatchHit]


def entry_form(entry: WatchEntry) -> dict[str, Any]:
    """Give an entry as JSON has it."""
    rule = entry.rule
    return {
        "id": entry.id,
        "kind": rule.kind,
        "text": rule.text,
        "label": rule.label,
        "note": rule.note,
        "max_distance": rule.max_distance,
        "created": time_form(entry.created),
    }


def deletion_form(deletion: Deletion) -> dict[str, Any]:
    """Give a deletion as JSON has it."""
    return {"reads": deletion.reads, "files": deletion.files, "backups": list(deletion.backups)}


def check_wish(wish: DeletionWish, *, is_search: bool) -> None:
    """Refuse wishes that may delete more than was meant.

    Raises:
        RequestError: it names ids and a search, or neither.
    """
    if wish.ids is not None and (is_search or wish.everything):
        raise RequestError("ids: name reads, or a search, or everything; not two of them")
    if wish.ids is None and is_search == wish.everything:
        raise RequestError("everything: true deletes all reads and goes without a search")
