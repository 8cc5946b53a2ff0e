from __future__ import annotations

import io
import sys

import pytest

from platelens.cli.progress import watched


class Screen(io.StringIO):
    """A terminal that remembers all that was ever on it."""

    def isatty(self) -> bool:
        return True


def open_screen(monkeypatch: pytest.MonkeyPatch) -> Screen:
    """Make a terminal the standard error; no fixture: pytest sets it anew for every phase."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("NO_COLOR", "1")
    shown = Screen()
    monkeypatch.setattr(sys, "stderr", shown)
    return shown


def test_a_terminal_shows_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = open_screen(monkeypatch)
    with watched("digging", 40) as step:
        step()
        step(29)
    assert "digging" in screen.getvalue()
    assert "30/40" in screen.getvalue()


def test_the_note_stands_beside_the_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = open_screen(monkeypatch)
    with watched("digging", 40) as step:
        step(30, "deep [bold]hole")
    # What looks like a markup of rich is shown as it is.
    assert "30/40" in screen.getvalue().partition("deep [bold]hole")[0]
    assert "deep [bold]hole" in screen.getvalue()


def test_nothing_else_gets_a_bar(capsys: pytest.CaptureFixture[str]) -> None:
    with watched("digging", 40) as step:
        step()
        step(29)
        step(10, "deep")
    assert capsys.readouterr() == ("", "")
