"""The place in a search where a page ended, as a text that says nothing."""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from platelens.errors import QueryError
from platelens.store.reads import ReadQuery

_FORM: Final = struct.Struct(">8sIqq")  # query, cost, microseconds since 1970, id
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Cursor:
    """A read's place in the order of a search."""

    cost: int  # of a fuzzy search: how far the read's plate is; else 0
    time: datetime
    id: int


def pack_cursor(place: Cursor, query: ReadQuery) -> str:
    """Give the text of a place in the reads of `query`."""
    micros = (place.time - _EPOCH) // timedelta(microseconds=1)
    packed = _FORM.pack(_digest(query), place.cost, micros, place.id)
    return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


def unpack_cursor(text: str | None, query: ReadQuery) -> Cursor | None:
    """Read the text of a place; None gives None.

    Raises:
        QueryError: it is no such text, or one of another query.
    """
    if text is None:
        return None
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        digest, cost, micros, number = _FORM.unpack(packed)
        time = _EPOCH + timedelta(microseconds=micros)
    except (binascii.Error, ValueError, struct.error, OverflowError):
        raise QueryError("cursor: is none that a search has given") from None
    if digest != _digest(query):
        raise QueryError("cursor: belongs to another search")
    return Cursor(cost, time, number)


def _digest(query: ReadQuery) -> bytes:
    return hashlib.blake2b(repr(query).encode("utf-8", "replace"), digest_size=8).digest()
