"""Video files -> pictures: every one of them, at its own time."""

from __future__ import annotations

import itertools
import logging
import os
import threading
from collections.abc import Generator, Iterator
from typing import Final

import av

from platelens.errors import VideoError
from platelens.imaging.video.media import average_fps, cause, shown, to_image, video_stream
from platelens.imaging.video.source import FrameSource, Sampler, VideoSettings
from platelens.types import Frame

_USUAL_FPS: Final = 25.0
"""Of files that do not say it."""

_BACK_S: Final = (0.0, 10.0)
"""Where to begin to decode, before the picture that is wanted: at the key picture that the file's
index knows; if that turns out to be too late, farther back; then at the beginning."""

_JUMP_S: Final = 1.0
"""A time that goes back by more is that of another recording, joined to the first."""

_TICK_S: Final = 0.001

_EARLY_S: Final = 0.5
"""A file that ends so much earlier than its header says was cut off."""

_DEAD_ENDS: Final = 16
"""So many places of a damaged file, one after the other, where reading fails: it has ended."""

logger = logging.getLogger(__name__)

_Timed = tuple[av.VideoFrame, float]
"""A picture, and seconds since the beginning of the file."""


class FileSource(FrameSource):
    """The pictures of a video file.

    Pictures are numbered from the first one that is decoded: from `start_s` where that is set.
    """

    is_live = False

    def __init__(self, path: str, settings: VideoSettings) -> None:
        """Open a file, or an address from which one is served.

        Raises:
            VideoError: no such file, no permission, a directory, empty, truncated so that nothing
                can be decoded, not a video, or without a picture in the wanted time.
        """
        self._name = shown(path)
        self._path = path
        self._settings = settings
        self._lock = threading.Lock()
        self._is_closed = False
        self._open()
        try:
            self._wanted = self._choose(self._from_start())
            self._ahead = next(self._wanted, None)
        except BaseException:
            self.close()
            raise
        if self._ahead is None:
            self.close()
            when = f" from {settings.start_s:g} s on" if settings.start_s else ""
            raise VideoError(f"{self._name}: no picture{when} can be decoded")
        self.size_hw = self._ahead.image.shape[:2]

    def __next__(self) -> Frame:
        with self._lock:
            frame = None
            if not self._is_closed:
                frame = self._ahead or next(self._wanted, None)
            self._ahead = None
        if frame is None:
            self.close()
            raise StopIteration
        self.size_hw = frame.image.shape[:2]
        return frame

    def close(self) -> None:
        """End it; a picture that is being decoded is finished first."""
        with self._lock:
            self._is_closed = True
            # The generators know this object and it knows them: without this, decoders and their
            # pictures would stay in memory until Python looks for such cycles.
            self._wanted = iter(())
            self._container.close()

    def _open(self) -> None:
        is_remote = "://" in self._path
        if not is_remote:
            _check(self._path)
        limits = (self._settings.open_timeout_s, self._settings.read_timeout_s)
        try:
            # Without "file:" a name like "a:b.mp4" would be an address.
            self._container = av.open(
                self._path if is_remote else f"file:{self._path}",
                timeout=limits if is_remote else None,
                options={"reconnect": "1"} if is_remote else None,
            )
        except (av.FFmpegError, OSError) as error:
            raise VideoError(f"{self._name}: {cause(error)}") from None
        try:
            self._stream = video_stream(self._container)
        except VideoError as error:
            self._container.close()
            raise VideoError(f"{self._name}: {error}") from None
        self._stream.thread_type = "AUTO"
        self.fps = average_fps(self._stream)

    def _choose(self, timed: Iterator[_Timed]) -> Iterator[Frame]:
        """Give the pictures that are wanted, converted; the others cost no conversion."""
        sampler = Sampler(self._settings)
        number = -1
        for picture, time_s in timed:
            if self._settings.is_over(time_s):
                return
            if self._settings.is_before(time_s):
                continue
            number += 1
            if sampler.wants(time_s):
                yield Frame(to_image(picture), time_s, number + self.lost)

    def _from_start(self) -> Iterator[_Timed]:
        """Give all pictures from `start_s` on, and some before it."""
        start_s = self._settings.start_s
        for back_s in _BACK_S:
            if start_s - back_s <= 0 or not self._seek(start_s - back_s):
                break
            timed = self._timed()
            first = next(timed, None)
            if first is not None and first[1] <= start_s:
                return itertools.chain([first], timed)
            timed.close()
        if start_s > 0:
            self._container.close()
            self._open()
        return self._timed()

    def _seek(self, time_s: float) -> bool:
        base = self._stream.time_base
        if base is None or self._stream.start_time is None:
            return False
        try:
            offset = self._stream.start_time + int(time_s / base)
            self._container.seek(offset, stream=self._stream)
        except (av.FFmpegError, OSError):
            return False
        return True

    def _timed(self) -> Generator[_Timed, None, None]:
        """Give every picture with its time, which never goes back."""
        step_s = 1 / (self.fps or _USUAL_FPS)
        base, start = self._stream.time_base, self._stream.start_time
        origin_s = float(start * base) if start is not None and base is not None else None
        last_s: float | None = None
        for picture in self._decoded():
            stamp_s = None if picture.pts is None else picture.time
            if origin_s is None:
                origin_s = stamp_s
            if stamp_s is None or origin_s is None:  # a bare stream: it has no times
                time_s = 0.0 if last_s is None else last_s + step_s
            else:
                time_s = max(0.0, stamp_s - origin_s)
                if last_s is not None and time_s < last_s - _JUMP_S:
                    origin_s = stamp_s - last_s - step_s
                    time_s = last_s + step_s
            if last_s is not None:
                time_s = max(time_s, last_s + _TICK_S)
            last_s = time_s
            yield picture, time_s
        self._warn_if_early(0.0 if last_s is None else last_s + step_s)

    def _decoded(self) -> Iterator[av.VideoFrame]:
        for packet in self._packets():
            try:
                pictures = packet.decode()
            except av.FFmpegError:
                self.lost += 1
                continue
            for picture in pictures:
                if picture.is_corrupt:
                    self.lost += 1
                else:
                    yield picture

    def _packets(self) -> Iterator[av.Packet[av.VideoStream]]:
        """Give the packets, past places where the file is damaged."""
        dead_ends = 0
        while dead_ends < _DEAD_ENDS:
            try:
                for packet in self._container.demux(self._stream):
                    dead_ends = 0
                    yield packet
            except (av.FFmpegError, OSError) as error:
                dead_ends += 1
                self.lost += 1
                logger.warning("%s: %s", self._name, cause(error))
            else:
                return

    def _warn_if_early(self, end_s: float) -> None:
        base = self._stream.time_base
        if self._stream.duration is not None and base is not None:
            promised_s = float(self._stream.duration * base)
        elif self._container.duration is not None:
            promised_s = self._container.duration / av.time_base
        else:
            return
        if end_s < promised_s - _EARLY_S:
            logger.warning(
                "%s: ends at %.1f s, though its header says %.1f s: truncated or damaged",
                *(self._name, end_s, promised_s),
            )


def _check(path: str) -> None:
    """Raise VideoError unless `path` is a file with something in it that can be read."""
    try:
        if os.path.isdir(path):
            raise VideoError(f"{path}: is a directory, not a video")
        with open(path, "rb") as file:
            if os.path.isfile(path) and not file.read(1):
                raise VideoError(f"{path}: the file is empty")
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise VideoError(f"{path}: {cause(error)}") from None
