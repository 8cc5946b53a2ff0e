"""The texts of plates: how they are kept, and their one row each."""

from __future__ import annotations

import hmac
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlalchemy import Connection

from platelens.alphabet import fold_confusables, normalise
from platelens.errors import RecordError, StoreOpenError
from platelens.store.database import insert_missing
from platelens.store.tables import PLATES, READS, TAILS

MAX_TEXT: Final = 32
"""No plate has as many characters."""

_SHORTEST_KEY: Final = 16
_HASH_LENGTH: Final = 64
_KNOWN: Final = (
    sa.select(PLATES.c.text, PLATES.c.id)
    .where(PLATES.c.text.in_(sa.bindparam("texts", expanding=True)))
    .order_by(PLATES.c.text)
    .with_for_update(read=True, key_share=True)
)


@dataclass(frozen=True, slots=True)
class Spelling:
    """A text as it is kept: in clear, or as its keyed hash."""

    text: str
    folded: str  # by `fold_confusables`
    is_hashed: bool


class Speller:
    """Tells how texts are kept."""

    def __init__(self, key: bytes | None) -> None:
        if key is not None and len(key) < _SHORTEST_KEY:
            raise StoreOpenError(f"the key of the plates needs {_SHORTEST_KEY} bytes or more")
        self._key = key

    @property
    def hashes(self) -> bool:
        """Whether plates are kept as hashes."""
        return self._key is not None

    def spell(self, text: str, *, clear: bool = False) -> Spelling:
        """Give how `text` is kept; with `clear` in any case in clear, as "" always is.

        Raises:
            RecordError: the text has more characters than MAX_TEXT.
        """
        text = normalise(text)
        if len(text) > MAX_TEXT:
            raise RecordError(f"text: a plate has at most {MAX_TEXT} characters, got {len(text)}")
        folded = fold_confusables(text)
        if self._key is None or clear or not text:
            return Spelling(text, folded, is_hashed=False)
        return Spelling(self.digest(text), self.digest(folded), is_hashed=True)

    def digest(self, text: str) -> str:
        """Give the keyed hash of a text (HMAC-SHA-256, hexadecimal)."""
        return hmac.digest(self._key or b"", text.encode(), "sha256").hex()


def shown(kept: str) -> str:
    """Give what is shown of a text as it is kept: nothing of a hash."""
    return "" if len(kept) == _HASH_LENGTH else kept


def plate_ids(connection: Connection, spellings: Iterable[Spelling]) -> dict[str, int]:
    """Give the row of every text as it is kept; new texts get one.

    The rows are locked against a deletion at the same time, always in the order of their texts.
    """
    wanted = {spelling.text: spelling for spelling in spellings}
    found: dict[str, int] = {}
    while missing := sorted(wanted.keys() - found.keys()):
        known = connection.execute(_KNOWN, {"texts": missing})
        found |= {row.text: row.id for row in known}
        found |= _add(connection, [wanted[text] for text in missing if text not in found])
    return found


def drop_unused(connection: Connection, ids: Collection[int]) -> None:
    """Delete those of the plates that no read has any more, and their tails."""
    locked = sa.select(PLATES.c.id).where(PLATES.c.id.in_(ids)).order_by(PLATES.c.text)
    connection.execute(locked.with_for_update())
    unused = (
        sa.delete(PLATES)
        .where(PLATES.c.id.in_(ids))
        .where(~sa.exists().where(READS.c.plate_id == PLATES.c.id))
        .where(~sa.exists().where(READS.c.read_plate_id == PLATES.c.id))
        .returning(PLATES.c.id, PLATES.c.folded, PLATES.c.is_hashed)
    )
    tails = [
        {"old_tail": tail, "old_id": row.id}
        for row in connection.execute(unused).all()
        if not row.is_hashed
        for tail in tails_of(row.folded)
    ]
    if tails:
        here = (
            TAILS.c.tail == sa.bindparam("old_tail"),
            TAILS.c.plate_id == sa.bindparam("old_id"),
        )
        connection.execute(sa.delete(TAILS).where(*here), tails)


def tails_of(folded: str) -> list[str]:
    """Give the text from each of its places on."""
    return [folded[place:] for place in range(len(folded))]


def _add(connection: Connection, spellings: list[Spelling]) -> dict[str, int]:
    """Add new plates; those that somebody else adds meanwhile are left out."""
    if not spellings:
        return {}
    rows = [{"text": s.text, "folded": s.folded, "is_hashed": s.is_hashed} for s in spellings]
    new = insert_missing(connection, PLATES).returning(PLATES.c.text, PLATES.c.id)
    added = {row.text: row.id for row in connection.execute(new, rows)}
    tails = [
        {"tail": tail, "plate_id": added[s.text]}
        for s in spellings
        if s.text in added and not s.is_hashed
        for tail in tails_of(s.folded)
    ]
    if tails:
        connection.execute(sa.insert(TAILS), tails)
    return added
