"""Every rate against a table worked by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from platelens.evaluation.rates import KINDS, judged_texts, measure, rate_of, region_pairs
from tests.evaluation.scenes import crop_outcome, finding, outcome, plate

# Three pictures with five plates, four of them readable, and five findings:
#   a: AB12 read right and sure; XY99 found (IoU 0.6) but read XY90
#   b: K0O7 missed; a false finding with a text
#   c: O123 read as 0123; an unreadable plate found and read as something; no text on a third find
PICTURES = [
    outcome(
        [plate(0, "AB12"), plate(200, "XY99")],
        [finding(0, "AB12", text_sure=0.95), finding(225, "XY90", text_sure=0.6)],
        name="a",
    ),
    outcome([plate(0, "K0O7")], [finding(400, "FALSE1", sure=0.4, text_sure=0.7)], name="b"),
    outcome(
        [plate(0, "O123"), plate(200, None)],
        [finding(0, "0123", text_sure=0.92), finding(200, "ZZZ"), finding(500, "", text_sure=0)],
        name="c",
    ),
]

TABLE = {
    "recall_50": (4, 5),
    "precision_50": (4, 6),
    "f1_50": (8, 11),
    "recall_70": (3, 5),
    "precision_70": (3, 6),
    "f1_70": (6, 11),
    "false_plates": (2, 3),
    "exact": (1, 4),
    "exact_folded": (2, 4),
    "exact_anywhere": (1, 4),
    "exact_of_found": (1, 3),
    "among_3": (1, 3),
    "char_errors": (2, 12),
    "false_reads": (3, 3),
    "precision_at_50": (1, 4),
    "precision_at_90": (1, 2),
}


@pytest.mark.parametrize("key", TABLE)
def test_rate_as_worked_by_hand(key: str) -> None:
    part, whole = TABLE[key]
    rate = measure(KINDS[key], PICTURES)
    assert rate is not None
    assert rate.value == pytest.approx(part / whole)
    assert rate.count == whole
    assert rate.low <= rate.value <= rate.high


def test_the_table_has_every_rate_but_that_of_regions() -> None:
    assert set(KINDS) - set(TABLE) == {"region"}


@pytest.mark.parametrize(
    ("key", "expected"),
    [("recall_50", 1 / 2), ("exact", 0.0), ("char_errors", 1 / 4)],
)
def test_a_rate_of_some_plates(key: str, expected: float) -> None:
    # The second plate of every picture: XY99 and the unreadable one, or K0O7 and nothing.
    rate = measure(
        KINDS[key], PICTURES[:2], lambda o, i: o.sample.plates[i].text in ("XY99", "K0O7")
    )
    assert rate is not None
    assert rate.value == pytest.approx(expected)


def test_candidates_count_among_the_first_three() -> None:
    found = finding(0, "AB13")
    more = type(found)(
        **{
            **{name: getattr(found, name) for name in found.__slots__},
            "candidates": tuple(
                type(found.candidates[0])(text, 0.2) for text in ("AB13", "AB18", "AB12", "A812")
            ),
        }
    )
    right = measure(KINDS["among_3"], [outcome([plate(0, "AB12")], [more])])
    wrong = measure(KINDS["among_3"], [outcome([plate(0, "A812")], [more])])
    assert right is not None
    assert wrong is not None
    assert (right.value, wrong.value) == (1, 0)


def test_what_is_judged_of_the_texts() -> None:
    assert judged_texts(PICTURES[2]) == [(False, 0.92)]
    assert judged_texts(PICTURES[1]) == [(False, 0.7)]


def test_a_crop_has_no_detection_but_a_text() -> None:
    crop = crop_outcome("AB12", [finding(30, "AB12", width=20), finding(0, "XX", sure=0.5)])
    assert measure(KINDS["recall_50"], [crop]) is None
    assert measure(KINDS["false_plates"], [crop]) is None
    exact = measure(KINDS["exact"], [crop])
    assert exact is not None
    assert exact.value == 1


def test_regions_of_found_plates() -> None:
    outcomes = [crop_outcome("A", [finding(0, "A")]), crop_outcome("A", [])]
    assert region_pairs(outcomes) == [("us-ca", "")]
    rate = measure(KINDS["region"], outcomes)
    assert rate is not None
    assert (rate.value, rate.count) == (0, 1)


def test_nothing_to_count_is_no_rate() -> None:
    assert rate_of([]) is None
    assert rate_of([(0, 0), (0, 0)]) is None


def test_a_text_counts_anywhere_in_its_picture() -> None:
    line = outcome([plate(0, "AB12")], [finding(40, "AB12", width=30), finding(0, "XX")])
    exact, anywhere = measure(KINDS["exact"], [line]), measure(KINDS["exact_anywhere"], [line])
    assert exact is not None
    assert anywhere is not None
    assert (exact.value, anywhere.value) == (0, 1)


@pytest.mark.parametrize(
    ("true", "told", "right"),
    [
        ("us-ca", "us-ca", True),
        ("us-ca", "us", False),
        ("us-ca", "us-nv", False),
        ("cn-ah", "cn", True),  # provinces of China are no jurisdictions here
        ("cn-ah", "jp", False),
        ("de", "de", True),
    ],
)
def test_a_region_is_judged_as_finely_as_jurisdictions_are(
    true: str, told: str, right: bool
) -> None:
    one = crop_outcome("A", [replace(finding(0, "A"), region=told)])
    labelled = replace(one.sample.plates[0], region=true)
    judged = replace(one, sample=replace(one.sample, plates=(labelled,)))
    rate = measure(KINDS["region"], [judged])
    assert rate is not None
    assert rate.value == right
