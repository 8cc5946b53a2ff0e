"""Mends what can be mended without judging a label: nothing is deleted, no text is changed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Literal

from platelens.datasets.audit.audit import Audit
from platelens.datasets.audit.clusters import connect, exact_groups
from platelens.datasets.audit.duplicates import Pair
from platelens.datasets.audit.fingerprint import Fingerprint, Unreadable
from platelens.datasets.audit.labels import inside, leaves
from platelens.datasets.audit.relations import contradict, texts_of
from platelens.datasets.index import INDEX_NAME, Record, enumerate_records, write_records
from platelens.datasets.sample import Sample
from platelens.errors import AnnotationError
from platelens.runtime import write_whole
from platelens.types import Box

REMOVED_NAME: Final = "removed"
"""Folder in the data set that pictures are moved to."""

LOG_NAME: Final = "fixes.jsonl"
"""What was done: one action a line, written before it is done."""


Action = Literal["move picture", "unlist picture", "cut box", "drop box"]


@dataclass(frozen=True, slots=True)
class Fix:
    """One action."""

    action: Action
    image: str  # as it is listed
    reason: str
    before: Any  # the line of a picture that is moved or unlisted; else the box or what has it
    after: Any  # the new place or the new box; None where nothing stays


@dataclass(frozen=True, slots=True)
class FixPlan:
    """What is to be done in a data set of the project's own form."""

    folder: Path
    fixes: tuple[Fix, ...]
    before: tuple[Record, ...]  # the lines as they were checked
    after: tuple[Record, ...]


def plan_fixes(audit: Audit, *, near: bool = False) -> list[FixPlan]:
    """Say what can be mended in the data sets that have the project's own form.

    * Pictures that cannot be read are moved away, and so is every file that is identical with
      one that stays. What stays is, in this order: outside of the split "train", with more
      texts, larger, listed first. Pictures with contradicting texts stay, and so do pictures
      that are listed twice.
    * Pictures whose files are missing are no longer listed.
    * Boxes are cut at the edge of their picture; those wholly outside of it are dropped.

    Args:
        audit: of the data sets.
        near: nearly identical pictures are moved as identical ones are.
    """
    removals = {i: e.reason for i, e in enumerate(audit.prints) if isinstance(e, Unreadable)}
    removals |= _superfluous(audit, set(audit.near) if near else set())
    plans, first = [], 0
    for source in audit.sources:
        numbers = range(first, first + len(source.loaded.samples))
        first = numbers.stop
        if source.records is None:
            continue
        plans.append(_plan(source.path, source.records, numbers, removals, audit.prints))
    return [plan for plan in plans if plan.fixes]


def apply_fixes(plan: FixPlan) -> None:
    """Do what is planned: note it, move the pictures, then put the new lines in place at once.

    Interrupted, it leaves a picture either listed or in its new place; a second check and fix
    brings it to the end.

    Raises:
        AnnotationError: the lines are no longer those that were checked, or so many pictures
            cannot be read that the folder must be incomplete; nothing was done.
        OSError: a file cannot be moved or written.
    """
    index = plan.folder / INDEX_NAME
    if tuple(record for _, record in enumerate_records(plan.folder)) != plan.before:
        raise AnnotationError(f"{index}: was changed while it was checked; check it again")
    moves = [fix for fix in plan.fixes if fix.action == "move picture"]
    lost = sum(fix.action == "unlist picture" for fix in plan.fixes)
    if 2 * lost > len(plan.before):
        raise AnnotationError(f"{index}: {lost} of {len(plan.before)} pictures are not there")
    _note(plan.fixes, plan.folder / LOG_NAME)
    for fix in moves:
        source = plan.folder / fix.image
        if source.exists():  # else a run cut short has moved it
            target = plan.folder / fix.after
            target.parent.mkdir(parents=True, exist_ok=True)
            source.replace(target)
    write_records(plan.after, plan.folder)


def _superfluous(audit: Audit, near: set[Pair]) -> dict[int, str]:
    """Give the pictures of which another one stays, with the reason."""
    samples = audit.samples
    exact = exact_groups(audit.prints)
    first = {i: group[0] for group in exact for i in group}
    pairs = [*near, *((group[0], i) for group in exact for i in group[1:])]
    paths = [sample.image for sample in samples]
    twice = {path for path, lines in _counts(paths).items() if lines > 1}
    reasons: dict[int, str] = {}
    for cluster in connect(len(samples), pairs):
        kept: list[int] = []
        for i in sorted(cluster, key=lambda i: _preference(samples[i], i)):
            a = first.get(i, i)
            same = [j for j in kept if first.get(j, j) == a]
            alike = [j for j in kept if {(a, first.get(j, j)), (first.get(j, j), a)} & near]
            better = [j for j in same + alike if not contradict(samples[i], samples[j])]
            if not better or paths[i] in twice:
                kept.append(i)
                continue
            how = "identical with" if better[0] in same else "nearly the same as"
            reasons[i] = f"{how} {_name(samples[better[0]])}"
    return reasons


def _preference(sample: Sample, number: int) -> tuple[bool, int, int, int]:
    """Give the key by which the best of several equal pictures comes first."""
    in_training = sample.split.lower().startswith("train")
    return in_training, -len(texts_of(sample)), -sample.width * sample.height, number


def _name(sample: Sample) -> str:
    return f"{sample.image.name} of {sample.split}" if sample.split else sample.image.name


def _counts(paths: Sequence[Path]) -> Mapping[Path, int]:
    counts: dict[Path, int] = {}
    for path in paths:
        counts[path] = counts.get(path, 0) + 1
    return counts


def _plan(
    folder: Path,
    records: tuple[Record, ...],
    numbers: range,
    removals: Mapping[int, str],
    prints: Sequence[Fingerprint | Unreadable],
) -> FixPlan:
    fixes: list[Fix] = []
    after: list[Record] = []
    for number, record in zip(numbers, records, strict=True):
        image, each = record["image"], prints[number]
        if number in removals and _is_inside(image):
            place = _new_place(folder, image)
            action: Action = "move picture" if place else "unlist picture"
            fixes.append(Fix(action, image, removals[number], record, place))
            continue
        changed = record
        if isinstance(each, Fingerprint) and each.size_hw == (record["height"], record["width"]):
            changed, mended = _mended(record, each.size_hw)
            fixes += mended
        after.append(changed)
    return FixPlan(folder, tuple(fixes), records, tuple(after))


def _is_inside(image: str) -> bool:
    """Tell whether a picture lies in the folder that lists it, so that it may be moved."""
    parts = Path(os.path.normpath(image)).parts
    return not Path(image).is_absolute() and parts[:1] not in ((), ("..",), (REMOVED_NAME,))


def _new_place(folder: Path, image: str) -> str | None:
    """Give where a picture goes, relative to the folder; None if it is nowhere."""
    wanted = Path(REMOVED_NAME, os.path.normpath(image))
    if not (folder / image).exists():
        return wanted.as_posix() if (folder / wanted).exists() else None
    place, number = wanted, 1
    while (folder / place).exists():
        number += 1
        place = wanted.with_stem(f"{wanted.stem}-{number}")
    return place.as_posix()


def _mended(record: Record, size_hw: tuple[int, int]) -> tuple[Record, list[Fix]]:
    """Give a line with all its boxes inside the picture, and what had to be done."""
    fixes: list[Fix] = []

    def kept(box: list[float], holder: Any) -> Iterator[list[float]]:
        part = inside(Box(*box), size_hw)
        if part is None:
            fixes.append(Fix("drop box", record["image"], "outside of the picture", holder, None))
        elif leaves(Box(*box), size_hw):
            cut = [part.x1, part.y1, part.x2, part.y2]
            fixes.append(Fix("cut box", record["image"], "leaves the picture", box, cut))
            yield cut
        else:
            yield box

    plates: list[Any] = []
    for plate in record["plates"]:
        if plate.get("not_a_plate"):
            plates.append(plate)
        else:
            plates += [plate | {"box": box} for box in kept(plate["box"], plate)]
    changes: Record = {"plates": plates}
    if record.get("vehicles"):
        changes["vehicles"] = [box for old in record["vehicles"] for box in kept(old, old)]
    return (record | changes if fixes else record), fixes


def _note(fixes: Sequence[Fix], path: Path) -> None:
    lines = "".join(json.dumps(asdict(fix), ensure_ascii=False) + "\n" for fix in fixes)
    old = path.read_bytes() if path.exists() else b""
    torn = old and not old.endswith(b"\n")
    write_whole(path, old + (b"\n" if torn else b"") + lines.encode())
