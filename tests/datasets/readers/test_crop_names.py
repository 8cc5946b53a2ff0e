from __future__ import annotations

from pathlib import Path

import pytest

from platelens import imaging
from platelens.datasets import LabelledPlate, Sample
from platelens.datasets.readers.crop_names import read_crop_names, write_crop_names
from platelens.errors import AnnotationError
from platelens.types import Box
from tests.datasets.readers.conftest import DrawPicture

WHOLE = LabelledPlate(Box(0, 0, 64, 48), None, "AB12CDE")
SHARED = Path(__file__).parents[4] / "shared" / "data" / "crops" / "hongkong"


@pytest.mark.parametrize(
    ("stem", "text"),
    [
        ("AB12CDE", "AB12CDE"),
        ("AB12CDE_2", "AB12CDE"),
        ("AB12CDE_1234", "AB12CDE"),
        ("AB12CDE-2", "AB12CDE"),
        ("AB12CDE (13)", "AB12CDE"),
        ("ab 12-cde_3", "AB12CDE"),
        ("ABC-1234", "ABC1234"),
        ("HH-AB-12", "HHAB12"),
        ("12-AB-3456", "12AB3456"),
        ("9413", "9413"),
        ("_2", "2"),
    ],
)
def test_names(tmp_path: Path, draw_picture: DrawPicture, stem: str, text: str) -> None:
    path = draw_picture(tmp_path / f"{stem}.png")
    loaded = read_crop_names(tmp_path)
    whole = LabelledPlate(Box(0, 0, 64, 48), None, text)
    assert loaded.samples == [Sample(path, 64, 48, (whole,))]
    assert loaded.problems == []


def test_what_is_noted(tmp_path: Path, draw_picture: DrawPicture) -> None:
    draw_picture(tmp_path / "train" / "ЖA1.png")
    draw_picture(tmp_path / "train" / "Ж_2.png")
    (tmp_path / "X1.png").write_bytes(b"no picture")
    loaded = read_crop_names(tmp_path)
    noted = {Path(p.where).name: p.dropped for p in loaded.problems}
    assert noted == {"X1.png": True, "ЖA1.png": False, "Ж_2.png": False}
    assert [(s.plates[0].text, s.split) for s in loaded.samples] == [
        ("A1", "train"),
        (None, "train"),
    ]
    with pytest.raises(AnnotationError, match="nowhere"):
        read_crop_names(tmp_path / "nowhere")


def test_written_and_read_back(tmp_path: Path, draw_picture: DrawPicture) -> None:
    scene = (
        LabelledPlate(Box(2, 2, 12, 7), None, "X1"),
        LabelledPlate(Box(5, 5, 9, 9), None, "X1"),
    )
    samples = [
        Sample(draw_picture(tmp_path / "1/a.jpg"), 64, 48, (WHOLE,)),
        Sample(draw_picture(tmp_path / "2/b.png"), 64, 48, (WHOLE,)),
        Sample(draw_picture(tmp_path / "3/c.png"), 64, 48, scene),
        Sample(draw_picture(tmp_path / "4/d.png"), 64, 48, ()),
    ]
    out = tmp_path / "out"
    out.mkdir()
    write_crop_names(samples, out)
    assert sorted(p.name for p in out.iterdir()) == [
        "AB12CDE.jpg", "AB12CDE_2.png", "X1.png", "X1_2.png",
    ]  # fmt: skip
    loaded = read_crop_names(out)
    assert [s.plates[0].text for s in loaded.samples] == ["AB12CDE", "AB12CDE", "X1", "X1"]
    assert loaded.samples[0].plates == (WHOLE,)
    assert imaging.load(out / "X1.png").shape == (5, 10, 3)
    assert imaging.load(out / "X1_2.png").shape == (4, 4, 3)


def test_a_plate_without_text(tmp_path: Path, draw_picture: DrawPicture) -> None:
    plate = LabelledPlate(Box(0, 0, 64, 48), None, None)
    with pytest.raises(ValueError, match=r"a\.png: the text"):
        write_crop_names([Sample(draw_picture(tmp_path / "a.png"), 64, 48, (plate,))], tmp_path)


@pytest.mark.skipif(not SHARED.exists(), reason="the project's shared data are not here")
def test_shared_data() -> None:
    loaded = read_crop_names(SHARED)
    assert loaded.problems == []
    assert [s.plates[0].text for s in loaded.samples] == [
        "9413", "AM66", "GV5679", "KV8888", "VZ2205",
    ]  # fmt: skip
