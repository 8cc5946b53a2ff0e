import math
from typing import Any

import pytest

from platelens.errors import VideoError
from platelens.imaging.video.source import Sampler, VideoSettings


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"start_s": -1.0}, "the start must be 0 s or later"),
        ({"start_s": math.nan}, "the start must be 0 s or later"),
        ({"start_s": 5.0, "end_s": 5.0}, "the end must be after the start"),
        ({"fps": 0.0}, "pictures a second must be more than 0"),
        ({"fps": math.inf}, "pictures a second must be more than 0"),
        ({"open_timeout_s": 0.0}, "time limits of streams"),
        ({"read_timeout_s": -1.0}, "time limits of streams"),
        ({"retries": -1}, "retries must be 0 or more"),
    ],
    ids=str,
)
def test_nonsense_is_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(VideoError, match=message):
        VideoSettings(**settings)


@pytest.mark.parametrize(
    ("fps", "rate", "expected"),
    [
        (None, 25, 100),
        (25, 25, 100),
        (30, 25, 100),
        (10, 25, 40),
        (5, 25, 20),
        (0.5, 25, 2),
        (7, 30, 24),
    ],
)
def test_sampler_keeps_the_average(fps: float | None, rate: float, expected: int) -> None:
    sampler = Sampler(VideoSettings(fps=fps))
    assert sum(sampler.wants(round(n / rate, 3)) for n in range(100)) == expected


def test_sampler_does_not_catch_up_after_a_gap() -> None:
    sampler = Sampler(VideoSettings(fps=10))
    times = [0.0, 0.05, 5.0, 5.02, 5.04, 5.09, 5.11, 5.15]
    assert [time for time in times if sampler.wants(time)] == [0.0, 5.0, 5.11]


def test_sampler_begins_at_the_start() -> None:
    sampler = Sampler(VideoSettings(start_s=2, fps=1))
    assert [time for time in (0.0, 1.0, 1.96, 2.04, 2.5, 3.04) if sampler.wants(time)] == [
        *(2.04, 3.04)
    ]
