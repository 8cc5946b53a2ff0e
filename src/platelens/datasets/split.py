"""Which samples measure and which train. The same plate is never on both sides."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

from platelens.datasets.sample import Sample

_RIDE = re.compile(r"(.*ride_.*)_t_\d+$")


def group_of(sample: Sample) -> str:
    """Give what a sample must not be separated from: its ride, else its plate, else itself.

    Frames of one ride (names `RIDE_t_SECOND`) show the same cars again and again.
    """
    ride = _RIDE.match(sample.image.stem)
    if ride:
        return ride.group(1)
    texts = sorted(p.text for p in sample.plates if p.text)
    return texts[0] if texts else sample.image.stem


def is_held_out(group: str, *, one_in: int = 12) -> bool:
    """Tell whether a group is kept out of training; the same on every machine, for ever."""
    digest = hashlib.sha256(group.encode()).digest()
    return int.from_bytes(digest[:4], "big") % one_in == 0


def split_samples(
    samples: Iterable[Sample], *, one_in: int = 12
) -> tuple[list[Sample], list[Sample]]:
    """Give the samples that train and the ones that are held out (one group in `one_in`)."""
    train: list[Sample] = []
    held_out: list[Sample] = []
    texts: set[str] = set()
    for sample in samples:
        if is_held_out(group_of(sample), one_in=one_in):
            held_out.append(sample)
            texts.update(p.text for p in sample.plates if p.text)
        else:
            train.append(sample)
    # A picture of two plates, the second of which is held out, would leak it.
    clean = [s for s in train if not any(p.text in texts for p in s.plates)]
    return clean, held_out
