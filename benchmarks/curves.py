"""Draws how trainings went: loss, and what was right, over the samples seen.

    python -m benchmarks.curves runs/chars_resnet50_plates runs/state_resnet50 --out docs/curves

A line a run folder is printed, too: samples, milliseconds a sample in the middle, last scores.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from matplotlib import rc_context
from matplotlib.figure import Figure

_NO_SCORE: Final = ("step", "of", "loss", "learning_rate", "ms_per_sample")
_COLOURS: Final = ("#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
_STYLE: Final[dict[Any, Any]] = {
    "font.size": 9, "axes.spines.top": False, "svg.fonttype": "none", "svg.hashsalt": "platelens",
}  # fmt: skip


def draw(reports: Sequence[Mapping[str, float]], batch_size: int, path: Path) -> None:
    """Draw a run: the loss on the left axis, everything between 0 and 1 on the right one."""
    with rc_context(_STYLE):
        figure = Figure(figsize=(5.2, 2.8), layout="constrained")
        left = figure.subplots()
        left.plot(
            [r["step"] * batch_size for r in reports], [r["loss"] for r in reports],
            color="#0072b2", linewidth=1,
        )  # fmt: skip
        left.set(xlabel="samples", ylabel="loss (blue)", ylim=(0, None))
        right = left.twinx()
        names = list(dict.fromkeys(key for r in reports for key in r if key not in _NO_SCORE))
        shown = [n for n in names if all(0 <= r.get(n, 0) <= 1 for r in reports)]
        for name, colour in zip(shown, _COLOURS, strict=False):
            points = [(r["step"] * batch_size, r[name]) for r in reports if name in r]
            right.plot(
                *zip(*points, strict=True), color=colour, linewidth=1, label=name, marker="."
            )
        right.set_ylim(0, 1)
        if shown:
            figure.legend(fontsize=7, frameon=False, loc="outside upper center", ncols=len(shown))
        figure.savefig(path, format="svg", metadata={"Date": None})


def main() -> None:
    """Draw each run, and print a line of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", type=Path, nargs="+", help="run folders")
    parser.add_argument("--out", type=Path, required=True, help="folder of the pictures")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for run in options.runs:
        lines = (run / "log.jsonl").read_text(encoding="utf-8").splitlines()
        reports = [json.loads(line) for line in lines]
        recipe = json.loads((run / "recipe.json").read_text(encoding="utf-8"))
        batch_size = recipe["fit"]["batch_size"]
        draw(reports, batch_size, options.out / f"{run.name}.svg")
        middle = statistics.median(r["ms_per_sample"] for r in reports)
        last = {k: v for r in reports for k, v in r.items() if k not in _NO_SCORE}
        print(
            f"{run.name}: {reports[-1]['step'] * batch_size} samples, {middle:.0f} ms each, {last}"
        )


if __name__ == "__main__":
    main()
