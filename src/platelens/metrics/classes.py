"""Scores of classification: which of several classes, a plate's region say, was told.

Whether the true class is among the first few is `platelens.metrics.text.TopAccuracy`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ClassScores:
    """Scores over all classes, 0..1."""

    accuracy: float
    macro_precision: float
    macro_recall: float
    macro_f1: float


@dataclass(frozen=True, slots=True)
class ConfusionMatrix:
    """How often each class was told for each true class."""

    labels: tuple[str, ...]  # every class that was true or told, sorted
    counts: tuple[tuple[int, ...], ...]  # counts[t][p]: labels[t] was true, labels[p] was told


@dataclass(slots=True)
class Classification:
    """Accuracy, macro precision, recall and F1 over the classes that occur in the truth.

    With n(t, p) the number of times that p was told where t was true, T the set of true classes,
    and for a class c of T: hits h = n(c, c), true r = sum over p of n(c, p), told d = sum over t
    of n(t, c):

    * accuracy = sum of all h / sum of all n
    * macro precision = mean over T of h / d, 0 for a class that was never told
    * macro recall = mean over T of h / r
    * macro F1 = mean over T of 2 h / (d + r); not the F1 of the two means

    A class that was told and is never true is none of T: it costs the recall of those it was told
    for. Where nothing was told, tell "".
    """

    pairs: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(true class, told class) -> times."""

    def update(self, told: str, truth: str) -> None:
        """Add one answer."""
        self.pairs[truth, told] += 1

    def merge(self, other: Classification) -> None:
        """Add the answers of `other`."""
        self.pairs.update(other.pairs)

    def compute(self) -> ClassScores:
        """Give the scores; ValueError when there was no answer."""
        self._need_an_answer()
        true: Counter[str] = Counter()
        told: Counter[str] = Counter()
        for (truth, answer), times in self.pairs.items():
            true[truth] += times
            told[answer] += times
        hits = {c: self.pairs[c, c] for c in true}
        classes = len(true)
        return ClassScores(
            accuracy=sum(hits.values()) / true.total(),
            macro_precision=sum(hits[c] / told[c] for c in true if told[c]) / classes,
            macro_recall=sum(hits[c] / true[c] for c in true) / classes,
            macro_f1=sum(2 * hits[c] / (told[c] + true[c]) for c in true) / classes,
        )

    def confusion(self) -> ConfusionMatrix:
        """Give the confusion matrix; ValueError when there was no answer."""
        self._need_an_answer()
        labels = tuple(sorted({label for pair in self.pairs for label in pair}))
        counts = tuple(tuple(self.pairs[t, p] for p in labels) for t in labels)
        return ConfusionMatrix(labels, counts)

    def _need_an_answer(self) -> None:
        if not self.pairs:
            raise ValueError("scores of classes need an answer")
