"""`platelens data synth`."""

from __future__ import annotations

import enum
import os
import time
from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Final

import typer

from platelens.cli.extras import require_extra
from platelens.cli.failures import one_line_errors
from platelens.cli.progress import watched
from platelens.errors import FormatError

_WORKERS: Final = min(4, os.cpu_count() or 1)


class Kind(enum.StrEnum):
    """What the pictures show."""

    CROPS = "crops"
    SCENES = "scenes"


Destination = Annotated[
    Path, typer.Argument(metavar="DST", help="Folder to write: new or empty.", show_default=False)
]
Fonts = Annotated[
    list[Path],
    typer.Option(
        "--fonts", metavar="DIR", help="Folder of fonts, as /usr/share/fonts; may be repeated."
    ),
]
Count = Annotated[int, typer.Option("--count", min=1, metavar="N", help="Pictures.")]
KindOption = Annotated[
    Kind, typer.Option("--kind", help="One plate cut out, or plates in a scene.")
]
Loose = Annotated[bool, typer.Option("--loose", help="Crops with what is around the plate.")]
BackgroundsDir = Annotated[
    Path | None,
    typer.Option(
        "--backgrounds",
        metavar="DIR",
        help="Pictures to stand behind; the labelled plates of a data set are covered.",
    ),
]
Regions = Annotated[
    str | None, typer.Option("--regions", metavar="CODES", help="As us-ca,gb; all if not given.")
]
Seed = Annotated[
    int, typer.Option("--seed", min=0, metavar="N", help="Another one, other pictures.")
]
Workers = Annotated[
    int, typer.Option("--workers", min=1, metavar="N", help="Processes; the pictures are the same.")
]
Strength = Annotated[
    float, typer.Option("--strength", min=0.0, max=1.0, help="How bad light and camera may be.")
]


@one_line_errors()
def synth(  # noqa: PLR0913  # a command's options are its arguments
    destination: Destination,
    *,
    fonts: Fonts,
    count: Count = 1000,
    kind: KindOption = Kind.CROPS,
    loose: Loose = False,
    backgrounds: BackgroundsDir = None,
    regions: Regions = None,
    seed: Seed = 0,
    workers: Workers = _WORKERS,
    strength: Strength = 1.0,
) -> None:
    """Draw plates of the world with their labels, as many as wanted."""
    require_extra("data", "PIL")

    from platelens.datasets.synth import find_fonts
    from platelens.datasets.synth.generate import generate
    from platelens.datasets.synth.source import SynthSettings

    settings = SynthSettings(
        kind=kind.value,
        count=count,
        seed=seed,
        codes=_codes(regions),
        loose=loose,
        strength=strength,
        backgrounds=backgrounds,
    )
    letters = find_fonts(fonts)
    start = time.monotonic()
    with watched(kind.value, count) as step:
        drawn = generate(settings, letters, destination, workers=workers, progress=step)
    seconds = time.monotonic() - start
    rate = count / max(seconds, 1e-9)
    typer.echo(f"{count} {kind.value} of {_places(drawn)} in {seconds:.1f} s: {rate:.0f} a second")


def _places(drawn: Collection[str | None]) -> str:
    """Say whence plates are; None stands for those from nowhere."""
    known = len(set(drawn) - {None})
    words = [f"{known} jurisdictions"] if known or None not in drawn else []
    return " and ".join([*words, "free forms"] if None in drawn else words)


def _codes(regions: str | None) -> tuple[str, ...] | None:
    """Read CODE,...; FormatError when there is none."""
    if regions is None:
        return None
    codes = tuple(code.strip().lower() for code in regions.split(",") if code.strip())
    if not codes:
        raise FormatError(f"--regions {regions!r}: expected codes of jurisdictions, as us-ca,gb")
    return codes
