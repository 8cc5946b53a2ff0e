"""EMNIST: handwritten letters and digits in idx files.

The files and their folders are those of the publisher's archive and of
`torchvision.datasets.EMNIST`: `emnist-balanced-train-images-idx3-ubyte[.gz]`, its
`...-labels-idx1-ubyte[.gz]`, the same for `test`, and `emnist-balanced-mapping.txt`, which
torchvision leaves out. Rows and columns of the pictures are exchanged in them.
"""

from __future__ import annotations

import re
import string
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from platelens import imaging
from platelens.alphabet import normalise
from platelens.datasets.readers.cut import cut_plates
from platelens.datasets.readers.fields import read_lines
from platelens.datasets.readers.idx import read_idx, write_idx
from platelens.datasets.readers.labels import LabelLog, Loaded, RawPlate
from platelens.datasets.readers.splits import split_name
from platelens.datasets.sample import Sample
from platelens.errors import AnnotationError
from platelens.types import RgbImage

Characters = Mapping[int, str]
"""Label -> character."""

_FOLDERS: Final = (".", "raw", "EMNIST/raw", "gzip")
"""Where the files may lie below the source: `raw` is torchvision's, `gzip` the archive's."""

_IMAGES: Final = re.compile(r"emnist-([a-z]+)-([a-z]+)-images-idx3-ubyte(?:\.gz)?")
_MERGED: Final = string.digits + string.ascii_uppercase + "abdefghnqrt"
_BY_CLASS: Final = string.digits + string.ascii_uppercase + string.ascii_lowercase

# The best first, where several lie in one folder.
_TABLES: Final[Mapping[str, Characters]] = {
    "balanced": dict(enumerate(_MERGED)),
    "byclass": dict(enumerate(_BY_CLASS)),
    "bymerge": dict(enumerate(_MERGED)),
    "letters": dict(enumerate(string.ascii_uppercase, start=1)),
    "digits": dict(enumerate(string.digits)),
    "mnist": dict(enumerate(string.digits)),
}
"""Name of a set -> its characters as published."""

_SIDE_PX: Final = 28
_PARTS: Final = {"": "train", "train": "train", "valid": "valid", "test": "test"}


class UprightPictures(Mapping[Path, RgbImage]):
    """Pictures that stay as small as they are stored until one is asked for.

    Args:
        stored: grey pictures as EMNIST keeps them: shape (width, height).
    """

    def __init__(self, stored: Mapping[Path, NDArray[np.uint8]]) -> None:
        self._stored = stored

    def __getitem__(self, path: Path) -> RgbImage:
        return imaging.from_array(self._stored[path].T, order="rgb")

    def __iter__(self) -> Iterator[Path]:
        return iter(self._stored)

    def __len__(self) -> int:
        return len(self._stored)


def read_emnist(source: Path) -> Loaded:
    """Read one set of EMNIST; of several that lie together, "balanced" counts before the others.

    Args:
        source: the folder of the files or one that torchvision was given, or one images file.

    Returns:
        A sample a character, upper case. No picture has a file: `Sample.image` is a stand-in
        below `source` that names split, character and number, and `Loaded.pictures` has the
        pixels.

    Raises:
        AnnotationError: there is no such file, or one is truncated or does not fit the others.
    """
    log = LabelLog()
    root = source.parent if source.is_file() else source
    samples: list[Sample] = []
    stored: dict[Path, NDArray[np.uint8]] = {}
    for images in _find_images(source, log):
        part = _words(images)[1]
        for number, (pixels, character) in enumerate(_read_part(images)):
            folder = normalise(character) or "other"
            path = root / part / folder / f"{number:05}.png"
            height, width = pixels.T.shape
            raw = RawPlate(text=character)
            where = f"{images}:{number}"
            sample = log.whole_sample(path, (height, width), raw, where, split=split_name(part))
            samples.append(sample)
            stored[path] = pixels
    return Loaded(samples, log.problems, UprightPictures(stored))


def _words(images: Path) -> tuple[str, str]:
    """Give the name of a set and of its part as they stand in the name of an images file."""
    match = _IMAGES.fullmatch(images.name)
    if match is None:
        raise AnnotationError(f"{images}: expected a name like 'emnist-balanced-train-images-...'")
    return match[1], match[2]


def _find_images(source: Path, log: LabelLog) -> list[Path]:
    """Give the images files of the set that is read, in the order of their parts' names."""
    if source.is_file():
        return [source]
    found: dict[str, dict[str, Path]] = defaultdict(dict)
    for folder in _FOLDERS:
        # Sorted: what is not packed comes before its ".gz".
        for path in sorted((source / folder).glob("emnist-*-images-idx3-ubyte*")):
            if _IMAGES.fullmatch(path.name):
                name, part = _words(path)
                found[name].setdefault(part, path)
        if found:
            break
    if not found:
        raise AnnotationError(f"{source}: no emnist-*-images-idx3-ubyte[.gz] is there")
    order = [*_TABLES, *sorted(found.keys() - _TABLES.keys())]
    chosen, *others = (name for name in order if name in found)
    if others:
        log.note(str(source), f"{chosen!r} is read; {', '.join(others)} too: name an images file")
    return [path for _, path in sorted(found[chosen].items())]


def _read_part(images: Path) -> Iterator[tuple[NDArray[np.uint8], str]]:
    """Give the pictures of one file as they are stored, with their characters."""
    labels = _beside(images, images.name.replace("-images-idx3-", "-labels-idx1-"))
    pictures = read_idx(images, ("pictures", "rows", "columns"))
    numbers = read_idx(labels, ("labels",))
    if len(pictures) != len(numbers):
        raise AnnotationError(
            f"{labels}: labels: {len(numbers):,}, but {images.name} has {len(pictures):,} pictures"
        )
    if pictures.size == 0 and len(pictures):
        raise AnnotationError(f"{images}: rows, columns: the pictures have no pixels")
    characters = _characters(images)
    strange = sorted(set(np.unique(numbers).tolist()) - characters.keys())
    if strange:
        raise AnnotationError(f"{labels}: labels: {strange[0]} stands for no character")
    for pixels, number in zip(pictures, numbers.tolist(), strict=True):
        yield pixels, characters[number]


def _beside(images: Path, name: str) -> Path:
    """Give the labels file of an images file; only one of the two may be packed."""
    plain = images.with_name(name.removesuffix(".gz"))
    packed = plain.with_name(plain.name + ".gz")
    for path in (plain, packed):
        if path.exists():
            return path
    raise AnnotationError(f"{plain}: is missing; {images.name} is there")


def _characters(images: Path) -> Characters:
    """Read the mapping file of a set: a label a line and its characters in ASCII numbers."""
    name, _ = _words(images)
    path = images.with_name(f"emnist-{name}-mapping.txt")
    if not path.exists():
        if name in _TABLES:
            return _TABLES[name]
        raise AnnotationError(f"{path}: is missing; known without one: {', '.join(_TABLES)}")
    characters = {}
    for number, line in enumerate(read_lines(path), start=1):
        if not line.strip():
            continue
        try:
            # "letters" has two characters a label: the capital, then the small letter.
            label, code, *_ = map(int, line.split())
            characters[label] = chr(code)
        except (ValueError, OverflowError):
            raise AnnotationError(
                f"{path}:{number}: expected a label and an ASCII number, got {line[:40]!r}"
            ) from None
    return characters


def write_emnist(samples: Sequence[Sample], folder: Path) -> None:
    """Write one-character plates as the set "byclass", whose labels count 0-9, A-Z, a-z.

    What has no split becomes "train"; "valid" is a part that only platelens reads.

    Raises:
        ValueError: a plate is not one character, or a split is not train, valid or test.
    """
    pictures: dict[str, list[NDArray[np.uint8]]] = defaultdict(list)
    labels: dict[str, list[int]] = defaultdict(list)
    for cut in cut_plates(samples):
        text, part = cut.plate.text, _PARTS.get(cut.sample.split)
        if text is None or len(text) != 1:
            raise ValueError(f"{cut.sample.image}: {text!r} is not one character")
        if part is None:
            raise ValueError(f"{cut.sample.image}: no part is called {cut.sample.split!r}")
        pictures[part].append(_glyph(cut.load()).T)
        labels[part].append(_BY_CLASS.index(text))
    for part, stored in pictures.items():
        start = folder / f"emnist-byclass-{part}"
        write_idx(np.stack(stored), Path(f"{start}-images-idx3-ubyte.gz"))
        write_idx(np.array(labels[part], dtype=np.uint8), Path(f"{start}-labels-idx1-ubyte.gz"))
    lines = (f"{label} {ord(character)}\n" for label, character in enumerate(_BY_CLASS))
    (folder / "emnist-byclass-mapping.txt").write_text("".join(lines), encoding="ascii")


def _glyph(crop: RgbImage) -> NDArray[np.uint8]:
    """Draw a crop light on black in 28 x 28 grey pixels, in the middle, as wide as it is high."""
    grey = np.asarray(cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    edge = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    if np.median(edge) > grey.mean():  # the ground is lighter than what stands on it
        grey = 255 - grey
    height, width = grey.shape
    scale = _SIDE_PX / max(height, width)
    high, wide = max(1, round(height * scale)), max(1, round(width * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = cv2.resize(grey, (wide, high), interpolation=method)
    canvas = np.zeros((_SIDE_PX, _SIDE_PX), dtype=np.uint8)
    top, left = (_SIDE_PX - high) // 2, (_SIDE_PX - wide) // 2
    canvas[top : top + high, left : left + wide] = small
    return canvas
