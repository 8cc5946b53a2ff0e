from pathlib import Path

import pytest

from platelens import imaging
from platelens.errors import VideoError
from platelens.imaging.video import VideoSettings, open_video
from tests.imaging.video.clips import numbered, numbers_of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Pictures 0 to 11, whose names sort otherwise as text than as numbers, and a note."""
    for number in range(12):
        image = imaging.from_array(numbered(number), order="rgb")
        imaging.save(image, tmp_path / f"ride2_{number}.png")
    (tmp_path / "notes.txt").write_text("not a picture")
    return tmp_path


@pytest.mark.parametrize("pattern", ["", "*.png", "ride*"])
def test_pictures_come_in_the_order_of_their_numbers(folder: Path, pattern: str) -> None:
    with open_video(str(folder / pattern), settings=VideoSettings(fps=2)) as source:
        frames = list(source)
        assert (source.is_live, source.fps, source.size_hw) == (False, 2, (96, 160))
    assert numbers_of(frames) == list(range(12))
    assert [frame.time_s for frame in frames] == [n / 2 for n in range(12)]


def test_start_and_end(folder: Path) -> None:
    settings = VideoSettings(fps=2, start_s=1, end_s=3)
    with open_video(str(folder), settings=settings) as source:
        frames = list(source)
    assert numbers_of(frames) == [frame.number for frame in frames] == [2, 3, 4, 5]
    with pytest.raises(VideoError, match="12 pictures are less than 99 s"):
        open_video(str(folder), settings=VideoSettings(start_s=99))


def test_one_picture_is_a_short_video(folder: Path) -> None:
    with open_video(str(folder / "ride2_7.png")) as source:
        assert numbers_of(source) == [7]


def test_broken_pictures_are_left_out_and_counted(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for number in (0, 5):
        (folder / f"ride2_{number}.png").write_bytes(b"\x89PNG")
    with open_video(str(folder)) as source:
        frames = list(source)
        assert source.lost == 2
    assert numbers_of(frames) == [frame.number for frame in frames] == [1, 2, 3, 4, *range(6, 12)]
    assert "ride2_5.png: " in caplog.text


def test_only_broken_pictures_are_an_error(folder: Path) -> None:
    for path in folder.glob("*.png"):
        path.write_bytes(b"")
    with pytest.raises(VideoError, match=r"\.png: the file is empty"):
        open_video(str(folder))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("sub", "no picture in this folder"),
        ("*.jpg", "matches no picture"),
        ("a.png", "no such file"),
    ],
)
def test_nothing_there_is_an_error(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "sub").mkdir()
    with pytest.raises(VideoError, match=message):
        open_video(str(tmp_path / name))


def test_close_ends_it(folder: Path) -> None:
    source = open_video(str(folder))
    next(source)
    source.close()
    assert list(source) == []
