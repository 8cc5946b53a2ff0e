"""Watches cameras: each in a thread of its own, its passes into the store."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Final, Literal

from platelens.errors import ExtraError, PlatelensError
from platelens.pipeline import Pipeline
from platelens.serving.events import EventBus
from platelens.serving.keeping import Keeper
from platelens.serving.schemas.operation import CameraSettings, camera_settings, hide_password
from platelens.store import Camera, Store

if TYPE_CHECKING:
    from platelens.imaging.video import FrameSource
    from platelens.pipeline.video import Watched, WatchSettings

_LOG: Final = logging.getLogger(__name__)
_AGAIN_S: Final = 5.0
_LONGEST_AGAIN_S: Final = 300.0
_RETRIES: Final = 3
"""Of a stream that has dropped, before the camera counts as failing; it is tried again after."""

State = Literal["off", "starting", "watching", "failing", "ended"]


@dataclass(frozen=True, slots=True)
class CameraStatus:
    """How a camera does."""

    state: State
    detail: str = ""  # why it is failing


class LiveCameras:
    """Keeps a thread for each camera that has a source and is active.

    Args:
        store: knows the cameras; may change at any time, see `follow`.
        pipeline: reads; shared with all others.
        keeper: takes the passes.
        events: is told when a camera's state changes.
    """

    def __init__(self, store: Store, pipeline: Pipeline, keeper: Keeper, events: EventBus) -> None:
        self._store = store
        self._pipeline = pipeline
        self._keeper = keeper
        self._events = events
        self._lock = Lock()
        self._running: dict[str, _Watch] = {}
        self._is_open = False

    def start(self) -> None:
        """Begin to watch all cameras."""
        self._is_open = True
        self.follow()

    def follow(self) -> None:
        """Start, stop and restart cameras so that they are as the store has them now."""
        with self._lock:
            if not self._is_open:
                return
            wanted = {c.name: c for c in self._store.cameras.all() if _is_watched(c)}
            for name, watch in list(self._running.items()):
                if wanted.get(name) != watch.camera:
                    watch.stop()
                    del self._running[name]
            for name in wanted.keys() - self._running.keys():
                self._running[name] = _Watch(
                    wanted[name], self._pipeline, self._keeper, self._events
                )

    def close(self) -> None:
        """Stop watching; plates in sight are told before."""
        with self._lock:
            self._is_open = False
            for watch in self._running.values():
                watch.ask_to_stop()
            for watch in self._running.values():
                watch.stop()
            self._running.clear()

    def status(self, name: str) -> CameraStatus:
        """Say how a camera does."""
        watch = self._running.get(name)
        return watch.status if watch else CameraStatus("off")


class _Watch:
    """The thread of one camera. A source that fails is tried again, later each time."""

    def __init__(
        self, camera: Camera, pipeline: Pipeline, keeper: Keeper, events: EventBus
    ) -> None:
        self.camera = camera
        self.status = CameraStatus("starting")
        self._pipeline = pipeline
        self._keeper = keeper
        self._events = events
        self._stop = Event()
        self._frames: FrameSource | None = None
        self._thread = Thread(target=self._run, name=f"camera-{camera.name}", daemon=True)
        self._thread.start()

    def ask_to_stop(self) -> None:
        """Let it end soon."""
        self._stop.set()
        if self._frames is not None:
            self._frames.close()

    def stop(self) -> None:
        """Let it end, and wait for that."""
        self.ask_to_stop()
        self._thread.join()

    def _run(self) -> None:
        again_s = _AGAIN_S
        while not self._stop.is_set():
            try:
                with self._open() as frames:
                    self._follow(frames)
                    again_s = _AGAIN_S
                if not frames.is_live:
                    self._set("ended")
                    return
            except PlatelensError as error:
                self._set("failing", hide_password(str(error)))
            except Exception:
                _LOG.exception("camera %s failed", self.camera.name)
                self._set("failing", "an unexpected error; see the log")
            self._stop.wait(again_s)
            again_s = min(2 * again_s, _LONGEST_AGAIN_S)

    @contextmanager
    def _open(self) -> Iterator[FrameSource]:
        # The service goes without the extra `video`, until a camera is to be watched.
        try:
            from platelens.imaging.video import VideoSettings, open_video  # noqa: PLC0415  # above
        except ModuleNotFoundError as error:
            raise ExtraError(
                f"cameras need {error.name}: pip install 'platelens[video]'"
            ) from error
        fps = camera_settings(self.camera).fps
        with open_video(
            self.camera.source, settings=VideoSettings(fps=fps, retries=_RETRIES)
        ) as frames:
            self._frames = frames
            if self._stop.is_set():
                frames.close()
            try:
                yield frames
            finally:
                self._frames = None

    def _follow(self, frames: FrameSource) -> None:
        from platelens.pipeline.video import Watcher  # noqa: PLC0415  # as in `_open`

        watcher = Watcher(self._pipeline, _watch_settings(camera_settings(self.camera)))
        began = datetime.now(UTC)
        with closing(watcher.watch_frames(frames)) as pictures:
            for watched in pictures:
                if self.status.state != "watching":
                    self._set("watching")
                clock = _clock(began, watched, is_live=frames.is_live)
                for found in watched.passes:
                    self._keeper.keep_pass(found, self.camera.name, clock)

    def _set(self, state: State, detail: str = "") -> None:
        if self._stop.is_set():
            return
        status = CameraStatus(state, detail)
        if status != self.status:
            self.status = status
            _LOG.info("camera %s: %s %s", self.camera.name, state, detail)
            told = {"camera": self.camera.name, "state": state, "detail": detail}
            self._events.publish("camera", told)


def _is_watched(camera: Camera) -> bool:
    return bool(camera.source) and camera_settings(camera).active


def _watch_settings(use: CameraSettings) -> WatchSettings:
    from platelens.pipeline.video import WatchSettings  # noqa: PLC0415  # as in `_open`

    return WatchSettings(
        min_confidence=use.min_confidence,
        duplicate_s=use.duplicate_s,
        park_s=use.park_s,
        roi=tuple(use.roi),
    )


def _clock(began: datetime, watched: Watched, *, is_live: bool) -> Callable[[float], datetime]:
    """Give what turns a source's times into those of the wall.

    A live picture is one of now, whatever its source says; a file begins when it is begun.
    """
    now_s = watched.frame.time_s
    zero = datetime.now(UTC) - timedelta(seconds=now_s) if is_live else began
    return lambda time_s: zero + timedelta(seconds=time_s)
