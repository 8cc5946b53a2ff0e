from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from platelens import imaging
from platelens.datasets.index import write_samples
from platelens.datasets.sample import LabelledPlate, Sample
from platelens.datasets.synth import Catalogue, FontSet, plate, source
from platelens.datasets.synth.backgrounds import Background, Backgrounds
from platelens.datasets.synth.scenes import PlacedPlate
from platelens.datasets.synth.source import PictureSource, SynthSettings
from platelens.types import Box, RgbImage

CROPS = SynthSettings("crops", 10)
SCENES = SynthSettings("scenes", 10, scene_side_px=400)
OneKind = Callable[..., Catalogue]


@pytest.fixture
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    """A perfect camera, before a black wall; plates without wear."""
    monkeypatch.setattr(plate, "_finish", lambda *_: None)
    monkeypatch.setattr(source, "photograph", lambda _, image, *__: image)
    black = RgbImage(np.zeros((300, 400, 3), np.uint8))
    monkeypatch.setattr(
        Backgrounds, "piece", lambda _, __, hw: RgbImage(np.zeros((*hw, 3), np.uint8))
    )
    monkeypatch.setattr(
        Backgrounds, "whole", lambda *_: Background(black, [])
    )  # fmt: skip


@pytest.mark.parametrize("settings", [CROPS, replace(CROPS, loose=True), SCENES],
                         ids=["crops", "loose", "scenes"])  # fmt: skip
def test_a_picture_depends_on_seed_and_index_only(
    fonts: FontSet, catalogue: Catalogue, settings: SynthSettings
) -> None:
    drawn = PictureSource(settings, fonts, catalogue)
    forward = [drawn.draw(i) for i in range(6)]
    other = PictureSource(settings, fonts, catalogue)
    for index in reversed(range(6)):
        pixels, plates = other.draw(index)
        np.testing.assert_array_equal(pixels, forward[index][0])
        assert plates == forward[index][1]
    assert len({pixels.tobytes() for pixels, _ in forward}) == 6
    changed = PictureSource(replace(settings, seed=1), fonts, catalogue).draw(0)[0]
    assert changed.shape != forward[0][0].shape or (changed != forward[0][0]).any()


def test_crops_are_one_plate_and_nothing_else(fonts: FontSet, catalogue: Catalogue) -> None:
    drawn = PictureSource(CROPS, fonts, catalogue)
    heights = []
    for index in range(80):
        pixels, plates = drawn.draw(index)
        height, width = pixels.shape[:2]
        sample = Sample(Path("a.jpg"), width, height, tuple(plates))
        assert sample.is_crop
        (label,) = plates
        assert label.readable
        assert label.quad is not None
        points = np.array(label.quad.points)
        assert (points >= 0).all()
        assert (points <= (width, height)).all()
        heights.append(height)
    assert {p.region for i in range(80) for p in drawn.draw(i)[1]} == {"xa", "xb-c", None}
    assert min(heights) < 30
    assert max(heights) > 60


@pytest.mark.usefixtures("clean")
def test_the_corners_of_a_loose_crop_are_those_of_the_plate(
    fonts: FontSet, one_kind: OneKind
) -> None:
    kind = one_kind("88", ground=("#ffffff",), ink=("#c0c0c0",))
    drawn = PictureSource(replace(CROPS, loose=True), fonts, kind)
    for index in range(30):
        pixels, (label,) = drawn.draw(index)
        rows, columns = np.nonzero(pixels.max(axis=2) > 40)
        box = label.box
        assert (columns.min(), columns.max() + 1) == pytest.approx((box.x1, box.x2), abs=3)
        assert (rows.min(), rows.max() + 1) == pytest.approx((box.y1, box.y2), abs=3)
        assert label.quad is not None


@pytest.mark.parametrize("heights", [(20, 24), (50, 60)], ids=str)
def test_plates_are_as_high_as_asked(
    fonts: FontSet, one_kind: OneKind, heights: tuple[float, float]
) -> None:
    settings = replace(CROPS, plate_height_px=heights)
    drawn = PictureSource(settings, fonts, one_kind("@@ ###"))
    seen = [drawn.draw(i)[0].shape[0] for i in range(40)]
    assert heights[0] * 0.8 < np.median(seen) < heights[1] * 1.3


@pytest.mark.usefixtures("clean")
def test_scenes_have_as_many_plates_as_asked(fonts: FontSet, catalogue: Catalogue) -> None:
    drawn = PictureSource(replace(SCENES, plates=(2, 2)), fonts, catalogue)
    counts = []
    for index in range(15):
        pixels, plates = drawn.draw(index)
        counts.append(len(plates))
        outside = np.ones(pixels.shape[:2], bool)
        for label in plates:
            assert label.quad is not None
            assert label.text
            box = label.box
            y1, y2, x1, x2 = int(box.y1), int(box.y2) + 1, int(box.x1), int(box.x2) + 1
            assert pixels[y1:y2, x1:x2].any()
            outside[max(0, y1 - 2) : y2 + 2, max(0, x1 - 2) : x2 + 2] = False
        assert not pixels[outside].any()
    assert max(counts) == 2
    assert np.mean(counts) > 1.7


def test_plates_of_a_background_are_covered(
    tmp_path: Path, fonts: FontSet, catalogue: Catalogue
) -> None:
    pixels = np.full((200, 400, 3), 30, np.uint8)
    pixels[90:110, 150:210] = (255, 0, 255)
    (tmp_path / "images").mkdir()
    image = tmp_path / "images" / "a.png"
    imaging.save(RgbImage(pixels), image)
    old = LabelledPlate(Box(150, 90, 210, 110), None, "OLD")
    cut = LabelledPlate(Box(-20, 150, 30, 165), None, None)
    write_samples([Sample(image, 400, 200, (old, cut))], tmp_path)
    settings = replace(SCENES, backgrounds=tmp_path, plates=(0, 0), strength=0)
    drawn = PictureSource(settings, fonts, catalogue)
    for index in range(10):
        seen, plates = drawn.draw(index)
        assert len(plates) == 2
        assert plates[0].text not in (None, "OLD")
        assert plates[1].quad is None  # part of it is outside
        assert plates[1].box.x1 == 0
        pink = (np.abs(seen.astype(int) - (255, 0, 255)).max(axis=2) < 60).mean()
        assert pink < 0.002


def test_a_hidden_plate_has_no_text(fonts: FontSet, catalogue: Catalogue) -> None:
    rng = np.random.default_rng(0)
    flat = PictureSource(CROPS, fonts, catalogue)._plate(rng)
    quad = np.array([[10, 10], [60, 10], [60, 30], [10, 30]], np.float32)
    picture = RgbImage(np.zeros((100, 100, 3), np.uint8))
    placed = [PlacedPlate(flat, quad), PlacedPlate(flat, quad + 10)]
    hidden, front = source._labels(placed, picture)
    assert (hidden.text, front.text) == (None, flat.text)
    outside = PlacedPlate(flat, quad + 200)
    assert source._labels([outside], picture) == []
