"""Draw `examples/street.jpg`: a street with two cars, from nothing but code.

    python -m examples.draw_street

The picture is what `make demo` reads. No photograph and no font went into it, the plates are
invented, and the same seed gives the same picture.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from examples.drawing.car import CarStyle, draw_car, plate_corners_cm
from examples.drawing.paint import Canvas, Floats, blur, cloudiness, warp_over
from examples.drawing.plate import PlateStyle
from examples.drawing.street import Camera, draw_street

SIZE_HW: Final = (720, 1280)
_OVERSAMPLING: Final = 2
_BLUE_BAND: Final = (0.07, 0.16, 0.5)


@dataclass(frozen=True, slots=True)
class ParkedCar:
    """A car and where it stands."""

    style: CarStyle
    middle_m: tuple[float, float]  # (X, Z) of the middle of its rear, from the camera
    roll_degrees: float = 0.0  # clockwise as seen
    yaw: float = 0.0  # how much smaller its right side looks, as a part of its width


@dataclass(frozen=True, slots=True)
class DrawnPlate:
    """What is known of a plate in the picture."""

    text: str
    corners: tuple[tuple[float, float], ...]  # pixels, clockwise from the top-left one


CARS: Final = (
    ParkedCar(
        CarStyle(
            paint=(0.17, 0.25, 0.36),
            plate=PlateStyle(rows=("LEN", "5813"), size_hw=(200, 340)),
            plate_y_cm=74.0,
            estate=True,
        ),
        middle_m=(1.54, 4.2),
        roll_degrees=3.0,
        yaw=0.05,
    ),
    ParkedCar(
        CarStyle(
            paint=(0.36, 0.05, 0.06),
            plate=PlateStyle(rows=("PL24 ENS",), size_hw=(114, 520), band=_BLUE_BAND),
        ),
        middle_m=(-0.72, 2.9),
        roll_degrees=-0.6,
        yaw=-0.012,
    ),
)
"""The cars of the demo picture, the far one first."""


def draw_scene(
    cars: tuple[ParkedCar, ...] = CARS, *, seed: int = 24
) -> tuple[NDArray[np.uint8], list[DrawnPlate]]:
    """Draw the street with the given cars, 1280x720: (H, W, 3) R, G, B, and its plates."""
    draw = np.random.default_rng(seed)
    height, width = (side * _OVERSAMPLING for side in SIZE_HW)
    camera = Camera((height, width), focal_px=0.84 * width, centre_px=(0.51 * width, 0.24 * height))
    scene = draw_street(camera, draw).rgb
    plates = []
    for car in cars:
        picture = draw_car(car.style, draw)
        on_road = _place(car, camera)
        scene = _shadow(scene, on_road)
        scene = warp_over(scene, picture, on_road @ np.linalg.inv(picture.to_pixels))
        points = np.asarray(plate_corners_cm(car.style), dtype=np.float32)[None]
        corners = cv2.perspectiveTransform(points, on_road)[0] / _OVERSAMPLING
        places = tuple((round(float(x), 1), round(float(y), 1)) for x, y in corners)
        plates.append(DrawnPlate(car.style.plate.text, places))
    return _photograph(scene, draw), plates


def main() -> None:
    """Draw the picture into a file."""
    parser = argparse.ArgumentParser(description="draw the demo picture")
    default = Path(__file__).with_name("street.jpg")
    parser.add_argument("out", nargs="?", type=Path, default=default, help="JPEG file to write")
    out = parser.parse_args().out
    pixels, _ = draw_scene()
    coded = cv2.imencode(".jpg", pixels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 86])[1]
    out.write_bytes(coded.tobytes())


def _place(car: ParkedCar, camera: Camera) -> Floats:
    """Give the (3, 3) map from centimetres of the car's rear to pixels of the drawing."""
    x, z = car.middle_m
    foot = camera.project([(x, 0.0, z)])[0]
    scale = camera.focal_px / z / 100
    angle = np.radians(car.roll_degrees)
    cos, sin = np.cos(angle) * scale, np.sin(angle) * scale
    # y of the car runs up, that of the picture down.
    turn = np.array([[cos, sin, foot[0]], [sin, -cos, foot[1]], [0, 0, 1]])
    tilt = np.array([[1, 0, 0], [0, 1, 0], [car.yaw / 90, 0, 1]])
    return np.asarray(turn @ tilt, dtype=np.float32)


def _shadow(scene: Floats, on_road: Floats) -> Floats:
    """Darken the road under and beside a car."""
    ground = Canvas(scene.shape[:2], on_road)
    scale = float(np.hypot(on_road[0, 0], on_road[1, 0]))
    wide = [(-96.0, 16.0), (118.0, 16.0), (122.0, 3.0), (96.0, -9.0), (-88.0, -7.0)]
    tight = [(-84.0, 16.0), (86.0, 16.0), (86.0, 0.0), (-84.0, 0.0)]
    for outline, softness, dark in ((wide, 6.0, 0.55), (tight, 2.5, 0.75)):
        mask = ground.mask(outline, round_off=2, feather_px=softness * scale)
        scene = scene * (1 - dark * mask)[..., None]
    return np.asarray(scene, dtype=np.float32)


def _photograph(scene: Floats, draw: np.random.Generator) -> NDArray[np.uint8]:
    """See the drawing as a small camera would: bloom, vignette, blur, noise."""
    height, width = SIZE_HW
    picture = cv2.resize(scene, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32)
    picture += 0.07 * blur(np.clip(picture - 0.72, 0, 1).astype(np.float32), 14)
    v, u = np.mgrid[0:height, 0:width]
    edge = ((u / width - 0.5) ** 2 + (v / height - 0.5) ** 2).astype(np.float32)
    picture *= (1.03 - 0.42 * edge)[..., None]
    picture *= (1 + 0.03 * cloudiness(draw, SIZE_HW, coarsest=512, finest=128))[..., None]
    picture = blur(picture, 0.62)
    noise = draw.standard_normal((height, width, 3)).astype(np.float32)
    noise = 0.6 * noise + noise.mean(axis=2, keepdims=True)
    picture += 0.012 * blur(noise, 0.45)
    warm = np.array([1.12, 1.1, 1.07], dtype=np.float32)
    return np.asarray(np.clip(picture * warm * 255 + 0.5, 0, 255), dtype=np.uint8)


if __name__ == "__main__":
    main()
