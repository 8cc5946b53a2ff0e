import time

import pytest

from platelens.errors import RequestError
from platelens.serving.dropin.texts import choose, parse_formats
from platelens.types import Candidate

FOUND = (Candidate("A812", 0.6), Candidate("AB12", 0.3), Candidate("AB1Z", 0.1))


@pytest.mark.parametrize(
    ("formats", "first"),
    [
        ([], "A812"),
        (["[a-z]{2}[0-9]{2}"], "AB12"),
        (["[A-Z][A-Z][0-9][A-Z]"], "AB1Z"),
        (["[0-9]+", "[a-z]{2}.*"], "AB12"),
        (["[0-9]+"], "A812"),
    ],
)
def test_the_first_candidate_of_a_form_comes_first(formats: list[str], first: str) -> None:
    chosen = choose(FOUND, parse_formats(formats))
    assert chosen[0].text == first
    assert sorted(c.text for c in chosen) == sorted(c.text for c in FOUND)


@pytest.mark.parametrize(
    "text",
    [
        "(a*)*b",
        "(a|a)+",
        "(a){9}",
        "a*" * 7,
        "[z-a]",
        "(?=x)a(",
        "a" * 101,
        "\u00e4",
        "a{99999999999}",
    ],
)
def test_what_may_take_long_is_refused(text: str) -> None:
    with pytest.raises(RequestError, match="text_formats"):
        parse_formats([text])


def test_the_slowest_that_is_allowed_is_quick() -> None:
    (form,) = parse_formats(["a*" * 6 + "b"])
    began = time.perf_counter()
    assert form.fullmatch("a" * 32) is None
    assert time.perf_counter() - began < 2
