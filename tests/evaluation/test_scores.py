from __future__ import annotations

import json
from dataclasses import asdict, replace

import pytest

from platelens.evaluation.scores import draw_curves, leave_each_out, score, score_kinds
from tests.evaluation.scenes import crop_outcome, finding, outcome, plate

RIGHT = outcome([plate(0, "AB12")], [finding(0, "AB12", text_sure=0.9)], name="right")
WRONG = outcome([plate(0, "AB12")], [finding(0, "AB13", text_sure=0.3)], name="wrong")


def test_all_that_can_be_measured_is_there() -> None:
    scores = score("ours", "1", [RIGHT, WRONG])
    assert set(score_kinds()) - set(scores.rates) == {
        *("corner_error", "region", "region_precision", "region_recall", "region_f1")
    }
    assert (scores.pictures, scores.plates, scores.readable) == (2, 2, 2)
    assert scores.rates["ap_50"].value == 1
    assert scores.rates["brier"].value == pytest.approx((0.1**2 + 0.3**2) / 2)
    assert scores.rates["risk_coverage"].value == pytest.approx(0.5 * 0.5)


def test_scores_are_plain_values() -> None:
    record = json.loads(json.dumps(asdict(score("ours", "1", [RIGHT, WRONG]))))
    assert record["rates"]["exact"]["value"] == 0.5
    assert [r["exact"] for r in record["results"]] == [True, False]


def test_corner_error_needs_labelled_corners() -> None:
    labelled = replace(plate(0, "AB12"), quad=finding(5, "").quad)
    scores = score("ours", "1", [outcome([labelled], [finding(0, "AB12")])])
    assert scores.rates["corner_error"].value == pytest.approx(5 / 100)


def test_regions_of_crops() -> None:
    told = replace(finding(0, "A"), region="us-ca")
    scores = score("ours", "1", [crop_outcome("A", [told]), crop_outcome("A", [], region="us-ny")])
    assert scores.rates["region_f1"].value == 1  # of those that were found
    assert scores.rates["region"].count == 1


def test_average_precision_uses_the_scan_down_to_a_low_threshold() -> None:
    missed = outcome([plate(0, "AB12")], [])
    scanned = replace(missed, scan=(finding(0, "", sure=0.02),))
    assert score("ours", "1", [missed]).rates["ap_50"].value == 0
    assert score("ours", "1", [scanned]).rates["ap_50"].value == 1


def test_curves_end_with_all() -> None:
    curves = draw_curves([RIGHT, WRONG])
    assert curves.precision_recall[-1] == (1.0, 1.0)
    assert curves.risk_coverage == [(0.5, 0.0), (1.0, 0.5)]
    assert [(p.count, p.accuracy) for p in curves.reliability] == [(1, 0.0), (1, 1.0)]


def test_curves_of_nothing_are_empty() -> None:
    curves = draw_curves([outcome([], [])])
    assert (curves.precision_recall, curves.reliability, curves.risk_coverage) == ([], [], [])


def test_a_threshold_is_chosen_on_the_other_sets() -> None:
    other = [
        replace(RIGHT, dataset="other", name="1"),
        replace(WRONG, dataset="other", name="2"),
    ]
    sure_but_wrong = outcome(
        [plate(0, "AB12")], [finding(0, "AB13", text_sure=0.95)], dataset="own", name="3"
    )
    rows = {row.dataset: row for row in leave_each_out([*other, replace(RIGHT, dataset="own"),
                                                        sure_but_wrong])}  # fmt: skip
    own = rows["own"]
    assert own.threshold == 0.9  # right from there on in the other set
    assert (own.precision, own.coverage) == (0.5, 1.0)
    assert own.exact is not None
    assert own.exact.value == 0.5
    assert rows["other"].threshold is None  # no threshold is right often enough in "own"
    assert rows["other"].precision is None


def test_a_single_set_has_nothing_to_leave_out() -> None:
    assert leave_each_out([RIGHT, WRONG]) == []


def test_no_picture_no_scores() -> None:
    with pytest.raises(ValueError, match="picture"):
        score("ours", "1", [])
