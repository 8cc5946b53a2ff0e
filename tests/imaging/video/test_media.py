import sys

import av
import pytest

from platelens.imaging.video.media import cause, shown, to_image


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("rtsp://user:pass@host/a", "rtsp://user:***@host/a"),
        ("rtsp://user@host:554/a", "rtsp://user@host:554/a"),
        ("http://host:80/a@b", "http://host:80/a@b"),
        ("clips/a.mp4", "clips/a.mp4"),
    ],
)
def test_passwords_are_not_shown(source: str, expected: str) -> None:
    assert shown(source) == expected


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (av.error.ConnectionRefusedError(111, "x"), "connection refused"),
        (OSError(28, "No space left on device"), "No space left on device"),
        (ValueError("what it is"), "what it is"),
    ],
    ids=["ffmpeg", "system", "other"],
)
def test_cause_is_said_in_words(error: Exception, expected: str) -> None:
    assert cause(error) == expected


def test_a_picture_leaves_nothing_behind() -> None:
    """A frame in a cycle of references would stay until Python looks for such cycles."""
    frame = av.VideoFrame(64, 48, "yuv420p")
    known = sys.getrefcount(frame)
    assert to_image(frame).shape == (48, 64, 3)
    assert sys.getrefcount(frame) == known
