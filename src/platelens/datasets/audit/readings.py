"""Checks of the texts by a model that reads the labelled plates."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from platelens.alphabet import fold_lookalikes
from platelens.datasets.audit.findings import Finding
from platelens.datasets.readers.labels import Loaded
from platelens.datasets.sample import Sample
from platelens.errors import ImageError
from platelens.recognition.views import cut_views, merge_views
from platelens.types import Reading, Recognizer, RgbImage

_PLATES_AT_A_TIME: Final = 64


def check_readings(
    loaded: Loaded,
    recognizer: Recognizer,
    min_confidence: float,
    on_plate: Callable[[], None],
) -> Iterator[Finding]:
    """Give the labelled plates on which a reader is confident of another text.

    Args:
        loaded: pictures that cannot be read are passed over.
        recognizer: reads them; it should not have been trained on these labels.
        min_confidence: from which on it is believed, 0..1.
        on_plate: called after each plate with a text.
    """
    batch: list[tuple[Sample, int, list[RgbImage]]] = []
    for sample in loaded.samples:
        numbers = [i for i, plate in enumerate(sample.plates) if plate.text]
        try:
            image = loaded.load(sample) if numbers else None
        except ImageError:
            image = None
        for number in numbers:
            on_plate()
            if image is not None:
                views = cut_views(image, [sample.plates[number].outline])
                batch.append((sample, number, views))
        if len(batch) >= _PLATES_AT_A_TIME:
            yield from _read(batch, recognizer, min_confidence)
            batch = []
    yield from _read(batch, recognizer, min_confidence)


def _read(
    batch: Sequence[tuple[Sample, int, list[RgbImage]]],
    recognizer: Recognizer,
    min_confidence: float,
) -> Iterator[Finding]:
    readings = merge_views(recognizer.read([view for _, _, views in batch for view in views]))
    for (sample, number, _), reading in zip(batch, readings, strict=True):
        label = sample.plates[number].text or ""
        if reading.text not in ("", label) and reading.confidence >= min_confidence:
            yield _finding(sample, number, label, reading)


def _finding(sample: Sample, number: int, label: str, reading: Reading) -> Finding:
    alike = fold_lookalikes(reading.text) == fold_lookalikes(label)
    message = f"label {label}, read as {reading.text} ({reading.confidence:.0%})"
    kind = "lookalike_text" if alike else "suspicious_text"
    return Finding(kind, message, (sample,), number, reading)
