from __future__ import annotations

import numpy as np
import pytest

from platelens.geometry import box_to_quad
from platelens.training.detection.measure import (
    THRESHOLDS,
    choose_threshold,
    final_scores,
    scores_at,
)
from platelens.training.detection.scenes import Scene
from platelens.types import Box, Detection, RgbImage

PLATE, ELSEWHERE = Box(10, 10, 30, 20), Box(50, 50, 70, 60)


def scene() -> Scene:
    corners = np.array([[[10, 10], [30, 10], [30, 20], [10, 20]]], np.float32)
    blank = RgbImage(np.zeros((80, 80, 3), np.uint8))
    return Scene(blank, corners, np.zeros(1, bool), stretched=False)


def seen(box: Box, confidence: float) -> Detection:
    return Detection(box, box_to_quad(box), confidence)


FOUND = [[seen(PLATE, 0.9), seen(ELSEWHERE, 0.5)], [seen(ELSEWHERE, 0.3)]]


@pytest.mark.parametrize(
    ("threshold", "recall", "false"),
    [(0.1, 0.5, 1.0), (0.4, 0.5, 0.5), (0.6, 0.5, 0), (0.95, 0, 0)],
)
def test_scores_at_a_threshold(threshold: float, recall: float, false: float) -> None:
    scores = scores_at([scene(), scene()], FOUND, threshold)
    assert scores == {"recall": recall, "false_per_image": false}


def test_the_lowest_threshold_with_few_false_plates_is_chosen() -> None:
    assert choose_threshold([scene(), scene()], FOUND) == 0.525
    assert choose_threshold([scene()], [[seen(PLATE, 0.2)]]) == THRESHOLDS[0]


def test_where_none_has_few_it_is_the_highest() -> None:
    assert choose_threshold([scene()], [[seen(ELSEWHERE, 0.99)]]) == THRESHOLDS[-1]


def test_a_manifests_scores_are_named_and_rounded() -> None:
    scenes = [scene()] * 3
    found = [[seen(PLATE, 0.9)], [], [seen(ELSEWHERE, 0.9)]]
    assert final_scores(scenes, found, 0.5) == {
        "held_out_recall": 0.3333,
        "held_out_false_per_image": 0.3333,
    }
