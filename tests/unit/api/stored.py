"""What is stored, to be held against what was stored before."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from functions.domain.video import VideoStatus
from tests.builders import VIDEO, make_media, make_queued_video
from tests.fakes.world import World


@contextmanager
def nothing_written(world: World) -> Iterator[None]:
    before = _rows(world)
    yield
    assert _rows(world) == before


def _rows(world: World) -> tuple[object, ...]:
    segments = world.segments
    return segments.writes, segments.all(), world.videos.all(), world.runs.all()


def read_video(world: World, video_id: str = VIDEO, **overrides: object) -> None:
    """A video of a minute whose file was read, so that segments can be made of it."""
    defaults = {"status": VideoStatus.READY, "media": make_media(), "content_type": "video/mp4"}
    world.videos.create(make_queued_video(video_id=video_id, **{**defaults, **overrides}))
