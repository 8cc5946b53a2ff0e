"""The words by which data sets name their parts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

SPLITS: Final[Mapping[str, str]] = {
    "train": "train",
    "training": "train",
    "dev": "valid",
    "val": "valid",
    "valid": "valid",
    "validation": "valid",
    "test": "test",
    "testing": "test",
}
"""Word in lower case -> `Sample.split`."""

_PLAIN: Final = re.compile(r"\w[\w.-]*")


def split_name(word: str) -> str:
    """Give `Sample.split` for the word of a publisher; a word that is not known stays."""
    return SPLITS.get(word.strip().lower(), word.strip())


def split_of(image: Path, source: Path) -> str:
    """Give `Sample.split` by the folder directly below `source` that a picture lies in.

    If that is no part of a data set, `source` itself may be one; "" if neither is.
    """
    folders = image.relative_to(source).parts[:-1]
    first = folders[0].lower() if folders else ""
    return SPLITS.get(first) or SPLITS.get(source.name.lower(), "")


def plain_name(word: str) -> str:
    """Give a word that becomes a folder or file; ValueError if it may lead elsewhere."""
    if not _PLAIN.fullmatch(word):
        raise ValueError(f"{word!r} cannot be the name of a folder")
    return word
