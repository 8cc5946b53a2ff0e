"""The picture files of a data set: which they are, which one a label means, and their copies."""

from __future__ import annotations

import itertools
import os
import shutil
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

from platelens.datasets.readers.cut import free_path
from platelens.datasets.readers.splits import SPLITS, plain_name, split_name
from platelens.errors import AnnotationError
from platelens.imaging import IMAGE_SUFFIXES

ALL: Final = "all"
"""The name, in files and folders, of the samples that have no split."""

_NO_SPLIT: Final = frozenset({ALL, "default"})


def find_files(folder: Path, suffixes: frozenset[str]) -> list[Path]:
    """Give the files below a folder, sorted by path; hidden ones and their folders do not count.

    Args:
        folder: where to look, at any depth.
        suffixes: in lower case.

    Raises:
        AnnotationError: `folder` is no folder.
    """
    if not folder.is_dir():
        raise AnnotationError(f"{folder}: no such folder")
    return sorted(path for path in _walk(folder) if path.suffix.lower() in suffixes)


def find_pictures(folder: Path) -> list[Path]:
    """Do as `find_files` for pictures."""
    return find_files(folder, IMAGE_SUFFIXES)


def _walk(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        # Archives packed on a Mac hold a second, unreadable file beside each picture.
        folders[:] = [name for name in folders if not name.startswith((".", "__MACOSX"))]
        yield from (Path(place, name) for name in files if not name.startswith("."))


def copy_picture(image: Path, folder: Path, taken: set[str]) -> Path:
    """Copy a picture into a folder, which is made, and give the copy.

    Args:
        image: the file to copy.
        folder: where to.
        taken: see `free_path`; with one set for several folders, stems differ in all of them.

    Raises:
        OSError: it cannot be copied.
    """
    target = folder / free_path(Path(image.name), taken)
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(image, target)
    return target


def split_of_path(inside: Path) -> str:
    """Give the split that a folder of a path is named after, as "val" or "val2017"; "" if none is.

    Args:
        inside: relative to the data set.
    """
    words = (part.lower().rstrip("0123456789") for part in inside.parent.parts)
    return next((SPLITS[word] for word in words if word in SPLITS), "")


def split_of_word(word: str) -> str:
    """Give the split of a word that names one; "" for those that mean none."""
    return "" if word.strip().lower() in _NO_SPLIT else split_name(word)


def word_of_split(split: str) -> str:
    """Give the name of a split's file or folder, see `ALL`; ValueError if it cannot be one."""
    return plain_name(split or ALL)


class PictureFinder:
    """Finds the pictures that labels name, wherever they lie below a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._by_name: defaultdict[str, list[Path]] = defaultdict(list)
        for path in find_pictures(folder):
            self._by_name[path.name].append(path)
            self._by_name[path.stem].append(path)

    def find(self, name: str, near: Path, split: str = "") -> Path | None:
        """Find a picture.

        Args:
            name: as the label has it: a file name, with its suffix, without, or with that which
                it once had; or a path of any system, relative to whatever.
            near: the folder of the label file.
            split: of the label.

        Returns:
            Of the pictures of that name the one whose folders are most like the label's; of
            several such the one of the same split, then the one nearest to `near`. None if none
            or more than one is left.
        """
        wanted = PurePosixPath(name.replace("\\", "/"))
        found = self._by_name.get(wanted.name) or self._by_name.get(wanted.stem) or []
        ranked = sorted(((self._rank(p, wanted, near, split), p) for p in found), reverse=True)
        if not ranked or (len(ranked) > 1 and ranked[0][0] == ranked[1][0]):
            return None
        return ranked[0][1]

    def _rank(
        self, path: Path, wanted: PurePosixPath, near: Path, split: str
    ) -> tuple[int, bool, int]:
        inside = path.relative_to(self._folder)
        alike = _equal_parts(inside.parent.parts[::-1], wanted.parent.parts[::-1])
        same_split = split_of_path(inside) == split
        return alike, same_split, _equal_parts(path.parent.parts, near.parts)


def _equal_parts(a: tuple[str, ...], b: tuple[str, ...]) -> int:
    """Count the equal parts from the start on."""
    pairs = zip(a, b, strict=False)
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))
