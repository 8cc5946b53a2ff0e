"""The watcher on drawn pictures with made-up stages: what is told, when, and how often."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from platelens.geometry import box_to_quad
from platelens.pipeline import Pipeline
from platelens.pipeline.video import Watcher, WatchSettings
from platelens.types import (
    Box,
    Candidate,
    Detection,
    Frame,
    Match,
    Pass,
    Reading,
    Region,
    RgbImage,
)

FPS = 10


@dataclass
class Car:
    """A gray rectangle that goes from x at `first_s`, so many px a second, until `last_s`."""

    text: str
    first_s: float
    last_s: float
    x: float = 60
    speed: float = 100
    y: int = 200
    level: int = 250  # tells the reader which car it is
    misread: dict[int, str] = field(default_factory=dict)  # by number of the picture


def picture(cars: Sequence[Car], time_s: float) -> RgbImage:
    pixels = np.full((360, 640, 3), 60, np.uint8)
    for car in cars:
        if car.first_s <= time_s <= car.last_s:
            x = round(car.x + car.speed * (time_s - car.first_s))
            pixels[car.y : car.y + 20, max(0, x) : max(0, x + 80)] = car.level
    return RgbImage(pixels)


def video(cars: Sequence[Car], seconds: float) -> Iterator[Frame]:
    for number in range(round(seconds * FPS)):
        yield Frame(picture(cars, number / FPS), number / FPS, number)


class Eyes:
    """Finds and reads the cars by their level of gray."""

    def __init__(self, cars: Sequence[Car], sure: float = 0.9) -> None:
        self.cars = {car.level: car for car in cars}
        self.sure = sure
        self.looks = 0
        self.reads = 0

    def detect(self, image: RgbImage) -> list[Detection]:
        self.looks += 1
        found = []
        for level in self.cars:
            rows, columns = np.nonzero(image[..., 0] == level)
            if rows.size:
                box = Box(columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
                found.append(Detection(box, box_to_quad(box), 0.9))
        return found

    def read(self, crops: Sequence[RgbImage]) -> list[Reading]:
        readings = []
        for crop in crops:
            levels, counts = np.unique(crop[..., 0], return_counts=True)
            known = [
                (c, v)
                for v, c in zip(levels.tolist(), counts.tolist(), strict=True)
                if v in self.cars
            ]
            car = self.cars[max(known)[1]]
            text = car.misread.get(self.reads // 2, car.text)
            self.reads += 1
            readings.append(
                Reading(text, self.sure, (self.sure,) * len(text), (Candidate(text, self.sure),), 1)
            )
        return readings


def watch(cars: Sequence[Car], seconds: float, sure: float = 0.9, **settings: object) -> list[Pass]:
    eyes = Eyes(cars, sure)
    use = WatchSettings(**settings)  # type: ignore[arg-type]  # by name
    return list(Watcher(Pipeline(eyes, eyes), use).watch(video(cars, seconds)))


def test_each_vehicle_gives_one_pass() -> None:
    cars = [
        Car("FIRST1", 0.5, 4, y=100, level=250),
        Car("OTHER2", 1, 5, x=500, speed=-90, level=200),
    ]
    passes = watch(cars, 8)
    assert [p.plate.text for p in passes] == ["FIRST1", "OTHER2"]
    first = passes[0]
    assert (first.first_s, first.last_s) == pytest.approx((0.5, 4))
    assert first.sightings == 36
    assert (first.is_final, first.is_parked) == (True, False)
    assert [p.direction_deg for p in passes] == [pytest.approx(0), pytest.approx(180)]


def test_picture_crop_and_box_are_of_the_same_moment() -> None:
    cars = [Car("FIRST1", 0.5, 4)]
    (found,) = watch(cars, 6)
    box = found.plate.detection.box
    np.testing.assert_array_equal(found.image, picture(cars, found.best_s))
    assert (found.image[int(box.y1) : int(box.y2), int(box.x1) : int(box.x2)] == 250).all()
    assert found.crop.mean() > 150


def test_misreadings_are_outvoted() -> None:
    car = Car("FIRST1", 0, 3, misread={3: "F1RST1", 4: "FIRS11", 9: "FIRST", 12: "XXXXXX"})
    (found,) = watch([car], 5)
    assert found.plate.text == found.plate.raw_text == "FIRST1"
    assert found.plate.confidence > 0.8


def test_a_pass_ends_when_the_plate_has_gone_and_at_the_end_of_the_video() -> None:
    cars = [Car("FIRST1", 0, 2), Car("OTHER2", 3, 6, level=200)]
    eyes = Eyes(cars)
    told = {
        found.plate.text: watched.frame.time_s
        for watched in Watcher(Pipeline(eyes, eyes)).watch_frames(video(cars, 6))
        for found in watched.passes
    }
    assert told["FIRST1"] == pytest.approx(3.6, abs=0.11)
    assert told["OTHER2"] == pytest.approx(5.9)


@pytest.mark.parametrize(
    ("gap_s", "text", "count"),
    [(5, "F1RST1", 1), (5, "FIRS", 1), (5, "FIR", 2), (50, "F1RST1", 2)],
    ids=["soon", "partly hidden", "too little of it", "later"],
)
def test_the_same_plate_again_soon_is_the_same_pass(gap_s: float, text: str, count: int) -> None:
    again = Car(text, 2 + gap_s, 4 + gap_s, level=200)
    assert len(watch([Car("FIRST1", 0, 2), again], 8 + gap_s)) == count


def test_a_parked_car_is_told_once_and_costs_little() -> None:
    car = Car("PARK99", 1, 300, x=100, speed=0)
    eyes = Eyes([car])
    settings = WatchSettings(park_s=10, look_again_s=5)
    passes = list(Watcher(Pipeline(eyes, eyes), settings).watch(video([car], 120)))
    assert [(p.plate.text, p.is_parked) for p in passes] == [("PARK99", True)]
    assert passes[0].last_s == pytest.approx(11, abs=0.2)
    assert passes[0].direction_deg is None
    assert eyes.looks < 30


def test_still_pictures_are_searched_where_asked_for() -> None:
    eyes = Eyes([])
    settings = WatchSettings(skip_still=False)
    assert list(Watcher(Pipeline(eyes, eyes), settings).watch(video([], 5))) == []
    assert eyes.looks == 50


def test_a_preview_comes_first_and_has_the_same_number() -> None:
    early, final = watch([Car("FIRST1", 0, 3)], 6, preview=True)
    assert (early.is_final, final.is_final) == (False, True)
    assert early.id == final.id
    assert early.plate.text == final.plate.text == "FIRST1"
    assert early.last_s < 1
    assert early.sightings < final.sightings


def test_what_is_hardly_read_is_not_told() -> None:
    car = Car("FIRST1", 0, 3)
    assert watch([car], 5, sure=0.15) == []
    assert [p.plate.text for p in watch([car], 5, sure=0.6)] == ["FIRST1"]
    once = [Car("ONCE11", 1, 1.15)]
    assert watch(once, 4, sure=0.6) == []
    assert [p.plate.text for p in watch(once, 4, sure=0.95)] == ["ONCE11"]


def test_a_plate_that_is_seen_clearly_is_told_however_it_is_read() -> None:
    car = [Car("FIRST1", 0, 3)]  # without letters it has no edges that could be sharp
    assert watch(car, 5, sure=0.1) == []
    (found,) = watch(car, 5, sure=0.1, clear_weight=0.0)
    assert found.plate.reading is not None
    assert not found.plate.reading.is_readable
    assert watch(car, 5, sure=0.1, clear_weight=0.0, min_confidence=0.3) == []


def test_a_plate_that_comes_in_at_the_edge_is_one_and_its_part_none() -> None:
    enters = Car("FIRST1", 0, 3, x=-60, misread={0: "ST1", 1: "ST1"})
    assert [p.plate.text for p in watch([enters], 6)] == ["FIRST1"]
    assert watch([Car("FIRST1", 0, 3, x=-40, speed=0)], 6) == []


def test_only_the_chosen_area_counts() -> None:
    cars = [Car("ABOVE1", 0, 3, y=60), Car("BELOW2", 0, 3, y=260, level=200)]
    lower_half = ((0.0, 0.5), (1.0, 0.5), (1.0, 1.0), (0.0, 1.0))
    assert [p.plate.text for p in watch(cars, 6, roi=lower_half)] == ["BELOW2"]


def test_the_matcher_weighs_what_was_voted() -> None:
    region = Region("xa", "Nowhere", 0.8)

    class Matcher:
        def match(self, crops: Sequence[RgbImage], readings: Sequence[Reading]) -> list[Match]:
            assert len(crops) == len(readings) == 1
            (raw,) = readings
            better = Reading("F1RST1", raw.confidence, raw.char_confidences, raw.candidates, 1)
            return [Match(better, region, "serials are like that")]

    cars = [Car("FIRST1", 0, 2)]
    eyes = Eyes(cars)
    watcher = Watcher(Pipeline(eyes, eyes, matcher=Matcher()))
    told: list[Pass] = []
    shown = set()
    for watched in watcher.watch_frames(video(cars, 5)):
        told += watched.passes
        shown |= {plate.text for t in watched.tracks if (plate := watcher.plate_of(t))}
    (found,) = told
    assert (found.plate.text, found.plate.raw_text) == ("F1RST1", "FIRST1")
    assert shown == {"F1RST1"}
    assert found.plate.region == region
    assert found.plate.reason == "serials are like that"


def test_what_was_read_is_told_before_an_error_of_the_source() -> None:
    cars = [Car("FIRST1", 0, 2)]

    def broken() -> Iterator[Frame]:
        yield from video(cars, 1)
        raise OSError("the camera is gone")

    eyes = Eyes(cars)
    told: list[str] = []
    passes = Watcher(Pipeline(eyes, eyes)).watch(broken())
    with pytest.raises(OSError, match="camera"):
        told.extend(found.plate.text for found in passes)
    assert told == ["FIRST1"]
    assert eyes.looks == 10


def test_no_pictures_give_nothing() -> None:
    assert watch([], 0) == []


def test_without_the_extra_the_reader_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['av'] = None\n"
        "from platelens import PlateReader\n"
        "from platelens.errors import ExtraError\n"
        "try:\n    next(PlateReader('whole', matcher='none').watch('clip.mp4'))\n"
        "except ExtraError as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "videos need av: pip install 'platelens[video]'\n"
