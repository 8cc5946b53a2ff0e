"""Chooses which events go to which targets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from platelens.errors import RecordError
from platelens.serving.schemas.targets import TargetSettings, target_settings
from platelens.store import Delivery, NewRead, Target, WatchMatch


def deliveries_for(
    read: NewRead,
    matches: Sequence[WatchMatch],
    targets: Sequence[Target],
    details: dict[str, Any],
) -> list[Delivery]:
    """Give the events of a read: "alert" when it is on a watch-list, else "read".

    Args:
        read: what was read.
        matches: the entries it may be one of.
        targets: all there are.
        details: what the events have that the store does not keep with reads.
    """
    event = "alert" if matches else "read"
    return [
        Delivery(target.id, event, details)
        for target in targets
        if _is_wanted(read, matches, target)
    ]


def _is_wanted(read: NewRead, matches: Sequence[WatchMatch], target: Target) -> bool:
    try:
        wants = target_settings(target.target)
    except RecordError:  # of another version; its events wait until it is put right
        return True
    if wants.cameras and read.camera not in wants.cameras:
        return False
    if read.confidence < wants.min_confidence:
        return False
    needs_watch = wants.watched or wants.labels or wants.min_probability > 0
    return not needs_watch or any(_is_watched(match, wants) for match in matches)


def _is_watched(match: WatchMatch, wants: TargetSettings) -> bool:
    is_listed = not wants.labels or match.entry.rule.label in wants.labels
    return is_listed and match.probability >= wants.min_probability
