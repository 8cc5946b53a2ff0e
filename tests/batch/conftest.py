"""Many small pictures, tiny models, and a job without Ray to compare with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.dataset
import pytest

from platelens import imaging
from platelens.batch import JobRequest, ReadOptions
from platelens.batch.job import _prepare
from platelens.batch.output import READS
from platelens.batch.places import Place
from platelens.batch.worker import Job, ShardReader
from platelens.pipeline import Plan
from platelens.types import RgbImage

Street = Callable[..., RgbImage]
TEXTS = ("A", "B", "C", "AB", "CA", "")


@pytest.fixture
def options(detector_folder: Path, reader_folder: Path, look_folder: Path) -> ReadOptions:
    """Tiny models: the work of a picture is a millisecond."""
    detector, reader, look = (f"path:{f}" for f in (detector_folder, reader_folder, look_folder))
    return ReadOptions(Plan("tiny", "For tests.", detector, reader, look), batch=4)


@pytest.fixture
def many(tmp_path: Path, street: Street) -> Callable[[int], Path]:
    """Give a function that draws so many pictures, in two folders of a folder."""

    def draw(count: int) -> Path:
        for number in range(count):
            image = street(*TEXTS[number % len(TEXTS)])
            image[120:, :] = np.array([number % 50, number // 50, 7], np.uint8)  # no two alike
            path = tmp_path / "many" / f"cam{number * 2 // count}" / f"{number:04d}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            imaging.save(image, path)
        return tmp_path / "many"

    return draw


def run_bare(request: JobRequest) -> pa.Table:
    """Do a job in this process, without Ray; gives its rows."""
    place = Place(request.out)
    _, todo = _prepare(request, place, "refuse", retry_failed=False)
    reader = ShardReader(Job(place.address, request.options, request.options.models()))
    for shard in todo:
        done = reader({"shard": np.array([shard])})
        assert list(done["trouble"]) == [""]
    return rows_of(request.out)


def rows_of(out: str | Path) -> pa.Table:
    """Give all rows of a local job, in the order of its source."""
    data = pyarrow.dataset.dataset(str(Path(out) / READS), format="parquet")
    keys = ("shard", "picture", "plate")
    return data.to_table().sort_by([(key, "ascending") for key in keys])
