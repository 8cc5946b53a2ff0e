"""What people type as PATH -> the files to work on."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from platelens.imaging import IMAGE_SUFFIXES

_NAMED_SKIPS: Final = 3


@dataclass(slots=True)
class Sources:
    """The files to work on, and what is to be said about the rest."""

    files: list[str] = field(default_factory=list)  # as given, a folder's as folder/file
    problems: list[str] = field(default_factory=list)  # one line each; make the run fail
    notes: list[str] = field(default_factory=list)  # one line each; do not


def find_sources(paths: Iterable[str]) -> Sources:
    """Expand files, folders and globs in their order, the contents of each sorted by name.

    What is named outright and is no folder goes to `files` as it is: whether it can be read shows
    when it is read. Folders are not entered deeper; of folders and globs only files with an
    image's suffix are taken.
    """
    sources = Sources()
    for path in paths:
        if os.path.isdir(path):
            _add_folder(path, sources)
        elif glob.has_magic(path) and not os.path.lexists(path):
            found = [p for p in glob.glob(path, recursive=True) if not os.path.isdir(p)]
            _add_images(path, sorted(found), "matches no image", sources)
        else:
            sources.files.append(path)
    return sources


def _add_folder(path: str, sources: Sources) -> None:
    try:
        found = [os.path.join(path, e.name) for e in os.scandir(path) if not e.is_dir()]
    except OSError as error:
        sources.problems.append(f"{path}: {error.strerror}")
        return
    _add_images(path, sorted(found), "no image in this folder", sources)


def _add_images(given: str, found: Sequence[str], if_none: str, sources: Sources) -> None:
    images = [p for p in found if os.path.splitext(p)[1].lower() in IMAGE_SUFFIXES]
    others = sorted(set(found) - set(images))
    sources.files += images
    if not images:
        sources.problems.append(f"{given}: {if_none}")
    elif others:
        rest = len(others) - _NAMED_SKIPS
        named = ", ".join(others[:_NAMED_SKIPS]) + (f" and {rest} more" if rest > 0 else "")
        sources.notes.append(f"skipped, not an image: {named}")
