from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from platelens import imaging
from platelens.datasets import LabelledPlate, Sample, load_samples
from platelens.datasets.readers.labels import Loaded
from platelens.datasets.readers.registry import FORMATS, Format
from platelens.datasets.transfer import export_dataset, import_dataset, staged_folder
from platelens.errors import AnnotationError, ImageError
from platelens.types import Box, Quad

QUAD = Quad((10, 20), (30, 21), (30, 28), (10, 27))
PLATE = LabelledPlate(Box(10, 20, 30, 28), QUAD, "AB12", 2, "de", other_script=True)


def draw(path: Path, shade: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.full((48, 64, 3), shade, dtype=np.uint8)
    imaging.save(imaging.from_array(pixels, order="rgb"), path)
    return path


def street(path: Path, shade: int = 0) -> Sample:
    return Sample(draw(path, shade), 64, 48, (PLATE,), split="train")


def contents(folder: Path) -> dict[str, bytes | None]:
    """Give everything below a folder, hidden or not; None stands for a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


def test_pictures_keep_their_places_and_samples_everything(tmp_path: Path) -> None:
    source, destination = tmp_path / "source", tmp_path / "deep/er/out"
    names = ["images/train/a.png", "train/b.png", "c.png"]
    samples = [street(source / name, shade) for shade, name in enumerate(names)]
    before = contents(source)
    import_dataset(Loaded(samples), source, destination)
    found = load_samples(destination)
    places = [sample.image.relative_to(destination).as_posix() for sample in found]
    assert places == ["images/train/a.png", "images/train/b.png", "images/c.png"]
    assert [
        replace(new, image=old.image) for old, new in zip(samples, found, strict=True)
    ] == samples
    for old, new in zip(samples, found, strict=True):
        assert new.image.read_bytes() == old.image.read_bytes()
    assert contents(source) == before


def test_pictures_of_one_name_stay_apart(tmp_path: Path) -> None:
    source, other = tmp_path / "source", tmp_path / "other"
    paths = [source / "images/a.png", source / "a.png", source / "A.png", other / "a-2.png"]
    samples = [street(path, shade) for shade, path in enumerate(paths)]
    import_dataset(Loaded(samples), source, tmp_path / "out")
    found = load_samples(tmp_path / "out")
    assert [s.image.name for s in found] == ["a.png", "a-2.png", "A-3.png", "a-2-2.png"]
    assert [int(imaging.load(s.image)[0, 0, 0]) for s in found] == [0, 1, 2, 3]


def test_the_source_may_be_a_file(tmp_path: Path) -> None:
    samples = [street(tmp_path / "source/deep/a.png")]
    (tmp_path / "source/labels.csv").touch()
    import_dataset(Loaded(samples), tmp_path / "source/labels.csv", tmp_path / "out")
    assert (tmp_path / "out/images/deep/a.png").is_file()


def test_pictures_without_a_file_are_written(tmp_path: Path) -> None:
    pixels = np.full((48, 64, 3), 77, dtype=np.uint8)
    (tmp_path / "source").mkdir()
    name = tmp_path / "source/0.png"
    loaded = Loaded(
        [Sample(name, 64, 48, (PLATE,))], (), {name: imaging.from_array(pixels, order="rgb")}
    )
    import_dataset(loaded, tmp_path / "source", tmp_path / "out")
    assert imaging.load(tmp_path / "out/images/0.png")[0, 0].tolist() == [77, 77, 77]


def test_a_set_without_a_picture_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AnnotationError, match="has no labelled picture of this form"):
        import_dataset(Loaded([]), tmp_path / "source", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def fill(destination: Path) -> None:
    destination.mkdir()
    (destination / "mine.txt").write_text("keep me", encoding="utf-8")


def be_a_file(destination: Path) -> None:
    destination.write_text("keep me", encoding="utf-8")


def hide_one(destination: Path) -> None:
    destination.mkdir()
    (destination / ".hidden").touch()


@pytest.mark.parametrize("prepare", [fill, be_a_file, hide_one])
def test_a_destination_that_has_something_is_refused(
    tmp_path: Path, prepare: Callable[[Path], None]
) -> None:
    samples = [street(tmp_path / "source/a.png")]
    prepare(tmp_path / "out")
    before = contents(tmp_path)
    with pytest.raises(AnnotationError, match="out: is there already"):
        import_dataset(Loaded(samples), tmp_path / "source", tmp_path / "out")
    with pytest.raises(AnnotationError, match="out: is there already"):
        export_dataset(samples, FORMATS["coco"], tmp_path / "out")
    assert contents(tmp_path) == before


@pytest.mark.parametrize("there", [True, False], ids=["empty", "missing"])
@pytest.mark.parametrize(
    "error", [OSError(28, "No space left on device"), KeyboardInterrupt(), MemoryError()], ids=repr
)
def test_a_copy_that_fails_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, *, there: bool
) -> None:
    samples = [street(tmp_path / f"source/{name}.png") for name in "abc"]
    if there:
        (tmp_path / "out").mkdir()
    before = contents(tmp_path)
    copied: list[Path] = []
    copyfile = shutil.copyfile

    def copy(source: Path, target: Path) -> None:
        if len(copied) == 2:
            raise error
        copied.append(Path(copyfile(source, target)))
        assert copied[-1].is_file()

    monkeypatch.setattr(shutil, "copyfile", copy)
    with pytest.raises(type(error)):
        import_dataset(Loaded(samples), tmp_path / "source", tmp_path / "out")
    assert len(copied) == 2
    copied.clear()
    with pytest.raises(type(error)):
        export_dataset(samples, FORMATS["voc"], tmp_path / "out")
    assert len(copied) == 2
    assert contents(tmp_path) == before


def test_a_picture_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    pixels = imaging.from_array(np.zeros((4, 4, 3), dtype=np.uint8), order="rgb")
    name = tmp_path / "0.strange"
    loaded = Loaded([Sample(name, 4, 4, ())], (), {name: pixels})
    with pytest.raises(ImageError, match="cannot write"):
        import_dataset(loaded, tmp_path, tmp_path / "out")
    assert contents(tmp_path) == {}


def test_a_folder_that_somebody_fills_meanwhile_is_left_to_him(tmp_path: Path) -> None:
    def both() -> None:
        with staged_folder(tmp_path / "out") as folder:
            (folder / "ours.txt").touch()
            fill(tmp_path / "out")

    with pytest.raises(OSError, match="not empty"):
        both()
    assert contents(tmp_path) == {"out": None, "out/mine.txt": b"keep me"}


def test_nothing_shows_before_all_is_there(tmp_path: Path) -> None:
    with staged_folder(tmp_path / "out") as folder:
        (folder / "a.txt").touch()
        assert not (tmp_path / "out").exists()
    assert contents(tmp_path) == {"out": None, "out/a.txt": b""}
    mask = os.umask(0)
    os.umask(mask)
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o777 & ~mask


def test_the_working_folder_and_links_may_be_filled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "there").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "there")
    monkeypatch.chdir(tmp_path / "here")
    for name in (".", "../link"):
        with staged_folder(Path(name)) as folder:
            (folder / "a.txt").touch()
    assert (tmp_path / "here/a.txt").is_file()
    assert (tmp_path / "there/a.txt").is_file()
    assert (tmp_path / "link").is_symlink()


def mixed(folder: Path) -> list[Sample]:
    whole = LabelledPlate(Box(0, 0, 64, 48), None, None)
    return [
        street(folder / "a.png"),
        Sample(draw(folder / "b.png"), 64, 48, (PLATE, whole), (Box(0, 0, 60, 40),)),
        Sample(draw(folder / "c.png"), 64, 48, (whole,), split="test"),
    ]


@pytest.mark.parametrize(
    ("name", "lost"),
    [
        ("coco", {"vehicles": 1}),
        ("voc", {"corners": 2, "vehicles": 1}),
        ("yolo", {"corners": 2, "text": 2, "other_script": 2, "rows": 2, "region": 2,
                  "vehicles": 1}),
    ],
)  # fmt: skip
def test_export_tells_what_is_lost(tmp_path: Path, name: str, lost: dict[str, int]) -> None:
    found = export_dataset(mixed(tmp_path / "source"), FORMATS[name], tmp_path / "out")
    assert found == lost
    assert list(found) == list(lost)
    assert len(FORMATS[name].read(tmp_path / "out").samples) == 3


def test_nothing_is_lost_that_was_not_there(tmp_path: Path) -> None:
    plain = LabelledPlate(Box(1, 2, 9, 9), None, None)
    sample = Sample(draw(tmp_path / "a.png"), 64, 48, (plain,))
    assert export_dataset([sample], FORMATS["yolo"], tmp_path / "out") == {}


def test_a_plate_without_a_place_in_the_form_is_named(tmp_path: Path) -> None:
    def refuse(samples: Sequence[Sample], folder: Path) -> None:
        (folder / "half.txt").touch()
        raise ValueError(f"{samples[0].image.name}: has no text")

    form = Format("Texts", FORMATS["yolo"].read, refuse, frozenset({"text"}))
    with pytest.raises(AnnotationError, match=r"Texts: a\.png: has no text"):
        export_dataset([street(tmp_path / "a.png")], form, tmp_path / "out")
    assert set(contents(tmp_path)) == {"a.png"}


def test_a_full_disk_names_the_destination_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(source: Path, target: Path) -> None:
        raise OSError(28, "No space left on device", str(source), None, str(target))

    samples = [street(tmp_path / "source/a.png")]
    out = tmp_path / "new/out"
    monkeypatch.setattr(shutil, "copyfile", full)
    for put in (
        lambda: import_dataset(Loaded(samples), tmp_path / "source", out),
        lambda: export_dataset(samples, FORMATS["coco"], out),
    ):
        with pytest.raises(OSError, match="No space left on device") as caught:
            put()
        assert caught.value.filename == str(out)
        assert caught.value.strerror == f"No space left on device (at {samples[0].image})"
        assert not (tmp_path / "new").exists()


def test_a_place_inside_of_what_vanishes_is_not_named(tmp_path: Path) -> None:
    def put() -> None:
        with staged_folder(tmp_path / "out") as folder:
            (folder / "missing/a.txt").touch()

    with pytest.raises(OSError, match="No such file") as caught:
        put()
    assert caught.value.filename == str(tmp_path / "out")
    assert caught.value.strerror == "No such file or directory"


def test_cut_plates_that_do_not_fit_name_the_destination(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    samples = [street(tmp_path / "source/a.png")]

    def full(_path: Path, _data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space left on device") as caught:
        export_dataset(samples, FORMATS["csv"], tmp_path / "out")
    assert caught.value.filename == str(tmp_path / "out")


def test_a_folder_that_is_there_is_filled_not_replaced(tmp_path: Path) -> None:
    """Else a mount point would fail, and a shell that works in it would lose its folder."""
    out = tmp_path / "out"
    out.mkdir(mode=0o750)
    before = out.stat()
    with staged_folder(out) as folder:
        (folder / "a").mkdir()
        (folder / "a/b.txt").touch()
        (folder / "c.txt").touch()
    assert (out.stat().st_ino, out.stat().st_mode) == (before.st_ino, before.st_mode)
    assert set(contents(tmp_path)) == {"out", "out/a", "out/a/b.txt", "out/c.txt"}


def test_an_empty_folder_that_somebody_fills_meanwhile_is_left_to_him(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()

    def both() -> None:
        with staged_folder(tmp_path / "out") as folder:
            (folder / "mine.txt").touch()
            (tmp_path / "out/mine.txt").write_text("keep me", encoding="utf-8")

    with pytest.raises(OSError, match="not empty"):
        both()
    assert contents(tmp_path) == {"out": None, "out/mine.txt": b"keep me"}


def test_a_move_that_fails_half_way_leaves_an_empty_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "out").mkdir()
    replace_path = Path.replace

    def replace_some(path: Path, target: Path) -> Path:
        if path.name == "b.txt":
            raise KeyboardInterrupt
        return replace_path(path, target)

    def fill_two() -> None:
        with staged_folder(tmp_path / "out") as folder:
            (folder / "a.txt").touch()
            (folder / "b.txt").touch()

    monkeypatch.setattr(Path, "replace", replace_some)
    with pytest.raises(KeyboardInterrupt):
        fill_two()
    assert contents(tmp_path) == {"out": None}


def test_a_destination_below_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    samples = [street(tmp_path / "source/a.png")]
    with pytest.raises(OSError, match="Not a directory") as caught:
        import_dataset(Loaded(samples), tmp_path / "source", tmp_path / "file/deep/out")
    assert caught.value.filename == str(tmp_path / "file/deep/out")
