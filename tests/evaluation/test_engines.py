from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest

from platelens import imaging
from platelens.datasets import LabelledPlate
from platelens.errors import (
    EngineError,
    FormatError,
    ImageError,
    ManifestError,
    ModelError,
    PlanError,
)
from platelens.evaluation.engines import (
    SCAN_THRESHOLD,
    EngineOptions,
    open_engine,
    open_given_engine,
)
from platelens.geometry import box_to_quad
from platelens.pipeline import OCR_ENGINES, build
from platelens.recognition.engines.lines import TextLine
from platelens.runtime import MANIFEST_NAME
from platelens.types import Box, Candidate, Reading, RgbImage

Street = Callable[..., RgbImage]


class FakeForeign:
    """Sees fixed lines in every photograph, reads every crop as ZZ99 or as it is told."""

    version = "fake 7.1"
    text = "ZZ99"

    def __init__(self, *lines: tuple[str, float]) -> None:
        self.lines = lines
        self.crops: list[RgbImage] = []

    def read(self, crops: Sequence[RgbImage]) -> list[Reading]:
        self.crops += crops
        sure = (0.8,) * len(self.text)
        return [Reading(self.text, 0.5, sure, (Candidate(self.text, 0.5),), 1) for _ in crops]

    def read_lines(self, _image: RgbImage) -> list[TextLine]:
        boxes = [Box(10, 40 * i, 90, 40 * i + 30) for i in range(len(self.lines))]
        return [
            TextLine(box, box_to_quad(box), *line)
            for box, line in zip(boxes, self.lines, strict=True)
        ]


def pretend(monkeypatch: pytest.MonkeyPatch, *lines: tuple[str, float]) -> FakeForeign:
    fake = FakeForeign(*lines)
    monkeypatch.setattr(build, "OCR_ENGINES", {**OCR_ENGINES, "tesseract": lambda *_: fake})
    return fake


@pytest.fixture
def tiny(detector_folder: Path, reader_folder: Path) -> EngineOptions:
    return EngineOptions(f"path:{detector_folder}", f"path:{reader_folder}", threads=1)


@pytest.fixture
def picture(tmp_path: Path, street: Street) -> Path:
    path = tmp_path / "car.png"
    imaging.save(street("C", "A"), path)
    return path


@pytest.mark.parametrize(
    "spec", ["", "abbyy", "platelens+", "platelens+abbyy", "tesseract+platelens", "result:x", "x:y"]
)
def test_unknown_engines_are_refused_with_the_known_ones(spec: str) -> None:
    ours, theirs = "platelens, platelens-accurate", "easyocr, rapidocr, tesseract"
    known = f"{ours}, {theirs}, platelens\\+easyocr.*pipeline:NAME, results:FILE, command:"
    with pytest.raises(
        EngineError, match=f"unknown engine '{spec.replace('+', '.')}'; known: {known}"
    ):
        open_engine(spec, EngineOptions())


def test_our_pipeline_reads(tiny: EngineOptions, picture: Path) -> None:
    engine = open_engine("platelens", tiny)
    first, second = engine.read(picture)
    assert [f.text for f in (first, second)] == ["C", "A"]
    assert first.box.x1 == pytest.approx(36, abs=1)
    assert first.confidence > 0.99
    assert 0.5 < first.text_confidence < 1
    assert first.candidates[0].text == "C"
    assert first.quad is not None


def test_the_scan_goes_deeper_and_reads_nothing(tiny: EngineOptions, tmp_path: Path) -> None:
    pixels = np.full((128, 128, 3), 10, np.uint8)
    pixels[24:32, 64:72] = 195  # grey: too little for the detector's own threshold
    imaging.save(imaging.from_array(pixels, order="rgb"), tmp_path / "faint.png")
    engine = open_engine("platelens", tiny)
    assert engine.read(tmp_path / "faint.png") == ()
    scan = engine.scan(tmp_path / "faint.png")
    assert scan is not None
    (faint,) = scan
    assert SCAN_THRESHOLD < faint.confidence < 0.5
    assert (faint.text, faint.candidates) == ("", ())


def test_a_version_names_models_and_package(
    tiny: EngineOptions, detector_folder: Path, tmp_path: Path
) -> None:
    named = open_engine("platelens", tiny).version
    assert "tiny_detector " in named
    assert "tiny_reader " in named
    assert f"platelens {version('platelens')}" in named
    other = tmp_path / "other"
    other.mkdir()
    for file in detector_folder.iterdir():
        (other / file.name).write_bytes(file.read_bytes())
    manifest = other / MANIFEST_NAME
    changed = manifest.read_text().replace("score_threshold = 0.5", "score_threshold = 0.6")
    manifest.write_text(changed)
    options = EngineOptions(f"path:{other}", tiny.reader, threads=1)
    assert open_engine("platelens", options).version != named


def test_models_that_are_none_are_refused(tiny: EngineOptions, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="made for recognition"):
        open_engine("platelens", EngineOptions(detector=tiny.reader, reader=tiny.reader))
    with pytest.raises(ManifestError):
        open_engine("platelens", EngineOptions(detector=f"path:{tmp_path}"))


def test_our_detector_with_another_reader(
    monkeypatch: pytest.MonkeyPatch, tiny: EngineOptions, picture: Path
) -> None:
    fake = pretend(monkeypatch)
    engine = open_engine("platelens+tesseract", tiny)
    findings = engine.read(picture)
    assert [f.text for f in findings] == ["ZZ99", "ZZ99"]
    assert findings[0].text_confidence == 0.5
    # Two plates of 32 x 64, each with a margin and without.
    assert [c.shape for c in fake.crops[:4]] == 2 * [(36, 69, 3), (32, 64, 3)]
    assert len(fake.crops) == 8  # at 0.5 both are looked at again
    assert len(engine.scan(picture) or ()) == 2
    assert engine.name == "platelens+tesseract"
    assert "tiny_detector" in engine.version
    assert "fake 7.1" in engine.version
    assert "tiny_reader" not in engine.version


def test_lines_that_may_be_plates_are_findings(
    monkeypatch: pytest.MonkeyPatch, picture: Path
) -> None:
    pretend(
        monkeypatch,
        ("ab-12", 0.9),  # 4 characters
        ("A12", 0.9),
        ("TAXI", 0.9),  # no digit
        ("AB 12345678", 0.25),  # 10 characters
        ("AB 123456789", 0.9),
        ("LEA", 0.9),  # two short lines above each other are not joined
        ("123", 0.9),
    )
    engine = open_engine("tesseract", EngineOptions())
    findings = engine.read(picture)
    assert [(f.text, f.confidence, f.text_confidence) for f in findings] == [
        ("AB12", 0.9, 0.9),
        ("AB12345678", 0.25, 0.25),
    ]
    assert findings[0].box == Box(10, 0, 90, 30)
    assert findings[0].quad == box_to_quad(findings[0].box)
    assert findings[1].candidates == (Candidate("AB12345678", 0.25),)
    assert engine.scan(picture) is None
    assert engine.version.startswith("fake 7.1")


@pytest.mark.parametrize("spec", ["platelens", "tesseract", "platelens+tesseract"])
def test_pictures_that_cannot_be_read(
    monkeypatch: pytest.MonkeyPatch, tiny: EngineOptions, tmp_path: Path, spec: str
) -> None:
    pretend(monkeypatch)
    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    engine = open_engine(spec, tiny)
    for name in ("broken.jpg", "missing.jpg"):
        with pytest.raises(ImageError):
            engine.read(tmp_path / name)


def test_given_plates_are_read_where_they_are_labelled(tiny: EngineOptions, picture: Path) -> None:
    plates = [
        LabelledPlate(Box(52, 76, 116, 108), None, "A"),
        LabelledPlate(Box(36, 12, 100, 44), None, None),
    ]
    engine = open_given_engine("platelens", tiny, {picture: plates})
    assert [(f.text, f.box.x1, f.confidence) for f in engine.read(picture)] == [
        ("C", 36, 1.0),  # from left to right
        ("A", 52, 1.0),
    ]
    assert engine.scan(picture) is None
    assert engine.name == "platelens, plates given"


def test_given_plates_go_to_readers_of_others(
    tiny: EngineOptions, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = pretend(monkeypatch)
    plates = [LabelledPlate(Box(52, 76, 116, 108), None, "A")]
    engine = open_given_engine("platelens+tesseract", tiny, {picture: plates})
    assert [f.text for f in engine.read(picture)] == ["ZZ99"]
    assert fake.crops[0].shape == (36, 69, 3)  # 32 x 64 and a margin


@pytest.mark.parametrize("spec", ["tesseract", "platelens+x", "results:a", "command:b"])
def test_what_cannot_read_given_plates_says_so(spec: str) -> None:
    with pytest.raises(EngineError, match=r"reads no given plates; these do: platelens, "):
        open_given_engine(spec, EngineOptions(), {})


@pytest.fixture
def whole_plan(tmp_path: Path, reader_folder: Path) -> str:
    """A pipeline that takes pictures for plates, as an engine."""
    lines = [
        ("name", "own"),
        ("about", "Ours."),
        ("detector", "whole"),
        ("recognizer", f"path:{reader_folder}"),
        ("matcher", "none"),
    ]
    (tmp_path / "own.toml").write_text("".join(f'{key} = "{value}"\n' for key, value in lines))
    return f"pipeline:{tmp_path / 'own.toml'}"


def test_a_pipeline_is_an_engine(whole_plan: str, picture: Path) -> None:
    engine = open_engine(whole_plan, EngineOptions(threads=1))
    (found,) = engine.read(picture)
    assert (found.box, found.confidence) == (Box(0, 0, 128, 128), 1.0)
    assert engine.name == whole_plan
    assert engine.version.startswith("whole, tiny_reader ")
    assert [f.box for f in engine.scan(picture) or ()] == [found.box]


def test_options_replace_the_stages_of_a_pipeline(
    whole_plan: str, picture: Path, tiny: EngineOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(monkeypatch)
    engine = open_engine(whole_plan, EngineOptions(tiny.detector, "tesseract", "serials"))
    assert [f.text for f in engine.read(picture)] == ["ZZ99", "ZZ99"]
    assert "tiny_detector" in engine.version
    assert "fake 7.1, serials" in engine.version


@pytest.mark.parametrize("given", [False, True], ids=["found", "given"])
@pytest.mark.parametrize(("regions", "told"), [((), "gb"), (("gb",), "gb"), (("ie", "us"), None)])
def test_only_regions_that_count_are_told(
    whole_plan: str,
    picture: Path,
    monkeypatch: pytest.MonkeyPatch,
    regions: tuple[str, ...],
    told: str | None,
    *,
    given: bool,
) -> None:
    pretend(monkeypatch).text = "BD51SMR"
    options = EngineOptions(reader="tesseract", matcher="serials", regions=regions)
    plates = {picture: [LabelledPlate(Box(52, 76, 116, 108), None, "A")]}
    engine = (
        open_given_engine(whole_plan, options, plates)
        if given
        else open_engine(whole_plan, options)
    )
    assert {found.region for found in engine.read(picture)} == {told}
    assert " ".join(["serials", *regions]) in engine.version


@pytest.mark.parametrize("given", [False, True], ids=["found", "given"])
def test_unknown_regions_are_refused(whole_plan: str, *, given: bool) -> None:
    options = EngineOptions(matcher="serials", regions=("xx",))
    opened = partial(open_given_engine, plates={}) if given else open_engine
    with pytest.raises(FormatError, match="xx"):
        opened(whole_plan, options)


def test_the_reader_of_a_pipeline_reads_given_plates(whole_plan: str, picture: Path) -> None:
    plates = [LabelledPlate(Box(52, 76, 116, 108), None, "A")]
    engine = open_given_engine(whole_plan, EngineOptions(), {picture: plates})
    assert [f.text for f in engine.read(picture)] == ["A"]
    assert engine.name == f"{whole_plan}, plates given"


def test_unknown_pipelines_are_refused() -> None:
    for name in ("", "nobody"):
        with pytest.raises(PlanError):
            open_engine(f"pipeline:{name}", EngineOptions())
