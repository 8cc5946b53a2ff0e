"""A page of everything that went wrong, with pictures. For runs/, never for the repository."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.scoring import Outcome
from platelens import imaging
from platelens.geometry import box_to_quad
from platelens.types import Box

_AROUND: Final = 0.6
"""How much of the surroundings is shown: this part of the plate's width on each side."""

_PAGE: Final = """<!doctype html><meta charset="utf-8"><title>Failures</title>
<style>body{{font:15px sans-serif;margin:2em}}figure{{display:inline-block;margin:.6em;width:300px;
vertical-align:top}}img{{max-width:300px;max-height:220px}}b{{font-family:monospace}}</style>
<h1>{count} failures in {images} pictures</h1>
{figures}
"""


@dataclass(frozen=True, slots=True)
class Failure:
    """One plate that was missed or misread, or one that does not exist."""

    image: Path
    box: Box
    kind: str  # "missed", "misread" or "false"
    truth: str | None
    read: str


def list_failures(outcomes: Sequence[Outcome]) -> list[Failure]:
    """Give every plate that was missed or misread and every false one, in picture order."""
    return [failure for outcome in outcomes for failure in _failures_of(outcome)]


def _failures_of(outcome: Outcome) -> Iterator[Failure]:
    image = outcome.sample.image
    for number, plate in enumerate(outcome.sample.plates):
        read = outcome.text_read(number)
        if read is None:
            yield Failure(image, plate.box, "missed", plate.text, "")
        elif plate.text is not None and read != plate.text:
            yield Failure(image, plate.box, "misread", plate.text, read)
    for finding, match in zip(outcome.findings, outcome.matches, strict=True):
        if match is None:
            yield Failure(image, finding.box, "false", None, finding.text)


def write_failures(outcomes: Sequence[Outcome], folder: Path) -> int:
    """Write `folder`/index.html and a picture for each failure; give their number."""
    failures = list_failures(outcomes)
    folder.mkdir(parents=True, exist_ok=True)
    figures = []
    for number, failure in enumerate(failures):
        name = f"{number:04d}.jpg"
        _save_picture(failure, folder / name)
        texts = html.escape(f"{failure.truth or '(not readable)'} / {failure.read or '-'}")
        if failure.kind == "false":
            texts = html.escape(failure.read or "-")
        figures.append(
            f'<figure><img src="{name}"><figcaption>{failure.kind}: <b>{texts}</b><br>'
            f"{html.escape(failure.image.name)}</figcaption></figure>"
        )
    page = _PAGE.format(count=len(failures), images=len(outcomes), figures="\n".join(figures))
    (folder / "index.html").write_text(page, encoding="utf-8")
    return len(failures)


def _save_picture(failure: Failure, path: Path) -> None:
    image = imaging.load(failure.image)
    box, margin = failure.box, _AROUND * failure.box.width
    image = imaging.draw_plate(image, box_to_quad(box), "")
    around = Box(box.x1 - margin, box.y1 - margin, box.x2 + margin, box.y2 + margin)
    imaging.save(imaging.crop(image, around), path)
