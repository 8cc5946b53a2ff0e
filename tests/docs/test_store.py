import re
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[2] / "docs/store.md").read_text(encoding="utf-8")


def test_the_example_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("sqlalchemy")
    pytest.importorskip("alembic")
    (snippet,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    exec(compile(snippet, "docs/store.md", "exec"), {})
    assert capsys.readouterr().out.endswith("AB123\n")
