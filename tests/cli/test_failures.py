from __future__ import annotations

import pytest
import typer

from platelens.cli.failures import Failures, describe, one_line, one_line_errors
from platelens.errors import ImageError, ManifestError


@pytest.mark.parametrize(
    ("error", "status", "line"),
    [
        (ManifestError("model.toml: broken"), 2, "error: model.toml: broken\n"),
        (PermissionError(13, "Permission denied", "out"), 2, "error: out: Permission denied\n"),
        (OSError(28, "No space left"), 2, "error: standard output: No space left\n"),
        (BrokenPipeError(32, "Broken pipe"), 141, ""),
        (KeyboardInterrupt(), 130, ""),
    ],
    ids=["ours", "file", "stdout", "pipe", "interrupt"],
)
def test_errors_become_one_line_and_a_status(
    capsys: pytest.CaptureFixture[str], error: BaseException, status: int, line: str
) -> None:
    with pytest.raises(typer.Exit) as caught, one_line_errors():
        raise error
    assert caught.value.exit_code == status
    assert capsys.readouterr().err == line


def test_failures_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    failures = Failures()
    failures.exit_if_any()
    failures.report("a.jpg: broken\nreally")
    with pytest.raises(typer.Exit) as caught:
        failures.exit_if_any()
    assert caught.value.exit_code == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_every_error_gets_a_file_and_a_cause() -> None:
    assert describe(ImageError("a.jpg: truncated"), "a.jpg") == "a.jpg: truncated"
    assert describe(OSError(5, "Input/output error"), "a.jpg") == "a.jpg: Input/output error"
    assert describe(MemoryError(), "a.jpg") == "a.jpg: not enough memory"


def test_lines_hold_nothing_that_a_terminal_obeys() -> None:
    assert one_line("Straße\x1b[2J\n\udcff.jpg") == "Straße\ufffd[2J\ufffd\ufffd.jpg"
