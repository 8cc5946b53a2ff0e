import random
import time
from fnmatch import fnmatchcase

import pytest

from platelens.alphabet import fold_confusables
from platelens.errors import QueryError
from platelens.store.patterns import REAL_EDIT, PlatePattern, edit_cost, is_near, parse_pattern


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("ab-12 c", "AB12C"),
        ("*b?1*", "*B?1*"),
        ("a**b", "A*B"),
        ("a*?*?b", "A??*B"),
        ("%_ab", "AB"),
        ("a\0b😀", "AB"),
        ("***", "*"),
    ],
)
def test_what_no_plate_has_is_left_out(typed: str, text: str) -> None:
    assert parse_pattern(typed).text == text


@pytest.mark.parametrize("typed", ["%", "\0", "😀", " -", "A" * 33, "?" * 33, "A" * 10_000])
def test_nothing_to_search_is_refused(typed: str) -> None:
    with pytest.raises(QueryError, match="plate"):
        parse_pattern(typed)


def test_compiled_patterns_match_as_file_names_do() -> None:
    rng = random.Random(1)
    for _ in range(3000):
        pattern = parse_pattern("".join(rng.choices("AB?*", k=rng.randint(1, 6))))
        text = "".join(rng.choices("AB", k=rng.randint(0, 6)))
        found = pattern.compiled().fullmatch(text) is not None
        assert found == fnmatchcase(text, pattern.text), (pattern.text, text)


def test_no_pattern_takes_long() -> None:
    pattern = parse_pattern("*A" * 16 + "*B").compiled()
    started = time.process_time()
    assert pattern.fullmatch("A" * 32) is None
    assert time.process_time() - started < 0.1


@pytest.mark.parametrize(
    ("text", "run"),
    [("A?BC*D", ("BC", 2)), ("AB?CD", ("AB", 0)), ("??*", ("", 0)), ("*ABC", ("ABC", 1))],
)
def test_longest_run(text: str, run: tuple[str, int]) -> None:
    assert PlatePattern(text).longest_run == run


def _edits(a: str, b: str) -> int:
    """Count the edits in the plain recursive way."""
    if not a or not b:
        return len(a) + len(b)
    if a[0] == b[0]:
        return _edits(a[1:], b[1:])
    return 1 + min(_edits(a[1:], b), _edits(a, b[1:]), _edits(a[1:], b[1:]))


def test_edits_are_counted_after_folding() -> None:
    rng = random.Random(2)
    for _ in range(500):
        a, b = ("".join(rng.choices("0OAB8", k=rng.randint(0, 5))) for _ in range(2))
        folded = fold_confusables(a), fold_confusables(b)
        edits = _edits(*folded)
        assert edit_cost(a, b) // REAL_EDIT == edits
        for most in (0, 1, 2):
            assert is_near(*folded, most) == (edits <= most), (a, b, most)


def test_a_mixed_up_character_costs_little() -> None:
    assert edit_cost("AB0", "AB0") == 0
    assert edit_cost("ABO", "AB0") == 1
    assert edit_cost("ABX", "AB0") == REAL_EDIT
