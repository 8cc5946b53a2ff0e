"""What can be wrong with labelled pictures. One row a kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from platelens.datasets.sample import Sample
from platelens.types import Reading

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of finding."""

    title: str
    severity: Severity
    meaning: str  # what it does to training or measuring, or what to do about it


KINDS: Final[Mapping[str, Kind]] = {
    "unreadable": Kind(
        "pictures that cannot be read", "error",
        "The file is missing, damaged or no picture; nothing can be learnt from its labels."),
    "size_differs": Kind(
        "pictures of another size than labelled", "error",
        "The boxes were drawn on a picture of another size, so they may be in the wrong place."),
    "left_out": Kind(
        "labels that had to be left out", "error",
        "The reader of the format could make nothing of them."),
    "box_outside": Kind(
        "boxes outside of their picture", "error",
        "No pixel of the plate is in the picture."),
    "corners_wrong": Kind(
        "corners in the wrong order", "error",
        "They must go clockwise from the plate's own top-left one; a plate rectified by these "
        "would be mirrored or folded."),
    "duplicates_disagree": Kind(
        "the same picture with different texts", "error",
        "At least one of the labels is wrong, or each leaves out a plate."),
    "leak_picture": Kind(
        "the same picture in several splits", "error",
        "What was seen in training is measured again: scores are too good."),
    "leak_text": Kind(
        "the same text in several splits", "error",
        "It is most likely the same plate: scores are too good."),
    "listed_twice": Kind(
        "pictures that are listed more than once", "error",
        "Every line makes a picture of its own, which lacks the plates of the others."),
    "suspicious_text": Kind(
        "texts that a reader contradicts", "warning",
        "A model is confident of another text. It may be wrong, but often the label is."),
    "box_cut": Kind(
        "boxes that leave their picture", "warning",
        "The part outside has no pixels."),
    "mended": Kind(
        "labels that were changed while reading", "warning",
        "The reader of the format had to change them."),
    "corners_off": Kind(
        "corners that leave their box", "warning",
        "Box and corners of a plate should be the same place."),
    "text_length": Kind(
        "texts too short or too long for a plate", "warning",
        "A plate has 2 to 12 characters, nearly always."),
    "rows_shape": Kind(
        "rows that the shape contradicts", "warning",
        "Two rows on a very wide plate, or one long row on a plate that is higher than wide."),
    "exact_duplicates": Kind(
        "identical files", "warning",
        "They count several times in training and measuring."),
    "near_duplicates": Kind(
        "nearly identical pictures", "warning",
        "The same photograph, cut or coded in another way, or the next frame of a film."),
    "tiny_box": Kind(
        "tiny plates", "note",
        "Fewer than 16 pixels wide or 8 high: nobody can check what is labelled there."),
    "lookalike_text": Kind(
        "texts that a reader contradicts in O/0 or I/1 only", "note",
        "Many countries print these alike; only the pattern of the serial tells."),
    "not_a_plate": Kind(
        "boxes marked as no plate", "note",
        "They are left out wherever the data set is used."),
}  # fmt: skip
"""Kind of a finding -> what it is, worst first."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, or may be."""

    kind: str  # a key of KINDS
    message: str  # one line
    samples: tuple[Sample, ...] = ()  # the pictures concerned, the best one first
    plate: int | None = None  # of the first picture, as an index of `Sample.plates`
    reading: Reading | None = None  # what a model reads on that plate

    @property
    def severity(self) -> Severity:
        """How bad it is."""
        return KINDS[self.kind].severity


@dataclass(frozen=True, slots=True)
class KindCount:
    """How often a kind was found."""

    findings: int
    pictures: int  # different ones


def count_kinds(findings: Iterable[Finding]) -> dict[str, KindCount]:
    """Count the findings of every kind that there is, in the order of KINDS."""
    by_kind = sort_by_kind(findings)
    return {
        kind: KindCount(len(found), len({s.image for f in found for s in f.samples}))
        for kind, found in by_kind.items()
    }


def sort_by_kind(findings: Iterable[Finding]) -> dict[str, Sequence[Finding]]:
    """Give the findings of every kind that there is, in the order of KINDS."""
    by_kind: dict[str, list[Finding]] = {kind: [] for kind in KINDS}
    for finding in findings:
        by_kind[finding.kind].append(finding)
    return {kind: found for kind, found in by_kind.items() if found}
