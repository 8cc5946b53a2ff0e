"""Cameras and streams -> pictures: the newest ones, for as long as it takes."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from typing import Final

import av

from platelens.errors import VideoError
from platelens.imaging.video.media import average_fps, cause, shown, to_image, video_stream
from platelens.imaging.video.source import FrameSource, Sampler, VideoSettings
from platelens.types import Frame

_WAITING: Final = 2
"""So many pictures wait to be taken; a newer one takes the place of the oldest."""

_LONGEST_WAIT_S: Final = 30.0
"""Between two tries to reach a stream: 1, 2, 4 ... seconds, and never more than this."""

_NO_TIMES: Final = 0x0080
"""FFmpeg's AVFMT_NOTIMESTAMPS: times in such a stream are made up."""

_LATE_S: Final = 1.0
"""A picture that is later than its stream's times say is late by this at most; else the times are
not to be trusted: the stream has paused, or its clock was set."""

_NO_PICTURE_S: Final = 30.0
"""A stream of which nothing can be decoded for so long has dropped, whatever it sends."""

_CLOSE_S: Final = 0.5
"""So long to wait for a thread that may sit in a read; it ends by itself when that times out."""

_OPTIONS: Final = {
    "overrun_nonfatal": "1",  # of UDP: pictures are lost, not the stream
    "rtsp_flags": "prefer_tcp",  # UDP loses packets, and plates with them
}

_HOPELESS: Final = (
    *(av.HTTPClientError, av.LookupError, FileNotFoundError, PermissionError, VideoError),
)
"""Not tried again when the first try fails so: it is a matter of what was typed."""

logger = logging.getLogger(__name__)


class StreamClock:
    """Gives pictures times by the wall clock that keep the distances of the stream's own times.

    A picture may come late, and never early: the least delay that was seen is that of a stream.
    """

    def __init__(self) -> None:
        self._delay_s: float | None = None

    def time_s(self, stamp_s: float | None, now_s: float) -> float:
        """Give the time of a picture.

        Args:
            stamp_s: as the stream says, from any beginning; None = it does not.
            now_s: when it came, by the wall clock.
        """
        if stamp_s is None:
            return now_s
        if self._delay_s is None or not 0 <= now_s - stamp_s - self._delay_s <= _LATE_S:
            self._delay_s = now_s - stamp_s
        return stamp_s + self._delay_s


class LiveSource(FrameSource):
    """The pictures of a camera or a stream, decoded beside the caller's work.

    Its first picture has the time 0; after a drop the time goes on by the wall clock.
    """

    is_live = True

    def __init__(self, address: str, settings: VideoSettings) -> None:
        """Begin to connect; whether that works shows when the first picture is asked for.

        Args:
            address: as FFmpeg takes it, or a V4L2 device: "/dev/video0".
            settings: what is wanted.
        """
        self._address = address
        self._name = shown(address)
        self._settings = settings
        self._sampler = Sampler(settings)
        self._waiting: deque[tuple[av.VideoFrame, float, int]] = deque(maxlen=_WAITING)
        self._changed = threading.Condition()
        self._stop = threading.Event()
        self._failure: VideoError | None = None
        self._is_over = False
        self._began_s: float | None = None  # time.monotonic() of the first picture
        self._newest_s = -1.0  # time of the newest picture
        self._count = 0  # of pictures that were decoded
        self._thread = threading.Thread(target=self._run, name=f"video {self._name}", daemon=True)
        self._thread.start()

    def __next__(self) -> Frame:
        with self._changed:
            # In pieces, or Ctrl-C would not be heard on Windows.
            while not self._changed.wait_for(lambda: self._waiting or self._is_over, timeout=0.5):
                pass
            if not self._waiting or self._stop.is_set():
                if self._failure and not self._stop.is_set():
                    raise self._failure
                raise StopIteration
            picture, time_s, number = self._waiting.popleft()
        image = to_image(picture)
        self.size_hw = image.shape[:2]
        return Frame(image, time_s, number)

    def close(self) -> None:
        """End it; a connection that is silent ends by itself when its time is up."""
        self._stop.set()
        with self._changed:
            self._is_over = True
            self._changed.notify_all()
        if threading.current_thread() is not self._thread:
            self._thread.join(_CLOSE_S)

    def _run(self) -> None:
        try:
            self._keep_playing()
        except VideoError as error:
            self._failure = error
        except Exception as error:  # or the caller would wait for ever
            logger.exception("%s", self._name)
            self._failure = VideoError(f"{self._name}: {error}")
        finally:
            with self._changed:
                self._is_over = True
                self._changed.notify_all()

    def _keep_playing(self) -> None:
        """Play the stream, again and again, until it is over."""
        retries, tries = self._settings.retries, 0
        while True:
            before = self._count
            try:
                if self._play():
                    return
                problem = "the stream has ended"
                if retries == 0 and self._count:
                    return
            except (av.FFmpegError, OSError, VideoError) as error:
                problem = cause(error)
                if self._count == 0 and isinstance(error, _HOPELESS):
                    raise VideoError(f"{self._name}: {problem}") from None
            if self._stop.is_set():
                return
            tries = 0 if self._count > before else tries
            if retries is not None and tries >= retries:
                tried = f" (after {tries} more tries)" if tries else ""
                raise VideoError(f"{self._name}: {problem}{tried}")
            wait_s = min(2.0**tries, _LONGEST_WAIT_S)
            tries += 1
            logger.warning("%s: %s; trying again in %g s", self._name, problem, wait_s)
            if self._stop.wait(wait_s):
                return

    def _play(self) -> bool:
        """Connect and decode; gives whether no more is wanted, False = the stream has ended."""
        limits = (self._settings.open_timeout_s, self._settings.read_timeout_s)
        is_device = self._address.startswith("/dev/")
        with av.open(
            self._address,
            mode="r",
            format="v4l2" if is_device else None,
            options=_OPTIONS,
            timeout=limits,
        ) as container:
            stream = video_stream(container)
            stream.thread_type = "SLICE"  # threads by picture would delay each of them
            has_times = not container.format.flags & _NO_TIMES
            self.fps = average_fps(stream) if has_times else None
            clock, is_new, good_s = StreamClock(), True, time.monotonic()
            for packet in container.demux(stream):
                for picture in self._decode(packet):
                    self.reconnects += is_new and self._count > 0
                    is_new, good_s = False, time.monotonic()
                    if self._offer(picture, picture.time if has_times else None, clock):
                        return True
                if self._stop.is_set():
                    return True
                if time.monotonic() - good_s > _NO_PICTURE_S:
                    raise VideoError("what is sent cannot be decoded")
        return False

    def _decode(self, packet: av.Packet[av.VideoStream]) -> list[av.VideoFrame]:
        try:
            pictures = packet.decode()
        except av.FFmpegError:
            self.lost += 1
            return []
        whole = [picture for picture in pictures if not picture.is_corrupt]
        self.lost += len(pictures) - len(whole)
        return whole

    def _offer(self, picture: av.VideoFrame, stamp_s: float | None, clock: StreamClock) -> bool:
        """Let a picture wait to be taken; gives whether no more is wanted."""
        now = time.monotonic()
        if self._began_s is None:
            self._began_s = now
        time_s = clock.time_s(stamp_s, now - self._began_s)
        if time_s <= self._newest_s:
            self.lost += 1
            return False
        self._newest_s = time_s
        number = self._count
        self._count += 1
        if self._settings.is_over(time_s):
            return True
        if self._sampler.wants(time_s):
            with self._changed:
                self.lost += len(self._waiting) == _WAITING
                self._waiting.append((picture, time_s, number))
                self._changed.notify_all()
        return False
