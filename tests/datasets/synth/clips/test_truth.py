from __future__ import annotations

import numpy as np
import pytest

from platelens.datasets.synth.clips.truth import PlateView, VehicleTruth


def view(width: float = 100, seen: float = 1.0, smear: float = 0.0, number: int = 0) -> PlateView:
    corners = np.array([[0, 0], [width, 0], [width, 30], [0, 30]], np.float32)
    return PlateView(number, number / 10, corners, seen, smear, 60.0)


@pytest.mark.parametrize(
    ("shown", "present", "legible"),
    [
        (view(), True, True),
        (view(60), True, True),
        (view(59), True, False),
        (view(seen=0.9), True, False),
        (view(seen=0.4), False, False),
        (view(smear=3.9), True, True),
        (view(smear=4.1), True, False),
    ],
    ids=["good", "just large", "small", "cut", "hidden", "moved", "smeared"],
)
def test_when_a_plate_can_be_read(shown: PlateView, present: bool, legible: bool) -> None:
    assert shown.is_present == present
    assert shown.is_legible == legible


def test_a_vehicle_is_legible_from_so_many_pictures_on() -> None:
    widths = (40, 50, 60, 70, 80, 90, 50)
    vehicle = VehicleTruth("AB12", 1, None, [view(w, number=i) for i, w in enumerate(widths)])
    assert (vehicle.first_s, vehicle.last_s) == (0.0, 0.6)
    assert vehicle.legible_s == pytest.approx([0.2, 0.3, 0.4, 0.5])
    assert vehicle.is_legible(4)
    assert not vehicle.is_legible(5)
