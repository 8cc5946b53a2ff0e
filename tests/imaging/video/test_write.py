from pathlib import Path

import av
import numpy as np
import pytest

from platelens import imaging
from platelens.errors import VideoError
from platelens.imaging.video import VideoWriter, open_video, write_video
from platelens.types import Frame, RgbImage
from tests.imaging.video import clips
from tests.imaging.video.clips import numbered, numbers_of


def frames(times_s: list[float], size_hw: tuple[int, int] = clips.SIZE_HW) -> list[Frame]:
    return [
        Frame(imaging.from_array(numbered(number, size_hw), order="rgb"), time_s, number)
        for number, time_s in enumerate(times_s)
    ]


def test_what_is_written_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "out.mp4"
    times = [3.0, 3.04, 3.08, 3.5, 3.54, 4.0]  # of a source that was read from 3 s on
    with write_video(path, 25, clips.SIZE_HW) as video:
        for frame in frames(times):
            video.write(frame)
    with open_video(str(path)) as source:
        read = list(source)
    assert numbers_of(read) == list(range(6))
    assert [frame.time_s + 3 for frame in read] == pytest.approx(times, abs=0.002)
    assert clips.is_near(read[2].image[60, 20], clips.RED)
    assert clips.is_near(read[2].image[60, 100], clips.BLUE)
    with av.open(str(path)) as container:
        assert container.streams.video[0].codec.name == "mpeg4"


def test_letters_stay_sharp(tmp_path: Path) -> None:
    pixels = np.full((240, 320, 3), 200, dtype=np.uint8)
    pixels[100:140, 40:280:4] = 30
    pixels[100:140, 41:280:4] = 30
    image = imaging.from_array(pixels, order="rgb")
    with write_video(tmp_path / "out.mp4", 25, (240, 320)) as video:
        for number in range(10):
            video.write(Frame(image, number / 25, number))
    with open_video(str(tmp_path / "out.mp4")) as source:
        last = list(source)[-1].image
    assert np.abs(last.astype(int) - pixels).mean() < 3


@pytest.mark.parametrize("size_hw", [(95, 161), (97, 33), (16, 16)], ids=str)
def test_odd_sizes(tmp_path: Path, size_hw: tuple[int, int]) -> None:
    with write_video(tmp_path / "out.mp4", 12.5, size_hw) as video:
        for frame in frames([0.0, 0.08, 0.16], size_hw):
            video.write(frame)
    with open_video(str(tmp_path / "out.mp4")) as source:
        assert [frame.image.shape[:2] for frame in source] == [size_hw] * 3


def test_pictures_of_another_size_are_scaled(tmp_path: Path) -> None:
    with write_video(tmp_path / "out.mp4", 25, (192, 320)) as video:
        for frame in frames([0.0, 0.04]):
            video.write(frame)
    with open_video(str(tmp_path / "out.mp4")) as source:
        assert numbers_of(source) == [0, 1]
        assert source.size_hw == (192, 320)


def test_times_that_do_not_grow_are_moved(tmp_path: Path) -> None:
    with write_video(tmp_path / "out.mp4", 25, clips.SIZE_HW) as video:
        for frame in frames([0.0, 0.0, 0.0001, 0.04]):
            video.write(frame)
    with open_video(str(tmp_path / "out.mp4")) as source:
        assert numbers_of(source) == [0, 1, 2, 3]


def test_file_of_a_program_that_was_killed_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "out.mp4"
    with write_video(path, 25, clips.SIZE_HW) as video:
        for frame in frames([number / 25 for number in range(100)]):
            video.write(frame)
        (tmp_path / "killed.mp4").write_bytes(path.read_bytes())
    with open_video(str(tmp_path / "killed.mp4")) as source:
        numbers = numbers_of(source)
    assert len(numbers) >= 40
    assert numbers == list(range(len(numbers)))


def test_nothing_written_is_an_empty_file(tmp_path: Path) -> None:
    with write_video(tmp_path / "out.mp4", 25, clips.SIZE_HW):
        pass
    with pytest.raises(VideoError, match="the file is empty"):
        open_video(str(tmp_path / "out.mp4"))


@pytest.mark.parametrize("name", ["missing/out.mp4", "."])
def test_unwritable_file_is_an_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(VideoError, match="cannot be written"):
        write_video(tmp_path / name, 25, clips.SIZE_HW)


def test_full_disk_is_an_error() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full here")
    pixels = np.random.default_rng(0).integers(0, 255, (480, 640, 3), dtype=np.uint8)
    image = imaging.from_array(pixels, order="rgb")
    with pytest.raises(VideoError, match="No space left"):
        fill(write_video("/dev/full", 25, (480, 640)), image)


def fill(video: VideoWriter, image: RgbImage) -> None:
    with video:
        for number in range(30):
            video.write(Frame(image, number / 25, number))
