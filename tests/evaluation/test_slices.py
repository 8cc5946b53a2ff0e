from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest

from platelens import imaging
from platelens.datasets import LabelledPlate
from platelens.evaluation.look import PlateLook, look_at
from platelens.evaluation.slices import Slice, slice_outcomes
from platelens.types import Box, RgbImage
from tests.evaluation.scenes import crop_outcome, finding, outcome, plate

PLATE = LabelledPlate(Box(10, 10, 90, 30), None, "AB12")


def by_group(slices: list[Slice], by: str) -> dict[str, Slice]:
    return {each.group: each for each in slices if each.by == by}


def test_rows_and_widths() -> None:
    wide = outcome([plate(0, "AB12", width=300)], [finding(0, "AB12", width=300)], name="wide")
    small = outcome([plate(0, "C3", width=40, rows=2)], [finding(0, "C8", width=40)], name="small")
    slices = slice_outcomes([wide, small])
    rows, widths = by_group(slices, "rows"), by_group(slices, "width")
    assert {name: each.rates["exact"].value for name, each in rows.items()} == {
        "one row": 1,
        "two rows": 0,
    }
    assert list(widths) == ["under 80 px", "200 px and more"]
    assert widths["under 80 px"].plates == 1
    assert widths["under 80 px"].rates["char_errors"].value == 0.5


def test_bins_are_in_the_order_of_their_values() -> None:
    sizes = (90, 40, 150, 250, 60)
    outcomes = [outcome([plate(0, "A1", width=w)], [], name=str(w)) for w in sizes]
    assert list(by_group(slice_outcomes(outcomes), "width")) == [
        *("under 80 px", "80 to 120 px", "120 to 200 px", "200 px and more")
    ]


def test_a_grouping_that_splits_nothing_is_left_out() -> None:
    assert slice_outcomes([outcome([plate(0, "A1")], [])]) == []


def test_brightness_region_and_dataset() -> None:
    dark = replace(outcome([plate(0, "A1")], []), looks=(PlateLook(40, 0.05),))
    bright = replace(crop_outcome("B2", []), looks=(PlateLook(200, 0.9),))
    slices = slice_outcomes([dark, bright])
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for each in slices:
        groups[each.by.partition(" ")[0]].append(each.group)
    assert groups["brightness"] == ["under 70", "150 and more"]
    assert groups["dataset"] == ["crops", "set"]
    assert "region" not in groups  # only one of the two has one


def picture(low: int, high: int, step: int) -> RgbImage:
    """Grey stripes of `step` px."""
    stripes = np.where(np.arange(100) // step % 2, high, low).astype(np.uint8)
    return imaging.from_array(np.tile(stripes, (40, 1)), order="rgb")


def test_brightness_is_the_mean_luma() -> None:
    flat = imaging.from_array(np.full((40, 100), 80, np.uint8), order="rgb")
    assert look_at(flat, PLATE).brightness == pytest.approx(80)
    assert look_at(flat, PLATE).sharpness == pytest.approx(0, abs=1e-6)


def test_finer_edges_are_sharper_whatever_the_contrast() -> None:
    sharp, soft = look_at(picture(0, 200, 2), PLATE), look_at(picture(0, 200, 16), PLATE)
    faint = look_at(picture(90, 130, 2), PLATE)
    assert sharp.sharpness > 2 * soft.sharpness
    assert faint.sharpness == pytest.approx(sharp.sharpness, rel=0.05)
