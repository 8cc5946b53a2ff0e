"""Tests of the scores of classification."""

from __future__ import annotations

import numpy as np
import pytest

from platelens.metrics.classes import Classification, ClassScores


def _scored(truths: list[str], told: list[str]) -> Classification:
    score = Classification()
    for truth, answer in zip(truths, told, strict=True):
        score.update(answer, truth)
    return score


def _reference(truths: list[str], told: list[str]) -> ClassScores:
    """Score each class of the truth as a question of yes and no, and take the means."""
    precisions, recalls, f1s = [], [], []
    for label in set(truths):
        is_true = np.array([t == label for t in truths])
        is_told = np.array([p == label for p in told])
        tp, fp = int((is_true & is_told).sum()), int((~is_true & is_told).sum())
        fn = int((is_true & ~is_told).sum())
        precision = tp / (tp + fp) if tp + fp else 0.0
        recall = tp / (tp + fn)
        precisions.append(precision)
        recalls.append(recall)
        f1s.append(2 * precision * recall / (precision + recall) if tp else 0.0)
    accuracy = float(np.mean(np.array(truths) == np.array(told)))
    return ClassScores(
        accuracy, float(np.mean(precisions)), float(np.mean(recalls)), float(np.mean(f1s))
    )


def _close(a: ClassScores, b: ClassScores) -> bool:
    names = ("accuracy", "macro_precision", "macro_recall", "macro_f1")
    return [getattr(a, n) for n in names] == pytest.approx([getattr(b, n) for n in names])


def test_hand_worked() -> None:
    # de: 2 of 3 found, 2 of 3 told right. fr: 1 of 2 found, 1 of 1. it: 0 of 1, never told.
    score = _scored(["de", "de", "de", "fr", "fr", "it"], ["de", "de", "", "fr", "de", "es"])
    scores = score.compute()
    assert scores.accuracy == pytest.approx(3 / 6)
    assert scores.macro_precision == pytest.approx((2 / 3 + 1 + 0) / 3)
    assert scores.macro_recall == pytest.approx((2 / 3 + 1 / 2 + 0) / 3)
    assert scores.macro_f1 == pytest.approx((2 / 3 + 2 / 3 + 0) / 3)


@pytest.mark.parametrize("seed", range(20))
def test_equals_one_class_against_the_rest(seed: int) -> None:
    draw = np.random.default_rng(seed)
    count = int(draw.integers(1, 40))
    truths = [str(x) for x in draw.choice(["de", "fr", "it", "us-ca"], count)]
    guesses = [str(x) for x in draw.choice(["de", "fr", "it", "es", ""], count)]
    told = [t if draw.random() < 0.5 else g for t, g in zip(truths, guesses, strict=True)]
    assert _close(_scored(truths, told).compute(), _reference(truths, told))


def test_class_that_is_never_true_is_no_class_of_the_mean() -> None:
    scores = _scored(["de", "de"], ["de", "es"]).compute()
    assert _close(scores, ClassScores(0.5, 1.0, 0.5, 2 / 3))


def test_all_right() -> None:
    assert _scored(["a", "b", "b"], ["a", "b", "b"]).compute() == ClassScores(1, 1, 1, 1)


def test_confusion_matrix() -> None:
    matrix = _scored(["fr", "de", "de", "de"], ["de", "de", "", "de"]).confusion()
    assert matrix.labels == ("", "de", "fr")
    assert matrix.counts == (
        (0, 0, 0),
        (1, 2, 0),  # de was told nothing once, and de twice
        (0, 1, 0),
    )


def test_merge_equals_one_pass() -> None:
    first, second = _scored(["a", "b"], ["a", "a"]), _scored(["b", "a"], ["b", "a"])
    first.merge(second)
    both = _scored(["a", "b", "b", "a"], ["a", "a", "b", "a"])
    assert first == both
    assert first.compute() == both.compute()


def test_reading_scores_changes_nothing() -> None:
    score = _scored(["a", "b"], ["b", "c"])
    before = dict(score.pairs)
    score.compute()
    score.confusion()
    assert dict(score.pairs) == before


def test_nothing_raises() -> None:
    with pytest.raises(ValueError, match="need an answer"):
        Classification().compute()
    with pytest.raises(ValueError, match="need an answer"):
        Classification().confusion()
