from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from platelens.errors import ManifestError
from platelens.imaging import from_array
from platelens.region import LookClassifier
from platelens.runtime import Session, open_session
from platelens.types import RgbImage


def crop(*colour: int, size: tuple[int, int] = (20, 70)) -> RgbImage:
    return from_array(np.full((*size, 3), colour, np.uint8), order="rgb")


@pytest.fixture
def look(look_folder: Path) -> LookClassifier:
    return LookClassifier(open_session(look_folder), batch_size=2)


def test_each_crop_has_the_probabilities_of_all_classes(look: LookClassifier) -> None:
    crops = [crop(120, 0, 0), crop(0, 120, 0, size=(9, 5)), crop(0, 0, 120)]
    found = look.classify(crops)
    assert [max(each, key=lambda c: each[c]) for each in found] == ["us-ca", "us-ny", ""]
    # Logits are 0.05 x the mean of a colour.
    assert found[0]["us-ca"] == pytest.approx(np.exp(6) / (np.exp(6) + 2), rel=1e-4)
    assert all(sum(each.values()) == pytest.approx(1) for each in found)


def test_temperature_makes_it_less_sure(look_folder: Path) -> None:
    session = open_session(look_folder)
    settings = {"temperature": 3.0, "elsewhere_share": 0.2}
    warm = Session(session._inference, replace(session.manifest, settings=settings))
    (found,) = LookClassifier(warm).classify([crop(120, 0, 0)])
    assert found["us-ca"] == pytest.approx(np.exp(2) / (np.exp(2) + 2), rel=1e-4)


def test_ratios_are_relative_to_the_training_crops(look: LookClassifier) -> None:
    (found,), (ratio,) = look.classify([crop(120, 0, 0)]), look.ratios([crop(120, 0, 0)])
    assert ratio("us-ca") == pytest.approx(found["us-ca"] / 0.4)
    assert ratio("gb") == ratio("") == pytest.approx(found[""] / 0.2)


def test_no_crops_give_nothing(look: LookClassifier) -> None:
    assert look.classify([]) == []
    assert look.ratios([]) == []


def test_a_model_without_its_settings_is_refused(look_folder: Path) -> None:
    session = open_session(look_folder)
    bare = Session(session._inference, replace(session.manifest, settings={"temperature": 1.0}))
    with pytest.raises(ManifestError, match="elsewhere_share"):
        LookClassifier(bare)
