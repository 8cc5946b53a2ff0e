"""What comes along with `import platelens`, and what must not."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
EXTRAS = {
    *("torch", "torchvision", "timm", "pydantic", "onnx", "onnxscript", "PIL"),
    *("imagehash", "av", "scipy", "matplotlib", "jinja2", "pytesseract", "easyocr"),
    *("sqlalchemy", "alembic", "psycopg"),
    *("fastapi", "starlette", "uvicorn", "httpx", "argon2", "aiomqtt", "prometheus_client"),
    *("ray", "pyarrow", "fsspec", "pandas"),
}


def modules_after(statement: str) -> set[str]:
    """Give the top-level modules that are loaded after running `statement` in a new process."""
    script = f"import sys; {statement}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=environment, check=True
    )
    return set(result.stdout.split())


def test_import_needs_no_extra() -> None:
    assert modules_after("import platelens") & EXTRAS == set()


def test_command_line_needs_no_extra() -> None:
    assert modules_after("import platelens.cli.main") & EXTRAS == set()


def test_import_contracts_hold() -> None:
    result = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert result.returncode == 0, result.stdout
