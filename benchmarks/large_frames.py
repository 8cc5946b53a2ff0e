"""Count the small plates that are found in frames of 3840x2160, put together from real scenes.

    python -m benchmarks.large_frames --data ../shared/data

Each frame has four photographs that recipes keep out of training, each brought to a size at which
its only plate is 60 pixels wide, on a ground of soft colours.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from platelens import imaging
from platelens.datasets import Sample, load_samples
from platelens.datasets.split import split_samples
from platelens.metrics import match_boxes
from platelens.pipeline import build_detector
from platelens.types import Box, RgbImage

FOLDERS: Final = ("scenes/openlpr", "scenes/openimages")
FRAMES: Final = 25
PLATE_PX: Final = 60
HEIGHT, WIDTH = 2160, 3840
_MIN_IOU: Final = 0.5


def compose(rng: np.random.Generator, samples: Sequence[Sample]) -> tuple[RgbImage, list[Box]]:
    """Put four pictures into the quarters of a frame; gives it and the boxes of the plates."""
    coarse = rng.integers(60, 160, (9, 16, 3)).astype(np.uint8)
    frame = cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR)
    boxes = []
    for quarter, sample in enumerate(samples):
        pixels, box = imaging.load(sample.image), sample.plates[0].box
        scale = min(PLATE_PX / box.width, (HEIGHT / 2 - 80) / max(pixels.shape[:2]))
        w, h = (int(side * scale) for side in pixels.shape[1::-1])
        x = int(rng.integers(0, WIDTH // 2 - w)) + WIDTH // 2 * (quarter % 2)
        y = int(rng.integers(0, HEIGHT // 2 - h)) + HEIGHT // 2 * (quarter // 2)
        frame[y : y + h, x : x + w] = cv2.resize(pixels, (w, h), interpolation=cv2.INTER_AREA)
        sides = (box.x1, box.y1, box.x2, box.y2)
        x1, y1, x2, y2 = (v * scale + shift for v, shift in zip(sides, (x, y, x, y), strict=True))
        boxes.append(Box(x1, y1, x2, y2))
    return RgbImage(np.asarray(frame, dtype=np.uint8)), boxes


def main() -> None:
    """Compose the frames, find their plates, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--detector", default="detector_small")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    held_out = [
        sample
        for folder in FOLDERS
        for sample in split_samples(load_samples(arguments.data / folder))[1]
        if len(sample.plates) == 1
    ]
    detector = build_detector(arguments.detector, threads=arguments.threads)
    rng = np.random.default_rng(1)
    found = false = 0
    times = []
    for number in range(FRAMES):
        four = [held_out[(4 * number + i) % len(held_out)] for i in range(4)]
        frame, truths = compose(rng, four)
        start = time.perf_counter()
        plates = detector.detect(frame)
        times.append((time.perf_counter() - start) * 1e3)
        boxes, sure = [p.box for p in plates], [p.confidence for p in plates]
        matched = sum(m is not None for m in match_boxes(boxes, sure, truths, min_iou=_MIN_IOU))
        found += matched
        false += len(plates) - matched
    print(f"{found} of {4 * FRAMES} plates of {PLATE_PX} px found, {false} false ones")
    print(f"{statistics.median(times):.0f} ms a frame (median)")


if __name__ == "__main__":
    main()
