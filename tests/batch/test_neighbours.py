from __future__ import annotations

from collections.abc import Callable

import numpy as np

from platelens import imaging
from platelens.batch.fetch import Fetched
from platelens.batch.neighbours import find_neighbours
from platelens.types import RgbImage

Street = Callable[..., RgbImage]


def frames(*images: RgbImage) -> list[Fetched]:
    return [Fetched(n, f"{n}.jpg", imaging.encode(i, ".jpg")) for n, i in enumerate(images)]


def noisy(image: RgbImage, seed: int) -> RgbImage:
    noise = np.random.default_rng(seed).integers(-2, 3, image.shape)
    return imaging.from_array(np.clip(image + noise, 0, 255).astype(np.uint8), order="rgb")


def test_a_picture_in_which_nothing_moved_is_skipped(street: Street) -> None:
    empty, car = street(width=640), street("A", width=640)
    pictures = frames(empty, noisy(empty, 1), car, noisy(car, 2), noisy(empty, 3), street("B"))
    assert find_neighbours(pictures) == {1: "0.jpg", 3: "2.jpg", 4: "0.jpg"}


def test_a_slow_change_adds_up(street: Street) -> None:
    images = []
    for step in range(6):
        image = street(width=640).copy()
        image[40:100, 40 : 60 + 20 * step] = 200
        images.append(imaging.from_array(image, order="rgb"))
    assert find_neighbours(frames(*images)) == {}


def test_what_cannot_be_decoded_is_left_to_the_reader(street: Street) -> None:
    one, two = frames(street("A"), street("A"))
    broken = Fetched(1, "broken.jpg", b"\xff\xd8\xff no picture")
    missing = Fetched(2, "missing.jpg", trouble="missing")
    assert find_neighbours([one, broken, missing, Fetched(3, "3.jpg", two.data)]) == {3: "0.jpg"}
