"""The options that several commands share, and the frozen values they are gathered into."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from platelens.runtime import MAX_THREADS

if TYPE_CHECKING:
    from platelens.pipeline import Explain

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
MinCharConfidence = Annotated[
    float | None,
    typer.Option(
        "--min-char-confidence",
        min=0.0,
        max=1.0,
        metavar="X",
        help="Characters less sure count as failed and are shown as ?.",
    ),
]
Accurate = Annotated[
    bool,
    typer.Option("--accurate", help="Read each plate in three views instead of two: slower."),
]
DebugSteps = Annotated[
    Path | None,
    typer.Option(
        "--debug-steps", metavar="DIR", help="Save what a stage does, a picture a step, to DIR."
    ),
]
Top = Annotated[int, typer.Option("--top", min=1, metavar="N", help="Candidates a plate in JSON.")]
_DETECTOR: Final = typer.Option(
    "--detector",
    metavar="NAME",
    help="Model that finds plates (@640 sets a size), path:DIR, classical or whole (no model).",
)
_READER: Final = typer.Option(
    "--reader",
    metavar="NAME",
    help="Model that reads plates, path:DIR, tesseract, easyocr or rapidocr.",
)
_MATCHER: Final = typer.Option(
    "--matcher",
    metavar="NAME",
    help="Model that tells regions, path:DIR, serials (no model) or none.",
)
DetectorName = Annotated[str, _DETECTOR]
ReaderName = Annotated[str, _READER]
MatcherName = Annotated[str, _MATCHER]
# In place of that of a pipeline; None = that one.
OtherDetector = Annotated[str | None, _DETECTOR]
OtherReader = Annotated[str | None, _READER]
OtherMatcher = Annotated[str | None, _MATCHER]
PipelineName = Annotated[
    str,
    typer.Option(
        "--pipeline",
        metavar="NAME",
        help="Of `platelens pipeline list`, or the folder of a saved one.",
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

DEFAULT_PIPELINE = "default"
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
    steps: Steps | None = None


@dataclass(frozen=True, slots=True)
class Steps:
    """A folder for pictures of the steps, and what gives the steps of a result."""

    folder: Path
    explain: Explain


NO_OUTPUTS = Outputs()
