"""Pictures of single characters: those of data sets, and those that are cut out of plates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from platelens.datasets.split import is_held_out
from platelens.errors import AnnotationError
from platelens.imaging import load
from platelens.recognition.segmentation import segment_characters
from platelens.training.characters.labels import LABELS
from platelens.training.sources import LabelledCrop, read_csv

Ink = NDArray[np.uint8]
"""Grey (H, W), ink light on dark."""

Pool = Mapping[str, Sequence[Ink]]
"""Label -> its pictures, of any size."""

_HELD_OUT: Final = 5  # one picture in so many, of sets without a split of their own


def cut_characters(crops: Sequence[LabelledCrop]) -> Pool:
    """Cut plates into characters as in use.

    Plates that fall into more or fewer pieces than their text has characters give none.
    """
    pool: dict[str, list[Ink]] = defaultdict(list)
    for crop in crops:
        pieces = [piece for row in segment_characters(load(crop.image)) for piece in row]
        if len(pieces) == len(crop.text):
            for character, piece in zip(crop.text, pieces, strict=True):
                pool[character].append(piece.ink)
    return pool


def load_hongkong(root: Path, *, held_out: bool) -> Pool:
    """Give the black and white characters of `chars/hongkong`, or the fifth that is kept out.

    Raises:
        AnnotationError: the list is missing.
    """
    folder = root / "chars" / "hongkong"
    pool: dict[str, list[Ink]] = defaultdict(list)
    for row in read_csv(folder / "labels.csv"):
        if is_held_out(row["image"], one_in=_HELD_OUT) == held_out:
            grey = cv2.cvtColor(load(folder / row["image"]), cv2.COLOR_RGB2GRAY)
            pool[row["char"]].append(255 - np.asarray(grey, dtype=np.uint8))
    return pool


def load_emnist(root: Path, part: Literal["train", "test"]) -> Pool:
    """Give the handwritten characters of EMNIST "balanced", upright; {} where they are missing.

    The files lie where `torchvision.datasets.EMNIST(root / "emnist")` looks for them.

    Raises:
        AnnotationError: the files are damaged.
    """
    folder = root / "emnist"
    images = folder / "EMNIST" / "raw" / f"emnist-balanced-{part}-images-idx3-ubyte"
    if not images.exists():
        return {}
    from torchvision.datasets import EMNIST  # noqa: PLC0415 - seconds that no other recipe needs

    try:
        stored = EMNIST(folder, split="balanced", train=part == "train", download=False)
        # Rows and columns are exchanged in the files.
        pictures = stored.data.numpy().transpose(0, 2, 1)
        characters = [LABELS["emnist"][number] for number in stored.targets.tolist()]
    except Exception as error:  # torchvision fails as the damaged bytes have it
        raise AnnotationError(f"{images}: EMNIST cannot be read: {error!r}") from error
    if len(pictures) != len(characters):
        raise AnnotationError(f"{images}: {len(pictures)} pictures, but {len(characters)} labels")
    pool: dict[str, list[Ink]] = defaultdict(list)
    for character, picture in zip(characters, pictures, strict=True):
        pool[character].append(picture)
    return pool


def relabel(pool: Pool, labels: str) -> Pool:
    """Give a pool in other labels: a small letter that is none of them counts as its capital."""
    known: dict[str, list[Ink]] = defaultdict(list)
    for character, pictures in pool.items():
        label = character if character in labels else character.upper()
        if label in labels:
            known[label].extend(pictures)
    return known


def count_pictures(pool: Pool) -> int:
    """Give the number of pictures of all labels."""
    return sum(len(pictures) for pictures in pool.values())
