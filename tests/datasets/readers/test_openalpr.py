from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from platelens.datasets import LabelledPlate, Sample
from platelens.datasets.readers.openalpr import read_openalpr, write_openalpr
from platelens.errors import AnnotationError
from platelens.types import Box
from tests.datasets.readers.conftest import DrawPicture

LINE = "a.png\t10\t20\t20\t8\tRK755AJ"
PLATE = LabelledPlate(Box(10, 20, 30, 28), None, "RK755AJ")


def put(draw_picture: DrawPicture, path: Path, text: str) -> Path:
    draw_picture(path)
    path.with_suffix(".txt").write_text(text, encoding="utf-8")
    return path


def test_files_as_the_publisher_writes_them(tmp_path: Path, draw_picture: DrawPicture) -> None:
    first = put(draw_picture, tmp_path / "eu/a.png", f"{LINE}\r\n")
    second = put(draw_picture, tmp_path / "us/a.png", f"{LINE}\na.png\t1\t2\t3\t4\t\n")
    third = put(draw_picture, tmp_path / "us/b.png", "")
    loaded = read_openalpr(tmp_path)
    assert loaded.problems == []
    assert loaded.samples == [
        Sample(first, 64, 48, (PLATE,)),
        Sample(second, 64, 48, (PLATE, LabelledPlate(Box(1, 2, 4, 6), None, None))),
        Sample(third, 64, 48, ()),
    ]


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("a.png 10 20 20 8 RK755AJ", "expected 6 fields"),
        ("a.png\t10\t20\t20\t8", "expected 6 fields"),
        ("a.png\t10\t20\t20\t8\tRK\t7", "expected 6 fields"),
        ("a.png\tx\t20\t20\t8\tRK", "x: expected a number, got 'x'"),
        ("a.png\t10\t20\tnan\t8\tRK", "width: expected a number"),
        ("a.png\t10\t20\t20\tinf\tRK", "height: expected a number"),
    ],
)
def test_malformed_lines(tmp_path: Path, draw_picture: DrawPicture, line: str, field: str) -> None:
    put(draw_picture, tmp_path / "a.png", f"{LINE}\n\n{line}\n")
    with pytest.raises(AnnotationError, match=rf"a\.txt:3: {field}"):
        read_openalpr(tmp_path)


def test_what_is_noted(tmp_path: Path, draw_picture: DrawPicture) -> None:
    put(draw_picture, tmp_path / "a.png", LINE.replace("10", "90"))
    put(draw_picture, tmp_path / "b.png", LINE.replace("a.png", "b.png").replace("AJ", "ÄJ"))
    put(draw_picture, tmp_path / "c.png", LINE)
    put(draw_picture, tmp_path / "d.png", LINE).unlink()
    draw_picture(tmp_path / "e.png")
    loaded = read_openalpr(tmp_path)
    noted = {Path(p.where).name: p.dropped for p in loaded.problems}
    assert noted == {
        "a.txt": True, "b.txt": False, "c.txt:1": False, "d.txt": True, "e.png": True,
    }  # fmt: skip
    assert [s.image.name for s in loaded.samples] == ["a.png", "b.png", "c.png"]
    assert loaded.samples[1].plates == (replace(PLATE, text="RK755J", other_script=True),)


def test_written_and_read_back(tmp_path: Path, draw_picture: DrawPicture) -> None:
    samples = [
        Sample(draw_picture(tmp_path / "1/a.jpg"), 64, 48, (PLATE, replace(PLATE, text=None))),
        Sample(draw_picture(tmp_path / "2/a.png"), 64, 48, ()),
        Sample(draw_picture(tmp_path / "3/A.png"), 64, 48, (PLATE,)),
    ]
    out = tmp_path / "out"
    out.mkdir()
    write_openalpr(samples, out)
    loaded = read_openalpr(out)
    assert loaded.problems == []
    by_content = {s.image.read_bytes() + bytes(len(s.plates)): s.plates for s in loaded.samples}
    assert by_content == {s.image.read_bytes() + bytes(len(s.plates)): s.plates for s in samples}
    assert len({p.stem.lower() for p in out.glob("*.txt")}) == 3


def test_a_tiny_box_keeps_a_pixel(tmp_path: Path, draw_picture: DrawPicture) -> None:
    plate = replace(PLATE, box=Box(2.6, 3.6, 3.4, 4.4))
    sample = Sample(draw_picture(tmp_path / "a.png"), 64, 48, (plate,))
    (tmp_path / "out").mkdir()
    write_openalpr([sample], tmp_path / "out")
    text = (tmp_path / "out" / "a.txt").read_text(encoding="utf-8")
    assert text == "a.png\t3\t4\t1\t1\tRK755AJ\n"
