"""The training loop, one for every task: data in, better weights out, never a lost hour.

A run folder holds the journal (`training.journal`) and `checkpoint.pt` (everything that is needed
to go on after an interruption).
"""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from platelens.errors import TrainingError
from platelens.training.journal import Journal, Report
from platelens.training.optimizers import OPTIMIZERS, PRECISIONS, SCHEDULES, choose, rate_at
from platelens.training.processes import ALONE, Processes

CHECKPOINT_NAME: Final = "checkpoint.pt"
_REPORTS_A_CHECKPOINT: Final = 10


@dataclass(frozen=True, slots=True)
class FitSettings:
    """How long, how fast and in which way to train; names as in `training.optimizers`."""

    samples: int  # training samples in all
    batch_size: int
    learning_rate: float  # peak, after the warm-up
    weight_decay: float = 0.02
    warm_up: float = 0.03  # share of the steps
    average: float = 0.999  # decay of the weights' moving average
    report_every: int = 100  # steps
    workers: int = 2
    threads: int = 2
    optimizer: str = "adamw"
    schedule: str = "cosine"
    precision: str = "bfloat16"


@dataclass(frozen=True, slots=True)
class Numbers:
    """What a finished network is like, for its manifest."""

    settings: dict[str, float]  # chosen on held-out data: thresholds, temperature
    scores: dict[str, float]  # reached on held-out data


class Task(Protocol):
    """What a network learns."""

    network: nn.Module

    def dataset(self) -> Dataset[Any]:
        """Give the endless data: item `i` is sample `i` of the seed."""
        ...

    def loss(self, batch: Any) -> tuple[Tensor, dict[str, float]]:
        """Give the loss of a collated batch, and its parts to report."""
        ...

    def pictures(self, count: int) -> list[NDArray[np.uint8]]:
        """Give at most `count` training pictures as the network meets them in use, (H, W, 3)."""
        ...

    def validate(self, network: nn.Module) -> dict[str, float]:
        """Measure `network` on held-out data, to follow the training."""
        ...

    def finish(self, network: nn.Module) -> Numbers:
        """Choose the settings of the finished `network` on held-out data, and measure it."""
        ...


class _Average:
    """Moving average of the weights, with a warm-up so that the start is forgotten."""

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.network = copy.deepcopy(network).eval()
        self._decay = decay

    @torch.no_grad()
    def update(self, network: nn.Module, step: int) -> None:
        decay = min(self._decay, (1 + step) / (10 + step))
        ours, theirs = self.network.state_dict(), network.state_dict()
        for name, value in ours.items():
            if value.dtype.is_floating_point:
                value.lerp_(theirs[name].to(value.dtype), 1 - decay)
            else:
                value.copy_(theirs[name])


class _State:
    """All that a checkpoint holds, and how a step changes it."""

    def __init__(self, network: nn.Module, settings: FitSettings, steps: int) -> None:
        self.network = network
        self.average = _Average(network, settings.average)
        make = choose(OPTIMIZERS, settings.optimizer)
        self.optimizer = make(_groups(network, settings.weight_decay), settings.learning_rate)
        shape = choose(SCHEDULES, settings.schedule)
        warm = max(1, int(settings.warm_up * steps))
        self.schedule = torch.optim.lr_scheduler.LambdaLR(
            self.optimizer, lambda step: rate_at(step, warm, steps, shape)
        )
        self.step = 0
        self.steps = steps

    @property
    def learning_rate(self) -> float:
        """Of the next step."""
        return float(self.optimizer.param_groups[0]["lr"])

    def descend(self, loss: Tensor) -> None:
        """Make a step."""
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]  # torch has no annotation for it
        nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
        self.optimizer.step()
        self.schedule.step()
        self.step += 1
        self.average.update(self.network, self.step)

    def is_due(self, every: int) -> bool:
        """Whether what happens `every` so many steps, and at the end, happens now."""
        return self.step % every == 0 or self.step == self.steps

    def save(self, folder: Path) -> None:
        """Write the checkpoint beside the old one, then swap: a crash leaves one of them whole."""
        content = {name: part.state_dict() for name, part in self._parts().items()}
        new = folder / "checkpoint.new"
        torch.save({"step": self.step, **content}, new)
        new.replace(folder / CHECKPOINT_NAME)

    def load(self, folder: Path) -> None:
        """Take the checkpoint of `folder` up, if there is one."""
        path = folder / CHECKPOINT_NAME
        if not path.exists():
            return
        content = torch.load(path, map_location="cpu", weights_only=True)
        for name, part in self._parts().items():
            part.load_state_dict(content[name])
        self.step = int(content["step"])

    def _parts(self) -> dict[str, Any]:
        return {"network": self.network, "average": self.average.network,
                "optimizer": self.optimizer, "schedule": self.schedule}  # fmt: skip


def fit(
    task: Task,
    settings: FitSettings,
    folder: Path,
    *,
    device: str = "cpu",
    processes: Processes = ALONE,
    on_report: Callable[[Report], None] | None = None,
) -> nn.Module:
    """Train and give the averaged network; goes on from the checkpoint of `folder` if there is one.

    Args:
        task: what is learnt.
        settings: how.
        folder: the run folder; made if need be.
        device: "cpu", "cuda" or "cuda:N".
        processes: of which this is one; all call this with the same arguments.
        on_report: called with every report, after it was written into the run folder; in the
            first process only.

    Raises:
        TrainingError: the loss is not a finite number (the message names the samples of the
            batch), the samples are less than a batch, a batch cannot be split among the
            processes, or a name in `settings` is unknown.
    """
    steps = settings.samples // settings.batch_size
    if steps < 1:
        raise TrainingError(f"{settings.samples} samples are less than a batch")
    folder.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(settings.threads)
    network = task.network.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # missing in its stub
    state = _State(network, settings, steps)
    state.load(folder)
    if state.step >= steps:
        return state.average.network
    # Before the journal starts a thread: the workers are forked, and a fork should have none.
    batches = _batches(task, settings, state, processes)
    reports = _train(task, settings, state, batches, device, processes)
    if not processes.is_first:
        for _ in reports:
            pass
        return state.average.network
    with Journal(folder, state.step) as journal:
        for report in reports:
            journal.add(report)
            if on_report:
                on_report(report)
            # After the report: a crash in between makes these steps and their report anew.
            if state.is_due(_REPORTS_A_CHECKPOINT * settings.report_every):
                state.save(folder)
    return state.average.network


class _Learner(nn.Module):
    """Network and loss as one module: what DDP wants to see called."""

    def __init__(self, task: Task) -> None:
        super().__init__()
        self.network = task.network
        self._task = task

    def forward(self, batch: Any) -> tuple[Tensor, dict[str, float]]:
        return self._task.loss(batch)


def _train(
    task: Task,
    settings: FitSettings,
    state: _State,
    batches: Iterator[Any],
    device: str,
    processes: Processes,
) -> Iterator[Report]:
    """Make a step with each batch, and give a report from time to time."""
    cast = choose(PRECISIONS, settings.precision)
    learner = processes.share(_Learner(task)).train()
    started, reported = time.monotonic(), state.step
    for batch in batches:
        with cast(device):
            loss, parts = learner(_to(batch, device))
        value, *means = processes.mean([float(loss.detach()), *parts.values()], device)
        if not math.isfinite(value):
            first = state.step * settings.batch_size
            raise TrainingError(
                f"loss is {value} at step {state.step} (samples {first} to "
                f"{first + settings.batch_size - 1}); lower the learning rate"
            )
        rate = state.learning_rate
        state.descend(loss)
        if not state.is_due(settings.report_every):
            continue
        samples = (state.step - reported) * settings.batch_size
        ms_per_sample = 1000 * (time.monotonic() - started) / samples
        scores = {}
        if processes.is_first and state.is_due(_REPORTS_A_CHECKPOINT * settings.report_every):
            scores = task.validate(state.average.network)
        told = dict(zip(parts, means, strict=True))
        yield Report(state.step, state.steps, value, rate, ms_per_sample, told, scores)
        started, reported = time.monotonic(), state.step


def _groups(network: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """Weight decay for matrices and kernels only, not for biases and normalisations."""
    decayed = [p for p in network.parameters() if p.ndim > 1]
    plain = [p for p in network.parameters() if p.ndim <= 1]
    return [
        {"params": decayed, "weight_decay": weight_decay},
        {"params": plain, "weight_decay": 0.0},
    ]


def _batches(
    task: Task, settings: FitSettings, state: _State, processes: Processes
) -> Iterator[Any]:
    loader = DataLoader(
        task.dataset(),
        batch_size=settings.batch_size // processes.count,
        sampler=processes.order(state.step, state.steps, settings.batch_size),
        num_workers=settings.workers,
        prefetch_factor=6 if settings.workers else None,
    )
    return iter(loader)


def _to(batch: Any, device: str) -> Any:
    return [item.to(device) for item in batch]
