import json
import re
import shutil
from pathlib import Path

import pytest

from platelens.runtime import model_names

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
SNIPPETS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
CONSOLE = "\n".join(re.findall(r"```console\n(.*?)```", README, re.DOTALL))
needs_models = pytest.mark.skipif(not model_names(), reason="no model ships yet")


def test_there_are_snippets() -> None:
    assert len(SNIPPETS) >= 2


@needs_models
@pytest.mark.parametrize("snippet", SNIPPETS, ids=["first", "array"])
def test_snippet_runs(snippet: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(ROOT / "examples/street.jpg", tmp_path / "car.jpg")
    monkeypatch.chdir(tmp_path)
    exec(compile(snippet, "README.md", "exec"), {})


def test_the_two_commands_come_first() -> None:
    assert re.findall(r"^\$ (make \w+)", README, re.MULTILINE)[:2] == ["make demo", "make test"]


@pytest.mark.parametrize("target", sorted(set(re.findall(r"make ([a-z]+)", CONSOLE))))
def test_make_target_exists(target: str) -> None:
    assert f"\n{target}:" in (ROOT / "Makefile").read_text()


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\((?!http)([^)]+)\)", README))))
def test_linked_file_exists(link: str) -> None:
    if link.endswith("CARD.md") and not model_names():
        pytest.skip("no model ships yet")
    assert (ROOT / link).exists()


@pytest.mark.parametrize("line", sorted(set(re.findall(r"^\$ platelens (.*)", CONSOLE, re.M))))
def test_commands_and_options_exist(line: str) -> None:
    import typer.main

    from platelens.cli.main import app

    words = line.partition("#")[0].split()
    command = typer.main.get_command(app)
    while (subcommands := getattr(command, "commands", None)) is not None:
        usual = getattr(command, "usual", None)  # of a group with one that need not be named
        command = subcommands[words.pop(0) if words[0] in subcommands else usual]
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("-")} <= known


def test_json_example_is_json_in_the_promised_form() -> None:
    (block,) = re.findall(r"```json\n(.*?)```", README, re.DOTALL)
    record = json.loads(block)
    assert list(record) == ["image", "width", "height", "plates", "ms"]
    assert list(record["plates"][0]) == [
        "text",
        "confidence",
        "readable",
        "box",
        "corners",
        "detection_confidence",
        "characters",
        "candidates",
        "rows",
        "raw_text",
        "reason",
        "region",
    ]
    assert list(record["ms"]) == ["detect", "read", "total"]
