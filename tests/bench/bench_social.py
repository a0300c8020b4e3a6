"""The sync of 100,000 due posts of 2,000 accounts, before the simulators of the platforms.

`make bench NAME=social`, with POSTS=10000 for less. Twice: as it should be, and while a tenth of
all calls fail, workers are killed, and a platform is down for an hour of simulated time. Stores
are in memory there; units are AWS's, worked out by its published rules from what is asked of the
local cloud's tables for a part of it (`social_costs.py`).
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from functions.domain.posts.post import Platform
from tests.bench.rows import MissedError, Row, compared, measured
from tests.bench.social_costs import units_of_a_post
from tests.bench.social_crowd import Crowd, hours
from tests.contract.social_feed import Feed
from tests.contract.social_lab import lab

DOWN = Platform.TIKTOK


def run() -> list[Row]:
    posts = int(os.environ.get("POSTS") or 100_000)
    users = max(4, posts // 250)
    wrong: list[str] = []
    with _crowd(posts, users) as calm:
        began = time.monotonic()
        while calm.unread:
            calm.tick()
        seconds = time.monotonic() - began
        wrong += [*calm.lost(), *calm.crossed()]
        rows = [
            compared(
                f"{posts:,} posts of {users * 5:,} accounts: calls",
                calm.calls,
                calm.least,
                "the least there can be",
                unit="calls",
                goal=1.05,
            ),
            measured("  calls for tokens beside them", calm.renewals, unit="calls"),
            measured("  by one worker, stores in memory", seconds, unit="s"),
            measured("  ticks of five minutes until all were read", calm.ticks, unit="ticks"),
        ]
    with _crowd(posts, users) as troubled:
        began = time.monotonic()
        _go_through(troubled)
        wrong += [f"{row.key} was not read" for row in troubled.unread[:5]]
        wrong += [*troubled.lost(), *troubled.crossed()]
        rows += [
            measured("with failures, kills and an outage: calls", troubled.calls, unit="calls"),
            measured("  workers that were killed", troubled.killed, unit="workers"),
            measured("  ticks until all were read", troubled.ticks, unit="ticks"),
            measured("  by one worker", time.monotonic() - began, unit="s"),
            measured("  posts that were lost, or told twice", len(wrong), unit="posts"),
        ]
    reads, writes = units_of_a_post()
    rows += [
        measured("DynamoDB for a post: read units", reads, unit="units"),
        measured("DynamoDB for a post: write units", writes, unit="units"),
    ]
    if wrong:
        raise MissedError(rows, wrong[:10])
    return rows


def _go_through(crowd: Crowd) -> None:
    crowd.kill = 0.05
    troubles = crowd.feed.lab.world.troubles
    for trouble in troubles.values():
        trouble.chance = 0.1
    troubles[DOWN.value].down = True
    for _ in range(hours(1)):
        crowd.tick()
    troubles[DOWN.value].down = False
    for _ in range(hours(24)):
        if not crowd.unread:
            return
        crowd.tick()


@contextmanager
def _crowd(posts: int, users: int) -> Iterator[Crowd]:
    with lab() as made:
        one = Crowd(Feed(made), posts=posts, users=users)
        one.fill()
        yield one
