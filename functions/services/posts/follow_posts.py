"""Posts are followed from when they are linked until their segment, or the account, is gone."""

from __future__ import annotations

from datetime import datetime

from functions.domain.platforms.syncing import SyncPost, SyncPosts
from functions.domain.ports import SegmentStore
from functions.domain.posts.post import Platform
from functions.domain.segments.segment import Segment


def follow_posts(segment_id: str, segments: SegmentStore, posts: SyncPosts, now: datetime) -> None:
    """Bring what is followed in line with what a segment has now. Safe to repeat."""
    segment = segments.get(segment_id)
    known = {row.key: row for row in posts.of_segment(segment_id)}
    linked = _rows(segment, now) if segment else {}
    added = linked.keys() - known.keys()
    for key in added:
        posts.save(linked[key])
    if added and segments.get(segment_id) is None:
        # Deleted meanwhile, by somebody who may have looked for its posts before these came.
        known = linked
        linked = {}
    for key in known.keys() - linked.keys():
        posts.remove(known[key])


def _rows(segment: Segment, now: datetime) -> dict[tuple[str, Platform, str], SyncPost]:
    rows = (
        SyncPost(
            segment_id=segment.segment_id,
            user_id=segment.user_id,
            platform=post.platform,
            post_id=post.post_id,
            posted_at=post.posted_at or post.linked_at,
            next_sync_at=max(now, post.posted_at or now),
        )
        for post in segment.social_media_usage
    )
    return {row.key: row for row in rows}
