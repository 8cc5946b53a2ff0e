from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from platelens.pipeline.ahead import run_ahead


def test_items_come_in_order() -> None:
    assert list(run_ahead(range(100))) == list(range(100))
    assert list(run_ahead([])) == []


def test_stages_run_side_by_side() -> None:
    main = threading.get_ident()
    where: list[int] = []

    def stage(items: Iterator[int]) -> Iterator[int]:
        for item in items:
            where.append(threading.get_ident())
            yield item + 1

    assert list(run_ahead(stage(run_ahead(stage(iter(range(5))))))) == [2, 3, 4, 5, 6]
    assert main not in where
    assert len(set(where)) == 2


def test_no_more_is_made_than_asked_for() -> None:
    made = []

    def items() -> Iterator[int]:
        for number in range(50):
            made.append(number)
            yield number

    ahead = run_ahead(items(), 2)
    assert next(ahead) == 0
    time.sleep(0.3)
    assert len(made) <= 4  # one given, two waiting, one that finds no room
    ahead.close()
    time.sleep(0.2)
    assert len(made) <= 5


def test_an_error_comes_after_what_was_made_before_it() -> None:
    def items() -> Iterator[int]:
        yield 1
        yield 2
        raise OSError("the camera is gone")

    ahead = run_ahead(items())
    assert [next(ahead), next(ahead)] == [1, 2]
    with pytest.raises(OSError, match="camera"):
        next(ahead)


def test_closing_ends_the_thread_and_closes_the_items() -> None:
    closed = threading.Event()

    def items() -> Iterator[int]:
        try:
            while True:
                yield 1
        finally:
            closed.set()

    before = threading.active_count()
    ahead = run_ahead(items())
    next(ahead)
    ahead.close()
    assert closed.wait(2)
    assert threading.active_count() == before
