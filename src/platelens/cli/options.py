"""The options that several commands share, and the frozen values they are gathered into."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from platelens.runtime import MAX_THREADS

Paths = Annotated[
    list[str],
    typer.Argument(
        metavar="PATH...",
        help="Images, folders of images (not their subfolders), or quoted globs.",
        show_default=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object a line and picture.")]
CsvFile = Annotated[
    Path | None, typer.Option("--csv", metavar="FILE", help="Write a row for each plate to FILE.")
]
AnnotateDir = Annotated[
    Path | None,
    typer.Option(
        "--annotate", metavar="DIR", help="Save the pictures with plates and texts drawn to DIR."
    ),
]
CropsDir = Annotated[
    Path | None, typer.Option("--crops", metavar="DIR", help="Save the rectified plates to DIR.")
]
MinConfidence = Annotated[
    float,
    typer.Option("--min-confidence", min=0.0, max=1.0, help="Leave out plates less sure."),
]
Accurate = Annotated[
    bool,
    typer.Option("--accurate", help="Read each plate in three views instead of two: slower."),
]
Top = Annotated[int, typer.Option("--top", min=1, metavar="N", help="Candidates a plate in JSON.")]
DetectorName = Annotated[
    str,
    typer.Option(
        "--detector", metavar="NAME", help="Model that finds plates, or path:DIR; @640 sets a size."
    ),
]
ReaderName = Annotated[
    str, typer.Option("--reader", metavar="NAME", help="Model that reads plates, or path:DIR.")
]
MatcherName = Annotated[
    str,
    typer.Option(
        "--matcher",
        metavar="NAME",
        help="Model that tells regions, path:DIR, serials (no model) or none.",
    ),
]
Regions = Annotated[
    str,
    typer.Option(
        "--region",
        metavar="CODES",
        help="The only regions that count, as us-ca,ie; us = all states.",
    ),
]
Device = Annotated[
    str, typer.Option("--device", help="cpu or cuda; an error where it is not available.")
]
Threads = Annotated[
    int,
    typer.Option(
        "--threads", min=1, max=MAX_THREADS, metavar="N", help="CPU threads of each model."
    ),
]

FormatName = Annotated[
    str | None,
    typer.Option("--format", metavar="NAME", help="Form of the labels; guessed if not given."),
]
Seed = Annotated[int, typer.Option("--seed", min=0, metavar="N", help="Of everything random.")]

DEFAULT_TOP = 5
DEFAULT_THREADS = 2


def split_codes(text: str) -> tuple[str, ...]:
    """Give the codes of "us-ca, IE": ("us-ca", "ie"); of "" none."""
    return tuple(code for part in text.split(",") if (code := part.strip().lower()))


@dataclass(frozen=True, slots=True)
class Outputs:
    """Where results go beside the standard output."""

    csv: Path | None = None
    annotate: Path | None = None
    crops: Path | None = None


NO_OUTPUTS = Outputs()
