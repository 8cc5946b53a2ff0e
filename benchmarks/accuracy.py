"""Measure detection and reading on labelled pictures.

    python -m benchmarks.accuracy ../shared/data/dev/world
    python -m benchmarks.accuracy ../shared/data/dev/world --results results.jsonl
    python -m benchmarks.accuracy --crops us_plates

What is measured, with MIN_IOU = 0.5 throughout: recall, precision, false plates per image and
AP50 as `platelens.metrics.boxes` defines them, over all labelled plates; whole-plate text, exact
and with O = 0 and I = 1, over the readable ones, a plate that was not found counting as misread;
the character error rate over the readable ones that were found. Intervals are 95 %.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

from rich.box import SIMPLE
from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.crops import CROP_SETS, CropScore, score_crops
from benchmarks.failures import write_failures
from benchmarks.scoring import (
    SLICES,
    Finding,
    FrameScore,
    Outcome,
    Rate,
    SliceScore,
    findings_of,
    load_results,
    outcome_of,
    pair,
    score_frames,
    score_slice,
)
from platelens import PlatelensError, PlateReader, imaging
from platelens.datasets import Sample, load_samples
from platelens.detection import PlateDetector
from platelens.runtime import DEFAULT_DETECTOR, DEFAULT_RECOGNIZER, model_folder, open_session

_DATA: Final = Path("../shared/data")
_LOW_THRESHOLD: Final = 0.01
"""Under which detections are left out of the precision-recall curve."""

_PROGRESS: Final = Console(stderr=True)


def read_samples(samples: Sequence[Sample], reader: PlateReader) -> list[Outcome]:
    """Run the pipeline over labelled pictures, with a progress bar."""
    return [
        outcome_of(sample, findings_of(reader.read(sample.image)))
        for sample in track(samples, "reading", console=_PROGRESS, transient=True)
    ]


def detect_low(samples: Sequence[Sample], model: str, threads: int) -> list[Outcome]:
    """Run the detector at a threshold near 0, for the whole precision-recall curve."""
    session = open_session(model_folder(model), device="cpu", threads=threads)
    detector = PlateDetector(session, score_threshold=_LOW_THRESHOLD)
    outcomes = []
    for sample in track(samples, "detecting", console=_PROGRESS, transient=True):
        found = detector.detect(imaging.load(sample.image))
        outcomes.append(outcome_of(sample, tuple(Finding(d.box, d.confidence, "") for d in found)))
    return outcomes


def main(argv: Sequence[str] | None = None) -> int:
    """Run from the command line; give the exit status."""
    options = _parser().parse_args(argv)
    console = Console()
    try:
        if options.crops:
            _measure_crops(options, console)
        else:
            _measure_scenes(options, console)
    except PlatelensError as error:
        Console(stderr=True).print(f"error: {error}", markup=False, highlight=False, soft_wrap=True)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="accuracy", description="accuracy on labelled pictures")
    add = parser.add_argument
    add("folder", nargs="?", type=Path, default=_DATA / "dev/world", help="labelled pictures")
    add("--results", type=Path, help="what `platelens read --json` printed, instead of reading")
    add("--crops", choices=sorted(CROP_SETS), help="measure on crops of plates instead")
    add("--data", type=Path, default=_DATA, help="folder that holds the sets of --crops")
    add("--threads", type=int, default=2, help="threads for one call of a model")
    add("--detector", default=DEFAULT_DETECTOR, help="name of a model, or path: and its folder")
    add("--reader", default=DEFAULT_RECOGNIZER, help="likewise")
    add("--limit", type=int, help="only so many pictures, the first by name")
    add("--failures", type=Path, metavar="DIR", help="write a page of every failure, as runs/eval")
    add("--json", type=Path, metavar="FILE", help="write the numbers")
    return parser


def _reader(options: argparse.Namespace) -> PlateReader:
    return PlateReader(options.detector, options.reader, threads=options.threads)


def _measure_scenes(options: argparse.Namespace, console: Console) -> None:
    samples = sorted(load_samples(options.folder), key=lambda s: s.image.name)[: options.limit]
    low = None
    if options.results:
        outcomes = pair(samples, load_results(options.results))
        note = "from the detections that the file holds"
    else:
        outcomes = read_samples(samples, _reader(options))
        low = detect_low(samples, options.detector, options.threads)
        note = f"at a threshold of {_LOW_THRESHOLD}"
    frames = score_frames(outcomes, low)
    slices = [score_slice(name, outcomes, wanted) for name, wanted in SLICES.items()]
    console.print(_slice_table(slices))
    _print_frames(frames, note, console)
    if options.failures:
        count = write_failures(outcomes, options.failures)
        console.print(f"{count} failures: {options.failures / 'index.html'}", highlight=False)
    if options.json:
        _write_json(options.json, {"frames": asdict(frames), "slices": [asdict(s) for s in slices]})


def _measure_crops(options: argparse.Namespace, console: Console) -> None:
    crops = CROP_SETS[options.crops](options.data)[: options.limit]
    scores = score_crops(crops, _reader(options))
    title = f"{options.crops}: crops of plates, %, \\[95 % interval]"
    table = Table(
        "how", "n", "read exactly", "O=0 I=1", "CER", title=title, box=SIMPLE, padding=(0, 1, 0, 0)
    )
    for score in scores:
        table.add_row(score.way, *_crop_cells(score))
    console.print(table)
    if options.json:
        _write_json(options.json, {"crops": options.crops, "ways": [asdict(s) for s in scores]})


def _slice_table(slices: Sequence[SliceScore]) -> Table:
    table = Table(title="labelled plates: %, \\[95 % interval]", box=SIMPLE, padding=(0, 1, 0, 0))
    table.add_column("plates", no_wrap=True)
    for column in ("n", "found", "with text", "read exactly", "O=0 I=1", "CER"):
        table.add_column(column, justify="right", no_wrap=True)
    for score in slices:
        table.add_row(
            score.name,
            str(score.recall.count if score.recall else 0),
            _percent(score.recall),
            str(score.exact.count if score.exact else 0),
            _percent(score.exact),
            f"{score.folded.value * 100:.1f}" if score.folded else "-",
            "-" if score.char_errors is None else f"{score.char_errors * 100:.1f}",
        )
    return table


def _print_frames(frames: FrameScore, note: str, console: Console) -> None:
    false, interval = frames.false_per_image, frames.false_per_image.interval
    precision = "-" if frames.precision is None else f"{frames.precision:.1%}"
    console.print(
        f"{frames.images} pictures: precision {precision}, "
        f"{false.value:.3f} false plates per image [{interval.low:.3f}, {interval.high:.3f}], "
        f"AP50 {frames.average_precision:.3f} ({note})",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )


def _crop_cells(score: CropScore) -> tuple[str, str, str, str]:
    count, errors = str(score.exact.count), f"{score.char_errors * 100:.1f}"
    return count, _percent(score.exact), _percent(score.folded), errors


def _percent(rate: Rate | None) -> str:
    if rate is None:
        return "-"
    low, high = rate.interval.low * 100, rate.interval.high * 100
    return f"{rate.value * 100:.1f} \\[{low:.0f}, {high:.0f}]"


def _write_json(path: Path, scores: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(scores, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
