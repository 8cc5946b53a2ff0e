"""What is in a data set, in numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from platelens.datasets.sample import LabelledPlate, Sample

_QUANTILES: Final = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)


@dataclass(frozen=True, slots=True)
class DatasetStats:
    """Counts over the pictures and plates of a data set."""

    pictures: int
    empty_pictures: int  # without a plate
    crops: int  # pictures that are one plate
    plates: int
    readable: int
    with_corners: int
    other_script: int
    texts: int  # different ones
    vehicles: int
    splits: Counter[str]  # pictures by split; "" = none
    rows: Counter[int]  # readable plates
    regions: Counter[str]  # plates; "" = not known
    lengths: Counter[int]  # readable plates by the length of their text
    characters: Counter[str]  # of the readable texts
    widths_px: tuple[float, ...]  # of the plates: 0, 5, 25, 50, 75, 95 and 100 % quantiles
    aspects: tuple[float, ...]  # width / height of the boxes, likewise


def count_samples(samples: Sequence[Sample]) -> DatasetStats:
    """Count a data set; the quantiles of no plate are ()."""
    plates = [plate for sample in samples for plate in sample.plates]
    texts = [plate.text for plate in plates if plate.text is not None]
    return DatasetStats(
        pictures=len(samples),
        empty_pictures=sum(not sample.plates for sample in samples),
        crops=sum(sample.is_crop for sample in samples),
        plates=len(plates),
        readable=len(texts),
        with_corners=sum(plate.quad is not None for plate in plates),
        other_script=sum(plate.other_script for plate in plates),
        texts=len(set(texts)),
        vehicles=sum(len(sample.vehicles) for sample in samples),
        splits=Counter(sample.split for sample in samples),
        rows=Counter(plate.rows for plate in plates if plate.readable),
        regions=Counter(plate.region or "" for plate in plates),
        lengths=Counter(map(len, texts)),
        characters=Counter("".join(texts)),
        widths_px=_quantiles(plate.box.width for plate in plates),
        aspects=_quantiles(_aspect(plate) for plate in plates),
    )


def _aspect(plate: LabelledPlate) -> float:
    return plate.box.width / plate.box.height


def _quantiles(values: Iterable[float]) -> tuple[float, ...]:
    listed = list(values)
    return tuple(float(q) for q in np.quantile(listed, _QUANTILES)) if listed else ()
