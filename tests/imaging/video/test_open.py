from pathlib import Path

import pytest

from platelens.errors import VideoError
from platelens.imaging.video import open_video
from tests.imaging.video.clips import even, numbers_of, write_clip
from tests.imaging.video.servers import web_folder


def test_video_of_a_web_server_is_read_whole(tmp_path: Path) -> None:
    write_clip(tmp_path / "a.mp4", even(100))
    with web_folder(tmp_path) as address, open_video(f"{address}/a.mp4?x=1") as source:
        assert not source.is_live
        assert numbers_of(source) == list(range(100))


def test_missing_video_of_a_web_server_is_an_error(tmp_path: Path) -> None:
    with web_folder(tmp_path) as address, pytest.raises(VideoError, match=r"\(404\)"):
        open_video(f"{address}/a.mp4")


def test_unknown_kind_of_address_names_the_known_ones() -> None:
    with pytest.raises(VideoError, match=r"^ftp://u:\*\*\*@h/a.mp4: unknown kind .*rtsp://"):
        open_video("ftp://u:secret@h/a.mp4")
