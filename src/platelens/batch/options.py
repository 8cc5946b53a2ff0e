"""What a batch job does: what decides its output, and what only suits the machines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from typing import Any, Final

from platelens.pipeline import STAGES, Plan, PlateReader, stage_model
from platelens.runtime import load_manifest

DEFAULT_SHARD: Final = 512
"""Pictures of a shard: what is lost with a worker, and the least that one waits for."""


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What decides the output. Other values are another job."""

    plan: Plan
    top: int = 5  # candidates a plate
    min_confidence: float = 0.0
    accurate: bool = False
    regions: tuple[str, ...] = ()
    skip_duplicates: bool = False
    batch: int = 32  # pictures whose plates are read together; decides how numbers are rounded

    def record(self) -> dict[str, Any]:
        """Give the values that go into the plan file, models with their checksums."""
        plain = asdict(self)
        stages = plain.pop("plan")
        return {
            **{key: stages[key] for key in (*STAGES, "min_char_confidence")},
            **{key: list(v) if isinstance(v, tuple) else v for key, v in plain.items()},
            "models": self.models(),
            "platelens": version("platelens"),
        }

    def models(self) -> dict[str, str]:
        """Give the checksum of each stage's model; stages without one are left out.

        Raises:
            ModelError: a model is missing or made for another stage.
        """
        folders = {stage: stage_model(stage, getattr(self.plan, stage)) for stage in STAGES}
        return {stage: load_manifest(path).sha256 for stage, path in folders.items() if path}

    def open_reader(self, device: str, threads: int) -> PlateReader:
        """Load the models; errors as `PlateReader`."""
        return PlateReader.from_plan(
            self.plan,
            device=device,
            threads=threads,
            top_n=self.top,
            min_confidence=self.min_confidence,
            accurate=self.accurate,
            regions=self.regions,
        )


@dataclass(frozen=True, slots=True)
class Machines:
    """Where the work is done. The output does not depend on it."""

    address: str = ""  # of a Ray cluster; "" = one is started here, and ended with the job
    workers: int = 0  # 0 = as many as there are cores or GPUs for
    threads: int = 1  # cores of each worker
    device: str = "cpu"
    memory_mb: int = 200  # of a cluster that is started here: the store of objects under way


@dataclass(frozen=True, slots=True)
class JobRequest:
    """A job as it is asked for."""

    sources: Sequence[str]
    out: str
    options: ReadOptions
    shard_size: int = DEFAULT_SHARD
    column: str = "image"  # of manifests
    machines: Machines = field(default_factory=Machines)
