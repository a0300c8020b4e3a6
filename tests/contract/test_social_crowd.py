"""The sync of many users' posts through whatever may happen: a small version of the benchmark."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.bench.social_crowd import Crowd, hours
from tests.contract.social_feed import Feed
from tests.contract.social_lab import lab


@pytest.fixture
def crowd() -> Iterator[Crowd]:
    with lab() as made:
        one = Crowd(Feed(made), posts=1_000, users=6)
        one.fill()
        yield one


def test_given_a_crowd_when_synced_then_by_hardly_more_calls_than_there_have_to_be(crowd: Crowd):
    while crowd.unread:
        crowd.tick()

    assert len(crowd.feed.lab.world.seen) <= 1.05 * crowd.least
    assert (crowd.lost(), crowd.crossed()) == ([], [])


def test_given_failures_dead_workers_and_a_platform_that_is_down_when_synced_then_all_is_told_once(
    crowd: Crowd,
):
    crowd.kill = 0.2
    troubles = crowd.feed.lab.world.troubles
    for trouble in troubles.values():
        trouble.chance = 0.1
    troubles["tiktok"].down = True
    for _ in range(hours(1)):
        crowd.tick()
    assert {row.platform.value for row in crowd.unread} >= {"tiktok"}
    troubles["tiktok"].down = False

    for _ in range(hours(10)):
        if not crowd.unread:
            break
        crowd.tick()

    assert crowd.killed > 0
    assert (crowd.unread, crowd.lost(), crowd.crossed()) == ([], [], [])
