"""Tests of the scores of passing vehicles."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from platelens.alphabet import text_distance
from platelens.metrics.passes import PassCounts, PassMatches, PassSpan, match_passes


def at(text: str, first_s: float = 0.0, last_s: float = 2.0, *, counts: bool = True) -> PassSpan:
    return PassSpan(text, first_s, last_s, counts)


class TestMatchPasses:
    """Tests of the pairing."""

    @pytest.mark.parametrize(
        ("report", "is_found"),
        [
            (at("AB12CDE"), True),
            (at("A812CDF"), True),
            (at("AB9TXYV"), False),
            (at(""), False),
            (at("AB12CDE", 3.0, 4.0), True),
            (at("AB12CDE", 3.1, 4.0), False),
            (at("AB12CDE", -3.0, -1.0), True),
            (at("AB12CDE", 0.9, 1.0), True),
        ],
        ids=[
            "same", "misread", "another text", "no text", "just in time", "too late", "just before",
            "within",
        ],
    )  # fmt: skip
    def test_one_vehicle(self, report: PassSpan, is_found: bool) -> None:
        matches = match_passes([report], [at("AB12CDE")])
        assert matches == PassMatches({0: 0} if is_found else {}, {}, () if is_found else (0,))

    def test_of_neighbours_the_texts_decide(self) -> None:
        truths = [at("AB12CDE", 0, 2), at("AB12CDX", 1, 3)]
        reports = [at("AB12CDX", 0, 2), at("AB12CDE", 1, 3)]
        assert match_passes(reports, truths).found == {0: 1, 1: 0}

    def test_of_two_passes_of_one_vehicle_the_times_decide(self) -> None:
        truths = [at("AB12CDE", 0, 5), at("AB12CDE", 5.5, 9)]
        reports = [at("AB12CDE", 5, 9), at("AB12CDE", 0.5, 4.9)]
        assert match_passes(reports, truths).found == {0: 1, 1: 0}

    def test_second_report_is_a_duplicate_of_what_it_fits_best(self) -> None:
        truths = [at("AB12CDE"), at("ZZ99XYV")]
        reports = [at("AB12CD"), at("AB12CDE"), at("ZZ99XYV"), at("QQQQQ")]
        assert match_passes(reports, truths) == PassMatches({1: 0, 2: 1}, {0: 0}, (3,))

    def test_a_bad_text_may_take_a_vehicle_that_nobody_else_has(self) -> None:
        truths = [at("AAAA111"), at("AAAA122")]
        reports = [at("AAAA111"), at("AAAA112")]
        assert match_passes(reports, truths).found == {0: 0, 1: 1}

    def test_no_reports_and_no_vehicles(self) -> None:
        assert match_passes([], [at("A1")]) == PassMatches({}, {}, ())
        assert match_passes([at("A1")], []) == PassMatches({}, {}, (0,))

    @pytest.mark.parametrize("seed", range(25))
    def test_equals_a_search_of_all_pairings(self, seed: int) -> None:
        # With spans that all overlap and texts far from each other, greedy is the best there is.
        draw = np.random.default_rng(seed)
        truths = [at(c * 6) for c in draw.choice(list("ABCDEF"), 3, replace=False)]
        reports = []
        for truth in truths:
            text = list(truth.text)
            for place in draw.choice(6, int(draw.integers(0, 3)), replace=False):
                text[place] = "7"
            reports.append(at("".join(text)))
        order = draw.permutation(3).tolist()
        shuffled = [reports[i] for i in order]
        costs = {
            p: sum(text_distance(shuffled[i].text, truths[j].text) for i, j in enumerate(p))
            for p in permutations(range(3))
        }
        best = min(costs, key=lambda p: costs[p])
        assert match_passes(shuffled, truths).found == dict(enumerate(best))

    def test_a_pass_that_ends_before_it_begins_is_refused(self) -> None:
        with pytest.raises(ValueError, match="first_s <= last_s"):
            PassSpan("A1", 2.0, 1.0)


def counted(reports: list[PassSpan], truths: list[PassSpan]) -> PassCounts:
    counts = PassCounts()
    counts.update(reports, truths, match_passes(reports, truths))
    return counts


CLIP = (
    [at("AB12CDE"), at("AB12CDE", 2, 3), at("XY77ZZV"), at("HELLO")],
    [at("AB12CDE"), at("XY77ZZW"), at("GH55JKL"), at("TT11TTT")],
)


def test_hand_worked() -> None:
    # Two of four found, one of them exactly; one duplicate, one false.
    counts = counted(*CLIP)
    assert counts == PassCounts(truths=4, found=2, exact_texts=1, duplicates=1, false=1)
    assert counts.recall() == pytest.approx(2 / 4)
    assert counts.precision() == pytest.approx(2 / 4)
    assert counts.exact() == pytest.approx(1 / 4)
    assert counts.exact_of_found() == pytest.approx(1 / 2)
    assert counts.duplicates_per_200() == pytest.approx(100)


def test_vehicles_that_need_not_be_found_are_left_out() -> None:
    hard = at("XY77ZZW", counts=False)
    reports = [at("AB12CDE"), at("XY77ZZ"), at("XY77ZZV")]
    assert counted(reports, [at("AB12CDE"), hard]) == counted(reports[:1], [at("AB12CDE")])
    assert counted([], [hard]) == PassCounts()


def test_merge_equals_one_pass() -> None:
    first, second = counted(*CLIP), counted([at("A1B2")], [at("A1B2")])
    first.merge(second)
    assert first == PassCounts(truths=5, found=3, exact_texts=2, duplicates=1, false=1)


@pytest.mark.parametrize(
    "score", ["recall", "precision", "exact", "exact_of_found", "duplicates_per_200"]
)
def test_nothing_raises(score: str) -> None:
    with pytest.raises(ValueError, match=r"needs? "):
        getattr(PassCounts(), score)()
