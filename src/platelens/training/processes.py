"""One training in several processes: `torchrun` starts them, DDP keeps their weights the same."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import Sampler

from platelens.errors import TrainingError


@dataclass(frozen=True, slots=True)
class Order(Sampler[int]):
    """The samples of one process, in order."""

    starts: range  # of the batches
    part: range  # of each batch

    def __iter__(self) -> Iterator[int]:
        """Give their numbers."""
        return (start + place for start in self.starts for place in self.part)

    def __len__(self) -> int:
        """Give how many there are."""
        return len(self.starts) * len(self.part)


@dataclass(frozen=True, slots=True)
class Processes:
    """Which of how many processes this one is. Each takes its part of every batch."""

    number: int = 0
    count: int = 1

    @property
    def is_first(self) -> bool:
        """Whether it is this one that measures, reports and writes."""
        return self.number == 0

    def order(self, start: int, end: int, batch_size: int) -> Order:
        """Give the samples of this process, from step `start` to `end`.

        Of all processes together, a step has the samples that it has in one process.

        Raises:
            TrainingError: the batch cannot be split into equal parts.
        """
        if batch_size % self.count:
            raise TrainingError(
                f"a batch of {batch_size} cannot be split among {self.count} processes"
            )
        part = batch_size // self.count
        starts = range(start * batch_size, end * batch_size, batch_size)
        return Order(starts, range(self.number * part, (self.number + 1) * part))

    def share(self, module: nn.Module) -> nn.Module:
        """Give a module whose gradients are the means over all processes.

        On GPUs its batch normalisations take the whole batch, too; PyTorch has that for no CPU.
        """
        if self.count == 1:
            return module
        if next(module.parameters()).is_cuda:
            # In place, but for the root.
            module = nn.SyncBatchNorm.convert_sync_batchnorm(module)  # type: ignore[no-untyped-call]  # as torch has it
        return DistributedDataParallel(module)

    def mean(self, values: list[float], device: str) -> list[float]:
        """Give the means over all processes; all must ask for them."""
        if self.count == 1:
            return values
        sums: Tensor = torch.tensor(values, dtype=torch.float64, device=device)
        dist.all_reduce(sums)
        return [float(value) / self.count for value in sums]

    def wait(self) -> None:
        """Let all processes come to this place."""
        if self.count > 1:
            dist.barrier()


ALONE: Final = Processes()


def is_first_started() -> bool:
    """Whether this process is the one that talks, as `torchrun` tells; without it, it is."""
    return os.environ.get("RANK", "0") == "0"


@contextlib.contextmanager
def joined_processes() -> Iterator[tuple[Processes, str]]:
    """Give the processes that `torchrun` started, and the device of this one."""
    count = int(os.environ.get("WORLD_SIZE", "1"))
    device = "cuda" if torch.cuda.is_available() else "cpu"
    if count == 1:
        yield ALONE, device
        return
    if device == "cuda":
        device = f"cuda:{os.environ['LOCAL_RANK']}"
        torch.cuda.set_device(device)
    dist.init_process_group("nccl" if device != "cpu" else "gloo")
    try:
        yield Processes(dist.get_rank(), count), device
    finally:
        dist.destroy_process_group()
