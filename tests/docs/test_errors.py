import inspect
from pathlib import Path

import pytest

from platelens import errors

PAGE = (Path(__file__).parents[2] / "docs/errors.md").read_text()
CLASSES = [
    member
    for _, member in inspect.getmembers(errors, inspect.isclass)
    if issubclass(member, Exception)
]


@pytest.mark.parametrize("error", CLASSES, ids=lambda error: error.__name__)
def test_every_error_is_in_the_tree_under_its_parent(error: type[Exception]) -> None:
    tree = (errors.__doc__ or "").splitlines()
    lines = {
        line.split()[1]: number
        for number, line in enumerate(tree)
        if line.strip()[:1] in "*+-" and len(line.split()) > 1
    }
    assert error.__name__ in lines
    depth = len(error.__mro__) - len(errors.PlatelensError.__mro__)
    line = tree[lines[error.__name__]]
    assert len(line) - len(line.lstrip()) == 2 * depth
    if depth:
        assert lines[error.__mro__[1].__name__] < lines[error.__name__]


@pytest.mark.parametrize("error", CLASSES, ids=lambda error: error.__name__)
def test_every_error_is_on_its_page(error: type[Exception]) -> None:
    assert f"| `{error.__name__}` |" in PAGE


def test_the_page_names_no_error_that_does_not_exist() -> None:
    named = {line.split("`")[1] for line in PAGE.splitlines() if line.startswith("| `")}
    assert named == {error.__name__ for error in CLASSES}
