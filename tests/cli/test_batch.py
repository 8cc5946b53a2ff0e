"""`platelens batch`, as far as it goes without a cluster; see tests/batch/test_job.py."""

from __future__ import annotations

import csv
import json
import time
from pathlib import Path

import pytest

from platelens.batch import JobRequest, Progress, ReadOptions, Tally
from platelens.cli.batch import state
from platelens.pipeline import DEFAULT_PLAN
from tests.batch.conftest import run_bare
from tests.cli.conftest import Run


@pytest.fixture
def done(photos: Path, weights: Path, tmp_path: Path) -> Path:
    """A finished job of three pictures, of which one is damaged."""
    del weights
    (photos / "b.png").write_bytes(b"no picture")
    out = tmp_path / "out"
    run_bare(JobRequest([str(photos)], str(out), ReadOptions(DEFAULT_PLAN)))
    return out


def test_a_finished_job_is_not_done_again(run: Run, photos: Path, done: Path) -> None:
    files = {path: path.stat().st_mtime_ns for path in done.rglob("*")}
    for words in (("batch",), ("batch", "run")):
        result = run(*words, photos, "--out", done)
        assert result.exit_code == 1  # a picture failed
        counts = "3 pictures (1 failed, 1 without, 1 with plates)"
        assert result.stdout.splitlines()[0] == f"{done}: 1 of 1 shards, {counts}"
        assert result.stderr == ""
    assert {path: path.stat().st_mtime_ns for path in done.rglob("*")} == files


def test_options_may_come_first(run: Run, photos: Path, done: Path) -> None:
    assert run("batch", "--out", done, photos).exit_code == 1
    assert "--skip-duplicates" in run("batch", "run", "--help").stdout
    assert "report" in run("batch", "--help").stdout


def test_another_option_is_refused(run: Run, photos: Path, done: Path) -> None:
    result = run("batch", photos, "--out", done, "--top", 2)
    assert result.exit_code == 2
    assert "holds the output of another job: top was 5, is 2" in result.stderr


def test_a_source_that_is_not_there_is_an_error(run: Run, tmp_path: Path) -> None:
    result = run("batch", tmp_path / "nowhere", "--out", tmp_path / "out")
    assert (result.exit_code, result.stderr) == (
        2, f"error: {tmp_path / 'nowhere'}: no such file or folder\n"
    )  # fmt: skip


def test_a_destination_that_is_a_file_is_an_error(run: Run, photos: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = run("batch", photos, "--out", tmp_path / "file")
    assert result.exit_code == 2
    assert "NotADirectoryError" in result.stderr


def test_a_report_counts(run: Run, done: Path) -> None:
    result = run("batch", "report", done, "--json", "--check")
    record = json.loads(result.stdout)
    assert record["statuses"] == {"failed": 1, "none": 1, "read": 1}
    assert (record["shards"], record["done"], record["faults"]) == (1, 1, [])
    assert record["regions"] == {"us-ca": 1}
    assert result.exit_code == 1


def test_a_report_names_every_failed_picture(
    run: Run, done: Path, photos: Path, tmp_path: Path
) -> None:
    run("batch", "report", done, "--failures", tmp_path / "failed.csv")
    with (tmp_path / "failed.csv").open() as file:
        (row,) = csv.DictReader(file)
    assert (row["image"], row["trouble"]) == (str(photos / "b.png"), "damaged")
    assert "not a JPEG, PNG" in row["error"]


def test_a_report_may_be_a_page(run: Run, done: Path, tmp_path: Path) -> None:
    run("batch", "report", done, "--html", tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text()
    assert "3 pictures (1 failed, 1 without, 1 with plates)" in page
    assert "<svg" in page


def test_a_report_names_what_is_missing(run: Run, done: Path) -> None:
    (done / "commits/0000/shard-0000000.json").unlink()
    result = run("batch", "report", done)
    assert (result.exit_code, result.stderr) == (1, "error: 1 shards are not done: 0\n")


def test_a_folder_without_a_job_is_an_error(run: Run, tmp_path: Path) -> None:
    result = run("batch", "report", tmp_path)
    assert (result.exit_code, "there is no batch job" in result.stderr) == (2, True)


def test_progress_is_told_from_time_to_time(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = 0.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    tally = Tally()
    with state.told() as tell:
        tell(Progress(20, 100, tally))
        for step in range(1, 8):
            now = step * 10.0
            tally.statuses["read"] = step * 50
            tell(Progress(20 + step * 10, 100, tally))
    assert capsys.readouterr().err.splitlines() == [
        "note: 50 of 100 shards, 5.0 pictures/s, 1 min left",
        "note: 80 of 100 shards, 5.0 pictures/s, 0 min left",
    ]
