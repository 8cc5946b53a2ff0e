from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from platelens import imaging
from platelens.batch.fetch import Fetched
from platelens.batch.options import ReadOptions
from platelens.batch.reading import read_pictures
from platelens.pipeline import Pipeline
from platelens.types import Detection, RgbImage

Street = Callable[..., RgbImage]


@pytest.fixture
def pipeline(options: ReadOptions) -> Pipeline:
    return options.open_reader("cpu", 1).pipeline


def fetched(number: int, image: RgbImage) -> Fetched:
    return Fetched(number, f"{number}.png", imaging.encode(image, ".png"))


@pytest.fixture
def some(street: Street) -> list[Fetched]:
    return [fetched(n, street(*text)) for n, text in enumerate(("A", "BC", "", "C", "B"))]


@pytest.mark.parametrize("batch", [1, 2, 100])
def test_every_picture_has_its_outcome(some: list[Fetched], pipeline: Pipeline, batch: int) -> None:
    outcomes = list(read_pictures(some, pipeline, batch))
    assert [o.status for o in outcomes] == ["read", "read", "none", "read", "read"]
    seen = [{c for plate in o.plates for c in plate.text} for o in outcomes]
    assert seen == [{"A"}, {"B", "C"}, set(), {"C"}, {"B"}]
    assert {o.size_hw for o in outcomes} == {(128, 128)}


def test_damage_does_not_move_the_others(some: list[Fetched], pipeline: Pipeline) -> None:
    whole = list(read_pictures(some, pipeline, 8))
    some[1] = Fetched(1, "1.png", some[1].data[:50])
    outcomes = list(read_pictures(some, pipeline, 8))
    assert outcomes[1].trouble == "damaged"
    assert outcomes[1].error is not None
    assert outcomes[1].error.startswith("1.png: ")
    assert [outcomes[n] for n in (0, 2, 3, 4)] == [whole[n] for n in (0, 2, 3, 4)]


def test_what_is_not_read_keeps_its_reason(some: list[Fetched], pipeline: Pipeline) -> None:
    some[0] = Fetched(0, "0.png", trouble="denied", error="0.png: no")
    some[1] = Fetched(1, "1.png", repeated="named before")
    outcomes = list(read_pictures(some, pipeline, 3, {4: "3.png"}))
    assert [o.status for o in outcomes] == ["failed", "repeated", "none", "read", "skipped"]
    assert (outcomes[0].trouble, outcomes[0].error) == ("denied", "0.png: no")
    assert (outcomes[1].duplicate_of, outcomes[4].duplicate_of) == ("1.png", "3.png")


class Fragile:
    """Finds plates until a picture is as wide as that."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._detector = pipeline.detector

    def detect(self, image: RgbImage) -> list[Detection]:
        if image.shape[1] == 200:
            raise MemoryError("too wide")
        return self._detector.detect(image)


def test_a_picture_that_breaks_the_reader_fails_alone(
    some: list[Fetched], street: Street, pipeline: Pipeline
) -> None:
    whole = list(read_pictures(some, pipeline, 8))
    pipeline.detector = Fragile(pipeline)
    some[2] = fetched(2, street("A", width=200))
    outcomes = list(read_pictures(some, pipeline, 8))
    assert outcomes[2].trouble == "reading"
    assert outcomes[2].error == "2.png: MemoryError: too wide"
    assert [outcomes[n] for n in (0, 1, 3, 4)] == [whole[n] for n in (0, 1, 3, 4)]


def test_pictures_are_taken_as_they_are_needed(some: list[Fetched], pipeline: Pipeline) -> None:
    taken = []

    def watched() -> Iterator[Fetched]:
        for each in some:
            taken.append(each.picture)
            yield each

    outcomes = read_pictures(watched(), pipeline, 2)
    next(outcomes)
    assert taken == [0, 1]


def test_nothing_gives_nothing(pipeline: Pipeline) -> None:
    assert list(read_pictures([], pipeline, 2)) == []
