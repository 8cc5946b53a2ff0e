from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from platelens import imaging
from platelens.datasets import LabelledPlate, Sample
from platelens.datasets.readers.class_folders import read_class_folders, write_class_folders
from platelens.errors import AnnotationError
from platelens.types import Box
from tests.datasets.readers.conftest import DrawPicture

WHOLE = LabelledPlate(Box(0, 0, 64, 48), None, None, 1, "us-al")
SHARED = Path(__file__).parents[4] / "shared" / "data" / "us_plates"


def facts(folder: Path) -> list[tuple[str, str | None, str]]:
    samples = read_class_folders(folder).samples
    return [(s.image.name, s.plates[0].region, s.split) for s in samples]


def test_folders_with_and_without_split(tmp_path: Path, draw_picture: DrawPicture) -> None:
    path = draw_picture(tmp_path / "ALABAMA/1.jpg")
    draw_picture(tmp_path / "Training/MISSIPPI/2.jpg")
    draw_picture(tmp_path / "Training/us-ny/sub/3.jpg")
    loaded = read_class_folders(tmp_path)
    assert loaded.problems == []
    assert loaded.samples[0] == Sample(path, 64, 48, (WHOLE,))
    assert facts(tmp_path)[1:] == [("2.jpg", "us-ms", "train"), ("3.jpg", "us-ny", "train")]
    assert facts(tmp_path / "Training") == facts(tmp_path)[1:]


def test_what_is_noted(tmp_path: Path, draw_picture: DrawPicture) -> None:
    for name in ("1.jpg", "train/2.jpg", "Far Away/3.jpg", "far_away/4.jpg"):
        draw_picture(tmp_path / name)
    (tmp_path / "de").mkdir()
    (tmp_path / "de" / "5.jpg").write_bytes(b"no picture")
    loaded = read_class_folders(tmp_path)
    noted = {Path(p.where).name: p.dropped for p in loaded.problems}
    assert noted == {"1.jpg": True, "2.jpg": True, "3.jpg": False, "5.jpg": True}
    assert facts(tmp_path) == [("3.jpg", "far-away", ""), ("4.jpg", "far-away", "")]
    with pytest.raises(AnnotationError, match="nowhere"):
        read_class_folders(tmp_path / "nowhere")


def test_written_and_read_back(tmp_path: Path, draw_picture: DrawPicture) -> None:
    samples = [
        Sample(draw_picture(tmp_path / "1/a.jpg"), 64, 48, (WHOLE,)),
        Sample(draw_picture(tmp_path / "2/a.jpg"), 64, 48, (WHOLE,)),
        Sample(
            draw_picture(tmp_path / "3/a.png"), 64, 48, (replace(WHOLE, region="de"),), (), "valid"
        ),
    ]
    out = tmp_path / "out"
    out.mkdir()
    write_class_folders(samples, out)
    assert sorted(p.relative_to(out).as_posix() for p in out.rglob("*.*")) == [
        "us-al/a.jpg", "us-al/a_2.jpg", "valid/de/a.png",
    ]  # fmt: skip
    loaded = read_class_folders(out)
    assert loaded.problems == []
    assert [replace(s, image=Path()) for s in loaded.samples] == [
        replace(s, image=Path()) for s in samples
    ]


def test_plates_of_a_scene_are_cut_out(tmp_path: Path, draw_picture: DrawPicture) -> None:
    plate = replace(WHOLE, box=Box(10, 20, 30, 28))
    (tmp_path / "out").mkdir()
    write_class_folders(
        [Sample(draw_picture(tmp_path / "a.jpg"), 64, 48, (plate, plate))], tmp_path / "out"
    )
    cuts = sorted((tmp_path / "out" / "us-al").iterdir())
    assert [path.name for path in cuts] == ["a.png", "a_2.png"]
    assert imaging.load(cuts[0]).shape == (8, 20, 3)


@pytest.mark.parametrize(
    ("region", "split", "why"),
    [(None, "", "not known"), ("../up", "", r"\.\./up"), ("de", "fold1", "'fold1'")],
)
def test_what_it_cannot_hold(
    tmp_path: Path, draw_picture: DrawPicture, region: str | None, split: str, why: str
) -> None:
    plate = replace(WHOLE, region=region)
    sample = Sample(draw_picture(tmp_path / "a.png"), 64, 48, (plate,), (), split)
    with pytest.raises(ValueError, match=why):
        write_class_folders([sample], tmp_path)


@pytest.mark.skipif(not SHARED.exists(), reason="the project's shared data are not here")
def test_shared_data() -> None:
    loaded = read_class_folders(SHARED / "valid")
    assert loaded.problems == []
    assert len(loaded.samples) == 276
    assert {s.split for s in loaded.samples} == {"valid"}
    assert len({s.plates[0].region for s in loaded.samples}) == 56
