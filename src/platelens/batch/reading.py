"""A shard's pictures in, what became of each out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Final

from platelens import imaging
from platelens.batch.fetch import Fetched
from platelens.batch.schema import Outcome, Status
from platelens.errors import ImageError
from platelens.pipeline import Pipeline
from platelens.types import Plate, RgbImage

NO_SKIPS: Final[Mapping[int, str]] = {}


def read_pictures(
    pictures: Iterable[Fetched], pipeline: Pipeline, batch: int, skips: Mapping[int, str] = NO_SKIPS
) -> Iterator[Outcome]:
    """Read pictures; every one gives an outcome, in order, whatever happens to it.

    Of `batch` pictures at a time the plates are read together. One decoded picture is in memory.

    Args:
        pictures: of one shard.
        pipeline: finds and reads.
        batch: pictures at a time.
        skips: pictures that are not read, and what they are like.
    """
    source = iter(pictures)
    while some := list(islice(source, batch)):
        yield from _Batch(some, skips).read(pipeline)


class _Batch:
    def __init__(self, pictures: list[Fetched], skips: Mapping[int, str]) -> None:
        self._pictures = pictures
        self._done: dict[int, Outcome] = {}
        self._sizes: dict[int, tuple[int, int]] = {}
        for each in pictures:
            outcome = _without_reading(each, skips)
            if outcome:
                self._done[each.picture] = outcome

    def read(self, pipeline: Pipeline) -> list[Outcome]:
        """Give the outcomes, in order."""
        try:
            self._join(pipeline.run_batch(self._decoded()))
        except Exception:  # one picture must not take the others with it: now each by itself
            self._read_singly(pipeline)
        return [self._done[each.picture] for each in self._pictures]

    def _decoded(self) -> Iterator[RgbImage]:
        self._sizes = {}
        for each in self._pictures:
            if each.picture in self._done:
                continue
            image = self._decode(each)
            if image is not None:
                yield image

    def _decode(self, each: Fetched) -> RgbImage | None:
        try:
            image = imaging.decode(each.data, name=each.image)
        except ImageError as error:
            self._done[each.picture] = _failed(each, str(error))
            return None
        self._sizes[each.picture] = (image.shape[0], image.shape[1])
        return image

    def _join(self, found: list[list[Plate]]) -> None:
        images = {each.picture: each.image for each in self._pictures}
        for (picture, size_hw), plates in zip(self._sizes.items(), found, strict=True):
            self._done[picture] = _read(picture, images[picture], size_hw, plates)

    def _read_singly(self, pipeline: Pipeline) -> None:
        for each in self._pictures:
            if each.picture in self._done:
                continue
            try:
                image = self._decode(each)
                if image is not None:
                    size = image.shape[0], image.shape[1]
                    self._done[each.picture] = _read(
                        each.picture, each.image, size, pipeline.run(image)
                    )
            except Exception as error:  # whatever it is, it belongs to this picture
                cause = f"{each.image}: {type(error).__name__}: {error}"
                self._done[each.picture] = Outcome(
                    each.picture, each.image, "failed", trouble="reading", error=cause
                )


def _without_reading(each: Fetched, skips: Mapping[int, str]) -> Outcome | None:
    """Give the outcome of a picture that is not read; None where it is."""
    if each.trouble:
        return Outcome(each.picture, each.image, "failed", trouble=each.trouble, error=each.error)
    if each.repeated:
        return Outcome(
            each.picture, each.image, "repeated", duplicate_of=each.image, error=each.repeated
        )
    if each.picture in skips:
        return Outcome(each.picture, each.image, "skipped", duplicate_of=skips[each.picture])
    return None


def _read(picture: int, image: str, size_hw: tuple[int, int], plates: list[Plate]) -> Outcome:
    status: Status = "read" if plates else "none"
    return Outcome(picture, image, status, size_hw, tuple(plates))


def _failed(each: Fetched, error: str) -> Outcome:
    return Outcome(each.picture, each.image, "failed", trouble="damaged", error=error)
