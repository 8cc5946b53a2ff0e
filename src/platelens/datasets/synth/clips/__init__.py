"""Clips of streets with traffic, drawn picture by picture, and what is true of them."""

from platelens.datasets.synth.clips.clip import Clip, draw_clip
from platelens.datasets.synth.clips.plans import Habits
from platelens.datasets.synth.clips.scene import ClipSettings
from platelens.datasets.synth.clips.truth import LEGIBLE_PX, ClipTruth, PlateView, VehicleTruth

__all__ = [
    "LEGIBLE_PX",
    "Clip",
    "ClipSettings",
    "ClipTruth",
    "Habits",
    "PlateView",
    "VehicleTruth",
    "draw_clip",
]
