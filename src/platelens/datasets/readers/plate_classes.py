"""Which classes of a data set are plates, and class names that are a plate's number."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Final

from platelens.alphabet import normalise
from platelens.datasets.readers.labels import LabelLog
from platelens.errors import AnnotationError

_PLATE_PARTS: Final = ("plate", "licen", "placa", "matricula", "kennzeichen", "targa", "plaka")
_PLATE_WORD: Final = "lp"

_VEHICLES: Final = frozenset(
    {"bicycle", "bike", "bus", "car", "lorry", "motorbike", "motorcycle", "truck", "van", "vehicle"}
)
_OTHER_WORDS: Final = _VEHICLES | {"class", "face", "id", "item", "label", "object", "person"}
"""Of classes that are no plates, or say nothing."""

_NUMBER_LENGTHS: Final = range(3, 11)


class PlateClasses:
    """Tells which of a data set's classes are plates, and counts the labels of the others.

    Those whose name speaks of plates are; where none does, an only class is, unless it is one of
    vehicles.
    """

    def __init__(self, names: Iterable[str], where: str) -> None:
        """Choose among the classes in use.

        Args:
            names: of the classes in use, any number of times.
            where: for errors and notes.

        Raises:
            AnnotationError: there are classes, but none of plates.
        """
        found = set(names)
        self._where = where
        self._others: Counter[str] = Counter()
        self._plates = {name for name in found if _speaks_of_plates(name)}
        self._plates |= {name for name in found if number_in_class(name) is not None}
        if not self._plates and len(found) == 1 and not _words(*found) & _VEHICLES:
            self._plates = found
        if found and not self._plates:
            known = ", ".join(repr(name) for name in sorted(found)[:20])
            raise AnnotationError(f"{where}: no class is named like a plate: {known}")

    def has(self, name: str) -> bool:
        """Tell whether a label of this class is a plate; count it if it is not."""
        if name in self._plates:
            return True
        self._others[name] += 1
        return False

    def note_others(self, log: LabelLog) -> None:
        """Note how many labels of other classes there were."""
        for name, count in sorted(self._others.items()):
            log.note(self._where, f"class {name!r} is no plate: {count} labels left out")


def number_in_class(name: str) -> str | None:
    """Give a class name that is a plate's number, as people write it who have no other place.

    Such a name has a digit, as many characters as numbers have, and none that numbers have not.
    """
    letters = "".join(c for c in name if c.isalnum())
    if not any(c.isdigit() for c in letters) or len(letters) not in _NUMBER_LENGTHS:
        return None
    if not normalise(name) or any(not (c.isalnum() or c in " .-·") for c in name):
        return None
    counted = _words(name) & _OTHER_WORDS and sum(c.isdigit() for c in name) <= 2  # "car 2"
    return None if counted or _speaks_of_plates(name) else name


def _speaks_of_plates(name: str) -> bool:
    lower = name.lower()
    return any(part in lower for part in _PLATE_PARTS) or _PLATE_WORD in _words(name)


def _words(name: str) -> set[str]:
    """Give the words of a class name, in lower case, in the singular; digits part words."""
    words = re.findall(r"[^\W\d_]+", name.lower())
    return {*words, *(word.removesuffix("s") for word in words)}
