"""Count the passes that are found in drawn clips, with the right text, and told once.

    python -m benchmarks.video_passes --clips 40 --json runs/video_passes.json

Each clip is a street with traffic as `platelens.datasets.synth.clips` draws it. A vehicle counts
when its plate can be read in five pictures or more: 60 pixels wide or as wide as its characters
need, whole, and hardly smeared. Beside the passes stand the readings of the single pictures in
which such a plate can be read: what a user would have without tracking.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Final

import numpy as np

from platelens.alphabet import fold_lookalikes
from platelens.datasets.synth import Catalogue, FontSet, find_fonts
from platelens.datasets.synth.clips import (
    Clip,
    ClipSettings,
    ClipTruth,
    PlateView,
    VehicleTruth,
    draw_clip,
)
from platelens.geometry import contains_point
from platelens.metrics import PassCounts, PassSpan, match_passes
from platelens.pipeline import Pipeline, PlateReader
from platelens.pipeline.video import Watched, Watcher
from platelens.types import Frame, Point, RgbImage

LEGIBLE_PICTURES: Final = 5


@dataclass(slots=True)
class Tally:
    """What many clips gave."""

    passes: PassCounts = field(default_factory=PassCounts)
    folded: PassCounts = field(default_factory=PassCounts)  # with O = 0 and I = 1
    pictures: int = 0  # in which a plate of a vehicle that counts can be read, plate by plate
    found: int = 0  # of these, in which it was found
    exact: int = 0  # of these, in which its text was right
    shares: list[tuple[float, bool]] = field(default_factory=list)
    """Of each vehicle: in which part of its pictures it was read rightly, and whether its pass was
    right."""
    delays_s: list[float] = field(default_factory=list)  # last sight -> final event
    failures: list[str] = field(default_factory=list)

    def update(self, name: str, truth: ClipTruth, watched: Sequence[Watched]) -> None:
        """Add a clip."""
        truths = [
            PassSpan(v.text, v.first_s, v.last_s, v.is_legible(LEGIBLE_PICTURES))
            for v in truth.vehicles
        ]
        told = [found for each in watched for found in each.passes]
        reported = [PassSpan(p.plate.text, p.first_s, p.last_s) for p in told]
        matches = match_passes(reported, truths)
        self.passes.update(reported, truths, matches)
        self.folded.update(list(map(_folded, reported)), list(map(_folded, truths)), matches)
        texts = {j: reported[i].text for i, j in matches.found.items()}
        looks = {each.frame.number: each for each in watched if each.is_searched}
        for j, vehicle in enumerate(truth.vehicles):
            if truths[j].counts:
                share = self._update_single(vehicle, looks)
                self.shares.append((share, texts.get(j) == vehicle.text))
                if texts.get(j) != vehicle.text:
                    self.failures.append(f"{name}: {_failure(truths[j], texts.get(j), share)}")
        self.failures += [f"{name}: {_shown(reported[i])}: twice" for i in matches.duplicates]
        self.failures += [f"{name}: {_shown(reported[i])}: nothing there" for i in matches.false]
        end_s = watched[-1].frame.time_s
        self.delays_s += [
            each.frame.time_s - found.last_s
            for each in watched
            for found in each.passes
            if each.frame.time_s < end_s and not found.is_parked
        ]

    def _update_single(self, vehicle: VehicleTruth, looks: Mapping[int, Watched]) -> float:
        """Give the part of its pictures in which a vehicle was read rightly."""
        views = [view for view in vehicle.views if view.is_legible and view.number in looks]
        texts = [_text_at(looks[view.number], view) for view in views]
        right = texts.count(vehicle.text)
        self.pictures += len(texts)
        self.found += len(texts) - texts.count(None)
        self.exact += right
        return right / max(1, len(texts))

    def rates(self) -> dict[str, float]:
        """Give the numbers by name."""
        mostly = [right for share, right in self.shares if share >= 0.5]
        delays = self.delays_s or [0.0]
        return {
            "vehicles": self.passes.truths,
            "found": self.passes.recall(),
            "precision": self.passes.precision(),
            "exact": self.passes.exact(),
            "exact, O=0 and I=1": self.folded.exact(),
            "exact of found": self.passes.exact_of_found(),
            "duplicates per 200": self.passes.duplicates_per_200(),
            "plates in single pictures": self.pictures,
            "found in single pictures": self.found / max(1, self.pictures),
            "exact in single pictures": self.exact / max(1, self.pictures),
            "vehicles never read rightly": sum(share == 0 for share, _ in self.shares),
            "vehicles read rightly in half or more": len(mostly),
            "exact of these": sum(mostly) / max(1, len(mostly)),
            "delay, median s": statistics.median(delays),
            "delay, longest s": max(delays),
        }


def watch_clip(clip: Iterable[Frame], pipeline: Pipeline) -> list[Watched]:
    """Give all that a watcher says of a clip, without its pictures."""
    return [
        replace(each, frame=replace(each.frame, image=RgbImage(each.frame.image[:1, :1].copy())))
        for each in Watcher(pipeline).watch_frames(clip)
    ]


def _text_at(watched: Watched, view: PlateView) -> str | None:
    """Give what was read of a plate in one picture alone; None where it was not found."""
    corners: list[Point] = [(float(x), float(y)) for x, y in view.corners]
    for track in watched.tracks:
        box = track.last.plate.detection.box
        if contains_point(corners, ((box.x1 + box.x2) / 2, (box.y1 + box.y2) / 2)):
            return track.last.plate.text
    return None


def _folded(span: PassSpan) -> PassSpan:
    return replace(span, text=fold_lookalikes(span.text))


def _failure(truth: PassSpan, text: str | None, share: float) -> str:
    what = "missed" if text is None else f"read as {text}"
    return f"{_shown(truth)}: {what} (right in {share:.0%} of its pictures)"


def _shown(span: PassSpan) -> str:
    return f"{span.text} at {span.first_s:.1f}-{span.last_s:.1f} s"


def draw_clips(
    count: int, seed: int, fonts: FontSet, catalogue: Catalogue, settings: ClipSettings
) -> list[Clip]:
    """Choose so many clips; nothing is drawn yet."""
    return [
        draw_clip(np.random.default_rng((seed, number)), fonts, catalogue, settings)
        for number in range(count)
    ]


def main(argv: Sequence[str] | None = None) -> int:
    """Run from the command line; give the exit status."""
    parser = argparse.ArgumentParser(prog="video_passes", description="passes of drawn clips")
    add = parser.add_argument
    add("--data", type=Path, default=Path("../shared/data"), help="its folder fonts is used")
    add("--clips", type=int, default=40)
    add("--seed", type=int, default=1, help="another one gives other clips")
    add("--seconds", type=float, default=10.0, help="length of a clip")
    add("--fps", type=float, default=10.0, help="pictures a second")
    add("--strength", type=float, default=0.6, help="of bad light and cameras, 0 to 1")
    add("--threads", type=int, default=2)
    add("--json", type=Path, metavar="FILE", help="write the numbers")
    options = parser.parse_args(argv)
    settings = ClipSettings(fps=options.fps, duration_s=options.seconds, strength=options.strength)
    fonts = find_fonts([options.data / "fonts"])
    clips = draw_clips(options.clips, options.seed, fonts, Catalogue.default(), settings)
    pipeline = PlateReader(threads=options.threads).pipeline
    tally, began = Tally(), time.monotonic()
    for number, clip in enumerate(clips):
        watched = watch_clip(clip, pipeline)
        known = len(tally.failures)
        tally.update(f"clip {number}", clip.truth, watched)
        print(f"clip {number}: {tally.passes}, {time.monotonic() - began:.0f} s", flush=True)
        for line in tally.failures[known:]:
            print(f"  {line}", flush=True)
    rates = tally.rates()
    for name, value in rates.items():
        print(f"{name:34} {value:.4g}")
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        numbers = {"rates": rates, "counts": asdict(tally.passes), "failures": tally.failures}
        options.json.write_text(json.dumps(numbers, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
