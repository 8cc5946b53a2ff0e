"""Which samples measure and which train. The same plate is never on both sides."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence

from platelens.datasets.sample import Sample

_RIDE = re.compile(r"(.*ride_.*)_t_\d+$")


def group_of(sample: Sample) -> str:
    """Give what a sample must not be separated from: its ride, else its plate, else itself.

    Frames of one ride (names `RIDE_t_SECOND`) show the same cars again and again.
    """
    ride = _ride_of(sample)
    if ride:
        return ride
    texts = sorted(p.text for p in sample.plates if p.text)
    return texts[0] if texts else sample.image.stem


def keys_of(sample: Sample) -> set[str]:
    """Give all that ties a sample to others: its ride and the texts of its plates.

    A text of one character is a picture of a letter, not a plate, and ties nothing.
    """
    ride = _ride_of(sample)
    texts = {f"text {p.text}" for p in sample.plates if p.text and len(p.text) > 1}
    return texts | ({f"ride {ride}"} if ride else set())


def _ride_of(sample: Sample) -> str | None:
    ride = _RIDE.match(sample.image.stem)
    return ride.group(1) if ride else None


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


def assign_parts(
    groups: Sequence[Sequence[str]], parts: Mapping[str, float], seed: int
) -> list[str]:
    """Give every group a part, so that the parts get about as many members as they should.

    The largest groups come first, each to the part that lacks most; among groups of a size chance
    decides. The same on every machine, whatever the order of groups and members.

    Args:
        groups: the names of their members; each name once.
        parts: name of a part -> its share of the members; together 1.
        seed: of the chance.
    """
    wanted = {part: share * sum(map(len, groups)) for part, share in parts.items()}

    def turn(number: int) -> tuple[int, str]:
        name = min(groups[number])
        return -len(groups[number]), hashlib.sha256(f"{seed} {name}".encode()).hexdigest()

    assigned = [""] * len(groups)
    for number in sorted(range(len(groups)), key=turn):
        assigned[number] = max(wanted, key=wanted.__getitem__)
        wanted[assigned[number]] -= len(groups[number])
    return assigned
