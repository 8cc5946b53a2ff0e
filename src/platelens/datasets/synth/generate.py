"""Writes data sets of drawn plates: crops for readers, scenes for detectors."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Callable, Generator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path
from typing import Final

import cv2
from PIL import Image

from platelens.datasets.index import write_samples
from platelens.datasets.sample import Sample
from platelens.datasets.synth.catalogue import Catalogue
from platelens.datasets.synth.fonts import FontSet
from platelens.datasets.synth.source import PictureSource, SynthSettings
from platelens.datasets.transfer import staged_folder
from platelens.errors import PlatelensError

_BATCH: Final = 16
"""Pictures that a worker draws before it reports."""


def generate(
    settings: SynthSettings,
    fonts: FontSet,
    destination: Path,
    *,
    workers: int = 1,
    progress: Callable[[int], None] = lambda _: None,
) -> Counter[str | None]:
    """Draw pictures and write them in the form of platelens; the workers change only the time.

    Args:
        settings: what to draw.
        fonts: for the plates.
        destination: a folder that does not exist or is empty; on any error nothing is left in it.
        workers: processes; 1 = this one.
        progress: told how many pictures were finished since it was last called.

    Returns:
        How many plates of each region were drawn; None counts those from anywhere.

    Raises:
        AnnotationError: `destination` has something in it.
        FormatError: an unknown jurisdiction.
        OSError: a picture could not be written; names `destination`.
        PlatelensError: a picture could not be drawn, or a worker died.
    """
    source = PictureSource(settings, fonts, Catalogue.default(settings.codes))
    samples: list[Sample] = []
    with staged_folder(destination) as folder:
        (folder / "images").mkdir()
        with closing(_draw_all(source, folder, workers)) as batches:  # no worker outlives it
            for batch in batches:
                samples += batch
                progress(len(batch))
        write_samples(samples, folder)
    return Counter(plate.region for sample in samples for plate in sample.plates)


def _draw_all(source: PictureSource, folder: Path, workers: int) -> Generator[list[Sample]]:
    """Draw all pictures into `folder`; gives them in order, batch by batch."""
    count = source.settings.count
    batches = [range(first, min(first + _BATCH, count)) for first in range(0, count, _BATCH)]
    if workers == 1:
        yield from (_draw_batch(source, folder, batch) for batch in batches)
        return
    pool = ProcessPoolExecutor(
        min(workers, max(1, len(batches))), get_context("spawn"), _prepare, (source, folder)
    )
    try:
        yield from pool.map(_draw_mine, batches)
    except BrokenProcessPool as error:
        raise PlatelensError("a worker died; there may be too little memory for so many") from error
    finally:  # an error or Ctrl-C: what has begun ends, nothing else begins
        pool.shutdown(wait=True, cancel_futures=True)


def _draw_batch(source: PictureSource, folder: Path, batch: range) -> list[Sample]:
    return [_draw_one(source, folder, index) for index in batch]


def _draw_one(source: PictureSource, folder: Path, index: int) -> Sample:
    path = folder / "images" / f"{index:06d}.jpg"
    try:
        pixels, plates = source.draw(index)
        Image.fromarray(pixels).save(path, quality=source.settings.jpeg_quality)
    except (PlatelensError, OSError):
        raise
    except Exception as error:  # whatever it is must reach the caller from another process
        raise PlatelensError(f"picture {index} of seed {source.settings.seed}: {error}") from error
    height, width = pixels.shape[:2]
    return Sample(path, width, height, tuple(plates))


_mine: list[tuple[PictureSource, Path]] = []
"""What this worker draws from, and where to."""


def _prepare(source: PictureSource, folder: Path) -> None:
    """Make this process a worker."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that waits
    cv2.setNumThreads(1)  # the workers have the cores already
    _mine[:] = [(source, folder)]


def _draw_mine(batch: range) -> list[Sample]:
    ((source, folder),) = _mine
    return _draw_batch(source, folder, batch)
