from __future__ import annotations

from datetime import UTC, datetime, timedelta

from functions.runtime.clock import OWN, clock_at
from infra.local.simulators.social.server import serving


def test_given_the_machines_own_when_asked_then_it_is_now():
    before = datetime.now(UTC)

    assert before <= clock_at(OWN)() <= datetime.now(UTC)


def test_given_platforms_that_are_stood_in_for_when_their_time_is_moved_then_so_is_the_clock():
    with serving() as there:
        clock = clock_at(f"{there.endpoint}/_simulator/clock")
        there.service.world.advance(-14 * 86_400)

        told = clock()

    assert timedelta() <= datetime.now(UTC) - timedelta(days=14) - told < timedelta(minutes=1)
