"""The limits of the house that ruff, mypy and import-linter do not check."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("src", "tests", "benchmarks", "examples")
FILES = sorted(file for folder in FOLDERS for file in (ROOT / folder).rglob("*.py"))
PACKAGE_INITS = [file for file in FILES if file.name == "__init__.py" and "src" in file.parts]

MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60
MAX_ROOMS = 20
SUPPRESSION = re.compile(r"#\s*(noqa|type:\s*ignore|ruff:)")
WELL_FORMED = re.compile(
    r"#\s*(noqa:\s*[A-Z]+\d+(,\s*[A-Z]+\d+)*|type:\s*ignore\[[a-z, -]+\])\s+(#|-|:)?\s*\w+"
)


def name_of(file: Path) -> str:
    return str(file.relative_to(ROOT))


def functions(file: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def comments(file: Path) -> Iterator[tokenize.TokenInfo]:
    for token in tokenize.generate_tokens(io.StringIO(file.read_text()).readline):
        if token.type == tokenize.COMMENT:
            yield token


def test_there_is_something_to_check() -> None:
    assert len(FILES) > 20


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_file_is_short(file: Path) -> None:
    assert len(file.read_text().splitlines()) <= MAX_FILE_LINES


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_functions_are_short(file: Path) -> None:
    lengths = {f.name: (f.end_lineno or f.lineno) - f.lineno + 1 for f in functions(file)}
    assert {name: n for name, n in lengths.items() if n > MAX_FUNCTION_LINES} == {}


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_suppressions_have_a_code_and_a_reason(file: Path) -> None:
    found = [token for token in comments(file) if SUPPRESSION.search(token.string)]
    bad = [f"{t.start[0]}: {t.string}" for t in found if not WELL_FORMED.search(t.string)]
    assert bad == []


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_todos_carry_an_issue_number(file: Path) -> None:
    bad = [
        t.string for t in comments(file) if re.search(r"\b(TODO|FIXME|XXX)\b(?!.*#\d+)", t.string)
    ]
    assert bad == []


@pytest.mark.parametrize("file", PACKAGE_INITS, ids=name_of)
def test_init_only_re_exports(file: Path) -> None:
    for node in ast.parse(file.read_text()).body:
        docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        names = isinstance(node, ast.Assign | ast.AnnAssign) and "__all__" in ast.unparse(node)
        version = isinstance(node, ast.Assign) and "__version__" in ast.unparse(node)
        imports = isinstance(node, ast.ImportFrom)
        assert docstring or names or version or imports, ast.unparse(node)


@pytest.mark.parametrize("file", PACKAGE_INITS, ids=name_of)
def test_init_names_what_it_re_exports(file: Path) -> None:
    body = ast.parse(file.read_text()).body
    imported = {
        alias.asname or alias.name
        for node in body
        if isinstance(node, ast.ImportFrom) and node.module != "__future__"
        for alias in node.names
    }
    listed = {
        name
        for node in body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
        for name in ast.literal_eval(node.value)
    }
    assert imported <= listed


def test_rooms_are_few() -> None:
    rooms = [path for path in (ROOT / "src/platelens").iterdir() if path.suffix in ("", ".py")]
    assert len([room for room in rooms if not room.name.startswith("_")]) <= MAX_ROOMS


def test_tests_mirror_the_source() -> None:
    rooms = {p.name for p in (ROOT / "src/platelens").iterdir() if (p / "__init__.py").exists()}
    others = {"architecture", "docs", "benchmarks", "examples", "weights", "__pycache__"}
    folders = {path.name for path in (ROOT / "tests").iterdir() if path.is_dir()}
    assert folders - others <= rooms
