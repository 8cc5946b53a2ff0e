"""CSV files of crops, as fast-plate-ocr takes them: `image_path,plate_text[,plate_region]`."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from platelens.datasets.readers.cut import cut_plates, free_path
from platelens.datasets.readers.labels import LabelLog, Loaded, RawPlate
from platelens.datasets.readers.region_names import RegionCodes
from platelens.datasets.readers.splits import SPLITS, split_name
from platelens.datasets.sample import LabelledPlate, Sample
from platelens.errors import AnnotationError

CSV_NAMES: Final = (
    *(f"{word}.csv" for word in SPLITS),
    "annotations.csv",
    "labels.csv",
    "plates.csv",
)
"""The files that are looked for in a folder. The first ones are parts of a data set."""

_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "image": ("image_path", "image", "filename"),
    "text": ("plate_text", "text", "plate", "label"),
    "region": ("plate_region", "region", "state", "province", "country"),
    "split": ("split",),
}
"""What is read -> the names that its column may have, in lower case; the first is written."""

_REQUIRED: Final = ("image", "text")
_FILES: Final = {split: f"{split}.csv" for split in SPLITS.values()} | {"": "annotations.csv"}
"""Split -> the file that is written."""


@dataclass(frozen=True, slots=True)
class _Row:
    where: str
    image: Path
    text: str
    region: str
    split: str


def read_crop_csv(source: Path) -> Loaded:
    """Read a CSV file, or all of a folder that have one of `CSV_NAMES`.

    Paths of pictures start at the folder of their file; an empty text is not readable. A column
    "split" counts before the name of the file.

    Raises:
        AnnotationError: there is no such file, or one is malformed; names file, line and column.
    """
    log = LabelLog()
    regions = RegionCodes(log)
    seen: set[Path] = set()
    samples = []
    for row in (row for path in _find_files(source) for row in _read_rows(path)):
        if row.image in seen:
            log.note(row.where, f"{row.image} has a row already: left out", dropped=True)
            continue
        seen.add(row.image)
        plate = RawPlate(text=row.text, region=regions.code(row.region, row.where))
        sample = log.crop_sample(row.image, plate, row.where, split=row.split)
        samples += [sample] if sample else []
    return Loaded(samples, log.problems)


def _find_files(source: Path) -> list[Path]:
    if not source.is_dir():
        return [source]
    files = [source / name for name in CSV_NAMES if (source / name).is_file()]
    if not files:
        raise AnnotationError(f"{source}: none of {', '.join(CSV_NAMES)} is there")
    return files


def _read_rows(path: Path) -> Iterator[_Row]:
    lines = _read_lines(path)
    number, header = next(lines, (1, []))
    columns = _columns(header, f"{path}:{number}")
    of_file = SPLITS.get(path.stem.lower(), "")
    for number, cells in lines:
        where = f"{path}:{number}"
        if len(cells) != len(header):
            raise AnnotationError(f"{where}: {len(cells)} cells, but {len(header)} columns")
        values = {name: cells[place].strip() for name, place in columns.items()}
        if not values["image"]:
            raise AnnotationError(f"{where}: {header[columns['image']]}: is empty")
        yield _Row(
            where=where,
            image=path.parent / values["image"].replace("\\", "/"),
            text=values["text"],
            region=values.get("region", ""),
            split=split_name(values.get("split", "")) or of_file,
        )


def _read_lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Give the lines that are not empty, each with its number."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = csv.reader(file, strict=True)
            try:
                yield from ((lines.line_num, cells) for cells in lines if cells)
            except csv.Error as error:
                raise AnnotationError(f"{path}:{lines.line_num}: is not CSV: {error}") from None
    except OSError as error:
        raise AnnotationError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError:
        raise AnnotationError(f"{path}: is not UTF-8 text") from None


def _columns(header: Sequence[str], where: str) -> dict[str, int]:
    """Give the place of each column that is there; of several names for one the first counts."""
    names = [name.strip().lower() for name in header]
    columns = {}
    for column, aliases in _COLUMNS.items():
        found = [names.index(alias) for alias in aliases if alias in names]
        if found:
            columns[column] = found[0]
        elif column in _REQUIRED:
            raise AnnotationError(f"{where}: {aliases[0]}: no such column, nor {aliases[1:]}")
    return columns


def write_crop_csv(samples: Sequence[Sample], folder: Path) -> None:
    """Write the plates as crops below `images`, and a CSV file a split, or `annotations.csv`.

    Plates without text are not written: the format has no place for them. A file has the column
    of regions if one of its plates has a region.

    Raises:
        ValueError: no plate has a text, or a split is not train, valid or test.
    """
    taken: set[str] = set()
    written: defaultdict[str, list[tuple[Path, LabelledPlate]]] = defaultdict(list)
    for cut in cut_plates(samples):
        if cut.plate.text is None:
            continue
        name = _FILES.get(cut.sample.split)
        if name is None:
            raise ValueError(f"{cut.sample.image}: no file is for the split {cut.sample.split!r}")
        wanted = Path("images", cut.sample.split, cut.sample.image.stem + cut.suffix)
        path = free_path(wanted, taken)
        cut.save(folder / path)
        written[name].append((path, cut.plate))
    if not written:
        raise ValueError("no plate has a text")
    for name, plates in written.items():
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(_table(plates))


def _table(plates: Sequence[tuple[Path, LabelledPlate]]) -> Iterator[Sequence[str]]:
    regions = any(plate.region for _, plate in plates)
    columns = ("image", "text", "region") if regions else ("image", "text")
    yield [_COLUMNS[column][0] for column in columns]
    for path, plate in plates:
        row = (path.as_posix(), plate.text or "", plate.region or "")
        yield row[: len(columns)]
