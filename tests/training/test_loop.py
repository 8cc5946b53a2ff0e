from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.utils.data import Dataset

from platelens.errors import TrainingError
from platelens.training import loop
from platelens.training.journal import Report
from platelens.training.loop import FitSettings, Numbers, fit
from platelens.training.optimizers import OPTIMIZERS, SCHEDULES, rate_at

SETTINGS = FitSettings(
    samples=160, batch_size=4, learning_rate=0.05, weight_decay=0.01, report_every=2, workers=0,
    threads=1,
)  # fmt: skip
STEPS = 40
WEIGHTS = torch.tensor([[1.0], [-2.0], [0.5]])


class Points(Dataset[tuple[Tensor, Tensor]]):
    """Point `i` of a plane; from `broken` on they are no numbers."""

    def __init__(self, broken: int | None = None) -> None:
        self._broken = broken

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        x = torch.rand(3, generator=torch.Generator().manual_seed(index)) - 0.5
        broken = self._broken is not None and index >= self._broken
        return x * (math.nan if broken else 1), x @ WEIGHTS + 0.25


class PlaneTask:
    """Find the plane; stops like a machine that is switched off at step `stop`."""

    def __init__(self, *, stop: int | None = None, broken: int | None = None) -> None:
        torch.manual_seed(0)
        layers = [nn.Linear(3, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 1)]
        self.network: nn.Module = nn.Sequential(*layers)
        self.steps = 0
        self.measured: list[nn.Module] = []
        self._stop = stop
        self._broken = broken

    def dataset(self) -> Points:
        return Points(self._broken)

    def loss(self, batch: Any) -> tuple[Tensor, dict[str, float]]:
        if self.steps == self._stop:
            raise KeyboardInterrupt
        self.steps += 1
        x, y = batch
        loss = (self.network(x) - y).float().square().mean()
        return loss, {"part": float(loss.detach()) / 2}

    def pictures(self, count: int) -> list[NDArray[np.uint8]]:
        del count
        return []

    def validate(self, network: nn.Module) -> dict[str, float]:
        self.measured.append(network)
        return {"quality": 1 / 3}

    def finish(self, network: nn.Module) -> Numbers:
        del network
        return Numbers({}, {})


def same(a: nn.Module, b: nn.Module) -> bool:
    ours, theirs = a.state_dict(), b.state_dict()
    return all(torch.equal(ours[name], theirs[name]) for name in ours)


def lines(folder: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_training_learns(tmp_path: Path, optimizer: str) -> None:
    settings = replace(SETTINGS, samples=1200, report_every=50, average=0.9, optimizer=optimizer)
    network = fit(PlaneTask(), settings, tmp_path)
    points = Points()
    x = torch.stack([points[i][0] for i in range(5000, 5100)])
    y = torch.stack([points[i][1] for i in range(5000, 5100)])
    with torch.inference_mode():
        error = float((network(x) - y).square().mean())
    assert error < 0.1 * float(y.var())


def test_an_interrupted_run_goes_on_as_if_nothing_had_been(tmp_path: Path) -> None:
    whole = fit(PlaneTask(), SETTINGS, tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        fit(PlaneTask(stop=33), SETTINGS, tmp_path / "parts")
    rest = PlaneTask()
    resumed = fit(rest, SETTINGS, tmp_path / "parts")
    assert rest.steps == STEPS - 20  # the last checkpoint was at step 20
    assert same(whole, resumed)
    last = [lines(tmp_path / name)[-1] for name in ("whole", "parts")]
    assert last[0]["loss"] == last[1]["loss"]


def test_a_finished_run_is_not_trained_again(tmp_path: Path) -> None:
    finished = fit(PlaneTask(), SETTINGS, tmp_path)
    files = sorted(tmp_path.iterdir())
    again = PlaneTask()
    assert same(fit(again, SETTINGS, tmp_path), finished)
    assert again.steps == 0
    assert sorted(tmp_path.iterdir()) == files


def test_the_same_seed_gives_the_same_weights(tmp_path: Path) -> None:
    one = fit(PlaneTask(), SETTINGS, tmp_path / "one")
    assert same(one, fit(PlaneTask(), SETTINGS, tmp_path / "two"))
    assert not same(one, fit(PlaneTask(), replace(SETTINGS, learning_rate=0.02), tmp_path / "x"))


def test_the_number_of_workers_does_not_matter(tmp_path: Path) -> None:
    alone = fit(PlaneTask(), replace(SETTINGS, samples=16), tmp_path / "alone")
    helped = fit(PlaneTask(), replace(SETTINGS, samples=16, workers=1), tmp_path / "helped")
    assert same(alone, helped)


def test_a_loss_that_is_no_number_names_its_samples(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"loss is nan at step 5 \(samples 20 to 23\)"):
        fit(PlaneTask(broken=21), SETTINGS, tmp_path)


def test_the_log_tells_how_it_goes(tmp_path: Path) -> None:
    task = PlaneTask()
    fit(task, SETTINGS, tmp_path)
    log = lines(tmp_path)
    assert [line["step"] for line in log] == list(range(2, STEPS + 1, 2))
    assert {line["of"] for line in log} == {STEPS}
    assert all({"loss", "part", "ms_per_sample"} <= line.keys() for line in log)
    assert [line["step"] for line in log if "quality" in line] == [20, 40]
    assert log[-1]["quality"] == 0.3333


def test_the_average_is_measured_and_given(tmp_path: Path) -> None:
    task = PlaneTask()
    network = fit(task, SETTINGS, tmp_path)
    assert task.measured == [network, network]
    assert not same(network, task.network)
    assert not network.training


def test_the_average_follows_slowly() -> None:
    network = nn.Sequential(nn.Linear(1, 1), nn.BatchNorm1d(1))
    nn.init.zeros_(network[0].weight)  # type: ignore[arg-type]  # a Linear's weight is a tensor
    average = loop._Average(network, 0.9)
    nn.init.ones_(network[0].weight)  # type: ignore[arg-type]  # a Linear's weight is a tensor
    network(torch.zeros(3, 1))
    average.update(network, 1)  # so early, (1 + 1) / (10 + 1) of the old is kept
    state = average.network.state_dict()
    assert float(state["0.weight"]) == pytest.approx(1 - 2 / 11)
    assert int(state["1.num_batches_tracked"]) == 1
    average.update(network, 10_000)
    assert float(average.network.state_dict()["0.weight"]) == pytest.approx(1 - 0.9 * 2 / 11)


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_every_step_has_its_rate(tmp_path: Path, schedule: str) -> None:
    settings = replace(SETTINGS, report_every=1, warm_up=0.1, schedule=schedule)
    reports: list[Report] = []
    fit(PlaneTask(), settings, tmp_path, on_report=reports.append)
    wanted = [0.05 * rate_at(step, 4, STEPS, SCHEDULES[schedule]) for step in range(STEPS)]
    assert [report.learning_rate for report in reports] == pytest.approx(wanted)


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_other_optimizers_go_on_too(tmp_path: Path, optimizer: str) -> None:
    settings = replace(SETTINGS, optimizer=optimizer, schedule="step")
    whole = fit(PlaneTask(), settings, tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        fit(PlaneTask(stop=33), settings, tmp_path / "parts")
    assert same(whole, fit(PlaneTask(), settings, tmp_path / "parts"))
    assert not same(whole, fit(PlaneTask(), SETTINGS, tmp_path / "other"))


@pytest.mark.parametrize(
    ("precision", "dtype"), [("bfloat16", torch.bfloat16), ("float32", torch.float32)]
)
def test_the_precision_is_that_of_the_network(
    tmp_path: Path, precision: str, dtype: torch.dtype
) -> None:
    task = PlaneTask()
    seen: set[torch.dtype] = set()
    task.network.register_forward_hook(lambda _network, _given, out: seen.add(out.dtype))
    fit(task, replace(SETTINGS, precision=precision), tmp_path)
    assert seen == {dtype}


@pytest.mark.parametrize("key", ["optimizer", "schedule", "precision"])
def test_a_name_that_does_not_exist_is_refused(tmp_path: Path, key: str) -> None:
    changes: dict[str, Any] = {key: "nobody"}
    with pytest.raises(TrainingError, match=r"unknown 'nobody'; known: \w+, \w+"):
        fit(PlaneTask(), replace(SETTINGS, **changes), tmp_path)


def test_reports_come_when_they_are_written(tmp_path: Path) -> None:
    told: list[dict[str, float]] = []

    def tell(report: Report) -> None:
        told.append(report.line())
        assert lines(tmp_path) == told

    fit(PlaneTask(), SETTINGS, tmp_path, on_report=tell)
    assert len(told) == STEPS / SETTINGS.report_every


def test_an_interrupted_run_logs_every_step_once(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        fit(PlaneTask(stop=33), SETTINGS, tmp_path)
    assert lines(tmp_path)[-1]["step"] == 32
    fit(PlaneTask(), SETTINGS, tmp_path)
    assert [line["step"] for line in lines(tmp_path)] == list(range(2, STEPS + 1, 2))


def test_biases_and_normalisations_do_not_decay() -> None:
    network = PlaneTask().network
    decayed, plain = loop._groups(network, 0.3)
    assert [p.ndim for p in decayed["params"]] == [2, 2]
    assert {p.ndim for p in plain["params"]} == {1}
    assert (decayed["weight_decay"], plain["weight_decay"]) == (0.3, 0.0)
    assert len(decayed["params"] + plain["params"]) == len(list(network.parameters()))


def test_less_than_a_batch_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="3 samples are less than a batch"):
        fit(PlaneTask(), replace(SETTINGS, samples=3), tmp_path)
