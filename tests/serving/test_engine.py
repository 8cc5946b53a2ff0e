import asyncio
from collections.abc import Iterator, Sequence
from threading import Event
from typing import Any

import pytest

from platelens.errors import BusyError, ImageError
from platelens.pipeline import Pipeline, ReadResult
from platelens.serving.engine import Capacity, Engine, Upload
from platelens.serving.metrics import Metrics
from platelens.types import Detection, Reading, RgbImage

ONE_PIXEL = b"BM" + (58).to_bytes(4, "little") + bytes(4) + (54).to_bytes(4, "little")
ONE_PIXEL += (40).to_bytes(4, "little") + (1).to_bytes(4, "little") * 2
ONE_PIXEL += (1).to_bytes(2, "little") + (24).to_bytes(2, "little") + bytes(24 + 4)


class Slow:
    """Finds nothing, as soon as it is let; notes how many pictures came."""

    def __init__(self) -> None:
        self.go = Event()
        self.began = Event()
        self.seen = 0

    def detect(self, image: RgbImage) -> list[Detection]:
        self.began.set()
        assert self.go.wait(10)
        self.seen += len(image) and 1
        return []

    def read(self, crops: Sequence[RgbImage]) -> list[Reading]:
        raise AssertionError(crops)


@pytest.fixture
def slow() -> Slow:
    return Slow()


@pytest.fixture
def engine(slow: Slow) -> Iterator[Engine]:
    capacity = Capacity(workers=1, batch=4, queue=6, queue_bytes=10_000, pixels=100)
    engine = Engine(Pipeline(slow, slow), capacity, Metrics())
    engine.start()
    yield engine
    slow.go.set()
    engine.close()


def uploads(count: int, data: bytes = ONE_PIXEL) -> list[Upload]:
    return [Upload(str(number), data) for number in range(count)]


async def begun(slow: Slow) -> None:
    """Wait until the worker has taken something."""
    while not slow.began.is_set():
        await asyncio.sleep(0.001)


def test_what_waits_is_read_together(
    engine: Engine, slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[float] = []
    monkeypatch.setattr(engine._metrics.batch_size, "observe", sizes.append)

    async def scene() -> list[Any]:
        first = asyncio.create_task(engine.read(uploads(1), 10))
        await begun(slow)
        others = [asyncio.create_task(engine.read(uploads(1), 10)) for _ in range(5)]
        await asyncio.sleep(0)
        slow.go.set()
        return [await task for task in [first, *others]]

    results = asyncio.run(scene())
    engine.close()
    assert all(isinstance(result, ReadResult) for (result,) in results)
    assert sizes == [1, 4, 1]


def test_full_queue_refuses_at_once_and_says_when(engine: Engine, slow: Slow) -> None:
    async def scene() -> None:
        tasks = [asyncio.create_task(engine.read(uploads(1), 10))]
        await begun(slow)
        tasks.append(asyncio.create_task(engine.read(uploads(5), 10)))
        await asyncio.sleep(0)
        with pytest.raises(BusyError) as caught:
            await engine.read(uploads(2), 10)
        assert caught.value.retry_s >= 1
        tasks.append(asyncio.create_task(engine.read(uploads(1), 10)))  # one still fits
        await asyncio.sleep(0)
        slow.go.set()
        for task in tasks:
            await task

    asyncio.run(scene())
    assert slow.seen == 7


def test_bytes_that_wait_are_limited(engine: Engine, slow: Slow) -> None:
    async def scene() -> None:
        tasks = [asyncio.create_task(engine.read(uploads(1), 10))]
        await begun(slow)
        large = uploads(1, ONE_PIXEL + bytes(9_000))
        tasks.append(asyncio.create_task(engine.read(large, 10)))
        await asyncio.sleep(0)
        with pytest.raises(BusyError):
            await engine.read(large, 10)
        slow.go.set()
        for task in tasks:
            await task

    asyncio.run(scene())


def test_who_does_not_wait_any_more_costs_nothing(engine: Engine, slow: Slow) -> None:
    async def scene() -> None:
        first = asyncio.create_task(engine.read(uploads(1), 10))
        await begun(slow)
        with pytest.raises(BusyError, match="not read within"):
            await engine.read(uploads(3), 0.01)
        slow.go.set()
        await first

    asyncio.run(scene())
    engine.close()
    assert slow.seen == 1


def test_errors_stay_with_their_picture(engine: Engine, slow: Slow) -> None:
    slow.go.set()
    mixed = [Upload("bad", b"nothing"), *uploads(1), Upload("huge", b"")]
    first, second, third = asyncio.run(engine.read(mixed, 10))
    assert isinstance(first, ImageError)
    assert isinstance(second, ReadResult)
    assert isinstance(third, ImageError)
    assert "bad" in str(first)


def test_a_failing_stage_does_not_stop_the_worker(engine: Engine, slow: Slow) -> None:
    def fail(image: RgbImage) -> list[Detection]:
        raise MemoryError(len(image))

    slow.go.set()
    works, slow.detect = slow.detect, fail  # type: ignore[method-assign]  # fails once
    with pytest.raises(MemoryError):
        asyncio.run(engine.read(uploads(1), 10))
    slow.detect = works  # type: ignore[method-assign]  # as before
    (result,) = asyncio.run(engine.read(uploads(1), 10))
    assert isinstance(result, ReadResult)
    assert engine.is_alive


def test_closed_engine_answers_what_it_took_and_takes_no_more(engine: Engine, slow: Slow) -> None:
    slow.go.set()
    engine.close()
    with pytest.raises(BusyError):
        asyncio.run(engine.read(uploads(1), 10))
    assert not engine.is_alive
