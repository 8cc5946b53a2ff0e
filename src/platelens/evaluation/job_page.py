"""The page of a batch job: counts, regions, confidences, and how long its shards took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Final

import numpy as np

from platelens.evaluation import plots
from platelens.evaluation.pages import render_page

_REGIONS_SHOWN: Final = 25
"""The rest is one bar."""


@dataclass(frozen=True, slots=True)
class JobFigures:
    """What the page shows of a job."""

    name: str
    lines: Sequence[str]  # the job in words
    faults: Sequence[str]
    regions: Mapping[str, int]  # readable plates by code; "" = not told
    confidences: Sequence[int]  # readable plates, in bins of the same width from 0 to 1
    shard_seconds: Sequence[float]
    workers: Mapping[str, tuple[int, float]]  # pictures and seconds of each
    options: Mapping[str, str]


def render_job(figures: JobFigures) -> str:
    """Give one HTML page that needs no other file."""
    return render_page(
        "job.html",
        job=figures,
        version=version("platelens"),
        created=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        plots=_plots(figures),
        rates={
            name: (pictures, f"{pictures / seconds:.1f}" if seconds else "")
            for name, (pictures, seconds) in figures.workers.items()
        },
    )


def _plots(figures: JobFigures) -> dict[str, str]:
    """Give the plots by their captions; those of nothing are left out."""
    drawn = {}
    if figures.regions:
        names, counts = _largest(figures.regions)
        drawn["Readable plates by region"] = plots.bars(names, counts, "plates")
    if any(figures.confidences):
        edges = np.linspace(0, 1, len(figures.confidences) + 1).tolist()
        labels = ("confidence of the text", "readable plates")
        drawn["How sure the texts are"] = plots.histogram(figures.confidences, edges, labels)
    if figures.shard_seconds:
        counts_of, bounds = np.histogram(figures.shard_seconds, bins="auto")
        labels = ("seconds", "shards")
        drawn["How long shards took"] = plots.histogram(counts_of.tolist(), bounds.tolist(), labels)
    return drawn


def _largest(regions: Mapping[str, int]) -> tuple[list[str], list[int]]:
    ranked = sorted(regions.items(), key=lambda item: (-item[1], item[0]))
    shown = [(code or "not told", count) for code, count in ranked[:_REGIONS_SHOWN]]
    rest = sum(count for _, count in ranked[_REGIONS_SHOWN:])
    if rest:
        shown.append(("others", rest))
    return [name for name, _ in shown], [count for _, count in shown]
