from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from platelens.datasets.synth import FontSet
from platelens.errors import RecipeError
from platelens.training.characters.data import CharacterShares, CharacterSource
from platelens.training.characters.labels import LABELS, NOTHING
from platelens.training.characters.pools import Ink

PLATES = LABELS["plates"]
SIZE = (20, 16)


def bar(height: int = 40) -> Ink:
    """Draw an ink that no font has: a bar that lies on the ground."""
    ink = np.zeros((height, 30), np.uint8)
    ink[-8:] = 255
    return ink


def test_a_picture_is_the_same_on_any_worker(fonts: FontSet) -> None:
    shares = CharacterShares([], 1, 1)
    first, second = (CharacterSource([], fonts, shares, PLATES, SIZE) for _ in range(2))
    for index in (0, 7, 3):
        pictures = [part.draw(1, index) for part in (first, second)]
        np.testing.assert_array_equal(pictures[0][0], pictures[1][0])
        assert pictures[0][1] == pictures[1][1]
        assert pictures[0][0].shape == SIZE
        assert pictures[0][0].dtype == np.uint8
    assert not np.array_equal(first.draw(1, 0)[0], first.draw(2, 0)[0])


def test_characters_are_equally_frequent_however_many_pictures_they_have(fonts: FontSet) -> None:
    pool = {"A": [bar()] * 50, "B": [bar()]}
    shares = CharacterShares([1.0], 1.0, 0.5)
    drawn = CharacterSource([pool], fonts, shares, PLATES, SIZE)
    counts = Counter(PLATES[drawn.draw(0, i)[1]] for i in range(1500))
    assert counts.pop(NOTHING) == pytest.approx(300, abs=60)
    assert set(counts) == set(PLATES) - {NOTHING}
    assert max(counts.values()) < 60  # 33 on average


def test_what_a_pool_lacks_is_taken_from_the_others(fonts: FontSet) -> None:
    everything = {label: [bar()] for label in PLATES[:-1]}
    drawn = CharacterSource([everything, {}], fonts, CharacterShares([1, 9], 0, 0.1), PLATES, SIZE)
    pictures = [drawn.draw(0, i) for i in range(40)]
    for picture, number in pictures:
        if PLATES[number] != NOTHING:
            # Bars: wide, and so not high.
            assert np.count_nonzero(picture.max(axis=1) > 128) <= 10


@pytest.mark.parametrize(
    ("shares", "missing"),
    [
        (CharacterShares([1.0], 0, 1), "0, 1, .*, B, .*, Z is"),
        (CharacterShares([0.0], 1, 0), r"picture of \? is"),
    ],
    ids=["characters", "nothing"],
)
def test_missing_classes_are_named(fonts: FontSet, shares: CharacterShares, missing: str) -> None:
    with pytest.raises(RecipeError, match=missing) as caught:
        CharacterSource([{"A": [bar()]}], fonts, shares, PLATES, SIZE)
    assert ", A," not in str(caught.value)


def test_labels_of_emnist_have_no_picture_of_nothing(fonts: FontSet) -> None:
    shares = CharacterShares([], 1.0, 5.0)
    drawn = CharacterSource([], fonts, shares, LABELS["emnist"], SIZE)
    numbers = {drawn.draw(0, i)[1] for i in range(600)}
    assert numbers == set(range(47))


def test_pictures_vary_but_are_neither_mirrored_nor_turned(fonts: FontSet) -> None:
    ink = np.zeros((40, 26), np.uint8)
    ink[:, :7] = 255  # an L
    ink[-7:] = 255
    pool = {label: [ink] for label in PLATES[:-1]}
    shares = CharacterShares([1.0], 0, 1e-9)
    drawn = CharacterSource([pool], fonts, shares, PLATES, (32, 32))
    pictures = np.stack([drawn.draw(0, i)[0] for i in range(60)]).astype(float)
    assert len({picture.tobytes() for picture in pictures}) == 60
    mean = pictures.mean(axis=0)
    assert mean[4:24, 4:12].max(axis=1).min() > 2 * mean[4:20, 18:28].mean()
    assert mean[24:30, 12:22].mean() > 2 * mean[4:20, 18:28].mean()


@pytest.mark.parametrize(
    "ink",
    [np.zeros((1, 1), np.uint8), np.full((3, 90), 255, np.uint8), bar(400), bar(9)],
    ids=["empty", "long", "large", "small"],
)
def test_inks_of_any_size_and_shade_are_taken(fonts: FontSet, ink: Ink) -> None:
    pool = {label: [ink] for label in PLATES[:-1]}
    drawn = CharacterSource([pool], fonts, CharacterShares([1.0], 0, 1e-9), PLATES, SIZE)
    assert all(drawn.draw(0, i)[0].shape == SIZE for i in range(20))
