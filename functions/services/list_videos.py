"""A user's videos, newest first; pages are full though some uploads were given up."""

from __future__ import annotations

from functions.domain.paging import Page, Position
from functions.domain.ports import VideoStore
from functions.domain.video import Video
from functions.services.ownership import Caller

READS = 10


def list_videos(
    caller: Caller,
    videos: VideoStore,
    *,
    limit: int,
    after: Position | None,
    digest: str | None = None,
) -> Page[Video]:
    """At most READS requests; a page that they do not fill says so. `digest` is of the URL that
    they were fetched from."""
    found: list[Video] = []
    for _ in range(READS):
        room = limit - len(found)
        page = (
            videos.of_user(caller.user_id, limit=room, after=after)
            if digest is None
            else videos.of_source(caller.user_id, digest, limit=room, after=after)
        )
        found += [video for video in page.items if video.visible]
        after = page.next
        if after is None or len(found) == limit:
            return Page(tuple(found), after)
    return Page(tuple(found), after, cut_short=True)
