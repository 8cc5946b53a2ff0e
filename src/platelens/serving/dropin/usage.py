"""Counts calls by month, as interfaces that are paid by call do."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from threading import Lock


class Usage:
    """How often each client called in the present month, since the program was started."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._month = ""
        self._calls: Counter[str] = Counter()

    def count(self, name: str) -> int:
        """Count a call; gives how many there were."""
        with self._lock:
            self._turn()
            self._calls[name] += 1
            return self._calls[name]

    def calls(self, name: str) -> int:
        """Give how many calls there were."""
        with self._lock:
            self._turn()
            return self._calls[name]

    def _turn(self) -> None:
        month = f"{datetime.now(UTC):%Y-%m}"
        if month != self._month:
            self._month = month
            self._calls.clear()
