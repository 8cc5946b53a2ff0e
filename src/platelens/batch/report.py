"""What a job did, and what is wrong: from its plan and its commits alone, however many rows."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import pyarrow.parquet as pq

from platelens.batch.output import Commit, read_commits, reads_name
from platelens.batch.places import Place
from platelens.batch.shards import JobPlan, load_plan
from platelens.batch.tally import Tally
from platelens.errors import BatchError

_TOLD: Final = ("shard", "picture", "image", "status", "trouble", "error", "duplicate_of")


@dataclass(slots=True)
class JobReport:
    """A job as it stands."""

    plan: JobPlan
    tally: Tally = field(default_factory=Tally)
    done: int = 0  # shards
    missing: list[int] = field(default_factory=list)  # shards
    seconds: list[float] = field(default_factory=list)  # of each shard that is done
    workers: dict[str, Tally] = field(default_factory=dict)
    models: int = 0  # different sets of them in the output; more than one = it is mixed
    damaged: list[str] = field(default_factory=list)  # see `check_files`
    _troubled: list[int] = field(default_factory=list)

    def faults(self) -> list[str]:
        """Say in a line each what does not add up; [] for a job that is whole."""
        found = list(self.damaged)
        if self.missing:
            some = ", ".join(map(str, self.missing[:10]))
            more = f" and {len(self.missing) - 10:,} more" if len(self.missing) > 10 else ""
            found.append(f"{len(self.missing):,} shards are not done: {some}{more}")
        planned = self.plan.counts
        listed = planned.pictures + planned.repeated + planned.broken
        if not self.missing and not planned.archives and listed != self.tally.pictures:
            found.append(f"the plan has {listed:,} pictures, the output {self.tally.pictures:,}")
        if self.models > 1:
            found.append(f"the output was made with {self.models} different sets of models")
        return found

    @property
    def troubled(self) -> list[int]:
        """The shards with failed or repeated pictures."""
        return self._troubled


def report_job(out: str, *, check_files: bool = False) -> JobReport:
    """Sum a job up.

    Args:
        out: its folder.
        check_files: read every Parquet file and compare its checksum and rows with its commit.

    Raises:
        BatchError: there is no job in this folder, or a commit file is damaged.
    """
    place = Place(out)
    plan = load_plan(place)
    if plan is None:
        raise BatchError(f"{place.address}: there is no batch job in this folder")
    report = JobReport(plan)
    models: set[tuple[tuple[str, str], ...]] = set()
    done: set[int] = set()
    for commit in read_commits(place):
        done.add(commit.shard)
        report.tally.merge(commit.tally)
        report.seconds.append(commit.tally.seconds)
        report.workers.setdefault(commit.worker, Tally()).merge(commit.tally)
        models.add(tuple(sorted(commit.models.items())))
        if commit.tally.statuses["failed"] or commit.tally.statuses["repeated"]:
            report.troubled.append(commit.shard)
        if check_files:
            report.damaged += _check(place, commit)
    report.done, report.models = len(done), len(models)
    report.missing = [shard for shard in plan.shards if shard not in done]
    return report


def troubles(out: str, report: JobReport) -> Iterator[dict[str, Any]]:
    """Give every failed and every repeated picture, as the columns _TOLD of its row."""
    place = Place(out)
    for shard in report.troubled:
        table = pq.read_table(io.BytesIO(place.read(reads_name(shard))), columns=list(_TOLD))
        yield from (r for r in table.to_pylist() if r["status"] in ("failed", "repeated"))


def _check(place: Place, commit: Commit) -> Iterator[str]:
    name = reads_name(commit.shard)
    try:
        data = place.read(name)
    except OSError as error:
        yield f"{name}: cannot be read: {error}"
        return
    if hashlib.sha256(data).hexdigest() != commit.sha256:
        yield f"{name}: is not the file that was committed"
    elif pq.read_metadata(io.BytesIO(data)).num_rows != commit.tally.rows:
        yield f"{name}: has not as many rows as its commit says"
