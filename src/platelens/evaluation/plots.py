"""Curves and matrices as SVG, to stand inside a page or in a file."""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from platelens.evaluation.scores import Curves, EngineScores
from platelens.metrics import ConfusionMatrix

_STYLE: Final[dict[Any, Any]] = {
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#d9dcdf",
    "grid.linewidth": 0.6,
    "svg.fonttype": "none",  # letters stay letters: smaller, and they can be searched
    "svg.hashsalt": "platelens",  # the same picture gives the same file
}
# Okabe and Ito (2008): told apart by people who do not see all colours.
_COLOURS: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
_SIZE_INCH: Final = (4.2, 3.4)


def precision_recall(engines: Sequence[EngineScores]) -> str | None:
    """Draw precision over recall of the detections at IoU 0.5; None where there are none."""
    return _draw(engines, lambda c: c.precision_recall, ("recall", "precision"), _from_zero)


def risk_coverage(engines: Sequence[EngineScores]) -> str | None:
    """Draw the part of wrong texts over the part of texts that pass the threshold."""
    return _draw(
        engines,
        lambda c: c.risk_coverage,
        ("coverage: part of the texts that is given", "risk: part of those that is wrong"),
        lambda axes: axes.set(xlim=(0, 1.01), ylim=(0, None)),
    )


def reliability(engines: Sequence[EngineScores]) -> str | None:
    """Draw how often texts of a confidence are right, over that confidence."""

    def diagonal(axes: Axes) -> None:
        _from_zero(axes)
        axes.plot([0, 1], [0, 1], color="#8a9199", linewidth=0.8, linestyle="--", zorder=0)

    return _draw(
        engines,
        lambda c: [(p.confidence, p.accuracy) for p in c.reliability],
        ("confidence of the text", "part that is right"),
        diagonal,
        marker="o",
    )


def _from_zero(axes: Axes) -> None:
    axes.set(xlim=(0, 1.01), ylim=(0, 1.02))


def _draw(
    engines: Sequence[EngineScores],
    points: Callable[[Curves], Sequence[tuple[float, float]]],
    labels: tuple[str, str],
    finish: Callable[[Axes], object],
    marker: str = "",
) -> str | None:
    drawn = [(e.engine, points(e.curves)) for e in engines if points(e.curves)]
    if not drawn:
        return None
    with rc_context(_STYLE):
        figure = Figure(figsize=_SIZE_INCH, layout="constrained")
        axes = figure.add_subplot()
        for number, (name, curve) in enumerate(drawn):
            xs, ys = zip(*curve, strict=True)
            colour = _COLOURS[number % len(_COLOURS)]
            axes.plot(xs, ys, color=colour, label=name, linewidth=1.5, marker=marker, markersize=4)
        axes.set_xlabel(labels[0])
        axes.set_ylabel(labels[1])
        finish(axes)
        if len(drawn) > 1:
            axes.legend(frameon=False, fontsize=8)
        return _svg(figure)


def confusion(matrix: ConfusionMatrix) -> str:
    """Draw a confusion matrix, each row as parts of its true class."""
    names = [label or "none" for label in matrix.labels]
    side = min(14.0, 2.2 + 0.19 * len(names))
    with rc_context({**_STYLE, "axes.grid": False}):
        figure = Figure(figsize=(side, side), layout="constrained")
        axes = figure.add_subplot()
        rows = [[n / max(1, sum(row)) for n in row] for row in matrix.counts]
        axes.imshow(rows, cmap="Blues", vmin=0, vmax=1)
        axes.set_xticks(range(len(names)), names, rotation=90, fontsize=6)
        axes.set_yticks(range(len(names)), names, fontsize=6)
        axes.set_xlabel("told")
        axes.set_ylabel("true")
        return _svg(figure)


def bars(names: Sequence[str], counts: Sequence[float], label: str) -> str:
    """Draw horizontal bars, the first one on top."""
    with rc_context({**_STYLE, "axes.grid.axis": "x"}):
        height = 0.7 + 0.22 * len(names)
        figure = Figure(figsize=(_SIZE_INCH[0], height), layout="constrained")
        axes = figure.add_subplot()
        places = range(len(names), 0, -1)
        axes.barh(places, counts, color=_COLOURS[0], zorder=2)
        axes.set_yticks(places, names)
        axes.set_xlabel(label)
        return _svg(figure)


def histogram(counts: Sequence[int], edges: Sequence[float], labels: tuple[str, str]) -> str:
    """Draw counts over the bins between `edges`, of which there is one more."""
    with rc_context(_STYLE):
        figure = Figure(figsize=_SIZE_INCH, layout="constrained")
        axes = figure.add_subplot()
        widths = [b - a for a, b in itertools.pairwise(edges)]
        axes.bar(edges[:-1], counts, widths, align="edge", color=_COLOURS[0], zorder=2)
        axes.set_xlabel(labels[0])
        axes.set_ylabel(labels[1])
        return _svg(figure)


def _svg(figure: Figure) -> str:
    buffer = io.StringIO()
    no_date: Mapping[str, None] = {"Date": None}
    figure.savefig(buffer, format="svg", metadata=dict(no_date), facecolor="white")
    text = buffer.getvalue()
    return text[text.index("<svg") :]  # inside a page there is no XML declaration
