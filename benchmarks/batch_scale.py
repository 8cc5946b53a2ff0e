"""A billion pictures on paper: stragglers and failures, with shard times that were measured.

    python -m benchmarks.batch_parts --json runs/batch_parts.json
    python -m benchmarks.batch_scale --measured runs/batch_parts.json

Workers take one shard after the other, as Ray Data's actors do. Some machines are slow from
beginning to end, each worker dies after a random time, and then the shard that it was at is read
again from its start by the next one that is free. What comes out is the time of the whole job over
the time that it would take if nothing was ever slow, idle or lost.
"""

from __future__ import annotations

import argparse
import heapq
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

HOUR_S: Final = 3600.0


@dataclass(frozen=True)
class World:
    """What may go wrong."""

    slow_part: float = 0.02  # of the workers
    slow_factor: float = 3.0
    mean_life_h: float = 24.0  # of a worker, before it dies; cheap machines are taken away
    restart_s: float = 120.0  # until another one has taken its place


QUIET: Final = World(slow_part=0.0, mean_life_h=1e9)


@dataclass(frozen=True)
class Outcome:
    """How a simulated job went."""

    hours: float
    ideal_hours: float
    deaths: int
    lost_hours: float  # of workers: work that was done twice
    tail_hours: float  # from the first worker without work to the end

    @property
    def overhead(self) -> float:
        """Give how much longer it took than it should."""
        return self.hours / self.ideal_hours - 1


def simulate(shards: Sequence[float], workers: int, world: World, seed: int = 0) -> Outcome:
    """Let workers do shards, given by their seconds, in order."""
    rng = random.Random(seed)
    slow = [world.slow_factor if rng.random() < world.slow_part else 1.0 for _ in range(workers)]
    life_s = world.mean_life_h * HOUR_S
    dies_at = [rng.expovariate(1 / life_s) for _ in range(workers)]
    free = [(0.0, n) for n in range(workers)]
    heapq.heapify(free)
    again: list[float] = []  # shards whose worker died
    idle: list[int] = []  # workers for which there was no shard
    left = iter(shards)
    end, idle_from, lost, deaths = 0.0, None, 0.0, 0
    while free:
        now, worker = heapq.heappop(free)
        work = again.pop() if again else next(left, None)
        if work is None:
            idle_from = now if idle_from is None else idle_from
            idle.append(worker)
            continue
        done_at = now + work * slow[worker]
        if dies_at[worker] < done_at:
            died = max(now, dies_at[worker])
            deaths += 1
            lost += died - now
            again.append(work)
            if idle:
                heapq.heappush(free, (died, idle.pop()))
            dies_at[worker] = died + world.restart_s + rng.expovariate(1 / life_s)
            slow[worker] = world.slow_factor if rng.random() < world.slow_part else 1.0
            heapq.heappush(free, (died + world.restart_s, worker))
            continue
        end = max(end, done_at)
        heapq.heappush(free, (done_at, worker))
    ideal = sum(shards) / workers
    tail = end - (end if idle_from is None else idle_from)
    return Outcome(end / HOUR_S, ideal / HOUR_S, deaths, lost / HOUR_S, tail / HOUR_S)


def draw_shards(measured: Sequence[float], of: int, size: int, pictures: int) -> list[float]:
    """Give the seconds of all shards of `size` pictures, from measured ones of `of` pictures.

    A large shard is the sum of as many measured ones, drawn at random.
    """
    rng = random.Random(size)
    parts = max(1, round(size / of))
    scale = size / (parts * of)
    return [scale * sum(rng.choices(measured, k=parts)) for _ in range(-(-pictures // size))]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--measured", type=Path, required=True, help="of benchmarks.batch_parts --json"
    )
    parser.add_argument("--pictures", type=int, default=1_000_000_000)
    parser.add_argument("--workers", type=int, default=1000, help="cores")
    parser.add_argument("--sizes", type=int, nargs="+", default=[512, 4096, 16384, 65536])
    parser.add_argument("--ms", type=float, help="of a core for a picture; else as measured")
    options = parser.parse_args()
    numbers = json.loads(options.measured.read_text(encoding="utf-8"))
    whole = [s for s in numbers["shard_seconds"] if s > 0]
    # Other milliseconds are those of another machine; the spread of its shards is the same.
    mean_ms = options.ms or numbers["cpu_ms_a_picture"]
    scale = mean_ms / 1000 * numbers["shard"] * len(whole) / sum(whole)
    measured = [scale * s for s in whole]
    print(f"{options.pictures:,} pictures, {mean_ms:.1f} ms each, {options.workers} cores")
    print(f"{'shard':>7}{'shards':>10}{'world':>8}{'hours':>8}{'over ideal':>12}"
          f"{'deaths':>8}{'done twice':>12}{'tail h':>8}")  # fmt: skip
    for size in options.sizes:
        shards = draw_shards(measured, numbers["shard"], size, options.pictures)
        for name, world in (("quiet", QUIET), ("usual", World()), ("bad", World(0.1, 5, 4, 300))):
            found = simulate(shards, options.workers, world)
            print(
                f"{size:7}{len(shards):10,}{name:>8}{found.hours:8.2f}{found.overhead:12.1%}"
                f"{found.deaths:8,}{found.lost_hours:10.1f} h{found.tail_hours:8.2f}"
            )


if __name__ == "__main__":
    main()
