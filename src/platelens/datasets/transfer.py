"""Data sets in and out: all of it arrives, or the destination stays as it was."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from platelens import imaging
from platelens.datasets.index import write_samples
from platelens.datasets.readers.labels import Loaded
from platelens.datasets.readers.registry import FIELDS, Format
from platelens.datasets.sample import Sample
from platelens.errors import AnnotationError
from platelens.types import RgbImage


def import_dataset(loaded: Loaded, source: Path, destination: Path) -> None:
    """Put a data set into `destination` in the form of platelens, pictures copied.

    Args:
        loaded: what a reader gave.
        source: where it was read; pictures below it keep their relative paths.
        destination: a folder that does not exist or is empty.

    Raises:
        AnnotationError: there is no picture, or `destination` has something in it.
        ImageError, OSError: a picture cannot be copied, or the disk is full; nothing is left.
    """
    if not loaded.samples:
        raise AnnotationError(f"{source}: has no labelled picture of this form")
    with staged_folder(destination) as folder:
        taken: set[Path] = set()
        samples = []
        for sample in loaded.samples:
            target = _target(sample.image, source, folder / "images", taken)
            target.parent.mkdir(parents=True, exist_ok=True)
            _put_picture(sample.image, target, loaded.pictures)
            samples.append(replace(sample, image=target))
        write_samples(samples, folder)


def export_dataset(samples: Sequence[Sample], form: Format, destination: Path) -> Mapping[str, int]:
    """Write samples in the form of others.

    Returns:
        What the form cannot hold: field -> number of plates (of pictures for "split" and
        "vehicles") that lose it.

    Raises:
        AnnotationError: `destination` has something in it, or a sample has no place in the form.
        OSError: something cannot be written; nothing is left.
    """
    with staged_folder(destination) as folder:
        try:
            form.write(samples, folder)
        except ValueError as error:
            raise AnnotationError(f"{form.title}: {error}") from error
    lost: Counter[str] = Counter()
    for sample in samples:
        lost.update(name for name in _fields_of(sample) if name not in form.holds)
    return {name: lost[name] for name in FIELDS if lost[name]}


@contextlib.contextmanager
def staged_folder(destination: Path) -> Iterator[Path]:
    """Give a folder to fill, which becomes `destination` at the end and vanishes on an error.

    Raises:
        AnnotationError: `destination` is a file or has something in it.
        OSError: whatever it was while the folder was filled; names `destination` first.
    """
    there = destination.exists()
    if there and (not destination.is_dir() or any(destination.iterdir())):
        raise AnnotationError(f"{destination}: is there already; name a new or an empty folder")
    place = destination.resolve()
    # Beside a new folder: a rename within one file system is all or nothing. Inside of one that
    # is there: a mount point or the folder that somebody works in cannot be replaced.
    parent, name = (place, "") if there else (place.parent, place.name)
    missing = [folder for folder in (parent, *parent.parents) if not folder.exists()]
    staging: Path | None = None
    try:
        parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=f".{name}.partial-", dir=parent))
        yield staging
        if there:
            _move_contents(staging, place)
        else:
            staging.chmod(0o777 & ~_umask())
            staging.replace(place)
    except BaseException as error:
        _clear(staging, missing)
        if isinstance(error, OSError):
            raise _at(destination, error, staging) from error
        raise


def _move_contents(staging: Path, place: Path) -> None:
    """Move all that is in `staging`, and it away, to the folder around it, which has no more."""
    if any(path != staging for path in place.iterdir()):
        raise OSError(errno.ENOTEMPTY, os.strerror(errno.ENOTEMPTY))
    paths = sorted(staging.iterdir())
    try:
        for path in paths:
            path.replace(place / path.name)
    except BaseException:
        for path in paths:
            with contextlib.suppress(FileNotFoundError):  # was not moved yet
                (place / path.name).replace(path)
        raise
    staging.rmdir()


def _clear(staging: Path | None, made: Sequence[Path]) -> None:
    if staging is not None:
        shutil.rmtree(staging, ignore_errors=True)
    for folder in made:  # the innermost first
        with contextlib.suppress(OSError):
            folder.rmdir()


def _at(destination: Path, error: OSError, staging: Path | None) -> OSError:
    """Give an error that names the destination, and what else it was about, if that stays."""
    cause = error.strerror or str(error)
    about = Path(os.fsdecode(error.filename)) if isinstance(error.filename, str | bytes) else None
    gone = staging is not None and about is not None and about.is_relative_to(staging)
    if about is not None and not gone and about != destination:
        cause += f" (at {about})"
    return OSError(error.errno or errno.EIO, cause, str(destination))


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _target(image: Path, source: Path, folder: Path, taken: set[Path]) -> Path:
    """Give the place of a picture below `folder`, never twice the same."""
    root = source if source.is_dir() else source.parent
    inside = image.relative_to(root) if image.is_relative_to(root) else Path(image.name)
    parts = [part for part in inside.parts if part not in ("..", "images")]
    wanted = folder.joinpath(*parts)
    target, number = wanted, 1
    while Path(str(target).casefold()) in taken:  # some file systems do not tell a from A
        number += 1
        target = wanted.with_stem(f"{wanted.stem}-{number}")
    taken.add(Path(str(target).casefold()))
    return target


def _put_picture(image: Path, target: Path, pictures: Mapping[Path, RgbImage]) -> None:
    pixels = pictures.get(image)
    if pixels is None:
        shutil.copyfile(image, target)
    else:
        target.write_bytes(imaging.encode(pixels, target.suffix))


def _fields_of(sample: Sample) -> Iterator[str]:
    """Give the fields that are filled, one for each plate or picture that fills it."""
    if sample.split:
        yield "split"
    if sample.vehicles:
        yield "vehicles"
    for plate in sample.plates:
        filled = {
            "box": not sample.is_crop,
            "corners": plate.quad is not None,
            "text": plate.readable,
            "other_script": plate.other_script,
            "rows": plate.rows != 1,
            "region": plate.region is not None,
        }
        yield from (name for name, there in filled.items() if there)
