from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from platelens.imaging import from_array
from platelens.region import NameReader
from platelens.types import Reading, RgbImage

WORDS = {"CALIFORNIA": "us-ca", "OHIO": "us-oh", "SUNSHINESTATE": "us-fl"}


class Edges:
    """Reads a bright strip as one text and a dark one as another."""

    def __init__(self, bright: str, dark: str) -> None:
        self.texts = (dark, bright)
        self.shapes: list[tuple[int, ...]] = []

    def read(self, crops: Sequence[RgbImage]) -> list[Reading]:
        self.shapes += [crop.shape for crop in crops]
        texts = [self.texts[int(crop.mean() > 127)] for crop in crops]
        return [Reading(text, 0.5, (0.5,) * len(text), (), 1) for text in texts]


def plate() -> RgbImage:
    """A plate whose upper half is bright."""
    pixels = np.zeros((50, 100, 3), np.uint8)
    pixels[:25] = 255
    return from_array(pixels, order="rgb")


@pytest.mark.parametrize(
    ("top", "bottom", "code"),
    [
        pytest.param("CALIFORNIA", "", "us-ca", id="name at the top"),
        pytest.param("", "SUNSHINESTATE", "us-fl", id="motto at the bottom"),
        pytest.param("CAL1F0RN1A", "", "us-ca", id="digits for letters"),
        pytest.param("CALIFRNA", "", "us-ca", id="letters lost"),
        pytest.param("OHI", "CALIFORNIA", "us-ca", id="too short to tell, and a name"),
    ],
)
def test_a_word_makes_its_region_probable(top: str, bottom: str, code: str) -> None:
    (ratio,) = NameReader(Edges(top, bottom), WORDS).ratios([plate()])
    assert ratio(code) > 10
    assert all(ratio(other) == 1 for other in WORDS.values() if other != code)


def test_nearer_words_tell_more() -> None:
    exact, near = (
        NameReader(Edges(text, ""), WORDS).ratios([plate()])[0]("us-ca")
        for text in ("CALIFORNIA", "CALFRNA")
    )
    assert exact > near > 1


@pytest.mark.parametrize("said", ["", "OHI", "7ABC123", "XQZWKV"])
def test_other_texts_tell_nothing(said: str) -> None:
    (ratio,) = NameReader(Edges(said, said), WORDS).ratios([plate()])
    assert {ratio(code) for code in WORDS.values()} == {1}


def test_strips_are_the_edges_of_the_plate() -> None:
    reader = Edges("", "")
    NameReader(reader, WORDS).ratios([plate(), plate()])
    assert reader.shapes == [(14, 100, 3)] * 4


def test_the_smallest_crop_has_strips_too() -> None:
    crop = from_array(np.zeros((1, 1, 3), np.uint8), order="rgb")
    assert len(NameReader(Edges("", ""), WORDS).ratios([crop])) == 1


def test_no_crops_give_nothing() -> None:
    assert NameReader(Edges("", ""), WORDS).ratios([]) == []
