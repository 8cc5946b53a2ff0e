from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from tests.datasets.audit.pictures import (
    draw_plate,
    read_index,
    record,
    recut,
    write_index,
    write_picture,
)

Run = Callable[..., Result]

LARGE = 150, 260


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A plate, the same one cut and coded again, and another one."""
    folder = tmp_path / "set"
    write_picture(folder, "a.png", draw_plate("AB 123"))
    write_picture(folder, "b.jpg", recut(draw_plate("AB 123")))
    write_picture(folder, "c.png", draw_plate("CD 456", 4))
    lines = [record("a.png", "AB123"), record("b.jpg", "AB123", LARGE), record("c.png", "CD456")]
    return write_index(folder, *lines)


def test_warnings_are_counted_and_no_failure(run: Run, folder: Path) -> None:
    result = run("data", "check", "--no-model", folder)
    assert result.exit_code == 0
    first, _, row = result.stdout.splitlines()
    assert first == "3 pictures, 3 plates"
    assert row.split() == ["nearly", "identical", "pictures", "warning", "1", "2"]
    result = run("data", "check", "--no-model", "--near", folder)
    assert result.stdout.splitlines()[-1] == f"{folder}: --fix would: move picture 1 times"


def test_errors_are_a_failure_and_a_line_each(run: Run, folder: Path) -> None:
    (folder / "images/c.png").write_text("no picture")
    result = run("data", "check", "--no-model", "--list", folder)
    assert result.exit_code == 1
    line = "error: unreadable: not a JPEG, PNG, WebP, BMP or TIFF image: "
    assert f"{line}{folder / 'images/c.png'}" in result.stdout.splitlines()


def test_nothing_found(run: Run, folder: Path) -> None:
    write_index(folder, record("a.png", "AB123"))
    result = run("data", "check", "--no-model", folder)
    assert (result.exit_code, result.stdout) == (0, "1 pictures, 1 plates: nothing found\n")


def test_the_model_doubts_texts(run: Run, tmp_path: Path) -> None:
    from platelens import imaging

    folder = tmp_path / "colours"
    for name, colour in (("red.png", (120, 0, 0)), ("blue.png", (0, 0, 120))):
        pixels = imaging.decode(imaging.encode(draw_plate("X"), ".png"))
        pixels[:] = colour
        pixels[54:74, 88:136] = 255
        write_picture(folder, name, pixels)
    write_index(folder, record("red.png", "A"), record("blue.png", "A"))
    report = tmp_path / "report.json"
    result = run("data", "check", folder, "--min-confidence", 0.5, "--json", report)
    assert result.exit_code == 0
    findings = json.loads(report.read_text("utf-8"))["findings"]
    (doubt,) = [f for f in findings if f["kind"] == "suspicious_text"]
    assert doubt["images"] == [str(folder / "images/blue.png")]
    assert (doubt["label"], doubt["read"], doubt["plate"]) == ("A", "C", 0)
    assert 0.5 <= doubt["confidence"] <= 1


def test_data_sets_are_checked_against_each_other(run: Run, folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "valid"
    write_picture(other, "x.png", draw_plate("CD 456", 4))
    write_index(other, record("x.png", "EF789"))
    report = tmp_path / "report.json"
    result = run("data", "check", "--no-model", "--near", "--json", report, folder, other)
    assert result.exit_code == 1
    written = json.loads(report.read_text("utf-8"))
    assert (written["pictures"], written["plates"]) == (4, 4)
    assert list(written["kinds"])[:2] == ["duplicates_disagree", "leak_picture"]
    leak = next(f for f in written["findings"] if f["kind"] == "leak_picture")
    assert leak["splits"] == ["set", "valid"]
    assert written["fixes"][0]["dataset"] == str(folder)


def test_a_page_with_the_pictures(run: Run, folder: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    assert run("data", "check", "--no-model", "--html", page, folder).exit_code == 0
    text = page.read_text("utf-8")
    assert text.count("data:image/webp") == 2
    assert "images/b.jpg" in text


def test_fix_moves_the_smaller_copy_when_asked(run: Run, folder: Path) -> None:
    assert run("data", "check", "--no-model", "--fix", folder).exit_code == 0
    assert len(read_index(folder)) == 3
    result = run("data", "check", "--no-model", "--fix", "--near", folder)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == f"{folder}: done: move picture 1 times"
    assert [line["image"] for line in read_index(folder)] == ["images/b.jpg", "images/c.png"]
    assert (folder / "removed/images/a.png").exists()
    assert len((folder / "fixes.jsonl").read_text().splitlines()) == 1
    assert "nothing found" in run("data", "check", "--no-model", "--fix", folder).stdout


def test_without_fix_nothing_changes(run: Run, folder: Path) -> None:
    before = sorted(folder.rglob("*")), (folder / "annotations.jsonl").read_bytes()
    run("data", "check", "--no-model", folder)
    assert (sorted(folder.rglob("*")), (folder / "annotations.jsonl").read_bytes()) == before


def test_other_forms_are_checked_but_not_mended(run: Run, folder: Path) -> None:
    (folder / "annotations.jsonl").unlink()
    (folder / "plates.csv").write_text("image_path,plate_text\nimages/a.png,AB123\n")
    assert run("data", "check", "--no-model", folder, "--format", "csv").exit_code == 0
    result = run("data", "check", "--no-model", "--fix", folder, "--format", "csv")
    assert result.exit_code == 2
    assert "`platelens data import` first" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("missing",), "no such file"),
        ((".", "--format", "coca"), "unknown format"),
        ((".",), "name the format"),
    ],
    ids=["missing", "unknown format", "no form"],
)
def test_what_cannot_be_checked(
    run: Run, tmp_path: Path, arguments: tuple[str, ...], message: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    result = run("data", "check", "--no-model", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr


def test_an_unknown_reader_or_a_place_that_cannot_be_written(run: Run, folder: Path) -> None:
    assert run("data", "check", "--reader", "nobody", folder).exit_code == 2
    below = folder / "annotations.jsonl/x.json"
    result = run("data", "check", "--no-model", "--json", below, folder)
    assert result.exit_code == 2
    assert "x.json" in result.stderr


@pytest.mark.parametrize("option", ["--json", "--html"])
def test_a_full_disk_leaves_an_old_report(
    run: Run, folder: Path, tmp_path: Path, option: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = tmp_path / "report"
    report.write_text("old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    result = run("data", "check", "--no-model", option, report, folder)
    assert (result.exit_code, result.stderr) == (2, f"error: {report}: No space left on device\n")
    assert report.read_text() == "old"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["report", "set"]
