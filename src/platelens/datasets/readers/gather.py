"""Samples of labels that name their pictures, gathered from one or more files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from platelens.datasets.readers.labels import LabelLog, Loaded, RawPlate
from platelens.datasets.readers.pictures import PictureFinder, split_of_path
from platelens.datasets.sample import Sample


@dataclass(frozen=True, slots=True)
class PictureLabel:
    """What a label file says about a picture, beside its plates."""

    names: Sequence[str]  # as `PictureFinder.find` takes them; the first that is there counts
    file: Path  # the label file
    where: str  # file and line or element
    split: str = ""  # "": that of the picture's folder
    size_hw: tuple[float, float] = (0, 0)  # 0: it does not say


class Gatherer:
    """Finds the pictures that labels name and makes samples of both."""

    def __init__(self, folder: Path, log: LabelLog) -> None:
        self._folder = folder
        self._log = log
        self._pictures = PictureFinder(folder)
        self._samples: dict[Path, Sample] = {}

    def add(self, label: PictureLabel, plates: Iterable[RawPlate]) -> None:
        """Add a sample; noted where its picture is missing or was labelled before."""
        found = (self._pictures.find(n, label.file.parent, label.split) for n in label.names)
        image = next((path for path in found if path is not None), None)
        if image is None:
            what = f"picture {label.names[0]!r} is not, or more than once, below {self._folder}"
            self._log.note(label.where, what, dropped=True)
            return
        if image in self._samples:
            what = f"{image} is labelled twice: the first counts"
            self._log.note(label.where, what, dropped=True)
            return
        split = label.split or split_of_path(image.relative_to(self._folder))
        sample = self._log.sample(image, plates, label.where, split=split)
        if sample is not None:
            self._samples[image] = sample
            self._log.note_size(label.where, label.size_hw, sample)

    def loaded(self) -> Loaded:
        """Give what was gathered, sorted by path."""
        samples = [self._samples[image] for image in sorted(self._samples)]
        return Loaded(samples, self._log.problems)
