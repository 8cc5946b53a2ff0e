from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from platelens import imaging
from platelens.datasets.index import write_samples
from platelens.datasets.sample import LabelledPlate, Sample
from platelens.datasets.synth.backgrounds import Backgrounds
from platelens.errors import ImageError
from platelens.types import Box, RgbImage


def save(path: Path, colour: tuple[int, int, int], size_hw: tuple[int, int] = (100, 200)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    imaging.save(RgbImage(np.full((*size_hw, 3), colour, np.uint8)), path)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save(tmp_path / "red.png", (250, 0, 0))
    save(tmp_path / "below" / "green.PNG", (0, 250, 0))
    (tmp_path / "notes.txt").write_text("no picture", encoding="utf-8")
    return tmp_path


def test_pictures_are_found_below_a_folder(folder: Path) -> None:
    grounds = Backgrounds(folder)
    rng = np.random.default_rng(0)
    seen = {tuple(grounds.whole(rng, 960).pixels[5, 5].tolist()) for _ in range(30)}
    assert seen == {(250, 0, 0), (0, 250, 0)}
    whole = grounds.whole(rng, 50)
    assert whole.pixels.shape == (25, 50, 3)
    assert list(whole.corners) == []


def test_labelled_plates_are_known_and_scaled(tmp_path: Path) -> None:
    image = save(tmp_path / "images" / "a.png", (9, 9, 9))
    save(tmp_path / "images" / "not_listed.png", (250, 0, 0))
    plates = (
        LabelledPlate(Box(20, 40, 60, 60), None, None),
        LabelledPlate(Box(0, 0, 8, 4), None, "A"),
    )
    write_samples([Sample(image, 200, 100, plates)], tmp_path)
    grounds = Backgrounds(tmp_path)
    for seed in range(8):
        whole = grounds.whole(np.random.default_rng(seed), 100)
        assert (whole.pixels == 9).all()
        np.testing.assert_allclose(whole.corners[0], [[10, 20], [30, 20], [30, 30], [10, 30]])
        assert len(whole.corners) == 2


@pytest.mark.parametrize("size_hw", [(30, 90), (90, 30), (200, 600), (1, 1)], ids=str)
def test_pieces_have_the_wanted_size(folder: Path, size_hw: tuple[int, int]) -> None:
    grounds, colours = Backgrounds(folder), Backgrounds(None)
    rng = np.random.default_rng(0)
    from_pictures = 0
    for _ in range(40):
        piece = grounds.piece(rng, size_hw)
        assert piece.shape == (*size_hw, 3)
        assert piece.dtype == np.uint8
        from_pictures += tuple(piece[0, 0]) in {(250, 0, 0), (0, 250, 0)}
        assert colours.piece(rng, size_hw).shape == (*size_hw, 3)
    assert 20 < from_pictures < 40


def test_without_a_folder_there_are_colours() -> None:
    rng = np.random.default_rng(0)
    seen = [Backgrounds(None).whole(rng, 300).pixels for _ in range(10)]
    assert len({s.tobytes() for s in seen}) == 10
    assert all(s.shape[1] == 300 and 160 < s.shape[0] < 245 for s in seen)


def test_a_folder_without_pictures_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="no picture was found"):
        Backgrounds(tmp_path)
    with pytest.raises(ImageError, match="no picture was found"):
        Backgrounds(tmp_path / "missing")
