"""Every command and option is on the page, and the page names no others."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import typer.main

from platelens.cli.main import app

PAGE = (Path(__file__).parents[2] / "docs/cli.md").read_text(encoding="utf-8")


def commands(command: Any, name: str) -> dict[str, Any]:
    """Give the commands below `command` that do something, by their full names."""
    below = getattr(command, "commands", None)
    if below is None:
        return {name: command}
    return {k: v for part, c in below.items() for k, v in commands(c, f"{name} {part}").items()}


COMMANDS = commands(typer.main.get_command(app), "platelens")
OPTIONS = {option for command in COMMANDS.values() for p in command.params for option in p.opts}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_described(name: str) -> None:
    assert re.search(rf"^## .*`{name}", PAGE, re.MULTILINE)


def test_every_option_is_described_and_no_other() -> None:
    named = set(re.findall(r"--[a-z][a-z0-9-]+", PAGE))
    known = {option for option in OPTIONS if option.startswith("--")}
    assert named == known | {"--help", "--version"}


def test_every_option_of_read_has_its_row() -> None:
    options = {o for p in COMMANDS["platelens read"].params for o in p.opts if o[:2] == "--"}
    assert set(re.findall(r"^\| `(--[a-z-]+)", PAGE, re.MULTILINE)) == options - {"--help"}
