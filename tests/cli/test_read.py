"""`platelens read`: the promised JSON, the table, and the files it writes."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from platelens import imaging

Run = Callable[..., Result]

NUMBER = int | float

# The form that `read --json` promises. A list holds the form of each of its items.
PLATE = {
    "text": str,
    "confidence": NUMBER,
    "readable": bool,
    "box": [NUMBER],
    "corners": [[NUMBER]],
    "detection_confidence": NUMBER,
    "characters": [{"char": str, "confidence": NUMBER}],
    "candidates": [{"text": str, "confidence": NUMBER}],
    "rows": int,
    "raw_text": str,
    "reason": str | None,
    "region": dict | None,
}
PICTURE = {
    "image": str,
    "width": int,
    "height": int,
    "plates": [PLATE],
    "ms": {"detect": NUMBER, "read": NUMBER, "total": NUMBER},
}


def check_form(value: Any, form: Any, place: str = "$") -> None:
    """Fail unless `value` has exactly the keys, in their order, and types of `form`."""
    if isinstance(form, dict):
        assert isinstance(value, dict), place
        assert list(value) == list(form), place
        for key, part in form.items():
            check_form(value[key], part, f"{place}.{key}")
    elif isinstance(form, list):
        assert isinstance(value, list), place
        for i, item in enumerate(value):
            check_form(item, form[0], f"{place}[{i}]")
    else:
        assert isinstance(value, form), place
        assert isinstance(value, bool) == (form is bool), place  # an int may be one by mistake


def records(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_json_has_exactly_the_promised_form(run: Run, photos: Path) -> None:
    result = run("read", "--json", photos / "a.png", photos / "b.png", photos / "none.png")
    assert result.exit_code == 0
    assert result.stderr == ""
    printed = records(result)
    assert [r["image"] for r in printed] == [
        str(photos / n) for n in ("a.png", "b.png", "none.png")
    ]
    for record in printed:
        check_form(record, PICTURE)
        for plate in record["plates"]:
            assert re.fullmatch("[A-Z0-9]*", plate["text"])
            assert len(plate["box"]) == len(plate["corners"]) == 4
            assert all(len(corner) == 2 for corner in plate["corners"])
            assert "".join(c["char"] for c in plate["characters"]) == plate["text"]
            assert plate["candidates"][0]["text"] == plate["text"]
            assert plate["candidates"][0]["confidence"] == plate["confidence"]
            sure = [plate["confidence"], plate["detection_confidence"]]
            sure += [c["confidence"] for c in plate["characters"] + plate["candidates"]]
            assert all(0 <= c <= 1 for c in sure)
            assert plate["rows"] in (1, 2)


def test_json_says_what_is_in_the_picture(run: Run, photos: Path) -> None:
    first, second, third = records(run("read", "--json", photos))
    assert (first["width"], first["height"]) == (128, 128)
    (plate,) = first["plates"]
    assert plate["text"] == "A"
    assert plate["box"] == [36.0, 12.0, 100.0, 44.0]
    assert plate["corners"] == [[36.0, 12.0], [100.0, 12.0], [100.0, 44.0], [36.0, 44.0]]
    assert [p["text"] for p in second["plates"]] == ["B", "C"]
    assert third["plates"] == []


def test_numbers_are_rounded(run: Run, photos: Path) -> None:
    for record in records(run("read", "--json", photos)):
        for plate in record["plates"]:
            for values in (plate["box"], *plate["corners"]):
                assert all(round(v, 1) == v for v in values)
            assert round(plate["confidence"], 4) == plate["confidence"]
        assert all(round(v, 2) == v for v in record["ms"].values())


def test_paths_are_printed_as_given(
    run: Run, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(photos)
    (photos / "Straße [1].png").write_bytes((photos / "a.png").read_bytes())
    printed = records(run("read", "--json", "./a.png", "*ß*.png", "Straße [1].png"))
    assert [r["image"] for r in printed] == ["./a.png", "Straße [1].png", "Straße [1].png"]


def test_off_the_terminal_there_is_a_line_a_plate(run: Run, photos: Path) -> None:
    result = run("read", photos)
    assert result.exit_code == 0
    lines = [line.split("\t") for line in result.stdout.splitlines()]
    assert [(Path(line[0]).name, line[1]) for line in lines] == [
        ("a.png", "A"),
        ("b.png", "B"),
        ("b.png", "C"),
        ("none.png", "no plate"),
    ]
    assert lines[0][3] == "36 12 100 44"


def test_min_confidence_leaves_out_the_unsure(run: Run, photos: Path) -> None:
    (record,) = records(run("read", "--json", "--min-confidence", "1", photos / "a.png"))
    assert record["plates"] == []
    assert run("read", "--min-confidence", "1.1", photos / "a.png").exit_code == 2


@pytest.mark.parametrize("top", [1, 2, 8])
def test_top_limits_the_candidates(run: Run, photos: Path, top: int) -> None:
    (record,) = records(run("read", "--json", "--top", top, photos / "a.png"))
    candidates = record["plates"][0]["candidates"]
    assert 1 <= len(candidates) <= top
    assert top == 1 or len(candidates) > 1


def test_csv_has_a_row_a_plate(run: Run, photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    assert run("read", "--csv", out, "--region", "us", photos).exit_code == 0
    with out.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(Path(r["image"]).name, r["plate"], r["text"]) for r in rows] == [
        ("a.png", "1", "A"),
        ("b.png", "1", "B"),
        ("b.png", "2", "C"),
    ]
    assert [float(rows[0][key]) for key in ("x1", "y1", "x2", "y2")] == [36, 12, 100, 44]
    assert (float(rows[0]["br_x"]), float(rows[0]["br_y"])) == (100, 44)
    # A red plate is from California, as far as the tiny classifier knows.
    assert (rows[0]["region"], rows[0]["raw_text"], rows[0]["reason"]) == ("us-ca", "A", "")
    assert 0.5 <= float(rows[0]["region_confidence"]) <= 1


def test_annotated_pictures_are_drawn_on(run: Run, photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "annotated"
    assert run("read", "--annotate", out, photos).exit_code == 0
    assert sorted(p.name for p in out.iterdir()) == ["a.jpg", "b.jpg", "none.jpg"]
    before, after = imaging.load(photos / "a.png"), imaging.load(out / "a.jpg")
    assert before.shape == after.shape
    assert after.max() > 100 > abs(imaging.load(out / "none.jpg").astype(int) - 10).max()


def test_crops_are_the_rectified_plates(run: Run, photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "crops"
    assert run("read", "--crops", out, photos).exit_code == 0
    assert sorted(p.name for p in out.iterdir()) == ["a_1_A.png", "b_1_B.png", "b_2_C.png"]
    crop = imaging.load(out / "a_1_A.png")
    assert crop.shape == (32, 64, 3)
    assert crop[16, 10].tolist() == [120, 0, 0]


def test_same_names_from_different_folders_do_not_meet(
    run: Run, photos: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "a.png").write_bytes((photos / "a.png").read_bytes())
    out = tmp_path / "out"
    paths = photos / "a.png", other / "a.png", photos / "a.png"
    assert run("read", "--annotate", out, "--crops", out, *paths).exit_code == 0
    assert len(list(out.glob("*.jpg"))) == len(list(out.glob("*.png"))) == 3


def test_inputs_are_never_overwritten(run: Run, photos: Path) -> None:
    photo = photos / "a.jpg"
    imaging.save(imaging.load(photos / "a.png"), photo)
    before = photo.read_bytes()
    assert run("read", "--annotate", photos, photo).exit_code == 0
    assert photo.read_bytes() == before
    assert (photos / "a-2.jpg").exists()


def test_a_csv_file_never_replaces_an_input(run: Run, photos: Path) -> None:
    photo = photos / "a.png"
    before = photo.read_bytes()
    result = run("read", "--csv", photos / "." / "a.png", photos)
    assert result.exit_code == 2
    assert result.stderr == f"error: {photo}: would overwrite a picture that is to be read\n"
    assert photo.read_bytes() == before


def test_own_models_are_taken_by_path(run: Run, photos: Path, weights: Path) -> None:
    names = [f"path:{weights / name}" for name in ("detector_small", "reader_small")]
    result = run("read", "--json", "--detector", names[0], "--reader", names[1], photos / "a.png")
    assert records(result)[0]["plates"][0]["text"] == "A"


def test_failed_characters_are_told_where_it_is_asked(
    run: Run, photos: Path, tmp_path: Path
) -> None:
    (record,) = records(run("read", "--json", "--min-char-confidence", "1", photos / "a.png"))
    check_form(record, {**PICTURE, "plates": [{**PLATE, "failed_positions": [int]}]})
    (plate,) = record["plates"]
    assert (plate["text"], plate["failed_positions"]) == ("A", [0])
    (record,) = records(run("read", "--json", "--min-char-confidence", "0.1", photos / "a.png"))
    assert record["plates"][0]["failed_positions"] == []
    crops = tmp_path / "crops"
    printed = run("read", "--min-char-confidence", "1", "--crops", crops, photos / "a.png")
    assert printed.stdout.split("\t")[1] == "?"
    assert [path.name for path in crops.iterdir()] == ["a_1_A.png"]  # the text stays as it is read
    assert run("read", "--min-char-confidence", "1.1", photos / "a.png").exit_code == 2


def test_steps_of_the_stages_are_saved(run: Run, photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "steps"
    paths = photos / "a.png", photos / "b.png"
    result = run("read", "--detector", "classical", "--debug-steps", out, *paths)
    assert result.exit_code == 0, result.stderr
    names = sorted(path.name for path in out.iterdir())
    assert {name.split("-")[0] for name in names} == {"a", "b"}
    assert all(re.fullmatch(r"[ab]-\d\d-[a-z0-9-]+\.png", name) for name in names)
    assert imaging.load(out / names[0]).shape[2] == 3


def test_stages_without_steps_say_so_before_any_work(
    run: Run, photos: Path, tmp_path: Path
) -> None:
    for command in ("read", "detect", "ocr"):
        result = run(command, "--debug-steps", tmp_path / "steps", photos)
        assert result.exit_code == 2
        assert result.stdout == ""
        assert result.stderr.startswith("error: no stage here works in steps")
    assert not (tmp_path / "steps").exists()
