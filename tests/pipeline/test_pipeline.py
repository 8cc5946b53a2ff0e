from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from platelens import imaging
from platelens.geometry import READING_MARGIN, box_to_quad
from platelens.pipeline import Pipeline, PipelineSettings
from platelens.types import (
    Box,
    Candidate,
    Detection,
    Detector,
    Match,
    Reading,
    Recognizer,
    Region,
    RgbImage,
)


def picture(height: int = 200, width: int = 1000) -> RgbImage:
    return imaging.from_array(np.zeros((height, width, 3), dtype=np.uint8), order="rgb")


def detection(x: float, confidence: float = 0.9) -> Detection:
    box = Box(x, 10, x + 40, 30)
    return Detection(box, box_to_quad(box), confidence)


def reading(text: str, confidence: float = 0.8) -> Reading:
    return Reading(
        text, confidence, (confidence,) * len(text), (Candidate(text, confidence),), rows=1
    )


class FixedDetector:
    def __init__(self, *found: Detection) -> None:
        self.found = list(found)

    def detect(self, image: RgbImage) -> list[Detection]:
        del image
        return self.found


class CountingRecognizer:
    """Reads the crops as the given texts in turn."""

    def __init__(self, *readings: Reading) -> None:
        self.readings = iter(readings)
        self.calls: list[list[tuple[int, ...]]] = []

    def read(self, crops: Sequence[RgbImage]) -> list[Reading]:
        self.calls.append([crop.shape for crop in crops])
        return [next(self.readings) for _ in crops]


ONE_VIEW = (READING_MARGIN,)


def look_once(detector: Detector, recognizer: Recognizer) -> Pipeline:
    return Pipeline(detector, recognizer, PipelineSettings(views=ONE_VIEW))


def test_plates_come_from_left_to_right_with_their_readings() -> None:
    detector = FixedDetector(detection(200, 0.9), detection(20, 0.7))
    plates = look_once(detector, CountingRecognizer(reading("LEFT"), reading("RIGHT"))).run(
        picture()
    )
    assert [(p.detection.box.x1, p.text) for p in plates] == [(20, "LEFT"), (200, "RIGHT")]
    assert [p.region for p in plates] == [None, None]


def test_crops_have_the_natural_size_of_the_plate_and_its_margin() -> None:
    recognizer = CountingRecognizer(reading("A"))
    look_once(FixedDetector(detection(20)), recognizer).run(picture())
    x, y = READING_MARGIN
    assert recognizer.calls == [[(round(20 * (1 + 2 * y)), round(40 * (1 + 2 * x)), 3)]]


def test_a_batch_is_read_in_one_call_and_sorted_back() -> None:
    class ByWidth:
        def detect(self, image: RgbImage) -> list[Detection]:
            return [detection(10 * i) for i in range(image.shape[1] - 1000)]

    recognizer = CountingRecognizer(*(reading(c) for c in "ABCDE"))
    images = [picture(width=1000 + n) for n in (2, 0, 3)]
    plates = look_once(ByWidth(), recognizer).run_batch(iter(images))
    assert [[p.text for p in each] for each in plates] == [["A", "B"], [], ["C", "D", "E"]]
    assert len(recognizer.calls) == 1


def test_a_timed_batch_says_the_same() -> None:
    recognizer = CountingRecognizer(reading("A"), reading("B"))
    pipeline = look_once(FixedDetector(detection(20)), recognizer)
    images = [picture(), picture(width=900)]
    results = pipeline.run_batch_timed(images)
    assert [[p.text for p in result.plates] for result in results] == [["A"], ["B"]]
    assert [result.width for result in results] == [1000, 900]
    assert len(recognizer.calls) == 1
    for result in results:
        assert 0 < result.ms_detect < result.ms_total
        assert result.ms_total == result.ms_detect + result.ms_read
    assert pipeline.run_batch_timed([]) == []


def test_nothing_found_is_nothing_and_the_recogniser_rests() -> None:
    recognizer = CountingRecognizer()
    pipeline = look_once(FixedDetector(), recognizer)
    assert pipeline.run(picture()) == []
    assert pipeline.run_batch([]) == []
    assert recognizer.calls == []


@pytest.mark.parametrize(
    ("least", "kept"),
    [(0.0, ["SURE", "", "NOT"]), (0.3, ["SURE", "NOT"]), (0.5, ["SURE"]), (1.0, [])],
)
def test_unsure_plates_are_left_out(least: float, kept: list[str]) -> None:
    # The reader is sure that there is nothing to read: that is no confidence in a text.
    texts = reading("SURE", 0.9), reading("", 0.99), reading("NOT", 0.4)
    detector = FixedDetector(detection(0), detection(50), detection(100))
    settings = PipelineSettings(min_confidence=least, views=ONE_VIEW)
    plates = Pipeline(detector, CountingRecognizer(*texts), settings).run(picture())
    assert [p.text for p in plates] == kept


@pytest.mark.parametrize("least", [-0.1, 1.1, float("nan")])
def test_a_confidence_lies_between_0_and_1(least: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        PipelineSettings(min_confidence=least)


def test_a_picture_without_a_plate_may_be_one() -> None:
    pipeline = look_once(FixedDetector(), CountingRecognizer(reading("AB12", 0.95)))
    (plate,) = pipeline.run(picture(40, 160))
    assert plate.text == "AB12"
    assert plate.detection.box == Box(0, 0, 160, 40)
    assert plate.detection.quad.points[2] == (160.0, 40.0)
    assert plate.detection.confidence == 0.95


@pytest.mark.parametrize("found", [reading("AB12", 0.5), reading("", 0.99)], ids=["weak", "empty"])
def test_a_picture_that_does_not_read_like_a_plate_is_none(found: Reading) -> None:
    assert look_once(FixedDetector(), CountingRecognizer(found)).run(picture(40, 160)) == []


@pytest.mark.parametrize("size_hw", [(1, 1), (10, 20), (720, 1280), (160, 40), (20, 400)], ids=str)
def test_a_picture_that_does_not_look_like_a_plate_is_not_read(size_hw: tuple[int, int]) -> None:
    recognizer = CountingRecognizer()
    assert look_once(FixedDetector(), recognizer).run(picture(*size_hw)) == []
    assert recognizer.calls == []


@pytest.mark.parametrize(("confidence", "kept"), [(0.95, ["AB12"]), (0.8, [])], ids=str)
def test_a_doubtful_place_is_a_plate_if_it_can_be_read(confidence: float, kept: list[str]) -> None:
    found = replace(detection(600, 0.4), is_doubtful=True)
    pipeline = look_once(FixedDetector(found), CountingRecognizer(reading("AB12", confidence)))
    assert [plate.text for plate in pipeline.run(picture())] == kept


@pytest.mark.parametrize(
    ("whole", "texts"), [(0.9, ["AB12"]), (0.5, ["CD34"])], ids=["plate", "photograph"]
)
def test_a_picture_with_a_doubtful_place_may_be_a_plate(whole: float, texts: list[str]) -> None:
    found = replace(detection(100, 0.4), is_doubtful=True)
    recognizer = CountingRecognizer(reading("AB12", whole), reading("CD34", 0.95))
    pipeline = look_once(FixedDetector(found), recognizer)
    assert [plate.text for plate in pipeline.run(picture(40, 160))] == texts


def test_a_timed_run_gives_the_same_with_times() -> None:
    image = picture()
    readings = reading("A"), reading("B")
    detector = FixedDetector(detection(20), detection(200))
    result = look_once(detector, CountingRecognizer(*readings)).run_timed(image)
    assert result.plates == tuple(look_once(detector, CountingRecognizer(*readings)).run(image))
    assert (result.width, result.height) == (1000, 200)
    assert result.image is image
    assert 0 <= result.ms_detect + result.ms_read <= result.ms_total + 1e-6


def test_a_recogniser_that_loses_a_plate_is_noticed() -> None:
    class Forgetful:
        def read(self, crops: Sequence[RgbImage]) -> list[Reading]:
            return [reading("A")] * (len(crops) - 1)

    pipeline = look_once(FixedDetector(detection(0), detection(50)), Forgetful())
    with pytest.raises(ValueError, match="2 crops, 1 readings"):
        pipeline.run(picture())
    with pytest.raises(ValueError, match="2 crops, 1 readings"):
        pipeline.run_timed(picture())


def test_several_views_of_a_plate_are_read_at_once_and_merged() -> None:
    views = ((0.0, 0.0), (0.5, 0.5))
    recognizer = CountingRecognizer(
        reading("A", 0.9), reading("A", 0.5), reading("B", 0.6), reading("C", 0.2)
    )
    pipeline = Pipeline(
        FixedDetector(detection(20), detection(200)), recognizer, PipelineSettings(views=views)
    )
    plates = pipeline.run(picture())
    assert recognizer.calls == [[(20, 40, 3), (40, 80, 3), (20, 40, 3), (40, 80, 3)]]
    assert [p.text for p in plates] == ["A", "B"]
    assert [p.confidence for p in plates] == pytest.approx([0.7, 0.3])


def test_a_plate_without_a_view_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one view"):
        PipelineSettings(views=())


class Doubling:
    """Takes every text twice, and keeps the shapes of the crops that it was shown."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, ...]] = []

    def match(self, crops: Sequence[RgbImage], readings: Sequence[Reading]) -> list[Match]:
        self.seen += [crop.shape for crop in crops]
        return [Match(reading(2 * r.text), Region("gb", "Britain", 0.9), "twice") for r in readings]


def test_a_matcher_gives_region_text_and_reason() -> None:
    pipeline = Pipeline(
        FixedDetector(detection(20), detection(200)),
        CountingRecognizer(*(reading(c) for c in "AABB")),
        PipelineSettings(views=(READING_MARGIN, (0.0, 0.0))),
        Doubling(),
    )
    first, second = pipeline.run(picture())
    assert (first.text, first.raw_text, first.reason) == ("AA", "A", "twice")
    assert (second.text, second.raw_text) == ("BB", "B")
    assert first.region == Region("gb", "Britain", 0.9)


def test_a_matcher_is_shown_the_first_view_of_each_plate_of_a_batch() -> None:
    matcher = Doubling()
    pipeline = Pipeline(
        FixedDetector(detection(20)),
        CountingRecognizer(*(reading(c) for c in "AABB")),
        PipelineSettings(views=((0.0, 0.0), READING_MARGIN)),
        matcher,
    )
    plates = pipeline.run_batch([picture(), picture()])
    assert [[p.text for p in each] for each in plates] == [["AA"], ["BB"]]
    assert matcher.seen == [(20, 40, 3), (20, 40, 3)]


def test_characters_are_doubted_where_it_is_asked() -> None:
    read = Reading("AB", 0.4, (0.9, 0.45), (Candidate("AB", 0.4),), 1)
    for least, failed in ((0.0, None), (0.45, ()), (0.5, (1,))):
        settings = PipelineSettings(min_char_confidence=least, views=ONE_VIEW)
        pipeline = Pipeline(FixedDetector(detection(20)), CountingRecognizer(read), settings)
        (plate,) = pipeline.run(picture())
        assert (plate.text, plate.failed_positions) == ("AB", failed)
    with pytest.raises(ValueError, match="between 0 and 1"):
        PipelineSettings(min_char_confidence=1.1)
