import itertools
import logging
import re
import threading
import wave
from pathlib import Path

import av
import numpy as np
import pytest

from platelens.errors import VideoError
from platelens.imaging.video import VideoSettings, open_video
from platelens.types import Frame
from tests.imaging.video import clips
from tests.imaging.video.clips import Look, even, numbers_of, write_clip


def read_all(path: Path, settings: VideoSettings | None = None) -> list[Frame]:
    with open_video(str(path), settings=settings or VideoSettings()) as source:
        return list(source)


def times_of(frames: list[Frame]) -> list[float]:
    return [frame.time_s for frame in frames]


@pytest.mark.parametrize(
    ("name", "look"),
    [
        ("a.mp4", Look()),
        ("a.mkv", Look()),
        ("a.ts", Look()),
        ("a.avi", Look(codec="mpeg4")),
        ("a.mjpeg", Look(codec="mjpeg")),
        ("a.264", Look(format="h264")),
        ("with:colon.mp4", Look()),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_picture_comes_in_order_at_its_time(tmp_path: Path, name: str, look: Look) -> None:
    (tmp_path / "x").mkdir()
    plain = write_clip(tmp_path / "x" / name.replace(":", ""), even(40), look)
    path = plain.rename(tmp_path / name)
    with open_video(str(path)) as source:
        frames = list(source)
        assert (source.is_live, source.size_hw, source.fps) == (False, clips.SIZE_HW, 25.0)
        assert (source.lost, source.reconnects) == (0, 0)
    assert numbers_of(frames) == list(range(40))
    assert [frame.number for frame in frames] == list(range(40))
    assert times_of(frames) == pytest.approx(even(40), abs=0.002)


def test_pictures_are_contiguous_rgb(tmp_path: Path) -> None:
    frame = read_all(write_clip(tmp_path / "a.mp4", even(3)))[2]
    assert frame.image.dtype == np.uint8
    assert frame.image.flags.c_contiguous
    assert clips.is_near(frame.image[60, 20], clips.RED)
    assert clips.is_near(frame.image[60, 100], clips.BLUE)
    assert clips.is_near(frame.image[90, 150], clips.GREEN)


@pytest.mark.parametrize("standard", ["ITU601", "ITU709"])
@pytest.mark.parametrize("full", [False, True], ids=["tv_range", "full_range"])
def test_colours_follow_the_tags(tmp_path: Path, standard: str, *, full: bool) -> None:
    space = av.video.reformatter.Colorspace[standard]
    levels = av.video.reformatter.ColorRange.JPEG if full else av.video.reformatter.ColorRange.MPEG
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream(clips.CODEC, rate=25)
        assert isinstance(stream, av.VideoStream)
        stream.height, stream.width = clips.SIZE_HW
        stream.pix_fmt = "yuv420p"
        stream.codec_context.colorspace = 1 if standard == "ITU709" else 6
        stream.codec_context.color_range = levels.value
        frame = av.VideoFrame.from_ndarray(clips.numbered(5), format="rgb24")
        frame = frame.reformat(format="yuv420p", dst_colorspace=space, dst_color_range=levels)
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    image = read_all(path)[0].image
    spots = {(60, 20): clips.RED, (60, 100): clips.BLUE, (90, 150): clips.GREEN}
    assert {spot: clips.is_near(image[spot], colour) for spot, colour in spots.items()} == (
        dict.fromkeys(spots, True)
    )


def test_uneven_times_are_kept(tmp_path: Path) -> None:
    gaps = [0.033, 0.05, 0.016, 0.2, 0.033, 1.5, 0.02, 0.04]
    times = [0.0, *itertools.accumulate(gaps)]
    frames = read_all(write_clip(tmp_path / "phone.mp4", times))
    assert numbers_of(frames) == list(range(len(times)))
    assert times_of(frames) == pytest.approx(times, abs=0.002)


@pytest.mark.parametrize(
    "turn",
    [
        (90.0, False, False),
        (180.0, False, False),
        (270.0, False, False),
        (0.0, True, False),
        (0.0, False, True),
        (90.0, True, False),
    ],
    ids=str,
)
def test_rotation_is_applied(tmp_path: Path, turn: tuple[float, bool, bool]) -> None:
    path = write_clip(tmp_path / "a.mp4", even(3), Look(turn=turn))
    degrees, across, down = turn
    expected = np.rot90(clips.numbered(1), round(degrees / 90))  # counter-clockwise, as FFmpeg's
    expected = expected[:, ::-1] if across else expected
    expected = expected[::-1] if down else expected
    with open_video(str(path)) as source:
        frames = list(source)
        assert source.size_hw == expected.shape[:2]
    assert frames[1].image.shape == expected.shape
    assert frames[1].image.flags.c_contiguous
    assert np.abs(frames[1].image.astype(int) - expected).mean() < 12


@pytest.mark.parametrize("name", ["a.mp4", "a.ts", "a.mkv", "a.264"])
@pytest.mark.parametrize("key_every", [12, 200])
def test_start_and_end_are_exact(tmp_path: Path, name: str, key_every: int) -> None:
    look = Look(key_every=key_every, format="h264" if name.endswith("264") else None)
    path = write_clip(tmp_path / name, even(100), look)
    frames = read_all(path, VideoSettings(start_s=1.4, end_s=2.0))
    assert numbers_of(frames) == list(range(35, 50))
    assert times_of(frames) == pytest.approx(even(100)[35:50], abs=0.002)
    assert [frame.number for frame in frames] == list(range(15))


def test_start_far_into_a_file_does_not_decode_what_is_before(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mp4", even(200), Look(noise=True, key_every=10))
    damage(path, range(100))
    with open_video(str(path), settings=VideoSettings(start_s=7)) as source:
        assert numbers_of(list(source)) == list(range(175, 200))
        assert source.lost == 0


def test_sampling_keeps_the_average(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mp4", even(100))
    frames = read_all(path, VideoSettings(fps=10))
    assert len(frames) == 40
    assert numbers_of(frames) == [frame.number for frame in frames]
    assert numbers_of(frames)[:5] == [0, 3, 5, 8, 10]
    assert len(read_all(path, VideoSettings(fps=60))) == 100


def test_change_of_resolution_is_followed(tmp_path: Path) -> None:
    small = write_clip(tmp_path / "small.ts", even(10)).read_bytes()
    large = write_clip(tmp_path / "large.ts", even(10), Look(size_hw=(192, 320))).read_bytes()
    path = tmp_path / "both.ts"
    path.write_bytes(small + large)
    with open_video(str(path)) as source:
        frames = []
        for frame in source:
            assert source.size_hw == frame.image.shape[:2]
            frames.append(frame)
    assert [frame.image.shape[:2] for frame in frames] == [(96, 160)] * 10 + [(192, 320)] * 10
    assert numbers_of(frames) == [*range(10), *range(10)]
    gaps = np.diff(times_of(frames))
    assert (gaps > 0).all()


def test_joined_recordings_go_on(tmp_path: Path) -> None:
    part = write_clip(tmp_path / "part.ts", even(100)).read_bytes()
    path = tmp_path / "both.ts"
    path.write_bytes(part + part)
    frames = read_all(path)
    assert times_of(frames) == pytest.approx(even(200), abs=0.002)


def damage(path: Path, numbers: range) -> None:
    """Overwrite some packets of an MP4 file."""
    data = bytearray(path.read_bytes())
    with av.open(str(path)) as container:
        packets = [(p.pos, p.size) for p in container.demux(video=0) if p.pos is not None]
    for position, size in packets[numbers.start : numbers.stop]:
        data[position : position + size] = np.random.default_rng(0).bytes(size)
    path.write_bytes(data)


def test_damaged_packets_are_skipped_and_counted(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mp4", even(60), Look(noise=True, key_every=10))
    damage(path, range(33, 36))
    with open_video(str(path)) as source:
        frames = list(source)
        assert 1 <= source.lost <= 9
        assert len(frames) + source.lost >= 55
    numbers = numbers_of(frames)
    assert numbers[:30] == list(range(30))
    assert numbers[-15:] == list(range(45, 60))
    assert (np.diff(times_of(frames)) > 0).all()


@pytest.mark.parametrize("name", ["cut.mp4", "cut.mkv"])
def test_truncated_file_gives_what_it_has(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    whole = write_clip(tmp_path / "whole.mp4", even(100), Look(noise=True))
    options = {"movflags": "faststart"} if name.endswith("mp4") else {}
    path = clips.remux(whole, tmp_path / name, **options)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 6 // 10])
    with caplog.at_level(logging.WARNING):
        frames = read_all(path)
    assert 45 <= len(frames) <= 70
    assert numbers_of(frames) == list(range(len(frames)))
    (said,) = re.findall(r"ends at (\S+) s, though its header says 4.0 s", caplog.text)
    assert float(said) == pytest.approx(len(frames) / 25, abs=0.11)


def test_whole_file_is_not_called_truncated(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("a.mp4", "a.mkv", "a.ts"):
        read_all(write_clip(tmp_path / name, even(30)))
    assert caplog.text == ""


def make_bad(folder: Path, kind: str) -> Path:
    path = folder / "bad.mp4"
    if kind == "directory":
        path = folder / "bad.mp4.d" / "x.mp4"
        path.mkdir(parents=True)
    elif kind == "empty":
        path.touch()
    elif kind == "noise":
        path.write_bytes(np.random.default_rng(0).bytes(50_000))
    elif kind == "text":
        path = folder / "bad.txt"
        path.write_text("hello world\n" * 500)
    elif kind == "truncated":  # the index of an MP4 stands at its end
        write_clip(path, even(50), Look(noise=True))
        path.write_bytes(path.read_bytes()[:40_000])
    elif kind == "sound":
        path = folder / "bad.wav"
        with wave.open(str(path), "wb") as sound:
            sound.setparams((1, 2, 8000, 0, "NONE", ""))
            sound.writeframes(b"\0\1" * 8000)
    return path


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("missing", "no such file"),
        ("empty", "the file is empty"),
        ("noise", "not a video that FFmpeg can read, or it is truncated or damaged"),
        ("truncated", "not a video that FFmpeg can read, or it is truncated or damaged"),
        ("text", "there are no pictures in it"),
        ("sound", "there are no pictures in it"),
        ("directory", "no picture in this folder"),
    ],
)
def test_bad_file_is_named_with_the_cause(tmp_path: Path, kind: str, message: str) -> None:
    path = make_bad(tmp_path, kind)
    with pytest.raises(VideoError) as caught:
        open_video(str(path))
    assert str(caught.value).startswith(f"{path}: {message}")


def test_nul_in_a_name_is_an_error() -> None:
    with pytest.raises(VideoError, match="null"):
        open_video("a\0b.mp4")


def test_start_after_the_end_is_an_error(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mp4", even(25))
    with pytest.raises(VideoError, match="no picture from 7 s on can be decoded"):
        open_video(str(path), settings=VideoSettings(start_s=7))


def test_close_ends_it(tmp_path: Path) -> None:
    source = open_video(str(write_clip(tmp_path / "a.mp4", even(100))))
    frames = []
    for frame in source:
        frames.append(frame)
        if len(frames) == 5:
            thread = threading.Thread(target=source.close)
            thread.start()
            thread.join(5)
    source.close()
    assert numbers_of(frames) == [0, 1, 2, 3, 4]
    assert list(source) == []
