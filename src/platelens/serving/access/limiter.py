"""How often somebody may do something."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from threading import Lock
from typing import Final

from platelens.errors import RateError

_MOST_KNOWN: Final = 10_000


class Limiter:
    """A bucket of tokens for each name; safe to use from several threads.

    Args:
        burst: how often one may come at once.
        period_s: after so long, one may come once more.
    """

    def __init__(self, burst: int, period_s: float) -> None:
        self._burst = burst
        self._period_s = period_s
        self._lock = Lock()
        self._full_at: OrderedDict[str, float] = OrderedDict()  # when a bucket is full again

    def take(self, *names: str) -> None:
        """Count once for each of the names.

        Raises:
            RateError: one of them comes too often; says when to come back.
        """
        now = time.monotonic()
        with self._lock:
            for name in names:
                full_at = max(now, self._full_at.get(name, now)) + self._period_s
                over_s = full_at - now - self._burst * self._period_s
                if over_s > 0:
                    raise RateError("too often; wait", max(1, math.ceil(over_s)))
                self._full_at[name] = full_at
                self._full_at.move_to_end(name)
            while len(self._full_at) > _MOST_KNOWN:
                self._full_at.popitem(last=False)

    def forgive(self, *names: str) -> None:
        """Forget how often each of the names came."""
        with self._lock:
            for name in names:
                self._full_at.pop(name, None)
