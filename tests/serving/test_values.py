from datetime import UTC, datetime

import pytest

from platelens.errors import RequestError
from platelens.serving.values import parse_count, parse_flag, parse_time

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-05-01T12:00:00Z",
        "2026-05-01T12:00:00",
        "2026-05-01 12:00:00",
        "2026-05-01T14:00:00+02:00",
        "2026-05-01T14:00:00 02:00",
        "2026-05-01T14:00 0200",
        " 2026-05-01T12:00:00.000 ",
    ],
)
def test_times(text: str) -> None:
    assert parse_time(text, "since") == NOON


@pytest.mark.parametrize("text", ["soon", "2026-13-01", "0001-01-01T00:00:00+14:00", "1e9"])
def test_no_times(text: str) -> None:
    with pytest.raises(RequestError, match="since"):
        parse_time(text, "since")


def test_nothing_is_the_usual() -> None:
    assert parse_time("", "since") is None
    assert parse_flag("", "keep", default=True)
    assert parse_count("", "top", 1, 9) is None


@pytest.mark.parametrize(("text", "value"), [("True", True), ("1", True), ("no", False)])
def test_flags(text: str, value: bool) -> None:
    assert parse_flag(text, "keep", default=not value) is value


@pytest.mark.parametrize("text", ["0", "10", "x", "9" * 5000, "1.5"])
def test_no_counts(text: str) -> None:
    with pytest.raises(RequestError, match="from 1 to 9"):
        parse_count(text, "top", 1, 9)
