"""Pictures that show what one shortly before them shows: frames of a scene where nothing moved.

They are looked for among the pictures that come shortly before, in the order of the source: frames
of a camera lie side by side. A plate that came, went or moved is a change; see `imaging.motion`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Final

from platelens import imaging
from platelens.batch.fetch import Fetched
from platelens.errors import ImageError
from platelens.imaging.motion import GrayImage, has_changed, small_gray

_KEPT: Final = 8
"""Pictures back that are compared: those of a few cameras may take turns."""


def find_neighbours(pictures: Iterable[Fetched]) -> dict[int, str]:
    """Give the pictures that need not be read, and the one that each is like.

    That one is always read itself: a slow change adds up until it counts.
    """
    kept: deque[tuple[str, GrayImage]] = deque(maxlen=_KEPT)
    skips: dict[int, str] = {}
    for each in pictures:
        if not each.data:
            continue
        try:
            gray = small_gray(imaging.decode(each.data))
        except ImageError:
            continue  # the reader says what is wrong with it
        like = next((image for image, other in kept if not has_changed(other, gray)), None)
        if like is None:
            kept.append((each.image, gray))
        else:
            skips[each.picture] = like
    return skips
