"""The street of a clip with all that moves in it, at one moment."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from platelens.datasets.synth.catalogue import Catalogue
from platelens.datasets.synth.clips.casting import Casting, Light, draw_light
from platelens.datasets.synth.clips.film import load_film
from platelens.datasets.synth.clips.layers import Exposure, PlateMark, draw_things
from platelens.datasets.synth.clips.plans import Habits, plan_road
from platelens.datasets.synth.clips.street import Ground, draw_street
from platelens.datasets.synth.clips.traffic import Lane, far_to_near
from platelens.datasets.synth.clips.truth import LEGIBLE_PX, ClipTruth, PlateView, VehicleTruth
from platelens.datasets.synth.clips.view import draw_view
from platelens.datasets.synth.crops import least_width_px
from platelens.datasets.synth.fonts import FontSet
from platelens.datasets.synth.plate import FlatPlate
from platelens.types import RgbImage


@dataclass(frozen=True, slots=True)
class ClipSettings:
    """What a clip shows. Probabilities and strengths are from 0 to 1, ranges from - to."""

    size_hw: tuple[int, int] = (720, 1280)
    fps: float = 25.0
    duration_s: float = 20.0
    plate_px: tuple[float, float] = (95.0, 160.0)  # width where the camera looks
    night: float = 0.2  # probability
    habits: Habits = field(default_factory=Habits)
    strength: float = 1.0  # of blur, noise, compression and what the light does
    background: RgbImage | None = None  # an empty street; None = one is drawn


class Scene:
    """A street, its lanes and its camera. Moves on with `step`."""

    def __init__(
        self, rng: np.random.Generator, fonts: FontSet, catalogue: Catalogue, use: ClipSettings
    ) -> None:
        """Choose everything; nothing is known of the plates before they are drawn."""
        self._light: Light = draw_light(rng, night=bool(rng.random() < use.night))
        self._view = draw_view(rng, use.size_hw, use.plate_px)
        road = plan_road(rng, self._view, use.habits)
        cast = Casting(fonts, catalogue, self._light)
        makers = {"vehicle": cast.vehicle, "walker": cast.walker, "post": cast.post}
        seeds = rng.integers(2**62, size=len(road.lanes))
        self._lanes = [
            Lane(plan, makers[plan.kind], np.random.default_rng(seed))
            for plan, seed in zip(road.lanes, seeds, strict=True)
        ]
        if use.background is None:
            ground = Ground(road.left, road.right, self._light.day)
            self._street = draw_street(rng, self._view, ground)
        else:
            self._street = _fit(use.background, use.size_hw)
        self._film = load_film(rng, use.strength, night=self._light.night)
        self._vehicles: dict[int, VehicleTruth] = {}

    @property
    def truth(self) -> ClipTruth:
        """What is true of the pictures so far."""
        return ClipTruth(tuple(self._vehicles.values()), self._light.night)

    def step(self, passed_s: float) -> None:
        """Let time pass."""
        for lane in self._lanes:
            lane.step(passed_s)

    def draw(self, number: int, time_s: float) -> RgbImage:
        """Draw the picture of now, and take note of the plates in it."""
        moving = {
            thing.number: (thing, lane.speed) for lane in self._lanes for thing in lane.things
        }
        ordered = far_to_near([thing for thing, _ in moving.values()], self._view.eye)
        frame = self._street.copy()
        exposure = Exposure(self._view, self._film.shutter_s, self._light.night)
        marks = draw_things(frame, [moving[thing.number] for thing in ordered], exposure)
        for mark in marks:
            plate = moving[mark.number][0].plate
            if plate is not None:
                self._note(mark, plate, number, time_s)
        return self._film.expose(frame, number)

    def _note(self, mark: PlateMark, plate: FlatPlate, number: int, time_s: float) -> None:
        least = max(LEGIBLE_PX, least_width_px(plate.text, plate.rows))
        view = PlateView(number, time_s, mark.corners, mark.seen, mark.smear_px, least)
        if not view.is_present:
            return
        if mark.number not in self._vehicles:
            self._vehicles[mark.number] = VehicleTruth(plate.text, plate.rows, plate.region)
        self._vehicles[mark.number].views.append(view)


def _fit(picture: RgbImage, size_hw: tuple[int, int]) -> RgbImage:
    """Give the middle of a picture in another size."""
    height, width = picture.shape[:2]
    scale = min(height / size_hw[0], width / size_hw[1])
    h, w = round(size_hw[0] * scale), round(size_hw[1] * scale)
    y, x = (height - h) // 2, (width - w) // 2
    method = cv2.INTER_AREA if scale > 1 else cv2.INTER_LINEAR
    part = np.ascontiguousarray(picture[y : y + h, x : x + w])
    pixels = cv2.resize(part, (size_hw[1], size_hw[0]), interpolation=method)
    return RgbImage(np.asarray(pixels, dtype=np.uint8))
