from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typer.testing import Result

from platelens import imaging
from platelens.types import Frame, RgbImage

Run = Callable[..., Result]
Street = Callable[..., RgbImage]


def redness(image: RgbImage) -> float:
    """How red the place of the first plate is."""
    part = image[16:40, 40:62].astype(int)
    return float((part[..., 0] - part[..., 1]).mean())


def test_pictures_lose_their_plates(run: Run, photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = run("redact", photos, "--out", out, "--black", "--detector", "detector_small")
    assert (result.exit_code, result.stderr) == (0, "")
    assert [line.split("\t")[1] for line in result.stdout.splitlines()] == [
        "1 plates hidden",
        "2 plates hidden",
        "0 plates hidden",
    ]
    before, after = imaging.load(photos / "a.png"), imaging.load(out / "a.jpg")
    assert redness(before) > 100
    assert redness(after) < 10
    assert np.abs(after[80:].astype(int) - before[80:]).max() < 20
    again = run("read", out, "--json", "--min-confidence", "0.5")
    assert '"text": "A"' not in again.stdout


def test_one_bad_file_does_not_stop_the_others(run: Run, photos: Path, tmp_path: Path) -> None:
    (photos / "bad.png").write_bytes(b"no picture")
    out = tmp_path / "out"
    result = run("redact", photos, "--out", out, "--detector", "detector_small")
    assert result.exit_code == 1
    assert "bad.png" in result.stderr
    assert sorted(path.name for path in out.iterdir()) == ["a.jpg", "b.jpg", "none.jpg"]


def test_videos_lose_their_plates(run: Run, street: Street, tmp_path: Path) -> None:
    pytest.importorskip("av")
    from platelens.imaging.video import open_video, write_video

    clip, out = tmp_path / "clip.mp4", tmp_path / "out"
    with write_video(clip, 5, (128, 128)) as video:
        for number in range(10):
            video.write(Frame(street(*("A" if number < 5 else "")), number / 5, number))
    result = run("redact", clip, "--out", out, "--black", "--detector", "detector_small")
    assert result.exit_code == 0, result.stderr
    with open_video(str(out / "clip.mp4")) as frames:
        pictures = [frame.image for frame in frames]
    assert len(pictures) == 10
    assert max(redness(image) for image in pictures) < 10
