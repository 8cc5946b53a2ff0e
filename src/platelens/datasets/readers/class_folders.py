"""Crops in a folder for each class, the class being the region: `CLASS/*` or `SPLIT/CLASS/*`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from platelens.datasets.readers.cut import cut_plates, free_path
from platelens.datasets.readers.labels import LabelLog, Loaded, RawPlate
from platelens.datasets.readers.pictures import find_pictures
from platelens.datasets.readers.region_names import RegionCodes
from platelens.datasets.readers.splits import SPLITS, plain_name, split_of
from platelens.datasets.sample import Sample


def read_class_folders(source: Path) -> Loaded:
    """Read crops whose first folder, behind that of the split, names the region.

    Pictures in no such folder are noted and left out.
    """
    log = LabelLog()
    regions = RegionCodes(log)
    samples = []
    for image in find_pictures(source):
        folders = image.relative_to(source).parts[:-1]
        if folders and folders[0].lower() in SPLITS:
            folders = folders[1:]
        if not folders:
            log.note(str(image), "lies in no folder of a class: left out", dropped=True)
            continue
        plate = RawPlate(region=regions.code(folders[0], str(image)))
        sample = log.crop_sample(image, plate, str(image), split=split_of(image, source))
        samples += [sample] if sample else []
    return Loaded(samples, log.problems)


def write_class_folders(samples: Sequence[Sample], folder: Path) -> None:
    """Write the plates as crops, each into the folder of its region.

    Raises:
        ValueError: the region of a plate is not known or cannot be a folder, or a split is not
            train, valid or test.
    """
    taken: set[str] = set()
    for cut in cut_plates(samples):
        region = cut.plate.region
        if region is None:
            raise ValueError(f"{cut.sample.image}: the region of a plate is not known")
        split = cut.sample.split
        if split and split not in SPLITS:
            raise ValueError(f"{cut.sample.image}: the split {split!r} would look like a region")
        name = cut.sample.image.stem + cut.suffix
        cut.save(free_path(folder / split / plain_name(region) / name, taken))
