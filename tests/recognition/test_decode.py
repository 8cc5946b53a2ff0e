from __future__ import annotations

import itertools
import math
from collections import defaultdict

import numpy as np
import pytest
from numpy.typing import NDArray

from platelens.recognition.decode import decode_ctc, log_softmax

FloatArray = NDArray[np.float32]
BLANK = "-"


def collapse(path: str) -> str:
    """Merge what follows itself, then drop the blanks: the rule of CTC."""
    return "".join(c for c, _ in itertools.groupby(path)).replace(BLANK, "")


def every_text(log_probs: FloatArray, alphabet: str) -> dict[str, float]:
    """Give the probability of every text, by adding up every path through the steps."""
    probabilities = np.exp(log_probs.astype(np.float64))
    symbols = BLANK + alphabet
    found: dict[str, float] = defaultdict(float)
    for path in itertools.product(range(len(symbols)), repeat=len(log_probs)):
        chance = math.prod(probabilities[t, c] for t, c in enumerate(path))
        found[collapse("".join(symbols[c] for c in path))] += chance
    return found


def steps(path: str, alphabet: str = "AB", *, sure: float = 0.9) -> FloatArray:
    """Give log-probabilities that follow `path` with probability `sure` at every step."""
    symbols = BLANK + alphabet
    rest = (1 - sure) / (len(symbols) - 1)
    table = [[sure if s == c else rest for s in symbols] for c in path]
    return np.asarray(np.log(table), dtype=np.float32)


def noise(seed: int, count: int, classes: int) -> FloatArray:
    return log_softmax(
        np.random.default_rng(seed).normal(0, 1.5, (count, classes)).astype(np.float32)
    )


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize(
    ("count", "alphabet"), [(1, "ABC"), (2, "ABC"), (3, "AB"), (6, "A")], ids=str
)
def test_all_texts_against_every_path(seed: int, count: int, alphabet: str) -> None:
    """So few texts are possible that the search may lose none."""
    log_probs = noise(seed, count, len(alphabet) + 1)
    expected = every_text(log_probs, alphabet)
    found = {c.text: c.confidence for c in decode_ctc(log_probs, alphabet, top_n=100).candidates}
    assert found == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize(("count", "alphabet"), [(5, "AB"), (4, "ABC")], ids=str)
def test_the_best_text_against_every_path(seed: int, count: int, alphabet: str) -> None:
    log_probs = noise(seed, count, len(alphabet) + 1)
    texts = every_text(log_probs, alphabet)
    best = max(texts, key=lambda text: texts[text])
    reading = decode_ctc(log_probs, alphabet)
    assert reading.text == best
    assert 0.95 * texts[best] < reading.confidence < 1.0001 * texts[best]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("AA--BB", "AB"),
        ("AAA---", "A"),
        ("AA-AA-", "AA"),
        ("-A-A-A", "AAA"),
        ("ABABAB", "ABABAB"),
        ("------", ""),
        ("A", "A"),
    ],
)
def test_the_rule_of_ctc(path: str, text: str) -> None:
    assert collapse(path) == text
    assert decode_ctc(steps(path, sure=0.98), "AB").text == text


def test_the_sum_of_the_alignments_wins_over_the_best_one() -> None:
    """The likeliest path says nothing, but most paths say A (Graves et al. 2006, section 3.2)."""
    log_probs = np.log(np.array([[0.6, 0.4], [0.6, 0.4]], np.float32))
    reading = decode_ctc(log_probs, "A")
    assert reading.text == "A"
    assert reading.confidence == pytest.approx(1 - 0.36)


def test_nothing_to_read_has_a_confidence_too() -> None:
    reading = decode_ctc(steps("----", sure=0.9), "AB")
    assert reading.text == ""
    assert reading.confidence == pytest.approx(0.9**4)
    assert reading.char_confidences == ()
    assert reading.rows == 1


@pytest.mark.parametrize(
    ("upper", "lower", "rows"),
    [("AB--", "----", 1), ("AB--", "-BA-", 2), ("----", "-BA-", 2), ("-A--", "A---", 2)],
)
def test_the_second_half_of_the_steps_is_the_second_row(upper: str, lower: str, rows: int) -> None:
    reading = decode_ctc(steps(upper + lower), "AB")
    assert reading.text == collapse(upper + lower)
    assert reading.rows == rows


def test_a_character_is_as_sure_as_its_best_step() -> None:
    log_probs = np.concatenate(
        [steps("-", sure=0.9), steps("A", sure=0.7), steps("A", sure=0.8), steps("-", sure=0.9),
         steps("A", sure=0.6), steps("B", sure=0.95)]
    )  # fmt: skip
    reading = decode_ctc(log_probs, "AB")
    assert reading.text == "AAB"
    assert reading.char_confidences == pytest.approx((0.8, 0.6, 0.95))


@pytest.mark.parametrize("seed", range(10))
def test_every_character_has_a_confidence(seed: int) -> None:
    reading = decode_ctc(noise(seed, 12, 6), "ABCDE")
    assert len(reading.char_confidences) == len(reading.text)
    assert all(0 < c <= 1 for c in reading.char_confidences)


@pytest.mark.parametrize("seed", range(10))
def test_candidates_are_different_and_the_best_first(seed: int) -> None:
    reading = decode_ctc(noise(seed, 10, 5), "ABCD", top_n=4)
    confidences = [c.confidence for c in reading.candidates]
    assert len(confidences) == 4
    assert confidences == sorted(confidences, reverse=True)
    assert len({c.text for c in reading.candidates}) == 4
    assert sum(confidences) <= 1 + 1e-6
    assert reading.candidates[0].text == reading.text
    assert reading.candidates[0].confidence == reading.confidence


@pytest.mark.parametrize(("top_n", "count"), [(0, 1), (1, 1), (3, 3)])
def test_there_is_at_least_one_candidate(top_n: int, count: int) -> None:
    assert len(decode_ctc(noise(0, 6, 3), "AB", top_n=top_n).candidates) == count


def test_certainty_is_never_more_than_certain() -> None:
    logits = np.full((20, 3), -60, np.float32)
    logits[:, 0] = logits[3, 1] = logits[12, 2] = 60
    logits[[3, 12], 0] = -60
    reading = decode_ctc(log_softmax(logits), "AB")
    assert reading.text == "AB"
    assert reading.confidence == 1.0
    assert reading.char_confidences == (1.0, 1.0)
    assert reading.rows == 2


def test_log_softmax_by_hand() -> None:
    logits = np.log(np.array([[[1, 3], [4, 4]]], np.float32))
    expected = np.log([[[0.25, 0.75], [0.5, 0.5]]])
    np.testing.assert_allclose(log_softmax(logits), expected, atol=1e-6)
    assert log_softmax(logits).dtype == np.float32


def test_log_softmax_of_huge_logits_is_finite() -> None:
    logits = np.array([[1e4, -1e4, 0]], np.float32)
    np.testing.assert_allclose(log_softmax(logits), [[0, -2e4, -1e4]])


def test_a_higher_temperature_is_less_sure_of_the_same_text() -> None:
    logits = 5 * steps("-A-B")
    readings = [decode_ctc(log_softmax(logits, t), "AB") for t in (0.5, 1.0, 2.0, 4.0)]
    assert {r.text for r in readings} == {"AB"}
    confidences = [r.confidence for r in readings]
    assert confidences == sorted(confidences, reverse=True)
    assert confidences[0] > confidences[-1] + 0.1
    expected = np.array([1, 9]) ** 0.5 / np.sum(np.array([1, 9]) ** 0.5)
    halved = np.exp(log_softmax(np.log(np.array([[1, 9]], np.float32)), 2.0))
    np.testing.assert_allclose(halved, expected[None], rtol=1e-5)
