"""Who is at work on which picture."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

_GONE_S: Final = 12.0
"""Who has said nothing for so long is no longer there; pages speak every 4 s."""

_MOST: Final = 200
_LONGEST: Final = 60


@dataclass(frozen=True, slots=True)
class _Person:
    name: str
    image: str
    seen_s: float


class Presence:
    """The pages that are open now; safe to use from several threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._people: dict[str, _Person] = {}

    def note(self, page: str, name: str, image: str) -> list[dict[str, str]]:
        """Note where a page is; gives name and picture of the others."""
        now = self._clock()
        with self._lock:
            people = {
                p: person for p, person in self._people.items() if now - person.seen_s < _GONE_S
            }
            people.pop(page, None)
            if len(people) < _MOST:
                people[page[:_LONGEST]] = _Person(name[:_LONGEST], image, now)
            self._people = people
        return [
            {"name": person.name, "image": person.image}
            for other, person in people.items()
            if other != page
        ]
