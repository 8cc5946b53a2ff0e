"""Who asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from platelens.errors import RecordError

SCOPES: Final[Mapping[str, str]] = {
    "read": "have pictures read",
    "search": "see, search and export reads, follow events",
    "review": "correct and confirm reads, label pictures",
    "manage": "change watch-lists, cameras and targets of events, delete reads",
    "metrics": "see /metrics",
    "admin": "everything, the audit log too",
}

Kind = Literal["open", "trusted", "token", "user"]


@dataclass(frozen=True, slots=True)
class Principal:
    """A person or a program that asks."""

    name: str  # as the audit log has it
    kind: Kind  # "open" = no login is asked for; "trusted" = by its address
    scopes: frozenset[str]
    csrf: str = ""  # of a user: what changes must come with

    def may(self, scope: str) -> bool:
        """Whether what `scope` stands for is allowed."""
        return scope in self.scopes or "admin" in self.scopes


def check_scopes(scopes: Sequence[str]) -> tuple[str, ...]:
    """Give scopes back; RecordError names one that does not exist."""
    for scope in scopes:
        if scope not in SCOPES:
            raise RecordError(f"scopes: unknown {scope[:40]!r}; known: {', '.join(SCOPES)}")
    return tuple(scopes)
