"""The composition root with stores in memory, the same for all; nothing here loads a framework."""

from __future__ import annotations

import pytest

from tests.bench.api_peers.subjects import SEGMENT
from tests.builders import make_segment
from tests.fakes.bootstrap import install
from tests.fakes.world import World

SEGMENTS = 25


def install_stores() -> None:
    """Every store of `bootstrap`, with the segments of one user."""
    world = World()
    for number in range(1, SEGMENTS + 1):
        named = {"segment_id": SEGMENT} if number == 1 else {}
        start = (number - 1) * 10_000
        world.segments.create(
            make_segment(
                segment_number=number,
                start=start,
                end=start + 10_000,
                actual_start=start,
                actual_end=start + 9_960,
                duration=9_960 + number,
                frame_count=249,
                width=1080,
                height=1920,
                title=f"Segment {number}",
                tags=("holiday", "beach"),
                **named,
            )
        )
    install(pytest.MonkeyPatch(), world)
