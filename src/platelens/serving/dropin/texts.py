"""Forms of texts that a client expects, as regular expressions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from platelens.errors import RequestError
from platelens.types import Candidate

_LONGEST: Final = 100
_MOST_REPEATS: Final = 6
_KNOWN: Final = re.compile(r"[A-Za-z0-9\[\](){}^$.?*+,|\\-]*")
_REPEATED_GROUP: Final = re.compile(r"\)[?*+{]")
_REPEAT: Final = re.compile(r"[*+?]|\{")


def parse_formats(texts: Sequence[object]) -> tuple[re.Pattern[str], ...]:
    """Read regular expressions, simple ones only: none may take long on a plate.

    Raises:
        RequestError: one is malformed, or not simple.
    """
    return tuple(_parse(text) for text in texts)


def choose(
    candidates: Sequence[Candidate], formats: Sequence[re.Pattern[str]]
) -> tuple[Candidate, ...]:
    """Put the first candidate that has one of the forms before the others, if any has."""
    for candidate in candidates:
        if any(form.fullmatch(candidate.text) for form in formats):
            others = (other for other in candidates if other is not candidate)
            return (candidate, *others)
    return tuple(candidates)


def _parse(text: object) -> re.Pattern[str]:
    if not isinstance(text, str) or len(text) > _LONGEST or not _KNOWN.fullmatch(text):
        raise RequestError(f"text_formats: expected expressions of {_LONGEST} characters at most")
    if _REPEATED_GROUP.search(text) or len(_REPEAT.findall(text)) > _MOST_REPEATS:
        raise RequestError("text_formats: no repeated groups, and few repetitions")
    try:
        return re.compile(text, re.IGNORECASE)
    except (re.error, OverflowError) as error:
        raise RequestError(f"text_formats: {error}") from None
