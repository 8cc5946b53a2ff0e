import os
from pathlib import Path

import numpy as np
import pytest

from platelens.errors import ImageError
from platelens.imaging import decode, encode, from_array, load, save

IMAGE = from_array(
    np.repeat(np.repeat(np.arange(48, dtype=np.uint8).reshape(4, 4, 3) * 5, 8, 0), 8, 1),
    order="rgb",
)


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".tif", ".tiff", ".PNG"])
def test_lossless_formats_give_the_same_pixels_back(suffix: str) -> None:
    np.testing.assert_array_equal(decode(encode(IMAGE, suffix)), IMAGE)


@pytest.mark.parametrize("suffix", [".jpg", ".jpeg", ".webp"])
def test_lossy_formats_stay_near(suffix: str) -> None:
    difference = np.abs(decode(encode(IMAGE, suffix)).astype(int) - IMAGE)
    assert difference.mean() < 8


def test_unknown_suffix_is_refused() -> None:
    with pytest.raises(ImageError, match=r"cannot write '\.gif' files; known: \.bmp"):
        encode(IMAGE, ".gif")


def test_image_too_large_for_the_format_is_refused() -> None:
    wide = from_array(np.zeros((1, 70_000), dtype=np.uint8), order="rgb")
    with pytest.raises(ImageError, match=r"70000x1 pixels does not fit a \.webp file"):
        encode(wide, ".webp")


def test_save_and_load(tmp_path: Path) -> None:
    save(IMAGE, tmp_path / "plate.png")
    np.testing.assert_array_equal(load(tmp_path / "plate.png"), IMAGE)


def test_save_names_the_file_and_the_cause(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match=r"missing.x\.png: cannot be written: No such file"):
        save(IMAGE, tmp_path / "missing" / "x.png")
    with pytest.raises(ImageError, match=r"x\.gif: cannot write '\.gif'"):
        save(IMAGE, tmp_path / "x.gif")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_save_without_permission(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(ImageError, match="cannot be written: Permission denied"):
        save(IMAGE, tmp_path / "x.png")
