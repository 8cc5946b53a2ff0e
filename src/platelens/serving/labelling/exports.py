"""The labels of a folder in the forms of others, as one file to download."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from platelens.datasets import Sample, export_dataset, find_format
from platelens.errors import AnnotationError

FORMS: Final = ("voc", "yolo", "yolo-pose", "yolo-obb", "coco", "cvat")
"""Of the forms that `platelens data export` knows, those that hold whole pictures with boxes."""


def describe_forms() -> list[dict[str, Any]]:
    """Give name, title and fields of each form."""
    return [
        {"name": name, "title": form.title, "holds": sorted(form.holds)}
        for name, form in ((name, find_format(name)) for name in FORMS)
    ]


def write_archive(samples: Sequence[Sample], form: str, target: Path) -> None:
    """Write pictures and labels into a ZIP file.

    Args:
        samples: what to write.
        form: one of FORMS.
        target: the file.

    Raises:
        AnnotationError: the form is unknown, there is no labelled picture, or one has no place.
        OSError: a file cannot be read or written.
    """
    if form not in FORMS:
        raise AnnotationError(f"unknown form {form!r}; known: {', '.join(FORMS)}")
    if not samples:
        raise AnnotationError("no picture is labelled yet")
    with tempfile.TemporaryDirectory(dir=target.parent) as place:
        folder = Path(place, "export")
        export_dataset(samples, find_format(form), folder)
        # Pictures are compressed already.
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
            for path in sorted(folder.rglob("*")):
                archive.write(path, path.relative_to(folder).as_posix())
