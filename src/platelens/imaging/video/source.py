"""What all sources of pictures have in common: files, streams, folders of pictures."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

from platelens.errors import VideoError
from platelens.types import Frame

_ROUNDING_S: Final = 0.0006
"""Containers round times, Matroska to a millisecond: so much too early is in time."""


@dataclass(frozen=True, slots=True)
class VideoSettings:
    """Which pictures of a source are wanted, and how long to try to get them."""

    start_s: float = 0.0  # pictures before it are left out; files are searched for it
    end_s: float | None = None  # pictures from here on are left out; None = to the end
    fps: float | None = None  # at most so many pictures a second; of separate pictures: exactly
    open_timeout_s: float = 10.0  # without an answer for so long, a stream cannot be opened
    read_timeout_s: float = 10.0  # without data for so long, a stream has dropped
    retries: int | None = None  # of a stream, one after the other; 0 = give up at once, None never

    def __post_init__(self) -> None:
        """Refuse what cannot be meant, with a VideoError."""
        if not (math.isfinite(self.start_s) and self.start_s >= 0):
            raise VideoError(f"the start must be 0 s or later, got {self.start_s}")
        if self.end_s is not None and not self.end_s > self.start_s:
            raise VideoError(f"the end must be after the start: {self.end_s} s, {self.start_s} s")
        if self.fps is not None and not 0 < self.fps < math.inf:
            raise VideoError(f"pictures a second must be more than 0, got {self.fps}")
        if not (self.open_timeout_s > 0 and self.read_timeout_s > 0):
            raise VideoError("time limits of streams must be more than 0 s")
        if self.retries is not None and self.retries < 0:
            raise VideoError(f"retries must be 0 or more, got {self.retries}")

    def is_before(self, time_s: float) -> bool:
        """Whether the picture of that time comes too early to be wanted."""
        return time_s < self.start_s - _ROUNDING_S

    def is_over(self, time_s: float) -> bool:
        """Whether the pictures from that time on are not wanted."""
        return self.end_s is not None and time_s >= self.end_s - _ROUNDING_S


class Sampler:
    """Says picture by picture which ones are wanted."""

    def __init__(self, settings: VideoSettings) -> None:
        self._settings = settings
        self._due_s = settings.start_s

    def wants(self, time_s: float) -> bool:
        """Whether to take the picture of that time, which is later than the one before."""
        if time_s < self._due_s - _ROUNDING_S:
            return False
        if self._settings.fps is None:
            return True
        period_s = 1 / self._settings.fps
        # The times that are due keep to a grid, so that 25 a second become 10 and not 8.3.
        late_s = time_s - self._due_s
        self._due_s += period_s if late_s < period_s else late_s + period_s
        return True


class FrameSource(ABC):
    """Gives the pictures of a video or a camera one after the other, then ends.

    Every picture is later than the one before. Close it after use, or use it in a `with`.
    """

    is_live: bool
    """Whether pictures that nobody takes in time are left out."""

    size_hw: tuple[int, int] | None = None
    """Of the newest picture; None = a stream that has not given one yet."""

    fps: float | None = None
    """Average pictures a second, as the source says; None where it does not."""

    lost: int = 0
    """How many pictures could not be decoded, or were left out because nobody took them."""

    reconnects: int = 0
    """How often a stream has dropped and come back."""

    def __iter__(self) -> Self:
        return self

    @abstractmethod
    def __next__(self) -> Frame:
        """Give the next picture; a live source waits for it.

        Raises:
            VideoError: a stream cannot be opened, or it has dropped and all retries failed.
        """

    @abstractmethod
    def close(self) -> None:
        """End it, within a second; may be called from another thread, and twice."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
