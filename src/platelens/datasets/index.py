"""Reads `annotations.jsonl`, the form in which platelens keeps labelled pictures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from platelens.datasets.sample import LabelledPlate, Sample
from platelens.errors import AnnotationError
from platelens.geometry import array_to_quad
from platelens.types import Box


def load_samples(folder: Path) -> list[Sample]:
    """Read the labelled pictures of `folder`; boxes marked `not_a_plate` are left out.

    Raises:
        AnnotationError: the file is missing or a line is malformed; names file and line.
    """
    path = folder / "annotations.jsonl"
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise AnnotationError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise AnnotationError(f"{path}: is not UTF-8 text") from error
    samples = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            samples.append(_sample(json.loads(line), folder))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise AnnotationError(f"{path}:{number}: {type(error).__name__}: {error}") from error
    return samples


def _sample(record: dict[str, Any], folder: Path) -> Sample:
    return Sample(
        image=folder / record["image"],
        width=int(record["width"]),
        height=int(record["height"]),
        plates=tuple(_plate(p) for p in record["plates"] if not p.get("not_a_plate", False)),
        vehicles=tuple(Box(*map(float, v)) for v in record.get("vehicles", [])),
    )


def _plate(record: dict[str, Any]) -> LabelledPlate:
    corners = record.get("corners")
    return LabelledPlate(
        box=Box(*map(float, record["box"])),
        quad=array_to_quad(np.asarray(corners, dtype=np.float32)) if corners else None,
        text=record["text"],
        rows=int(record.get("rows", 1)),
    )
