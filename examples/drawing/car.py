"""The rear of a car, in centimetres: x from its middle to the right, y up from the ground."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from examples.drawing.paint import (
    Canvas,
    Colour,
    Floats,
    Points,
    blur,
    cloudiness,
    flipped,
    mirrored,
    shade,
)
from examples.drawing.plate import PlateStyle, draw_plate_face

PX_PER_CM = 8
_HALF_WIDTH, _TOP, _BELOW = 112, 160, 12  # of the canvas, in centimetres

_BLACK: Colour = (0.035, 0.035, 0.04)
_PLASTIC: Colour = (0.085, 0.085, 0.09)
_CHROME: Colour = (0.78, 0.8, 0.82)


@dataclass(frozen=True, slots=True)
class CarStyle:
    """What a car looks like."""

    paint: Colour
    plate: PlateStyle
    plate_y_cm: float = 75.0  # of the plate's middle
    lamp: Colour = (0.5, 0.025, 0.035)
    estate: bool = False  # a more upright rear window and taller lamps


def draw_car(style: CarStyle, draw: np.random.Generator) -> Canvas:
    """Draw a car's rear; `to_pixels` of the result leads from centimetres to its pixels."""
    size_hw = ((_TOP + _BELOW) * PX_PER_CM, 2 * _HALF_WIDTH * PX_PER_CM)
    scale = float(PX_PER_CM)
    to_pixels = np.array(
        [[scale, 0, _HALF_WIDTH * scale], [0, -scale, _TOP * scale], [0, 0, 1]], dtype=np.float32
    )
    car = Canvas(size_hw, to_pixels)
    _wheels(car)
    _mirrors(car, style)
    _body(car, style, draw)
    _window(car, style, draw)
    _lamps(car, style)
    _bumper(car, style)
    _trim(car, style)
    _mount_plate(car, style, draw)
    grain = cloudiness(draw, size_hw, coarsest=64, finest=2)[..., None]
    car.rgb = np.asarray(np.clip(car.rgb * (1 + 0.015 * grain), 0, 1), dtype=np.float32)
    return car


def plate_corners_cm(style: CarStyle) -> Points:
    """Give the corners of the plate on the car, clockwise from the top-left one."""
    half_height, half_width = (side / 20 for side in style.plate.size_hw)
    y = style.plate_y_cm
    return [
        (-half_width, y + half_height),
        (half_width, y + half_height),
        (half_width, y - half_height),
        (-half_width, y - half_height),
    ]


def _wheels(car: Canvas) -> None:
    for side in (-1, 1):
        tyre = [(side * x, y) for x, y in ((60, -1), (81, -1), (82.5, 6), (82.5, 40), (58, 40))]
        car.fill(tyre, (0.05, 0.05, 0.052), round_off=2)
        for x in (64.5, 69.5, 74.5):
            car.stroke([(side * x, 1), (side * x, 28)], (0.02, 0.02, 0.02), 5)
    car.fill([(-70, 14), (70, 14), (72, 34), (-72, 34)], (0.02, 0.02, 0.022), round_off=1)
    car.fill([(30, 13), (43, 13), (43, 18.5), (30, 18.5)], (0.3, 0.3, 0.31), round_off=3)
    car.fill([(31.5, 14), (41.5, 14), (41.5, 17.5), (31.5, 17.5)], _BLACK, round_off=3)
    axle = [(-58, 19), (58, 19), (58, 22), (-58, 22)]
    car.fill(axle, (0.06, 0.06, 0.06), feather_px=4)


def _mirrors(car: Canvas, style: CarStyle) -> None:
    housing = [(70, 98), (90, 98.5), (99, 101), (100.5, 107), (97, 111), (86, 110.5), (70, 104)]
    glass = [(88.5, 101), (96.5, 102), (98, 106.8), (95, 109), (88.5, 108.5)]
    for side in (-1, 1):
        shell = shade(style.paint, 0.56)
        car.fill([(side * x, y) for x, y in housing], shell, round_off=2)
        car.fill([(side * x, y) for x, y in glass], (0.33, 0.38, 0.43), round_off=2, feather_px=2)


def _outline(style: CarStyle) -> Points:
    roof = 66.0 if style.estate else 60.0
    half = [
        (0, 148), (roof * 0.55, 147.5), (roof, 143), (roof + 6, 136), (81, 101), (86, 95),
        (89.5, 86), (91, 70), (91, 50), (89, 34), (84, 22), (76, 17), (0, 16),
    ]  # fmt: skip
    return mirrored([(float(x), float(y)) for x, y in half])


def _body(car: Canvas, style: CarStyle, draw: np.random.Generator) -> None:
    """Paint the body: sky on what looks up, street on what looks down, darker to the sides."""
    mask = car.mask(_outline(style), round_off=2)
    height, width = mask.shape
    y = (_TOP - np.arange(height, dtype=np.float32) / PX_PER_CM)[:, None]
    x = (np.arange(width, dtype=np.float32) / PX_PER_CM - _HALF_WIDTH)[None]
    knots = [0, 22, 30, 44, 52, 58, 62, 66, 84, 90, 93, 97, 101, 120, 143, 150]
    gains = [
        0.3,
        0.36,
        0.5,
        0.78,
        1.05,
        1.28,
        0.84,
        0.72,
        0.95,
        1.12,
        1.5,
        1.34,
        0.9,
        1.0,
        1.2,
        1.5,
    ]
    gain = np.interp(y + 0.00045 * x**2 * 4, knots, gains)
    gain = gain * (1 - 0.42 * np.clip((np.abs(x) - 58) / 36, 0, 1) ** 2)
    gain = gain * (1 + 0.035 * cloudiness(draw, mask.shape, coarsest=512, finest=64))
    sky = np.clip((y - 84) / 70, 0, 1)[..., None] * np.array([0.02, 0.035, 0.06])
    rgb = np.asarray(style.paint, np.float32) * blur(gain.astype(np.float32), 5)[..., None] + sky
    # What stands along the street mirrors in the paint as a soft dark band.
    band = np.exp(-(((y - 70 - 5 * np.sin(x / 17)) / 7) ** 2)) * np.clip(np.abs(x) / 60, 0.2, 1)
    rgb = rgb * (1 - 0.22 * band[..., None]) + 0.012
    car.lay(np.asarray(np.clip(rgb, 0, 1), dtype=np.float32), mask)


def _window(car: Canvas, style: CarStyle, draw: np.random.Generator) -> None:
    top = 61.0 if style.estate else 54.0
    frame = mirrored([(0, 140.5), (top * 0.7, 140), (top, 136), (73, 102), (68, 98.5), (0, 96.5)])
    car.fill(frame, _BLACK, round_off=2)
    glass = mirrored([(0, 138), (top * 0.7, 137.5), (top - 3, 134), (69, 103), (64, 101), (0, 99)])
    mask = car.mask(glass, round_off=2)
    height, width = mask.shape
    y = (_TOP - np.arange(height, dtype=np.float32) / PX_PER_CM)[:, None]
    x = (np.arange(width, dtype=np.float32) / PX_PER_CM - _HALF_WIDTH)[None]
    sky = np.clip((y - 96) / 44, 0, 1) ** 1.3 * (1 + 0.25 * np.sin(x / 23 + y / 15))
    tint = np.array([0.3, 0.35, 0.4], dtype=np.float32)
    rgb = 0.05 + tint * (
        sky * (0.8 + 0.25 * cloudiness(draw, mask.shape, coarsest=256, finest=32))
    )[..., None].astype(np.float32)
    inside = Canvas(mask.shape, car.to_pixels)
    inside.lay(np.asarray(rgb, np.float32), np.ones_like(mask))
    for seat in (-38, 38):  # head rests, and what is seen of the seats
        head = [
            (seat + dx, y)
            for dx, y in ((-12, 104), (-11, 119), (-6, 122), (6, 122), (11, 119), (12, 104))
        ]
        inside.fill(head, (0.03, 0.03, 0.035), opacity=0.75, round_off=2, feather_px=5)
    inside.fill(
        [(-66, 98), (66, 98), (62, 109), (-62, 109)], (0.03, 0.03, 0.035), opacity=0.7, feather_px=8
    )
    inside.fill(
        [(-5, 131), (5, 131), (5, 135), (-5, 135)], (0.02, 0.02, 0.02), opacity=0.8, feather_px=4
    )
    streak = [(-48, 96), (-30, 96), (-6, 142), (-24, 142)]
    inside.fill(streak, (0.75, 0.8, 0.85), opacity=0.13, feather_px=14)
    inside.fill(
        [(-22, 96), (-17, 96), (7, 142), (2, 142)], (0.75, 0.8, 0.85), opacity=0.1, feather_px=9
    )
    car.lay(inside.rgb, mask)
    for y_wire in np.arange(106, 133, 4.5):  # the heater
        reach = float(np.interp(y_wire, [101, 136], [60, top - 8]))
        car.stroke([(-reach, y_wire), (reach, y_wire)], (0.2, 0.14, 0.1), 1, opacity=0.35)
    car.stroke([(3, 99), (-12, 102.5), (-44, 108)], (0.02, 0.02, 0.02), 9)
    car.stroke([(2, 99.6), (-12, 103.2), (-44, 108.7)], (0.3, 0.3, 0.3), 2, opacity=0.5)
    spoiler = mirrored([(0, 147), (top * 0.8, 146), (top + 4, 141), (top, 138.6), (0, 140.6)])
    car.fill(spoiler, shade(style.paint, 0.78), round_off=2)
    car.stroke([(-14, 141.7), (14, 141.7)], (0.45, 0.04, 0.05), 9)


def _lamps(car: Canvas, style: CarStyle) -> None:
    if style.estate:
        outline = [(70, 98), (81, 99), (87, 92), (89.5, 80), (89.5, 62), (76, 62), (72, 70)]
        clear = [(73, 70), (88, 69), (88.5, 64), (76.5, 64)]
    else:
        outline = [(52, 92), (70, 94), (84, 93), (88.5, 86), (89.5, 76), (74, 73), (55, 79)]
        clear = [(55, 89), (65, 90), (66, 79), (57, 81)]
    for points, bright in ((outline, clear), (flipped(outline), flipped(clear))):
        car.fill(points, _BLACK, opacity=0.7, round_off=2, feather_px=7)
        mask = car.fill(points, style.lamp, round_off=2)
        car.fill(bright, (0.72, 0.72, 0.7), opacity=0.85, round_off=2, feather_px=2)
        rows = np.arange(mask.shape[0], dtype=np.float32)[:, None]
        ribs = 1 + 0.12 * np.sin(rows / 3.4)
        ys = (_TOP - rows / PX_PER_CM - 62) / 34
        car.light(mask, np.asarray(ribs * (0.62 + 0.75 * np.clip(ys, 0, 1)), dtype=np.float32))
        middle = np.asarray(points, dtype=np.float32).mean(axis=0)
        for grow, value in ((0.62, 0.1), (0.42, 0.16)):
            ring = [
                (float(p[0]), float(p[1])) for p in middle + (np.asarray(points) - middle) * grow
            ]
            car.fill(ring, (1.0, 0.25, 0.22), opacity=value, round_off=3, feather_px=4)
        shine = [(p[0], p[1] - 1.6) for p in points[:3]]
        car.stroke(shine, (1.0, 0.9, 0.9), 5, opacity=0.55)
        car.stroke([*points, points[0]], _BLACK, 2, opacity=0.8)


def _bumper(car: Canvas, style: CarStyle) -> None:
    skirt = mirrored([(0, 36), (62, 36), (84, 39), (85, 28), (80, 20), (74, 17), (0, 16.5)])
    car.fill(skirt, _PLASTIC, round_off=2)
    car.fill(mirrored([(0, 23), (58, 23), (62, 18.5), (0, 18)]), _BLACK, feather_px=3)
    car.stroke([(-80, 37.4), (0, 36.6), (80, 37.4)], (0.22, 0.22, 0.23), 3, opacity=0.6)
    for side in (-1, 1):
        glass = [(side * x, y) for x, y in ((60, 40.5), (80, 42), (80, 45.2), (60, 43.7))]
        car.fill(glass, (0.5, 0.03, 0.04), round_off=1)
        car.stroke([glass[3], glass[2]], (0.9, 0.45, 0.45), 2, opacity=0.6)
    crest = [(-88, 60.5), (-70, 58.6), (0, 57.8), (70, 58.6), (88, 60.5)]
    car.stroke(crest, (1, 1, 1), 6, opacity=0.22)
    gap = [(x, y + 2.6) for x, y in crest]
    car.stroke(gap, _BLACK, 4, opacity=0.9)
    car.stroke([(x, y - 7.0) for x, y in crest], _BLACK, 14, opacity=0.07)
    for x in (-46, -17, 17, 46):  # parking sensors
        car.fill(
            [(x - 1.4, 48), (x + 1.4, 48), (x + 1.4, 51), (x - 1.4, 51)],
            shade(style.paint, 0.5),
            round_off=3,
        )


def _trim(car: Canvas, style: CarStyle) -> None:
    """Draw the seams of the tailgate, the bar and the badge."""
    x_seam = 70.5 if style.estate else 53.0
    for side in (-1, 1):
        seam = [
            (side * x, y) for x, y in ((x_seam, 61), (x_seam + 1, 78), (x_seam + 3, 97), (68, 108))
        ]
        if not style.estate:
            seam = [(side * x, y) for x, y in ((x_seam - 2, 61), (x_seam, 76), (x_seam - 1, 93))]
        car.stroke(seam, _BLACK, 3, opacity=0.75)
        car.stroke([(x + side * 0.5, y) for x, y in seam], (1, 1, 1), 2, opacity=0.2)
    half_height, half_width = (side / 20 for side in style.plate.size_hw)
    y = style.plate_y_cm
    niche = mirrored(
        [
            (0, y + half_height + 5),
            (half_width + 4, y + half_height + 4),
            (half_width + 7, y - half_height - 3),
            (0, y - half_height - 4),
        ]
    )
    car.fill(niche, _BLACK, opacity=0.45, round_off=2, feather_px=6)
    bar = y + half_height + 3.8
    car.fill(
        mirrored(
            [(0, bar + 2.4), (half_width + 3, bar + 2), (half_width + 4, bar), (0, bar - 0.4)]
        ),
        shade(style.paint, 0.98),
        round_off=1,
    )
    car.stroke(
        [(-half_width - 2, bar + 1.8), (half_width + 2, bar + 1.8)], _CHROME, 5, opacity=0.75
    )
    badge = bar + 6.5
    circle = [
        (4.2 * float(np.cos(a)), badge + 3.4 * float(np.sin(a))) for a in np.linspace(0, 6.1, 24)
    ]
    car.fill(circle, _CHROME)
    car.fill([(0.72 * x, badge + 0.72 * (y - badge)) for x, y in circle], (0.18, 0.19, 0.21))
    car.fill([(0.3 * x, badge + 0.3 * (y - badge)) for x, y in circle], _CHROME)


def _mount_plate(car: Canvas, style: CarStyle, draw: np.random.Generator) -> None:
    corners = plate_corners_cm(style)
    shadow = [(x, y - 0.8) for x, y in corners]
    car.fill(shadow, (0.0, 0.0, 0.0), opacity=0.6, feather_px=6)
    middle_y = style.plate_y_cm
    holder = [(x * 1.018, middle_y + (y - middle_y) * 1.07) for x, y in corners]
    car.fill(holder, _BLACK)
    face = draw_plate_face(style.plate, draw)
    height, width = face.shape[:2]
    source = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(source, car.pixels(corners))
    size_wh = car.alpha.shape[::-1]
    rgb = cv2.warpPerspective(
        face, matrix, size_wh, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE
    )
    # The tailgate keeps the light from the upper edge of the plate.
    shaded: Floats = np.asarray(rgb, dtype=np.float32) * np.float32(0.93)
    car.lay(shaded, car.mask(corners))
    half_height, half_width = (side / 20 for side in style.plate.size_hw)
    lip = [
        (-half_width, middle_y + half_height),
        (half_width, middle_y + half_height),
        (half_width, middle_y + half_height - 1.8),
        (-half_width, middle_y + half_height - 1.8),
    ]
    car.fill(lip, (0, 0, 0), opacity=0.22, feather_px=5)
