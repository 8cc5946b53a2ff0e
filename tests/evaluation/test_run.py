from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

from platelens import imaging
from platelens.datasets import LabelledPlate, Sample
from platelens.errors import EngineError
from platelens.evaluation.outcome import Finding
from platelens.evaluation.run import look_at_plates, run_engine
from platelens.evaluation.scores import score
from platelens.evaluation.sets import EvaluationSet
from platelens.types import Box
from tests.evaluation.scenes import finding


@dataclass
class FakeEngine:
    """Reports one plate on every picture; can be told to stop after some."""

    name: str = "fake"
    version: str = "1"
    stop_after: int = 100
    read_names: list[str] = field(default_factory=list)

    def read(self, image: Path, /) -> tuple[Finding, ...]:
        if len(self.read_names) == self.stop_after:
            raise KeyboardInterrupt
        imaging.load(image)
        self.read_names.append(image.name)
        return (finding(10, f"T{len(self.read_names)}"),)

    def scan(self, _image: Path, /) -> tuple[Finding, ...] | None:
        return (finding(10, "", sure=0.03),)


@pytest.fixture
def sets(tmp_path: Path) -> list[EvaluationSet]:
    """Three pictures with one plate each."""
    samples = []
    for number in range(3):
        path = tmp_path / "data" / "images" / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = np.full((60, 200, 3), 60 + 60 * number, np.uint8)
        imaging.save(imaging.from_array(pixels, order="rgb"), path)
        plate = LabelledPlate(Box(10, 10, 110, 30), None, f"T{number + 1}")
        samples.append(Sample(path, 200, 60, (plate,)))
    return [EvaluationSet("data", tmp_path / "data", samples)]


def test_every_picture_gets_its_outcome(sets: list[EvaluationSet]) -> None:
    steps: list[int] = []
    outcomes = run_engine(
        FakeEngine(), sets, look_at_plates(sets), on_picture=lambda: steps.append(1)
    )
    assert [o.name for o in outcomes] == ["images/0.png", "images/1.png", "images/2.png"]
    assert [o.findings[0].text for o in outcomes] == ["T1", "T2", "T3"]
    assert all(o.matches == (0,) and o.scan is not None and o.ms > 0 for o in outcomes)
    assert [round(o.looks[0].brightness) for o in outcomes] == [60, 120, 180]
    assert len(steps) == 3


def test_a_run_cut_short_goes_on(sets: list[EvaluationSet], tmp_path: Path) -> None:
    kept = tmp_path / "runs" / "fake.jsonl"
    with pytest.raises(KeyboardInterrupt):
        run_engine(FakeEngine(stop_after=2), sets, {}, keep=kept)
    with kept.open("a") as file:
        file.write('{"key": ["data", "im')  # cut while it was written
    engine = FakeEngine()
    outcomes = run_engine(engine, sets, {}, keep=kept)
    assert engine.read_names == ["2.png"]
    assert [o.findings[0].text for o in outcomes] == ["T1", "T2", "T1"]
    whole = run_engine(FakeEngine(stop_after=0), sets, {}, keep=kept)
    assert whole == outcomes
    assert len(kept.read_text().splitlines()) == 4
    assert all(json.loads(line) for line in kept.read_text().splitlines())


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"engine": "fake", "version": "0"}\n', "holds results of"),
        ('{"engine": "other", "version": "1"}\n', "holds results of"),
        ("no JSON\n", "is no file of results"),
        ('{"engine": "fake", "version": "1"}\n{"image": "a"}\n', "is no file of results"),
        (
            '{"engine": "fake", "version": "1"}\n{"key": ["a", "b", "c"], "findings": [{}]}\n',
            "is no file of results",
        ),
    ],
    ids=["another version", "another engine", "no JSON", "a field is missing", "half a finding"],
)
def test_foreign_results_are_refused(
    sets: list[EvaluationSet], tmp_path: Path, content: str, message: str
) -> None:
    kept = tmp_path / "kept.jsonl"
    kept.write_text(content)
    with pytest.raises(EngineError, match=message):
        run_engine(FakeEngine(), sets, {}, keep=kept)
    assert kept.read_text() == content


def test_a_picture_that_cannot_be_read_counts_as_nothing_reported(
    sets: list[EvaluationSet],
) -> None:
    sets[0].samples[1].image.write_bytes(b"no picture")
    looks = look_at_plates(sets)
    outcomes = run_engine(FakeEngine(), sets, looks)
    assert [len(o.findings) for o in outcomes] == [1, 0, 1]
    assert "1.png" in outcomes[1].error
    assert outcomes[1].looks == ()


def test_a_changed_picture_or_box_is_read_again(sets: list[EvaluationSet], tmp_path: Path) -> None:
    kept = tmp_path / "kept.jsonl"
    run_engine(FakeEngine(), sets, {}, keep=kept)
    image = sets[0].samples[0].image
    imaging.save(imaging.from_array(np.zeros((60, 200, 3), np.uint8), order="rgb"), image)
    moved = LabelledPlate(Box(90, 10, 190, 30), None, "T3")
    samples = [*sets[0].samples[:2], replace(sets[0].samples[2], plates=(moved,))]
    engine = FakeEngine()
    run_engine(engine, [replace(sets[0], samples=samples)], {}, keep=kept)
    assert engine.read_names == ["0.png", "2.png"]


def test_a_failure_is_tried_again(sets: list[EvaluationSet], tmp_path: Path) -> None:
    kept = tmp_path / "kept.jsonl"
    image = sets[0].samples[1].image
    good = image.read_bytes()
    image.write_bytes(b"no picture")
    first = run_engine(FakeEngine(), sets, {}, keep=kept)
    image.write_bytes(good)
    engine = FakeEngine()
    second = run_engine(engine, sets, {}, keep=kept)
    assert [bool(o.error) for o in first] == [False, True, False]
    assert [bool(o.error) for o in second] == [False, False, False]
    assert engine.read_names == ["1.png"]


@pytest.mark.parametrize("failing", ["1.png", "0.png"], ids=["later", "first"])
def test_an_engine_that_fails(sets: list[EvaluationSet], failing: str) -> None:
    class Failing(FakeEngine):
        def read(self, image: Path, /) -> tuple[Finding, ...]:
            if image.name == failing:
                raise EngineError("out of ink")
            return super().read(image)

    if failing == "0.png":  # nothing works: say so at once
        with pytest.raises(EngineError, match="out of ink"):
            run_engine(Failing(), sets, {})
    else:
        errors = [o.error for o in run_engine(Failing(), sets, {})]
        assert errors == ["", "out of ink", ""]


def test_given_plates_are_no_detections(sets: list[EvaluationSet]) -> None:
    scores = score("given", "1", run_engine(FakeEngine(), sets, {}, given=True))
    assert "exact" in scores.rates
    assert not {"recall_50", "ap_50", "false_plates"} & set(scores.rates)
