from __future__ import annotations

from dataclasses import replace

import pytest

from platelens.evaluation.job_page import JobFigures, render_job

FIGURES = JobFigures(
    name="out",
    lines=["2 of 2 shards", "<b>5 plates</b>"],
    faults=[],
    regions={"": 3, **{f"us-{n:02d}": 40 - n for n in range(30)}},
    confidences=[0, 1, 0, 9],
    shard_seconds=[1.0, 1.5, 9.0],
    workers={"host:1": (30, 10.0), "host:2": (0, 0.0)},
    options={"top": "5"},
)


def test_a_page_shows_rates_regions_and_times() -> None:
    page = render_job(FIGURES)
    assert page.count("<svg") == 3
    assert "&lt;b&gt;5 plates&lt;/b&gt;" in page
    assert ">3.0</td>" in page
    assert "What is wrong" not in page


@pytest.mark.parametrize(("region", "is_shown"), [("us-24", True), ("us-25", False)])
def test_rare_regions_are_one_bar(region: str, is_shown: bool) -> None:
    page = render_job(FIGURES)
    assert (f">{region}<" in page) == is_shown
    assert ">others<" in page


def test_a_job_without_plates_has_a_page() -> None:
    empty = replace(
        FIGURES, regions={}, confidences=[0, 0], shard_seconds=[], faults=["1 shards are not done"]
    )
    page = render_job(empty)
    assert "<svg" not in page
    assert "1 shards are not done" in page
