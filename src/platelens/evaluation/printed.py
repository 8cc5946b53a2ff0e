"""Plates in the JSON form of `platelens read --json`: kept in a file, or printed by a command."""

from __future__ import annotations

import json
import math
import shlex
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from platelens import imaging
from platelens.alphabet import normalise
from platelens.errors import EngineError
from platelens.evaluation.outcome import Finding
from platelens.runtime import sha256_hex
from platelens.types import Box, Candidate, Quad

TIMEOUT_S: Final = 300
"""For one picture, with the start of the command."""

_SOME_FAILED: Final = 1
"""The exit status of a command that could not read a picture and went on."""


class ResultsEngine:
    """What was printed earlier, by the names of the picture files.

    Raises:
        EngineError: the file is missing, malformed, or has a picture twice; names the line.
    """

    def __init__(self, name: str, path: Path) -> None:
        self.name = name
        self._path = path
        try:
            data = path.read_bytes()
            text = data.decode("utf-8")
        except OSError as error:
            raise EngineError(f"{path}: {error.strerror or error}") from error
        except UnicodeDecodeError as error:
            raise EngineError(f"{path}: is not UTF-8 text") from error
        self.version = f"sha256 {sha256_hex(data)}"
        self._results = parse_results(text, str(path))

    def read(self, image: Path, /) -> tuple[Finding, ...]:
        """Give what was printed of the picture; one without a line is an EngineError."""
        return _of(image, self._results, str(self._path))

    def scan(self, _image: Path, /) -> None:
        """Give nothing: what was not printed is not known."""


class CommandEngine:
    """A command that prints the plates of the file that it is called with.

    It is started for every picture, without a shell. Of one that starts slowly it is better to
    keep what it prints of all pictures in a file, see `ResultsEngine`.

    Raises:
        EngineError: the command has no words or an open quote.
    """

    def __init__(self, name: str, command: str) -> None:
        self.name = name
        self.version = command
        try:
            self._words = shlex.split(command)
        except ValueError as error:
            raise EngineError(f"{name}: {error}") from error
        if not self._words:
            raise EngineError(f"{name}: names no command")

    def read(self, image: Path, /) -> tuple[Finding, ...]:
        """Run the command on the picture.

        Raises:
            ImageError: it printed nothing of the picture, and we cannot read it either.
            EngineError: it failed, took too long, or printed something else.
        """
        # Absolute, or a name that begins with "-" would be an option.
        words = [*self._words, str(image.absolute())]
        try:
            done = subprocess.run(
                words,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=TIMEOUT_S,
                check=False,
            )
        except OSError as error:
            raise EngineError(f"{self.version}: cannot be run: {error.strerror}") from error
        except subprocess.TimeoutExpired as error:
            raise EngineError(f"{self.version}: no end after {TIMEOUT_S} s on {image}") from error
        if done.returncode not in (0, _SOME_FAILED):
            said = done.stderr.decode(errors="replace").strip().splitlines()
            why = said[-1] if said else "it said nothing"
            raise EngineError(f"{self.version}: status {done.returncode} on {image}: {why}")
        printed = done.stdout.decode("utf-8", errors="replace")
        return _of(image, parse_results(printed, self.version), self.version)

    def scan(self, _image: Path, /) -> None:
        """Give nothing: commands have no such thing."""


def parse_results(text: str, source: str) -> dict[str, tuple[Finding, ...]]:
    """Read JSON lines: name of the image file, without folders -> its plates.

    Of a plate `text`, `confidence`, `box` and `detection_confidence` must be there; `corners`,
    `candidates` and `region` may be.

    Args:
        text: the lines; empty ones are passed over.
        source: what errors name.

    Raises:
        EngineError: a line is malformed or says something of a picture a second time.
    """
    results: dict[str, tuple[Finding, ...]] = {}
    # Not splitlines(): JSON may hold other line ends than these in its strings.
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            name = Path(record["image"]).name
            findings = tuple(_finding(plate) for plate in record["plates"])
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            reason = f"{type(error).__name__}: {error}"
            raise EngineError(f"{source}, line {number}: {reason}") from error
        if name in results:
            raise EngineError(f"{source}, line {number}: a second line for {name}")
        results[name] = findings
    return results


def _of(
    image: Path, results: Mapping[str, tuple[Finding, ...]], source: str
) -> tuple[Finding, ...]:
    if image.name not in results:
        imaging.load(image)  # nobody prints a line for a picture that cannot be read: ImageError
        raise EngineError(f"{source}: has no line for {image.name}")
    return results[image.name]


def _finding(plate: Mapping[str, Any]) -> Finding:
    x1, y1, x2, y2 = map(_number, plate["box"])
    return Finding(
        box=Box(x1, y1, x2, y2),
        confidence=_part(plate["detection_confidence"]),
        text=normalise(plate["text"]),
        text_confidence=_part(plate["confidence"]),
        candidates=tuple(
            Candidate(normalise(c["text"]), _part(c["confidence"]))
            for c in plate.get("candidates") or ()
        ),
        quad=_quad(plate["corners"]) if plate.get("corners") else None,
        region=_region(plate.get("region")),
    )


def _region(value: Any) -> str | None:
    """Give the code of a region, which others may print without a name and candidates."""
    if not value:
        return None
    return str(value) if isinstance(value, str) else str(value["code"])


def _quad(corners: Any) -> Quad:
    top_left, top_right, bottom_right, bottom_left = [(_number(x), _number(y)) for x, y in corners]
    return Quad(top_left, top_right, bottom_right, bottom_left)


def _number(value: Any) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"expected a finite number, got {value!r}")
    return number


def _part(value: Any) -> float:
    number = float(value)
    if not 0 <= number <= 1:
        raise ValueError(f"a confidence lies between 0 and 1, got {value!r}")
    return number
