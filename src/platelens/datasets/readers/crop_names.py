"""Crops whose file name is the text: `AB12CDE.png`, `AB12CDE_2.png`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from platelens.datasets.readers.cut import cut_plates, free_path
from platelens.datasets.readers.labels import LabelLog, Loaded, RawPlate
from platelens.datasets.readers.pictures import find_pictures
from platelens.datasets.readers.splits import split_of
from platelens.datasets.sample import Sample

# A number behind a hyphen may be the end of the text: "ABC-1234", "HH-AB-12".
_COUNTED: Final = re.compile(r"(.+?)(?:_\d+| ?\(\d+\))|(.*\d.*)-\d{1,2}")


def read_crop_names(source: Path) -> Loaded:
    """Read crops by their names.

    What counts crops of one text is no part of it: "_2", " (2)", or a hyphen and up to two digits
    behind a text that has a digit without them.
    """
    log = LabelLog()
    samples = []
    for image in find_pictures(source):
        counted = _COUNTED.fullmatch(image.stem)
        text = image.stem if counted is None else counted[1] or counted[2]
        split = split_of(image, source)
        sample = log.crop_sample(image, RawPlate(text=text), str(image), split=split)
        samples += [sample] if sample else []
    return Loaded(samples, log.problems)


def write_crop_names(samples: Sequence[Sample], folder: Path) -> None:
    """Write the plates as crops into one folder.

    Raises:
        ValueError: the text of a plate is not known.
    """
    taken: set[str] = set()
    for cut in cut_plates(samples):
        if cut.plate.text is None:
            raise ValueError(f"{cut.sample.image}: the text of a plate is not known")
        cut.save(free_path(folder / (cut.plate.text + cut.suffix), taken))
