"""The training loop, one for every task: data in, better weights out, never a lost hour.

A run folder holds `log.jsonl` (one line a report) and `checkpoint.pt` (everything that is
needed to go on after an interruption).
"""

from __future__ import annotations

import copy
import json
import logging
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from platelens.errors import TrainingError

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FitSettings:
    """How long and how fast to train."""

    samples: int  # training samples in all
    batch_size: int
    learning_rate: float  # peak, after the warm-up
    weight_decay: float = 0.02
    warm_up: float = 0.03  # share of the steps
    average: float = 0.999  # decay of the weights' moving average
    report_every: int = 100  # steps
    workers: int = 2
    threads: int = 2


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


def fit(task: Task, settings: FitSettings, folder: Path, *, device: str = "cpu") -> nn.Module:
    """Train and give the averaged network; goes on from `folder/checkpoint.pt` if there is one.

    Raises:
        TrainingError: the loss is not a finite number; names the samples of the batch.
    """
    folder.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(settings.threads)
    network = task.network.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # missing in its stub
    average = _Average(network, settings.average)
    optimizer = torch.optim.AdamW(_groups(network, settings.weight_decay), settings.learning_rate)
    steps = settings.samples // settings.batch_size
    if steps < 1:
        raise TrainingError(f"{settings.samples} samples are less than a batch")
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda s: _rate(s, steps, settings))
    state = {"network": network, "average": average.network, "optimizer": optimizer,
             "schedule": schedule}  # fmt: skip
    step = _resume(folder, state)
    network.train()
    started, reported = time.monotonic(), step
    for batch in _batches(task, settings, step, steps):
        with torch.autocast(device, torch.bfloat16):
            loss, parts = task.loss(_to(batch, device))
        if not math.isfinite(float(loss.detach())):
            first = step * settings.batch_size
            raise TrainingError(
                f"loss is {float(loss.detach())} at step {step} (samples {first} to "
                f"{first + settings.batch_size - 1}); lower the learning rate"
            )
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]  # torch has no annotation for it
        nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimizer.step()
        schedule.step()
        step += 1
        average.update(network, step)
        if step % settings.report_every == 0 or step == steps:
            per_sample = (time.monotonic() - started) / (step - reported) / settings.batch_size
            line = {"step": step, "of": steps, "loss": round(float(loss.detach()), 4),
                    "ms_per_sample": round(1000 * per_sample, 2),
                    **{k: round(v, 4) for k, v in parts.items()}}  # fmt: skip
            if step % (10 * settings.report_every) == 0 or step == steps:
                line |= {k: round(v, 4) for k, v in task.validate(average.network).items()}
                _save(folder, state, step)
            _report(folder, line)
            started, reported = time.monotonic(), step
    return average.network


def _groups(network: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """Weight decay for matrices and kernels only, not for biases and normalisations."""
    decayed = [p for p in network.parameters() if p.ndim > 1]
    plain = [p for p in network.parameters() if p.ndim <= 1]
    return [
        {"params": decayed, "weight_decay": weight_decay},
        {"params": plain, "weight_decay": 0.0},
    ]


def _rate(step: int, steps: int, settings: FitSettings) -> float:
    """Linear warm-up, then half a cosine down to 1 %."""
    warm = max(1, int(settings.warm_up * steps))
    if step < warm:
        return (step + 1) / warm
    return 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, steps - warm)))


def _batches(task: Task, settings: FitSettings, step: int, steps: int) -> Iterator[Any]:
    order = range(step * settings.batch_size, steps * settings.batch_size)
    loader = DataLoader(
        task.dataset(),
        batch_size=settings.batch_size,
        sampler=order,
        num_workers=settings.workers,
        prefetch_factor=6 if settings.workers else None,
    )
    return iter(loader)


def _to(batch: Any, device: str) -> Any:
    return [item.to(device) for item in batch]


def _report(folder: Path, line: dict[str, Any]) -> None:
    _logger.info("%s", line)
    with (folder / "log.jsonl").open("a", encoding="utf-8") as log:
        log.write(json.dumps(line) + "\n")


def _save(folder: Path, state: dict[str, Any], step: int) -> None:
    """Write the checkpoint beside the old one, then swap: a crash leaves one of them whole."""
    content = {name: part.state_dict() for name, part in state.items()}
    torch.save({"step": step, **content}, folder / "checkpoint.new")
    (folder / "checkpoint.new").replace(folder / "checkpoint.pt")


def _resume(folder: Path, state: dict[str, Any]) -> int:
    path = folder / "checkpoint.pt"
    if not path.exists():
        return 0
    content = torch.load(path, map_location="cpu", weights_only=True)
    for name, part in state.items():
        part.load_state_dict(content[name])
    return int(content["step"])
