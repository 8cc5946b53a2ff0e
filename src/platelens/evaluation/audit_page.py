"""The page of `platelens data check`: every finding with its pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from platelens.datasets.audit import (
    KINDS,
    Audit,
    Finding,
    FixPlan,
    Kind,
    KindCount,
    count_kinds,
    sort_by_kind,
)
from platelens.datasets.readers.labels import Loaded
from platelens.datasets.sample import LabelledPlate, Sample
from platelens.errors import ImageError
from platelens.evaluation.pages import render_page
from platelens.evaluation.thumbnails import Outline, data_uri, plate_picture

FINDINGS_SHOWN: Final = 24
"""Of each kind; the rest is counted."""

_PICTURES_SHOWN: Final = 6
"""Of each finding; the rest is counted."""

_LABELS_SHOWN: Final = 3
"""Texts below a picture; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture of a finding."""

    source: str  # data URI; "" when there is no picture to be seen
    name: str
    split: str
    labels: str


@dataclass(frozen=True, slots=True)
class Card:
    """A finding as it is shown."""

    message: str
    pictures: Sequence[Shown]
    more: int  # pictures that are not shown


@dataclass(frozen=True, slots=True)
class Section:
    """All findings of a kind."""

    key: str
    kind: Kind
    count: KindCount
    cards: Sequence[Card]
    more: int  # findings that are not shown


def audit_page(audit: Audit, plans: Sequence[FixPlan], *, shown: int = FINDINGS_SHOWN) -> str:
    """Give the page: a table of all kinds, then of each kind the first `shown` findings."""
    counts = count_kinds(audit.findings)
    paths = [source.path for source in audit.sources]
    roots = [path if path.is_dir() else path.parent for path in paths]
    loaded = audit.loaded
    sections = [
        Section(
            key=key,
            kind=KINDS[key],
            count=counts[key],
            cards=[_card(finding, roots, loaded) for finding in found[:shown]],
            more=max(0, len(found) - shown),
        )
        for key, found in sort_by_kind(audit.findings).items()
    ]
    return render_page(
        "audit.html",
        sources=[str(path) for path in paths],
        pictures=len(audit.samples),
        plates=sum(len(sample.plates) for sample in audit.samples),
        sections=sections,
        fixes=sum(len(plan.fixes) for plan in plans),
    )


def _card(finding: Finding, roots: Sequence[Path], loaded: Loaded) -> Card:
    samples = finding.samples[:_PICTURES_SHOWN]
    return Card(
        message=finding.message,
        pictures=[_shown(sample, finding.plate, roots, loaded) for sample in samples],
        more=len(finding.samples) - len(samples),
    )


def _shown(sample: Sample, number: int | None, roots: Sequence[Path], loaded: Loaded) -> Shown:
    plates = sample.plates if number is None else sample.plates[number : number + 1]
    root = next((r for r in roots if sample.image.is_relative_to(r)), None)
    return Shown(
        source=_picture(sample, number, loaded),
        name=str(sample.image.relative_to(root) if root else sample.image),
        split=sample.split,
        labels=", ".join(_labels(plates)),
    )


def _labels(plates: Sequence[LabelledPlate]) -> Iterator[str]:
    for plate in plates[:_LABELS_SHOWN]:
        yield plate.text or "(no text)"
    if len(plates) > _LABELS_SHOWN:
        yield f"and {len(plates) - _LABELS_SHOWN} more"


def _picture(sample: Sample, number: int | None, loaded: Loaded) -> str:
    """Give the whole picture, or one plate of it with its outline, as a data URI."""
    try:
        image = loaded.load(sample)
    except ImageError:
        return ""
    if number is None or sample.is_crop:
        return data_uri(image)
    plate = sample.plates[number]
    outlines = [Outline(plate.outline)]
    try:
        return data_uri(plate_picture(image, plate.box, outlines))
    except ImageError:  # its box lies outside
        return data_uri(image)
