"""Jobs on a real cluster of Ray: two machines of one core each, which are killed for real."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset
import pytest

from platelens.batch import JobRequest, ReadOptions, report_job
from platelens.batch.output import COMMITS
from tests.batch.conftest import rows_of, run_bare

pytestmark = pytest.mark.timeout(900)  # a busy machine takes long to start Ray
ROOT = Path(__file__).parents[2]
PICTURES = 240
PATIENCE_S = 240
Many = Callable[[int], Path]
STORE_BYTES = 80_000_000


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A head without cores, and two machines with one each, as far as Ray can tell."""
    # Ray's workers give way to all else, and another load on the machine would stop them.
    os.environ.update({"RAY_USAGE_STATS_ENABLED": "0", "RAY_worker_niceness": "0"})
    from ray.cluster_utils import Cluster

    head = {"num_cpus": 0, "include_dashboard": False, "object_store_memory": STORE_BYTES}
    made = Cluster(initialize_head=True, head_node_args=head)
    for _ in range(2):
        made.add_node(num_cpus=1, object_store_memory=STORE_BYTES)
    yield made
    made.shutdown()  # type: ignore[no-untyped-call]  # as Ray has it


def command(request: JobRequest, *more: str) -> list[str]:
    plan = request.options.plan
    models = ["--detector", plan.detector, "--reader", plan.recognizer, "--matcher", plan.matcher]
    shards = ["--shard-size", str(request.shard_size)]
    words = ["batch", *request.sources, "--out", request.out, *shards, *models, *more]
    return [sys.executable, "-m", "platelens", *words]


@pytest.fixture
def start(cluster: Any) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Give a function that starts the command line on the cluster."""
    started: list[subprocess.Popen[str]] = []

    def go(request: JobRequest, *more: str) -> subprocess.Popen[str]:
        words = command(request, "--address", cluster.address, *more)
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
        started.append(
            subprocess.Popen(
                words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
            )
        )
        return started[-1]

    yield go
    for process in started:
        process.kill()
        process.communicate()


Start = Callable[..., subprocess.Popen[str]]


def finish(process: subprocess.Popen[str]) -> str:
    """Wait for a command that must succeed; gives what it printed."""
    out, error = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, complaints(error)) == (0, [])
    return out


def complaints(error: str) -> list[str]:
    """Give the lines that are not progress, of which a slow machine is told."""
    return [line for line in error.splitlines() if not line.startswith("note: ")]


def commits(request: JobRequest) -> int:
    return len(list((Path(request.out) / COMMITS).rglob("*.json")))


def wait_for_commits(request: JobRequest, count: int, process: subprocess.Popen[str]) -> None:
    end = time.monotonic() + PATIENCE_S
    while commits(request) < count:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.002)


def ask(folder: Path, options: ReadOptions, out: Path) -> JobRequest:
    return JobRequest([str(folder)], str(out), replace(options, batch=32), shard_size=2)


def expect_whole(request: JobRequest, wanted: pa.Table) -> None:
    """Count and compare: every picture once, every row as in the undisturbed job."""
    report = report_job(request.out, check_files=True)
    assert report.faults() == []
    assert report.tally.pictures == PICTURES
    assert rows_of(request.out).equals(wanted)


def test_a_machine_that_dies_costs_nothing_but_time(
    cluster: Any, start: Start, tmp_path: Path, many: Many, options: ReadOptions
) -> None:
    folder = many(PICTURES)
    wanted = run_bare(ask(folder, options, tmp_path / "bare"))
    request = ask(folder, options, tmp_path / "out")
    process = start(request)
    wait_for_commits(request, 10, process)
    cluster.remove_node(cluster.list_all_nodes()[-1], allow_graceful=False)
    at_death = commits(request)
    finish(process)
    cluster.add_node(num_cpus=1, object_store_memory=STORE_BYTES)
    assert at_death < PICTURES / 2
    assert len(report_job(request.out).workers) >= 2
    expect_whole(request, wanted)


def test_a_driver_that_is_killed_again_and_again_ends_up_with_the_same(
    start: Start, tmp_path: Path, many: Many, options: ReadOptions
) -> None:
    folder = many(PICTURES)
    wanted = run_bare(ask(folder, options, tmp_path / "bare"))
    request = ask(folder, options, tmp_path / "out")
    rng = random.Random(9)
    for kill in range(3):
        process = start(request)
        if kill:  # the first one dies before it has done anything, maybe with half a plan
            wait_for_commits(request, commits(request) + rng.randint(1, 20), process)
        else:
            time.sleep(rng.uniform(1, 4))
        process.kill()
        process.communicate()
    assert 0 < commits(request) < PICTURES / 2
    assert "120 of 120 shards, 240 pictures" in finish(start(request))
    expect_whole(request, wanted)


def test_the_command_on_this_machine_alone(tmp_path: Path) -> None:
    """With the real models: near-duplicates, plates as groups, a damaged picture, the report."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    street = (ROOT / "examples/street.jpg").read_bytes()
    for name, data in (("1.jpg", street), ("2.jpg", street), ("3.jpg", street[:9000])):
        (folder / name).write_bytes(data)
    out = tmp_path / "out"
    more = ("--skip-duplicates", "--group", "plate", "--workers", "1")
    words = [sys.executable, "-m", "platelens", "batch", str(folder), "--out", str(out), *more]
    done = subprocess.run(
        words, capture_output=True, text=True, timeout=PATIENCE_S, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )  # fmt: skip
    assert (done.returncode, complaints(done.stderr)) == (1, [])
    lines = done.stdout.splitlines()
    counts = "3 pictures (1 failed, 1 with plates, 1 skipped as near-duplicates)"
    assert lines[0] == f"{out}: 1 of 1 shards, {counts}"
    assert lines[2] == "failed, damaged or no picture: 1"
    texts = [text for text in rows_of(out).column("text").to_pylist() if text]
    plates = pyarrow.dataset.dataset(str(out / "groups/plate")).to_table().to_pylist()
    assert [plate["text"] for plate in plates] == sorted(texts)
    assert {plate["reads"] for plate in plates} == {1}
    assert {plate["first_image"] for plate in plates} == {str(folder / "1.jpg")}
    assert json.loads((out / "groups/plate.json").read_text())["plates"] == len(texts) == 2
