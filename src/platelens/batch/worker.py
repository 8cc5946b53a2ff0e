"""What runs in the processes of Ray: one shard after the other, from its plan to its commit."""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from platelens import imaging
from platelens.batch.fetch import Fetched, fetch_shard
from platelens.batch.neighbours import find_neighbours
from platelens.batch.options import ReadOptions
from platelens.batch.output import Commit, write_commit, write_reads
from platelens.batch.places import Place, say
from platelens.batch.reading import read_pictures
from platelens.batch.schema import Row, rows_of, to_table
from platelens.batch.shards import read_shard
from platelens.batch.tally import Tally
from platelens.errors import JobChangedError

Columns = dict[str, NDArray[Any]]
"""Rows on their way through Ray, as it hands them to a stage."""


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker needs to know. Travels to the workers."""

    out: str
    options: ReadOptions
    models: dict[str, str]  # checksums: workers on other machines must have the same models
    device: str = "cpu"
    threads: int = 1


class SkipFinder:
    """A stage of Ray Data: finds the pictures of a shard that need not be read."""

    def __init__(self, job: Job) -> None:
        imaging.limit_threads(1)
        self._place = Place(job.out)

    def __call__(self, rows: Columns) -> Columns:
        """Add to each shard the pictures to be skipped, as JSON: {picture: what it is like}."""
        found = [
            find_neighbours(fetch_shard(read_shard(self._place, int(n)))) for n in rows["shard"]
        ]
        return {**rows, "skips": np.array([json.dumps(skips) for skips in found], dtype=object)}


class ShardReader:
    """A stage of Ray Data: reads shards, writes them and commits them. Loads the models once."""

    def __init__(self, job: Job) -> None:
        models = job.options.models()
        if models != job.models:
            raise JobChangedError(
                f"{platform.node()}: has other models than the machine that started the job"
            )
        imaging.limit_threads(job.threads)  # or each worker would take all cores
        self._job = job
        self._place = Place(job.out)
        self._pipeline = job.options.open_reader(job.device, job.threads).pipeline

    def __call__(self, rows: Columns) -> Columns:
        """Do all of these shards; gives the commit of each, or what stopped it."""
        skips = rows.get("skips", np.array(["{}"] * len(rows["shard"]), dtype=object))
        done = [self._do(int(n), str(text)) for n, text in zip(rows["shard"], skips, strict=True)]
        commits, troubles = zip(*done, strict=True)
        return {
            "commit": np.array(commits, dtype=object),
            "trouble": np.array(troubles, dtype=object),
        }

    def _do(self, shard: int, skips: str) -> tuple[str, str]:
        start, start_cpu = time.perf_counter(), time.process_time()
        chosen = {int(picture): image for picture, image in json.loads(skips).items()}
        options, tally = self._job.options, Tally()
        rows: list[Row] = []
        entries = read_shard(self._place, shard)
        pictures = _weighed(fetch_shard(entries), tally)
        for outcome in read_pictures(pictures, self._pipeline, options.batch, chosen):
            tally.add(outcome)
            rows += rows_of(shard, outcome, options.top)
        try:
            sha256, tally.bytes_out = write_reads(self._place, shard, to_table(rows))
            tally.seconds = time.perf_counter() - start
            tally.cpu_seconds = time.process_time() - start_cpu
            worker = f"{platform.node()}:{os.getpid()}"
            commit = Commit(shard, sha256, worker, self._job.models, tally)
            write_commit(self._place, commit)
        except Exception as error:  # a full disk, a lost store: the job cannot go on
            return "", f"shard {shard} cannot be written to {self._place.address}: {say(error)}"
        return commit.to_json(), ""


def _weighed(pictures: Iterator[Fetched], tally: Tally) -> Iterator[Fetched]:
    """Give the pictures on, their bytes counted."""
    for each in pictures:
        tally.bytes_in += len(each.data)
        yield each
