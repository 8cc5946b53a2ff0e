"""Jobs without Ray: one worker in this process, from the plan to the report."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import fsspec
import numpy as np
import pyarrow.dataset
import pytest

from platelens.batch import JobRequest, ReadOptions, report_job, troubles
from platelens.batch.job import _prepare
from platelens.batch.output import commit_name, reads_name
from platelens.batch.places import Place
from platelens.batch.schema import READ_SCHEMA
from platelens.batch.worker import Job, ShardReader, SkipFinder
from platelens.errors import BatchError, JobChangedError
from tests.batch.conftest import rows_of, run_bare
from tests.batch.test_archives import pack

Many = Callable[[int], Path]


@pytest.fixture
def request_of(tmp_path: Path, many: Many, options: ReadOptions) -> Callable[[int], JobRequest]:
    """Give a function that asks for a job of so many pictures, 3 a shard."""

    def ask(count: int) -> JobRequest:
        return JobRequest([str(many(count))], str(tmp_path / "out"), options, shard_size=3)

    return ask


Ask = Callable[[int], JobRequest]


def test_every_picture_has_its_rows(request_of: Ask) -> None:
    request = request_of(12)
    table = run_bare(request)
    assert table.schema.equals(READ_SCHEMA)
    names = [Path(image).name for image in table.column("image").to_pylist()]
    assert len(names) == 14 + 2  # plates, and pictures without any
    assert set(names) == {f"{n:04d}.png" for n in range(12)}
    report = report_job(request.out, check_files=True)
    assert report.faults() == []
    assert report.tally.statuses == {"read": 10, "none": 2}
    assert (report.tally.plates, report.tally.rows) == (14, 16)


def test_a_file_tells_plates_from_left_to_right(request_of: Ask) -> None:
    rows = run_bare(request_of(6)).to_pylist()
    two = [row for row in rows if row["image"].endswith("0003.png")]
    assert [row["plate"] for row in two] == [0, 1]
    assert [row["text"][0] for row in two] == ["A", "B"]
    assert [row["region"] for row in two] == ["us-ca", "us-ny"]
    assert two[0]["box"] == pytest.approx([36, 12, 100, 44], abs=1)
    none = rows[-1]
    assert (none["status"], none["plate"], none["text"]) == ("none", None, None)


def test_the_same_job_makes_the_same_files(request_of: Ask, tmp_path: Path) -> None:
    request = request_of(12)
    run_bare(request)
    other = replace(request, out=str(tmp_path / "other"))
    run_bare(other)
    for shard in range(4):
        one, two = (Path(out) / reads_name(shard) for out in (request.out, other.out))
        assert one.read_bytes() == two.read_bytes()


def test_only_what_is_not_committed_is_left(request_of: Ask) -> None:
    request = request_of(12)
    whole = run_bare(request)
    place = Place(request.out)
    place.remove(commit_name(2))  # as if it had been killed between file and commit
    place.write(reads_name(2), b"half a fi")
    _, todo = _prepare(request, place, "refuse", retry_failed=False)
    assert todo == [2]
    assert report_job(request.out).faults() == ["1 shards are not done: 2"]
    assert run_bare(request).equals(whole)


def test_what_changes_under_way_is_named_and_read_when_asked(request_of: Ask) -> None:
    request = request_of(12)
    place = Place(request.out)
    _prepare(request, place, "refuse", retry_failed=False)
    picture = Path(request.sources[0]) / "cam1" / "0007.png"
    hidden = picture.rename(picture.with_suffix(".hidden"))
    reader = ShardReader(Job(place.address, request.options, request.options.models()))
    reader({"shard": np.arange(4)})
    report = report_job(request.out)
    assert report.tally.troubles == {"missing": 1}
    (row,) = troubles(request.out, report)
    assert (row["image"], row["status"], row["trouble"]) == (str(picture), "failed", "missing")
    hidden.rename(picture)
    assert _prepare(request, place, "refuse", retry_failed=False)[1] == []
    assert _prepare(request, place, "refuse", retry_failed=True)[1] == [2]
    reader({"shard": np.array([2])})
    assert report_job(request.out).tally.troubles == {}


def test_other_options_and_sources_are_refused(request_of: Ask) -> None:
    request = request_of(6)
    run_bare(request)

    def refused(other: JobRequest) -> str:
        with pytest.raises(JobChangedError) as raised:
            _prepare(other, Place(other.out), "refuse", retry_failed=False)
        return str(raised.value)

    assert "top was 5, is 3" in refused(replace(request, options=replace(request.options, top=3)))
    assert "shard size was 3, is 4" in refused(replace(request, shard_size=4))
    new = Path(request.sources[0]) / "new.png"
    new.write_bytes(b"new")
    message = refused(request)
    assert "had 6 pictures and 0 archives, has 7 pictures and 0 archives" in message
    assert f"(new: {new})" in message


def test_another_model_is_refused_even_under_the_same_name(
    request_of: Ask, tmp_path: Path, reader_folder: Path
) -> None:
    request = request_of(6)
    own = tmp_path / "own"
    shutil.copytree(reader_folder, own)
    plan = replace(request.options.plan, recognizer=f"path:{own}")
    request = replace(request, options=replace(request.options, plan=plan))
    run_bare(request)
    manifest = own / "model.toml"
    sha256 = request.options.models()["recognizer"]
    manifest.write_text(manifest.read_text().replace(sha256, "f" * 64))
    with pytest.raises(JobChangedError, match="models was"):
        _prepare(request, Place(request.out), "refuse", retry_failed=False)
    job = Job(request.out, request.options, {**request.options.models(), "recognizer": sha256})
    with pytest.raises(JobChangedError, match="has other models than the machine"):
        ShardReader(job)


def test_mixing_keeps_the_plan_and_restarting_does_not(request_of: Ask) -> None:
    request = request_of(6)
    run_bare(request)
    other = replace(request, options=replace(request.options, min_confidence=0.9), shard_size=2)
    place = Place(request.out)
    plan, todo = _prepare(other, place, "mix", retry_failed=False)
    assert (plan.shard_size, todo) == (3, [])
    plan, todo = _prepare(other, place, "restart", retry_failed=False)
    assert (plan.shard_size, todo) == (2, [0, 1, 2])
    assert place.names("reads") == []


def test_output_without_a_plan_is_left_alone(request_of: Ask) -> None:
    request = request_of(3)
    run_bare(request)
    Place(request.out).remove("plan.json")
    with pytest.raises(BatchError, match="has output, but no plan"):
        run_bare(request)


def test_a_plan_that_was_cut_short_is_made_anew(request_of: Ask) -> None:
    request = request_of(3)
    Place(request.out).write("plan/part-00000.parquet", b"half")
    assert len(run_bare(request)) == 3


def test_manifests_and_archives_make_one_job(
    tmp_path: Path, many: Many, options: ReadOptions
) -> None:
    pictures = sorted(many(6).rglob("*.png"))
    manifest = tmp_path / "list.jsonl"
    rows = [json.dumps({"image": str(p)}) for p in (*pictures, pictures[0])]
    manifest.write_text("\n".join([*rows, "{"]))
    archive = pack(tmp_path / "a.tar")
    archive.write_bytes(archive.read_bytes()[:3000])
    request = JobRequest([str(manifest), str(archive)], str(tmp_path / "out"), options)
    run_bare(request)
    report = report_job(request.out)
    assert report.tally.statuses == {"read": 5, "none": 1, "repeated": 1, "failed": 3}
    assert report.tally.troubles == {"manifest": 1, "damaged": 1, "archive": 1}
    assert report.faults() == []
    told = [(row["status"], row["trouble"]) for row in troubles(request.out, report)]
    assert told == [
        ("repeated", None),
        ("failed", "manifest"),
        ("failed", "damaged"),
        ("failed", "archive"),
    ]


def test_object_stores_go_in_and_out(many: Many, options: ReadOptions) -> None:
    store = fsspec.filesystem("memory")
    for path in many(6).rglob("*.png"):
        store.pipe_file(f"/archive/{path.name}", path.read_bytes())
    request = JobRequest(["memory://archive"], "memory://output/job", options, shard_size=2)
    place = Place(request.out)
    _, todo = _prepare(request, place, "refuse", retry_failed=False)
    reader = ShardReader(Job(place.address, options, options.models()))
    assert list(reader({"shard": np.array(todo)})["trouble"]) == ["", "", ""]
    report = report_job(request.out, check_files=True)
    assert (report.faults(), report.tally.pictures) == ([], 6)
    data = pyarrow.dataset.dataset("/output/job/reads", filesystem=store)
    assert data.to_table().num_rows == report.tally.rows


def test_a_disk_that_is_full_is_said(request_of: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    request = request_of(3)
    place = Place(request.out)
    _prepare(request, place, "refuse", retry_failed=False)
    reader = ShardReader(Job(place.address, request.options, request.options.models()))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Place, "write", full)
    done = reader({"shard": np.array([0])})
    assert list(done["commit"]) == [""]
    assert done["trouble"][0].endswith("OSError: No space left on device")


def test_near_duplicates_are_rows_that_name_the_original(
    tmp_path: Path, many: Many, options: ReadOptions
) -> None:
    folder = many(1)
    (picture,) = folder.rglob("*.png")
    shutil.copy(picture, picture.with_name("again.png"))
    request = JobRequest([str(folder)], str(tmp_path / "out"), options)
    place = Place(request.out)
    _prepare(request, place, "refuse", retry_failed=False)
    job = Job(place.address, options, options.models())
    ShardReader(job)(SkipFinder(job)({"shard": np.array([0])}))
    rows = rows_of(request.out).to_pylist()
    assert [row["status"] for row in rows] == ["read", "skipped"]
    assert rows[1]["duplicate_of"] == rows[0]["image"]


def test_the_report_finds_files_that_were_changed(request_of: Ask) -> None:
    request = request_of(6)
    run_bare(request)
    path = Path(request.out) / reads_name(1)
    path.write_bytes(path.read_bytes()[:-1])
    (Path(request.out) / reads_name(0)).unlink()
    first, second = report_job(request.out, check_files=True).faults()
    assert first.startswith(f"{reads_name(0)}: cannot be read")
    assert second == f"{reads_name(1)}: is not the file that was committed"


def test_a_damaged_commit_is_named(request_of: Ask) -> None:
    request = request_of(3)
    run_bare(request)
    Place(request.out).write(commit_name(0), b"{")
    with pytest.raises(BatchError, match=r"shard-0000000\.json: is damaged .* remove it"):
        report_job(request.out)
