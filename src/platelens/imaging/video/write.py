"""Pictures -> a video file."""

from __future__ import annotations

import os
from fractions import Fraction
from types import TracebackType
from typing import Final, Self

import av

from platelens.errors import VideoError
from platelens.imaging.video.media import cause
from platelens.types import Frame

_CLOCK: Final = 1000
"""Times are written in parts of a second this small."""

_QUALITY: Final = 4 * 118
"""1 (best) to 31, in FFmpeg's unit of quality (FF_QP2LAMBDA)."""


def write_video(path: str | os.PathLike[str], fps: float, size_hw: tuple[int, int]) -> VideoWriter:
    """Begin an MP4 file (MPEG-4 part 2), to be used in a `with`.

    Args:
        path: is overwritten.
        fps: pictures a second, as players are told; each picture keeps its own time.
        size_hw: of the video; pictures of another size are scaled to it.

    Raises:
        VideoError: the file cannot be written.
    """
    return VideoWriter(os.fspath(path), fps, size_hw)


class VideoWriter:
    """A video file that is being written. What is in it can be played if the program is killed."""

    def __init__(self, name: str, fps: float, size_hw: tuple[int, int]) -> None:
        """See `write_video`."""
        self._name = name
        self._size_hw = size_hw
        self._first_s: float | None = None
        self._last_tick = -1
        try:
            with open(name, "wb"):  # FFmpeg opens it as late as the first picture comes
                pass
            self._container = av.open(
                f"file:{name}",
                "w",
                format="mp4",
                options={"movflags": "hybrid_fragmented", "flush_packets": "1"},
            )
            rate = Fraction(fps).limit_denominator(1001)
            self._stream = self._container.add_stream("mpeg4", rate=rate)
            self._stream.height, self._stream.width = size_hw
            self._stream.pix_fmt = "yuv420p"
            self._stream.time_base = Fraction(1, _CLOCK)
            self._stream.codec_context.time_base = Fraction(1, _CLOCK)
            self._stream.codec_context.options = {
                "flags": "+qscale",
                "global_quality": str(_QUALITY),
            }
        except (av.FFmpegError, OSError, ValueError) as error:
            raise VideoError(f"{name}: cannot be written: {cause(error)}") from None

    def write(self, frame: Frame) -> None:
        """Add a picture, which is later than the one before; the first one begins the video.

        Raises:
            VideoError: it cannot be written: the disk is full.
        """
        if self._first_s is None:
            self._first_s = frame.time_s
        tick = max(self._last_tick + 1, round((frame.time_s - self._first_s) * _CLOCK))
        self._last_tick = tick
        height, width = self._size_hw
        picture = av.VideoFrame.from_ndarray(frame.image, format="rgb24")
        picture = picture.reformat(width=width, height=height, format="yuv420p")
        picture.pts = tick
        picture.time_base = Fraction(1, _CLOCK)
        self._mux(picture)

    def close(self) -> None:
        """Finish the file; it stays empty when nothing was written."""
        try:
            if self._last_tick >= 0:  # FFmpeg 8 crashes at the end of an MP4 file without pictures
                self._mux(None)
            self._container.close()
        except (av.FFmpegError, OSError) as error:
            raise VideoError(f"{self._name}: cannot be written: {cause(error)}") from None

    def _mux(self, picture: av.VideoFrame | None) -> None:
        try:
            for packet in self._stream.encode(picture):
                self._container.mux(packet)
        except (av.FFmpegError, OSError) as error:
            raise VideoError(f"{self._name}: cannot be written: {cause(error)}") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
