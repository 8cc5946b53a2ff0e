"""What is left of samples in a form that does not hold everything."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from platelens.datasets import LabelledPlate, Sample
from platelens.datasets.readers.registry import FORMATS, Format
from platelens.types import Box, Quad


def round_trip(name: str, samples: list[Sample], folder: Path) -> list[Sample]:
    """Write samples in a form, read them back, and check that both agree as far as it holds."""
    form = FORMATS[name]
    before = {sample.image: sample.image.read_bytes() for sample in samples}
    folder.mkdir()
    form.write(samples, folder)
    loaded = form.read(folder)
    assert loaded.problems == []
    assert held(loaded.samples, form) == held(samples, form)
    assert {image: image.read_bytes() for image in before} == before
    return list(loaded.samples)


def held(samples: Iterable[Sample], form: Format) -> list[Sample]:
    """Give the samples, their pictures by content, without what the form does not hold."""
    return sorted((_sample(sample, form.holds) for sample in samples), key=lambda s: s.image)


def _sample(sample: Sample, holds: frozenset[str]) -> Sample:
    return replace(
        sample,
        image=Path(hashlib.sha256(sample.image.read_bytes()).hexdigest()),
        plates=tuple(_plate(plate, holds) for plate in sample.plates),
        split=sample.split if "split" in holds else "",
    )


def _plate(plate: LabelledPlate, holds: frozenset[str]) -> LabelledPlate:
    box = plate.box
    return LabelledPlate(
        Box(*(round(v, 3) for v in (box.x1, box.y1, box.x2, box.y2))),
        _quad(plate.quad) if plate.quad and "corners" in holds else None,
        plate.text if "text" in holds else None,
        plate.rows if "rows" in holds else 1,
        plate.region if "region" in holds else None,
        plate.other_script and "other_script" in holds,
    )


def _quad(quad: Quad) -> Quad:
    tl, tr, br, bl = ((round(x, 3), round(y, 3)) for x, y in quad.points)
    return Quad(tl, tr, br, bl)
