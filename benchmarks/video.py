"""Measure what watching a video costs: pictures a second, an idle camera, memory over an hour.

    python -m benchmarks.video --json runs/video.json

Each measure runs in a process of its own on two cores, over drawn 1280x720 videos in H.264 where
FFmpeg has an encoder for it. Processor time is given beside the time by the wall clock: it holds
on a busy machine too.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import numpy as np
import psutil
from numpy.typing import NDArray

from platelens import imaging
from platelens.imaging.video import VideoSettings, open_video
from platelens.pipeline import PlateReader
from platelens.pipeline.video import Watcher, WatchSettings
from platelens.types import Frame, RgbImage

SIZE_HW: Final = (720, 1280)
FPS: Final = 25
CORES: Final = 2

_NOISE: Final = 3.0
"""Standard deviation of the noise of the drawn cameras, gray levels."""

_PLATE_PX: Final = 130
_MB: Final = 1e6

Numbers = dict[str, float]


@dataclass(frozen=True)
class Job:
    """What one process is to measure, and how long the videos are."""

    folder: Path
    seconds: float = 20.0
    hour_s: float = 3600.0
    threads: int = 1


def draw_pictures(seconds: float, fps: float, *, cars: int, seed: int = 0) -> Iterator[RgbImage]:
    """Draw a noisy street in which so many cars with plates are always in sight; 0 = nobody."""
    rng = np.random.default_rng(seed)
    street = imaging.load(Path(__file__).parents[1] / "examples/street.jpg")
    plates = [imaging.load(path) for path in sorted(_plates_folder().glob("*.png"))]
    ground = _fitted(street)
    ground[:] = ground.mean(axis=(0, 1))  # its own plates must not be found
    for number in range(round(seconds * fps)):
        pixels = ground.copy()
        for car in range(cars):
            plate = plates[(seed + car) % len(plates)]
            x = int((60 + 250 * number / fps + 600 * car) % (SIZE_HW[1] + 200)) - 200
            _paste(pixels, plate, x, 200 + 180 * car)
        yield _noisy(rng, pixels)
