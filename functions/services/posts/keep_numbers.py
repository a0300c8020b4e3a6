"""What a platform has told of posts, kept on their segments: sums, gains and snapshots with it.

All numbers of one sync have its time, so that the same sync done again writes the same rows again:
what it adds to sums is what they differ by from what was written before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from functions.domain.errors import StaleWriteError
from functions.domain.platforms.readings import PostReading, PostState, Told
from functions.domain.ports import SegmentStore
from functions.domain.posts.post import (
    METRICS,
    Number,
    NumberState,
    Platform,
    Post,
    combined,
    totals,
)
from functions.domain.segments.segment import Segment
from functions.services.segments.change_segment import ATTEMPTS, pause

# A post changes up to seven rows, and a transaction holds a hundred.
_AT_ONCE: Final = 8


class DisconnectedError(Exception):
    """The account was disconnected, or connected anew: what it told is not to be kept."""


def keep_numbers(
    segments: SegmentStore,
    segment_id: str,
    platform: Platform,
    readings: Sequence[PostReading],
    at: datetime,
    *,
    with_youtube: bool,
    is_connected: Callable[[], bool],
) -> set[str]:
    """Ids of the posts that the segment still has; none for one that is deleted. A reading that is
    none of numbers says that the post is gone.

    Raises DisconnectedError where the account that told them is gone, and StaleWriteError where
    writers are too many.
    """
    known: set[str] = set()
    for start in range(0, len(readings), _AT_ONCE):
        some = {reading.post_id: reading for reading in readings[start : start + _AT_ONCE]}
        known |= _kept(
            segments,
            segment_id,
            platform,
            some,
            at,
            with_youtube=with_youtube,
            is_connected=is_connected,
        )
    return known


def _kept(
    segments: SegmentStore,
    segment_id: str,
    platform: Platform,
    readings: Mapping[str, PostReading],
    at: datetime,
    *,
    with_youtube: bool,
    is_connected: Callable[[], bool],
) -> set[str]:
    for attempt in range(ATTEMPTS):
        segment = segments.get(segment_id)
        if segment is None:
            return set()
        changed = _changed(segment, platform, readings, at, with_youtube=with_youtube)
        found = {post.post_id for post in segment.social_media_usage if post.platform is platform}
        if changed == segment:
            return found & readings.keys()
        if not is_connected():
            raise DisconnectedError
        try:
            # Whoever forgets the account writes the segment after it is gone: either sees these
            # numbers, or moves the segment on from what was read above.
            segments.save(segment, changed)
        except StaleWriteError:
            pause(attempt)
        else:
            return found & readings.keys()
    raise StaleWriteError("The segment")


def _changed(
    segment: Segment,
    platform: Platform,
    readings: Mapping[str, PostReading],
    at: datetime,
    *,
    with_youtube: bool,
) -> Segment:
    posts = tuple(
        _told(post, readings[post.post_id], at)
        if post.platform is platform and post.post_id in readings
        else post
        for post in segment.social_media_usage
    )
    if posts == segment.social_media_usage:
        return segment
    sums = totals(combined(posts, with_youtube=with_youtube))
    return replace(
        segment,
        social_media_usage=posts,
        views=sums.views,
        engagement_rate=sums.engagement_rate,
        updated_at=at,
    )


def _told(post: Post, reading: PostReading, at: datetime) -> Post:
    if reading.state is not PostState.READ:
        return replace(post, missing_since=post.missing_since or at)
    fresh: dict[str, Any] = {
        metric: _number(post.number(metric), reading.numbers[metric], at) for metric in METRICS
    }
    return replace(post, **fresh, missing_since=None)


def _number(known: Number, told: Told, at: datetime) -> Number:
    """A newer one stays, and so does the last value where there is no new one: it was pushed by
    others, or told before an error."""
    if known.at is not None and known.at > at:
        return known
    if told.state is NumberState.OK:
        return Number(value=told.value, state=NumberState.OK, at=at)
    if told.state is NumberState.ERROR:
        return replace(known, state=NumberState.ERROR)
    return known if known.value is not None else Number(state=told.state)
