"""A batch job: the plan, then shard after shard until all are committed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import ray
import ray.data
from ray.data import ActorPoolStrategy

from platelens.batch.cluster import CLIENT_PREFIX, joined, set_up_data
from platelens.batch.grouping import count_plates, group_plates
from platelens.batch.options import JobRequest
from platelens.batch.output import (
    COMMITS,
    READS,
    commit_name,
    committed,
    parse_commit,
    read_commits,
)
from platelens.batch.places import Place, say
from platelens.batch.shards import (
    PLAN_FILE,
    PLAN_FOLDER,
    Digest,
    JobPlan,
    cut,
    first_difference,
    load_plan,
    save_plan,
    write_parts,
)
from platelens.batch.sources import Skipped, list_entries
from platelens.batch.tally import Tally
from platelens.batch.worker import Job, ShardReader, SkipFinder
from platelens.errors import BatchError, JobChangedError, PlatelensError

IfChanged = Literal["refuse", "mix", "restart"]
"""What to do where the output so far is of another source, model or option."""

GROUPS: Final = "groups"
_IN_FLIGHT: Final = 2
"""Shards that a worker has at a time: one at work, one waiting."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is."""

    done: int  # shards
    shards: int
    tally: Tally  # of this run


OnProgress = Callable[[Progress], None]


def run_job(
    request: JobRequest,
    *,
    if_changed: IfChanged = "refuse",
    retry_failed: bool = False,
    group: bool = False,
    on_progress: OnProgress = lambda _: None,
) -> None:
    """Read all pictures of the sources; goes on where an earlier run of the same job stopped.

    Args:
        request: the job.
        if_changed: "refuse" raises JobChangedError, "mix" goes on with the plan there is and reads
            what is left with the new models and options, "restart" removes the output so far.
        retry_failed: shards with failed pictures count as not done.
        group: a row for each plate is written, too; see `grouping`.
        on_progress: called at the start and after every shard.

    Raises:
        SourceError: a source is missing, cannot be listed, or has no pictures.
        JobChangedError: see `if_changed`.
        ModelError: a model is missing or damaged.
        BatchError: the output cannot be written, or Ray has failed. What is done is kept.
    """
    place = Place(request.out)
    # Whether they can be opened is better known now than by every worker.
    request.options.open_reader("cpu", 1)
    try:
        plan, todo = _prepare(request, place, if_changed, retry_failed=retry_failed)
        if todo or (group and count_plates(place) is None):
            with joined(request.machines) as room:
                _work(request, plan, todo, min(room, len(todo)), on_progress)
                if group:
                    group_plates(place, request.machines.address)
    except PlatelensError:
        raise
    except Exception as error:
        if isinstance(error, OSError) or not place.is_local:  # stores have errors of their own
            raise BatchError(f"{place.address}: {say(error)}") from error
        raise


def _prepare(
    request: JobRequest, place: Place, if_changed: IfChanged, *, retry_failed: bool
) -> tuple[JobPlan, list[int]]:
    """Give the plan, and the shards that are not done."""
    plan = _planned(request, place, if_changed)
    for folder in (PLAN_FOLDER, READS, COMMITS):
        place.drop_unfinished(folder)
    if retry_failed:
        for commit in list(read_commits(place)):
            if commit.tally.statuses["failed"]:
                place.remove(commit_name(commit.shard))
    done = committed(place)
    return plan, [shard for shard in plan.shards if shard not in done]


def _planned(request: JobRequest, place: Place, if_changed: IfChanged) -> JobPlan:
    """Give the plan of the job: the one that is there, if it fits, or a new one."""
    old = load_plan(place)
    if old is not None and if_changed == "restart":
        for name in (COMMITS, READS, GROUPS, PLAN_FILE, PLAN_FOLDER):
            place.remove(name)
        old = None
    if old is None:
        if committed(place):
            raise BatchError(f"{place.address}: has output, but no plan that it belongs to")
        return _make_plan(request, place)
    if if_changed == "refuse":
        _refuse_changes(request, place, old)
    return old


def _make_plan(request: JobRequest, place: Place) -> JobPlan:
    skipped, digest = Skipped(), Digest()
    write_parts(digest.watch(_shards(request, skipped)), place)
    plan = JobPlan(
        sources=list(request.sources),
        shard_size=request.shard_size,
        column=request.column,
        digest=digest.value(),
        options=request.options.record(),
        counts=digest.counts,
        skipped=skipped,
    )
    save_plan(plan, place)
    return plan


def _shards(request: JobRequest, skipped: Skipped) -> Iterator[list[Any]]:
    entries = list_entries(request.sources, request.column, skipped)
    return cut(entries, request.shard_size)


def _refuse_changes(request: JobRequest, place: Place, old: JobPlan) -> None:
    """Raise JobChangedError unless the request is that of the plan."""
    asked = {
        **request.options.record(),
        "shard size": request.shard_size,
        "column": request.column,
        "sources": list(request.sources),
    }
    there = {
        **old.options,
        "shard size": old.shard_size,
        "column": old.column,
        "sources": old.sources,
    }
    changes = [
        f"{key} was {there.get(key)!r}, is {value!r}"
        for key, value in asked.items()
        if there.get(key) != value
    ]
    if not changes:
        digest = Digest()
        for _ in digest.watch(_shards(request, Skipped())):
            pass
        if digest.value() == old.digest:
            return
        difference = first_difference(place, old, _shards(request, Skipped()))
        changes = [f"the source had {old.counts.say()}, has {digest.counts.say()} ({difference})"]
    raise JobChangedError(
        f"{place.address}: holds the output of another job: {'; '.join(changes)}. Name another "
        "folder, or say --if-changed mix (keep its plan) or restart (remove its output)"
    )


def _work(
    request: JobRequest, plan: JobPlan, todo: Sequence[int], workers: int, on_progress: OnProgress
) -> None:
    """Do the shards of `todo`."""
    job = Job(
        out=Place(request.out).address,
        options=request.options,
        models=request.options.models(),
        device=request.machines.device,
        threads=request.machines.threads,
    )
    tally, total = Tally(), len(plan.shards)
    on_progress(Progress(total - len(todo), total, tally))
    left = set(todo)
    try:
        address = request.machines.address
        for text in _stream_from(address, job, todo, workers) if todo else ():
            commit = parse_commit(text)
            tally.merge(commit.tally)
            left.discard(commit.shard)
            on_progress(Progress(total - len(left), total, tally))
    except PlatelensError:
        raise
    except Exception as error:  # those of Ray, and of a worker that could not start
        raise BatchError(f"the workers have failed: {_cause(error)}") from error
    if left:
        raise BatchError(f"{len(left)} shards were not committed; run the command again")


def _stream(job: Job, todo: Sequence[int], workers: int) -> Iterator[str]:
    """Let the shards run through the stages; gives their commits, as JSON, as they come."""
    # One block a shard: what Ray does again after a failure is one shard, and so is what waits.
    shards: ray.data.Dataset = ray.data.from_items(
        [{"shard": n} for n in todo], override_num_blocks=len(todo)
    )
    if job.options.skip_duplicates:
        shards = shards.map_batches(SkipFinder, **_pool(job, workers), num_cpus=0)
    needs: dict[str, Any] = {"num_cpus": job.threads}
    if job.device == "cuda":
        needs = {"num_cpus": 1, "num_gpus": 1}
    commits = shards.map_batches(ShardReader, **_pool(job, workers), **needs)
    for batch in commits.iter_batches(batch_size=None, batch_format="numpy", prefetch_batches=0):
        for text, trouble in zip(batch["commit"], batch["trouble"], strict=True):
            if trouble:
                raise BatchError(f"{trouble}; what is done is kept, run the command again")
            yield str(text)


class _Driver:
    """Does in the cluster what cannot be done from outside: Ray's client has no Ray Data."""

    def __init__(self, job: Job, todo: Sequence[int], workers: int) -> None:
        set_up_data()
        self._commits = _stream(job, todo, workers)

    def next(self) -> str:
        """Give the next commit; "" = there is none."""
        return next(self._commits, "")


def _stream_from(address: str, job: Job, todo: Sequence[int], workers: int) -> Iterator[str]:
    """Do as `_stream` with a cluster at that address."""
    if not address.startswith(CLIENT_PREFIX):
        yield from _stream(job, todo, workers)
        return
    driver: Any = ray.remote(num_cpus=0)(_Driver).remote(job, list(todo), workers)
    while text := ray.get(driver.next.remote()):
        yield str(text)


def _pool(job: Job, workers: int) -> dict[str, Any]:
    pool = ActorPoolStrategy(size=workers, max_tasks_in_flight_per_actor=_IN_FLIGHT)
    return {"fn_constructor_args": (job,), "compute": pool, "batch_size": 1}


def _cause(error: BaseException) -> str:
    """Give the error that lies at the bottom, in one line."""
    while error.__cause__ is not None:
        error = error.__cause__
    lines = [line for line in str(error).strip().splitlines() if line.strip()]
    return lines[-1].strip() if lines else type(error).__name__
