from __future__ import annotations

from dataclasses import replace

import pytest

from platelens.region.weighing import USUAL_TRUST, weigh_regions, weigh_texts

REGIONS = {"aa": 0.5, "bb": 0.5}


def test_text_that_fits_rises_over_one_that_does_not() -> None:
    weighed = weigh_texts(
        {"X0": 0.55, "XO": 0.4}, {"X0": {}, "XO": {"aa": 2.0}}, REGIONS, USUAL_TRUST
    )
    assert list(weighed) == ["XO", "X0"]
    assert weighed["X0"] == 0.55


def test_order_stays_where_all_fit_alike() -> None:
    fits = {"X0": {"aa": 1.0}, "XO": {"bb": 1.0}}
    weighed = weigh_texts({"X0": 0.55, "XO": 0.4}, fits, REGIONS, USUAL_TRUST)
    assert weighed == pytest.approx({"X0": 0.55, "XO": 0.4})


def test_sure_text_is_never_overruled() -> None:
    fits = {"X0": {}, "XO": {"aa": 1e6}}
    weighed = weigh_texts({"X0": 0.97, "XO": 0.03}, fits, REGIONS, USUAL_TRUST)
    assert next(iter(weighed)) == "X0"
    assert weighed["XO"] <= 0.03 * USUAL_TRUST.most


def test_only_probable_regions_make_a_text_usual() -> None:
    fits = {"X0": {}, "XO": {"bb": 1.0}}
    likely = weigh_texts({"X0": 0.6, "XO": 0.3}, fits, {"aa": 0.1, "bb": 0.9}, USUAL_TRUST)
    unlikely = weigh_texts({"X0": 0.6, "XO": 0.3}, fits, {"aa": 1.0, "bb": 1e-6}, USUAL_TRUST)
    assert likely["XO"] > unlikely["XO"] == pytest.approx(0.3, rel=0.01)


def test_region_is_that_whose_serials_fit() -> None:
    found = weigh_regions({"XO": 1.0}, {"XO": {"bb": 2.0}}, REGIONS, USUAL_TRUST)
    # (stray + fit) against stray alone, by Bayes
    stray = USUAL_TRUST.stray
    assert found["bb"] == pytest.approx((stray + 2) / (2 * stray + 2))
    assert list(found) == ["bb", "aa"]


def test_doubtful_texts_count_by_their_odds() -> None:
    texts, fits = {"X0": 3.0, "XO": 1.0}, {"X0": {"aa": 1.0}, "XO": {"bb": 1.0}}
    found = weigh_regions(texts, fits, REGIONS, replace(USUAL_TRUST, stray=0.0))
    assert found == pytest.approx({"aa": 0.75, "bb": 0.25})


def test_without_a_text_the_rest_decides() -> None:
    assert weigh_regions({}, {}, {"aa": 3.0, "bb": 1.0}, USUAL_TRUST) == {"aa": 0.75, "bb": 0.25}


def test_serials_count_little_among_regions_that_the_look_tells() -> None:
    regions = {"us-a": 1.0, "us-b": 1.0, "xx": 2.0}
    fits = {"XO": {"us-a": 1.0}}
    apart = weigh_regions({"XO": 1.0}, fits, regions, USUAL_TRUST)
    told = weigh_regions({"XO": 1.0}, fits, regions, USUAL_TRUST, ("us-a", "us-b", ""))
    assert apart["us-a"] > 0.95
    assert 0.5 < told["us-a"] / (told["us-a"] + told["us-b"]) < 0.8
    assert told["us-a"] + told["us-b"] > 0.9  # a serial of theirs, whoever's
