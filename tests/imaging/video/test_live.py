import itertools
import logging
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from platelens.errors import VideoError
from platelens.imaging.video import FrameSource, VideoSettings, open_video
from platelens.imaging.video.live import StreamClock
from tests.imaging.video import servers
from tests.imaging.video.clips import Look, even, number_of, numbers_of, write_clip
from tests.imaging.video.servers import Camera, camera, motion_jpeg

ROOT = Path(__file__).parents[3]
ONCE = VideoSettings(retries=0, open_timeout_s=20, read_timeout_s=20)


def web(one: Camera) -> str:
    return f"http://127.0.0.1:{one.port}/video"


def transport_clip(folder: Path, count: int, look: Look | None = None) -> bytes:
    return write_clip(folder / "clip.ts", even(count), look).read_bytes()


def wait_until_over(source: FrameSource) -> float:
    """Close `source` from another thread; gives how long that and the end of its reader took."""
    before = time.monotonic()
    thread = threading.Thread(target=source.close)
    thread.start()
    assert list(source) == []
    thread.join(10)
    return time.monotonic() - before


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([(None, 0.0), (None, 0.3)], [0.0, 0.3]),
        ([(7.0, 0.0), (7.04, 0.05), (7.08, 0.08), (7.12, 0.2)], [0.0, 0.04, 0.08, 0.12]),
        ([(0.0, 0.0), (0.04, 0.001), (0.08, 0.002)], [0.0, 0.001, 0.002]),  # a burst: never early
        ([(0.0, 0.0), (0.04, 2.0), (0.08, 2.04)], [0.0, 2.0, 2.04]),  # a pause
        ([(5.0, 0.0), (0.0, 0.04), (0.04, 0.08)], [0.0, 0.04, 0.08]),  # times from 0 again
        ([(0.0, 0.0), (9.0, 0.04), (9.04, 0.08)], [0.0, 0.04, 0.08]),  # a jump
    ],
    ids=["no_times", "jitter", "burst", "pause", "again", "jump"],
)
def test_clock(pairs: list[tuple[float | None, float]], expected: list[float]) -> None:
    clock = StreamClock()
    assert [clock.time_s(stamp, now) for stamp, now in pairs] == pytest.approx(expected)


def test_motion_jpeg_over_http() -> None:
    with camera(motion_jpeg(None)) as one, open_video(web(one), settings=ONCE) as source:
        assert (source.is_live, source.size_hw) == (True, None)
        frames = list(itertools.islice(source, 20))
        assert source.size_hw == (96, 160)
        assert (source.fps, source.reconnects) == (None, 0)
    numbers = numbers_of(frames)
    times = [frame.time_s for frame in frames]
    assert numbers == sorted(set(numbers))
    assert numbers == [frame.number for frame in frames]
    assert times[0] < 0.2  # only pictures that were left out came before
    assert times == sorted(set(times))


def test_transport_stream_over_tcp(tmp_path: Path) -> None:
    handle = servers.transport_stream(transport_clip(tmp_path, 50), duration_s=2)
    with camera(handle) as one:
        address = f"tcp://127.0.0.1:{one.port}"
        with open_video(address, settings=ONCE) as source:
            frames = list(source)  # its end is the end, without retries
            lost = source.lost
    numbers = numbers_of(frames)
    assert numbers == sorted(set(numbers))
    assert numbers[-1] == 49
    assert len(numbers) + lost == 50


def test_rtsp(tmp_path: Path) -> None:
    handle = servers.rtsp(transport_clip(tmp_path, 75), duration_s=3)
    with camera(handle) as one:
        address = f"rtsp://user:secret@127.0.0.1:{one.port}/stream"
        with open_video(address, settings=ONCE) as source:
            frames = list(itertools.islice(source, 20))
    numbers = numbers_of(frames)
    assert numbers == sorted(set(numbers))
    assert len(numbers) == 20
    spans = frames[-1].time_s - frames[5].time_s, (numbers[-1] - numbers[5]) / 25
    assert spans[0] == pytest.approx(spans[1], abs=0.5)


def test_change_of_resolution_is_followed(tmp_path: Path) -> None:
    clip = transport_clip(tmp_path, 25)
    clip += transport_clip(tmp_path, 25, Look(size_hw=(192, 320)))
    with camera(servers.transport_stream(clip, duration_s=2)) as one:
        address = f"tcp://127.0.0.1:{one.port}"
        with open_video(address, settings=ONCE) as source:
            frames = list(source)
            assert source.size_hw == (192, 320)
    sizes = [frame.image.shape[:2] for frame in frames]
    assert set(sizes) == {(96, 160), (192, 320)}
    assert sizes == sorted(sizes)
    times = [frame.time_s for frame in frames]
    assert times == sorted(set(times))


def test_newest_pictures_win() -> None:
    with camera(motion_jpeg(None)) as one, open_video(web(one), settings=ONCE) as source:
        first = next(source)
        time.sleep(1)
        missed, newer = next(source), next(source)
        assert missed.number - first.number >= 25  # of 50
        assert newer.number - missed.number <= 12  # what waits is new, and there is little of it
        assert source.lost >= newer.number - first.number - 5


def test_stream_that_stops_and_returns_is_found_again(caplog: pytest.LogCaptureFixture) -> None:
    settings = VideoSettings(retries=3)
    with (
        caplog.at_level(logging.WARNING),
        camera(motion_jpeg(10, None)) as one,
        open_video(web(one), settings=settings) as source,
    ):
        frames = []
        for frame in source:
            frames.append(frame)
            if source.reconnects and len(frames) > 15:
                break
        assert source.reconnects == 1
    gaps = [b.time_s - a.time_s for a, b in itertools.pairwise(frames)]
    assert 0.9 < max(gaps) < 5  # the time went on by the wall clock
    assert min(gaps) > 0
    assert [b.number > a.number for a, b in itertools.pairwise(frames)] == [True] * len(gaps)
    assert "trying again in 1 s" in caplog.text


def test_server_that_is_switched_off_and_on_is_found_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with (
        caplog.at_level(logging.WARNING),
        camera(motion_jpeg(None)) as one,
        open_video(web(one)) as source,
    ):
        next(source)
        one.stop()
        switch_on = threading.Timer(1.5, one.start)
        switch_on.start()
        while not source.reconnects:
            next(source)
        switch_on.join()
    assert "connection refused; trying again in 2 s" in caplog.text


@pytest.mark.parametrize("scheme", ["rtsp", "http", "tcp"])
def test_refused_connection_gives_up_at_once(scheme: str) -> None:
    with camera(servers.silence) as one:
        pass  # nothing listens there any more
    address = f"{scheme}://user:secret@127.0.0.1:{one.port}/a"
    with open_video(address, settings=VideoSettings(retries=0)) as source:
        with pytest.raises(VideoError) as caught:
            next(source)
        with pytest.raises(VideoError):  # and it stays so
            next(source)
    expected = f"{scheme}://user:***@127.0.0.1:{one.port}/a: connection refused"
    assert str(caught.value) == expected


def test_retries_are_counted() -> None:
    with camera(servers.silence) as one:
        pass
    before = time.monotonic()
    with (
        open_video(web(one), settings=VideoSettings(retries=1)) as source,
        pytest.raises(VideoError, match=r"connection refused \(after 1 more tries\)"),
    ):
        next(source)
    assert time.monotonic() - before >= 1


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("HTTP/1.1 404 Not Found", r"nothing at this address \(404\)"),
        ("HTTP/1.1 401 Unauthorized", r"user name or password is missing or wrong \(401\)"),
    ],
    ids=["missing", "password"],
)
def test_wrong_address_is_not_tried_again(line: str, message: str) -> None:
    with (
        camera(servers.answer(line)) as one,
        open_video(web(one)) as source,
        pytest.raises(VideoError, match=message),
    ):
        next(source)


def test_missing_webcam_is_an_error() -> None:
    expected = "/dev/video987: no such file or device"
    with open_video("/dev/video987") as source, pytest.raises(VideoError, match=expected):
        next(source)


def test_server_that_never_answers_times_out() -> None:
    settings = VideoSettings(retries=0, open_timeout_s=0.5)
    with (
        camera(servers.silence) as one,
        open_video(web(one), settings=settings) as source,
        pytest.raises(VideoError, match="no answer in time"),
    ):
        next(source)


def test_stream_that_falls_silent_times_out() -> None:
    settings = VideoSettings(retries=0, read_timeout_s=1)
    handle = motion_jpeg(20, hold_s=60)
    numbers: list[int] = []
    with (
        camera(handle) as one,
        open_video(web(one), settings=settings) as source,
        pytest.raises(VideoError, match="no answer in time"),
    ):
        take(source, numbers)
    assert numbers[-1] >= 18  # what came before is not lost


def take(source: FrameSource, numbers: list[int]) -> None:
    """Note the numbers of all pictures, as they come."""
    for frame in source:
        numbers.append(number_of(frame.image))  # noqa: PERF401  # kept when the source raises


def test_broken_data_are_counted() -> None:
    def handle(request: object, number: int) -> None:
        motion_jpeg(None)(Spoiler(request), number)  # type: ignore[arg-type]  # has what it takes

    with camera(handle) as one, open_video(web(one), settings=ONCE) as source:
        frames = list(itertools.islice(source, 15))
        assert source.lost >= 1
    assert not any(number_of(frame.image) % 5 == 4 for frame in frames)


class Spoiler:
    """A connection on which every fifth JPEG picture is cut down to its first bytes."""

    def __init__(self, request: object) -> None:
        self.rfile = request.rfile  # type: ignore[attr-defined]  # a StreamRequestHandler
        self._file = request.wfile  # type: ignore[attr-defined]  # likewise
        self.wfile = self
        self._count = -1

    def write(self, data: bytes) -> None:
        if self._count >= 0 and self._count % 5 == 4:
            head, _, body = data.partition(b"\r\n\r\n")
            data = head + b"\r\n\r\n" + body[:40].ljust(len(body), b"\0")
        self._count += 1
        self._file.write(data)


def test_end_and_sampling() -> None:
    settings = VideoSettings(start_s=0.4, end_s=1.6, fps=5, retries=0)
    with camera(motion_jpeg(None)) as one, open_video(web(one), settings=settings) as source:
        frames = list(source)
    times = [frame.time_s for frame in frames]
    assert 2 <= len(frames) <= 7
    assert times[0] > 0.39
    assert times[-1] < 1.6


@pytest.mark.parametrize("state", ["playing", "silent", "refused", "connecting"])
def test_close_from_another_thread_takes_less_than_a_second(state: str) -> None:
    handle = {
        "playing": motion_jpeg(None),
        "silent": motion_jpeg(2, hold_s=60),
        "refused": motion_jpeg(0),
        "connecting": servers.silence,
    }[state]
    with camera(handle) as one:
        if state == "refused":
            one.stop()
        source = open_video(web(one))
        if state in ("playing", "silent"):
            next(source)
        time.sleep(0.2)
        assert wait_until_over(source) < 1
        source.close()
        if state == "refused":
            one.start()


def test_program_ends_while_a_stream_is_silent() -> None:
    script = (
        "import sys; from platelens.imaging.video import VideoSettings, open_video\n"
        "source = open_video(sys.argv[1], settings=VideoSettings(read_timeout_s=1000))\n"
        "next(source); print('seen')"
    )
    with camera(motion_jpeg(2, hold_s=1000)) as one:
        result = subprocess.run(
            [sys.executable, "-c", script, web(one)],
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
            timeout=200,  # less than the time limit of reading
            check=False,
        )
    assert (result.returncode, result.stdout, result.stderr) == (0, "seen\n", "")
