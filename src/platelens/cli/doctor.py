"""`platelens doctor`."""

from __future__ import annotations

import os
import platform
import time
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Final

import typer

from platelens.cli import options as opt
from platelens.cli.failures import COULD_NOT_WORK, Failures, one_line_errors

if TYPE_CHECKING:
    from platelens.types import RgbImage

# Distributions that give the same module: the first one installed counts.
_LIBRARIES: Final = (
    ("platelens",),
    ("numpy",),
    ("opencv-python-headless", "opencv-python"),
    ("onnxruntime", "onnxruntime-gpu"),
)

_TEXT: Final = "AB12CDE"
_GLYPHS: Final = {  # 5 x 7 dots, a row an octet
    "A": (4, 10, 17, 17, 31, 17, 17),
    "B": (30, 17, 17, 30, 17, 17, 30),
    "1": (4, 12, 4, 4, 4, 4, 14),
    "2": (14, 17, 1, 2, 4, 8, 31),
    "C": (14, 17, 16, 16, 16, 17, 14),
    "D": (30, 17, 17, 17, 17, 17, 30),
    "E": (31, 16, 16, 30, 16, 16, 31),
}


@one_line_errors()
def doctor(*, device: opt.Device = "cpu", threads: opt.Threads = opt.DEFAULT_THREADS) -> None:
    """Check this installation: versions, models, devices and one timed read."""
    from platelens.pipeline import PlateReader
    from platelens.runtime import available_providers, require_provider

    typer.echo(f"python          {platform.python_version()} on {platform.platform(terse=True)}")
    for names in _LIBRARIES:
        typer.echo(f"{names[0].removesuffix('-headless'):<15} {_version(names)}")
    typer.echo(f"processors      {_usable_processors()}")
    typer.echo(f"providers       {', '.join(available_providers())}")
    typer.echo(f"device          {device} = {require_provider(device)}, {threads} threads")
    _check_models(device, threads)
    reader = PlateReader(device=device, threads=threads)
    image = _draw_street()
    reader.read_timed(image, order="rgb")  # the first run of a model allocates its memory
    result = reader.read_timed(image, order="rgb")
    texts = ", ".join(p.text or "unreadable" for p in result.plates) or "no plate"
    typer.echo(
        f"timed read      {result.ms_total:.1f} ms for {result.width} x {result.height}: "
        f"detect {result.ms_detect:.1f}, read {result.ms_read:.1f}; drawn {_TEXT}, got {texts}"
    )


def _check_models(device: str, threads: int) -> None:
    from platelens.errors import ModelError
    from platelens.runtime import model_folder, model_names, open_session

    failures = Failures()
    for name in model_names():
        start = time.perf_counter()
        try:
            session = open_session(model_folder(name), device=device, threads=threads)
        except ModelError as error:
            failures.report(str(error))
            continue
        ms = (time.perf_counter() - start) * 1e3
        typer.echo(
            f"{name:<15} checksum ok, {session.manifest.version}, loaded in {ms:.0f} ms "
            f"on {session.providers[0]}"
        )
    failures.exit_if_any(COULD_NOT_WORK)


def _version(names: tuple[str, ...]) -> str:
    for name in names:
        try:
            return version(name)
        except PackageNotFoundError:
            continue
    return "not installed as a package"


def _usable_processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))  # a container may have fewer than the machine
    return os.cpu_count() or 1


def _draw_street() -> RgbImage:
    """Draw a white plate on a dark car before a grey wall, 1280 x 720."""
    import numpy as np

    from platelens import imaging

    dots = np.zeros((11, 6 * len(_TEXT) + 3), dtype=bool)
    for i, char in enumerate(_TEXT):
        for y, octet in enumerate(_GLYPHS[char]):
            for x in range(5):
                dots[2 + y, 2 + 6 * i + x] = octet >> (4 - x) & 1
    plate = np.where(dots, 20, 235).repeat(5, axis=0).repeat(5, axis=1)
    street = np.full((720, 1280), 150, dtype=np.uint8)
    street[260:640, 340:940] = 60
    top, left = 500, 640 - plate.shape[1] // 2
    street[top : top + plate.shape[0], left : left + plate.shape[1]] = plate
    return imaging.from_array(np.stack([street] * 3, axis=2), order="rgb")
