"""Count the passes of dash-cam rides of which one picture a second is labelled.

    python -m benchmarks.video_rides --data ../shared/data

Each labelled text is a vehicle, from the first picture that has it to the last; with more than
30 s between two of them it is another pass. Only near plates are labelled, so what is told beside
these is counted, and not called false.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from platelens import PlateReader, imaging
from platelens.datasets import Sample, load_samples
from platelens.metrics import PassCounts, PassSpan, match_passes
from platelens.pipeline.video import Watcher, WatchSettings
from platelens.types import Frame

FOLDER: Final = "scenes/romania"
_NAME: Final = re.compile(r"(?P<ride>.+)_t_(?P<second>\d+)$")


def load_rides(folder: Path) -> dict[str, list[tuple[int, Sample]]]:
    """Give the labelled pictures of each ride by their seconds, in order."""
    rides: dict[str, list[tuple[int, Sample]]] = defaultdict(list)
    for sample in load_samples(folder):
        if named := _NAME.match(Path(sample.image).stem):
            rides[named["ride"]].append((int(named["second"]), sample))
    return {ride: sorted(pictures, key=lambda p: p[0]) for ride, pictures in rides.items()}


def true_passes(pictures: Sequence[tuple[int, Sample]], again_s: float) -> list[PassSpan]:
    """Give a span for each labelled text, and for each time that it comes again."""
    spans: list[PassSpan] = []
    for second, sample in pictures:
        for text in {plate.text for plate in sample.plates if plate.text}:
            known = [s for s in spans if s.text == text and second - s.last_s <= again_s]
            spans = [span for span in spans if span not in known]
            spans.append(PassSpan(text, known[0].first_s if known else second, second))
    return spans


def _frames(pictures: Sequence[tuple[int, Sample]]) -> Iterator[Frame]:
    for number, (second, sample) in enumerate(pictures):
        yield Frame(imaging.load(sample.image), float(second), number)


def main(argv: Sequence[str] | None = None) -> int:
    """Run from the command line; give the exit status."""
    parser = argparse.ArgumentParser(prog="video_rides", description="passes of dash-cam rides")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args(argv)
    pipeline = PlateReader(threads=options.threads).pipeline
    settings = WatchSettings()
    counts, beside = PassCounts(), 0
    for ride, pictures in load_rides(options.data / FOLDER).items():
        truths = true_passes(pictures, settings.duplicate_s)
        passes = list(Watcher(pipeline, settings).watch(_frames(pictures)))
        told = [PassSpan(found.plate.text, found.first_s, found.last_s) for found in passes]
        matches = match_passes(told, truths)
        counts.update(told, truths, matches)
        beside += len(matches.false)
        print(f"{ride}: {len(pictures)} pictures, {len(truths)} vehicles, {len(told)} passes")
        for i, j in sorted(matches.found.items()):
            if told[i].text != truths[j].text:
                print(f"  {truths[j].text} read as {told[i].text}")
        for j in sorted(set(range(len(truths))) - set(matches.found.values())):
            print(f"  {truths[j].text} at {truths[j].first_s:g} s missed")
        for i, j in sorted(matches.duplicates.items()):
            print(f"  {truths[j].text} told again as {told[i].text} at {told[i].first_s:g} s")
    print(f"found {counts.found} of {counts.truths}, exact {counts.exact_texts}, ", end="")
    print(f"told twice {counts.duplicates}, passes of plates that are not labelled {beside}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
