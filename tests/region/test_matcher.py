from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from platelens.errors import FormatError
from platelens.region import LookClassifier, PlateMatcher, shipped_serials
from platelens.region.weighing import USUAL_TRUST
from platelens.types import Candidate, Match, Reading, RgbImage

CROP = RgbImage(np.zeros((20, 60, 3), np.uint8))


def reading(*candidates: tuple[str, float]) -> Reading:
    text, confidence = candidates[0]
    chars = (confidence,) * len(text)
    return Reading(text, confidence, chars, tuple(Candidate(*c) for c in candidates), 1)


class FakeLook(LookClassifier):
    """Says the same of every crop, and counts the crops."""

    def __init__(self, **ratios: float) -> None:
        self.ratio_of = {code.replace("_", "-"): ratio for code, ratio in ratios.items()}
        self.looked_at = 0

    @property
    def classes(self) -> tuple[str, ...]:
        return ("", *self.ratio_of)

    def ratios(self, crops: Sequence[RgbImage]) -> list[Callable[[str], float]]:
        self.looked_at += len(crops)
        return [lambda code: self.ratio_of.get(code, 0.05) for _ in crops]


def match(text: Reading, look: LookClassifier | None = None, *regions: str) -> Match:
    (found,) = PlateMatcher(shipped_serials(), look, regions=regions).match([CROP], [text])
    return found


def test_serial_decides_the_country() -> None:
    found = match(reading(("MH12AB1234", 0.9)))
    assert found.region is not None
    assert (found.region.code, found.region.name) == ("in", "India")
    assert found.region.confidence > 0.8
    assert found.reason is None
    assert found.reading.text == "MH12AB1234"


def test_nothing_is_told_where_nothing_decides() -> None:
    found = match(reading(("AB1234", 0.9)))
    assert found.region is None


def test_look_decides_the_state() -> None:
    look = FakeLook(us_ca=50.0, us_ny=0.2)
    found = match(reading(("7ABC123", 0.9)), look)
    assert found.region is not None
    assert (found.region.code, found.region.name) == ("us-ca", "California")
    assert found.region.candidates[0].code == "us-ca"
    assert look.looked_at == 1


def test_undecided_state_gives_the_country() -> None:
    states = {c.replace("-", "_"): 0.05 for c in shipped_serials().shares if c[:3] == "us-"}
    look = FakeLook(**{**states, "us_ca": 900.0, "us_ny": 900.0})
    found = match(Reading("", 0.9, (), (), 1), look)
    assert found.region is not None
    assert (found.region.code, found.region.name) == ("us", "United States")
    assert {c.code for c in found.region.candidates[:2]} == {"us-ca", "us-ny"}


def test_plates_of_elsewhere_are_not_looked_at() -> None:
    look = FakeLook(us_ca=50.0)
    found = match(reading(("MH12AB1234", 0.9)), look)
    assert look.looked_at == 0
    assert found.region is not None
    assert found.region.code == "in"


def test_serial_prefers_the_candidate_that_fits() -> None:
    found = match(reading(("L0Z071", 0.6), ("LOZ071", 0.35)))
    assert found.reading.text == "LOZ071"
    assert found.reading.candidates[1].text == "L0Z071"
    assert found.reason
    assert found.reason.startswith("form of serials in ")
    assert len(found.reading.char_confidences) == 6


def test_confusion_that_the_reader_did_not_name_is_found() -> None:
    found = match(reading(("0IMO5905", 0.45)), None, "ie")
    assert found.reading.text != "0IMO5905"


def test_sure_reading_stays() -> None:
    found = match(reading(("L0Z071", 0.97), ("LOZ071", 0.02)))
    assert found.reading.text == "L0Z071"
    assert found.reason is None


def test_confidences_of_weighed_texts_are_probabilities() -> None:
    found = match(reading(("B053GTR", 0.5), ("BO53GTR", 0.3), ("", 0.1)))
    total = sum(c.confidence for c in found.reading.candidates)
    assert total <= 1 - 0.1 / 2
    assert found.reading.confidence == found.reading.candidates[0].confidence


def test_sharper_odds_leave_the_order_and_make_the_first_surer() -> None:
    doubtful = reading(("MH12AB1234", 0.6), ("MH12A81234", 0.2), ("NH12AB1234", 0.1))
    blunt, sharp = (
        PlateMatcher(shipped_serials(), trust=replace(USUAL_TRUST, sharp=exponent))
        .match([CROP], [doubtful])[0]
        .reading
        for exponent in (1.0, 1.5)
    )
    assert [c.text for c in sharp.candidates] == [c.text for c in blunt.candidates]
    assert blunt.confidence < sharp.confidence < 1
    assert sharp.candidates[-1].confidence < blunt.candidates[-1].confidence


def test_longer_text_has_a_confidence_for_each_character() -> None:
    found = match(reading(("LEC09671", 0.4), ("LEC119671", 0.35)), None, "pk")
    assert len(found.reading.char_confidences) == len(found.reading.text)


def test_only_chosen_regions_count() -> None:
    free, chosen = match(reading(("BD51SMR", 0.9))), match(reading(("BD51SMR", 0.9)), None, "us")
    assert free.region is not None
    assert free.region.code == "gb"
    assert chosen.region is None or chosen.region.code.startswith("us")


@pytest.mark.parametrize(
    "poor",
    [
        pytest.param(Reading("MH12AB1234", 0.9, (), (), 1), id="without details"),
        pytest.param(Reading("MH12AB1234", 0.0, (), (), 1), id="without confidence"),
        pytest.param(Reading("mh-12", 0.9, (0.9,), (), 1), id="not normalised"),
    ],
)
def test_readings_of_other_readers_are_taken(poor: Reading) -> None:
    found = match(poor)
    assert found.reading.text == poor.text
    assert found.reading.confidence == pytest.approx(poor.confidence, abs=0.1)


def test_nothing_read_is_left_alone() -> None:
    nothing = Reading("", 0.9, (), (), 1)
    found = match(nothing)
    assert found.reading is nothing
    assert found.region is None


def test_crop_without_text_that_looks_like_elsewhere_gives_no_region() -> None:
    found = match(Reading("", 0.9, (), (), 1), FakeLook(us_ca=0.01))
    assert found.region is None


def test_no_plates_give_no_matches() -> None:
    assert PlateMatcher(shipped_serials()).match([], []) == []


def test_unknown_region_names_those_that_come_near() -> None:
    with pytest.raises(FormatError, match=r"'us-cal'.*us-ca"):
        PlateMatcher(shipped_serials(), regions=["us-cal"])


class FakeWords(LookClassifier):
    """Reads the name of California on every plate, and counts them."""

    def __init__(self) -> None:
        self.read = 0

    def ratios(self, crops: Sequence[RgbImage]) -> list[Callable[[str], float]]:
        self.read += len(crops)
        return [lambda code: 300.0 if code == "us-ca" else 1.0 for _ in crops]


@pytest.mark.parametrize(
    ("look", "read"),
    [
        pytest.param({"us_ca": 1.0, "us_ny": 20.0}, 1, id="doubtful"),
        pytest.param({"us_ca": 9000.0, "us_ny": 0.01}, 0, id="sure"),
        pytest.param({"us_ca": 1e-4, "us_ny": 1e-4}, 0, id="from elsewhere"),
    ],
)
def test_words_are_read_where_the_look_leaves_doubts(look: dict[str, float], read: int) -> None:
    words = FakeWords()
    matcher = PlateMatcher(shipped_serials(), FakeLook(**look), words)
    (found,) = matcher.match([CROP], [reading(("7ABC123", 0.9))])
    assert words.read == read
    if read:
        assert found.region is not None
        assert found.region.code == "us-ca"


def test_expected_regions_are_far_more_probable_and_others_possible() -> None:
    usual = PlateMatcher(shipped_serials())
    texts = [reading(("AB123CD", 0.9)), reading(("MH12AB1234", 0.9))]  # of several; of India
    for code in ("fr", "it"):
        guided = usual.expecting([code, "nowhere"], strict=False)
        first, second = (found.region for found in guided.match([CROP] * 2, texts))
        assert first is not None
        assert second is not None
        assert (first.code, second.code) == (code, "in")


def test_strictly_expected_regions_are_the_only_ones() -> None:
    strict = PlateMatcher(shipped_serials()).expecting(["in"], strict=True)
    (found,) = strict.match([CROP], [reading(("AB12CDE", 0.9))])
    assert found.region is None or found.region.code == "in"


def test_unknown_regions_change_nothing() -> None:
    usual = PlateMatcher(shipped_serials())
    assert usual.expecting(["nowhere"], strict=True) is usual
    assert usual.expecting([], strict=False) is usual
