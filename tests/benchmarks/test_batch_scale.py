from __future__ import annotations

import pytest

from benchmarks.batch_scale import QUIET, World, draw_shards, simulate


def test_nothing_goes_wrong_in_a_quiet_world() -> None:
    found = simulate([3600.0] * 20, 10, QUIET)
    assert (found.hours, found.ideal_hours, found.deaths, found.lost_hours) == (2.0, 2.0, 0, 0.0)
    assert found.overhead == 0


def test_the_last_shard_is_waited_for() -> None:
    found = simulate([3600.0] * 11, 10, QUIET)
    assert (found.hours, found.tail_hours) == (2.0, 1.0)


def test_slow_workers_take_longer_and_do_less() -> None:
    found = simulate([36.0] * 1000, 10, World(slow_part=0.3, slow_factor=3.0, mean_life_h=1e9))
    assert 0 < found.overhead < 0.6


def test_what_died_is_done_again() -> None:
    world = World(slow_part=0.0, mean_life_h=1.0, restart_s=60)
    found = simulate([360.0] * 500, 10, world)
    assert found.deaths > 20
    assert 0.02 < found.lost_hours / found.deaths < 0.1  # half a shard or so each
    least = found.ideal_hours + (found.lost_hours + found.deaths * 60 / 3600) / 10
    assert found.hours > least - 0.2


def test_small_shards_lose_less() -> None:
    world = World(mean_life_h=1.0)
    small, large = (simulate([s] * int(72_000 / s), 4, world) for s in (60.0, 1800.0))
    assert small.lost_hours < large.lost_hours / 5


def test_shards_of_any_size_take_the_same_time_in_all() -> None:
    for size in (64, 512, 4096):
        shards = draw_shards([1.0, 3.0], 64, size, 409_600)
        assert sum(shards) == pytest.approx(2.0 * 409_600 / 64, rel=0.05)
        assert len(shards) == 409_600 / size
