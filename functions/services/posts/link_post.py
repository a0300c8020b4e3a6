"""Linking a segment to a posting of it, and keeping numbers of the post that others collected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from functions.domain.errors import ConflictError, FieldError, InvalidInputError
from functions.domain.ports import SegmentStore
from functions.domain.posts.post import Platform, Post, combined, new_post, totals
from functions.domain.posts.urls import flaw_of, ids_are_alike, post_id_of
from functions.domain.segments.segment import Segment
from functions.services.ownership import Caller
from functions.services.segments.change_segment import Versions, change_segment

MAX_POSTS = 20
# A client's clock may be ahead, and a post may be planned.
CLOCKS_APART = timedelta(minutes=5)
PLANNED_AHEAD = timedelta(days=366)
# Before any of the platforms.
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class PostNews:
    """What is said of a post. What is None stays as it is known; `numbers` has those that are."""

    platform: Platform
    post_id: str | None = None
    post_url: str | None = None
    posted_at: datetime | None = None
    numbers: Mapping[str, int] = field(default_factory=dict)
    collected_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Linked:
    """The segment with the post, and whether the post is a new one."""

    segment: Segment
    created: bool


def link_post(
    caller: Caller,
    segment_id: str,
    news: PostNews,
    *,
    segments: SegmentStore,
    now: datetime,
    with_youtube: bool,
    accepted: Versions = None,
) -> Linked:
    """Raises InvalidInputError, NotFoundError, ConflictError for a post too many, and
    PreconditionError if the segment is at no accepted version."""
    _refuse(list(_flaws(news, now)))
    created = False

    def link(segment: Segment) -> Segment:
        nonlocal created
        posts = segment.social_media_usage
        was = _known(posts, news)
        created = was is None
        post = _told(was or _new(posts, news, now), news, now)
        if post == was:
            return segment
        kept = {**{one.key: one for one in posts}, post.key: post}
        return with_posts(segment, tuple(kept.values()), now, with_youtube)

    changed = change_segment(caller, segment_id, link, segments=segments, accepted=accepted)
    return Linked(changed, created)


def with_posts(
    segment: Segment, posts: tuple[Post, ...], now: datetime, with_youtube: bool
) -> Segment:
    """With these posts, and what lists are sorted by."""
    sums = totals(combined(posts, with_youtube=with_youtube))
    return replace(
        segment,
        social_media_usage=posts,
        views=sums.views,
        engagement_rate=sums.engagement_rate,
        updated_at=now,
    )


def _known(posts: tuple[Post, ...], news: PostNews) -> Post | None:
    """The post that is meant: that of the id, else that of the same place in an address.

    One address stands for one post, or a post of which the platform has two ids would count twice.
    """
    same = [post for post in posts if post.platform is news.platform]
    by_id = [post for post in same if post.post_id == news.post_id]
    named = post_id_of(news.platform, news.post_url) if news.post_url else None
    by_url = [post for post in same if named and named in _names(post)]
    if by_url and news.post_id and by_url != by_id:
        says = f"The address is linked as post {by_url[0].post_id} already; give that id."
        _refuse([FieldError("/post_id", "linked_as_other", says)])
    return next(iter(by_id or by_url), None)


def _names(post: Post) -> set[str | None]:
    return {post.post_id, post_id_of(post.platform, post.post_url) if post.post_url else None}


def _new(posts: tuple[Post, ...], news: PostNews, now: datetime) -> Post:
    if len(posts) >= MAX_POSTS:
        says = f"A segment may be linked to {MAX_POSTS} posts."
        raise ConflictError("segment.too_many_posts", says)
    post_id = news.post_id or (post_id_of(news.platform, news.post_url) if news.post_url else None)
    assert post_id is not None  # noqa: S101  (checked before)
    return new_post(news.platform, post_id, now)


def _told(post: Post, news: PostNews, now: datetime) -> Post:
    """With the news. A new number of what was not yet posted cannot be right."""
    posted = news.posted_at.astimezone(UTC) if news.posted_at else post.posted_at
    collected = (news.collected_at or now).astimezone(UTC)
    if news.numbers and posted and posted > collected + CLOCKS_APART:
        says = "The numbers are older than the post; correct posted_at or collected_at."
        _refuse([FieldError("/collected_at", "before_posted", says)])
    described = replace(post, post_url=news.post_url or post.post_url, posted_at=posted)
    return described.told(news.numbers, collected)


def _flaws(news: PostNews, now: datetime) -> Iterator[FieldError]:
    yield from _naming_flaws(news)
    times = (
        ("/posted_at", news.posted_at, PLANNED_AHEAD),
        ("/collected_at", news.collected_at, CLOCKS_APART),
    )
    for pointer, moment, ahead in times:
        if moment is not None and moment > now + ahead:
            yield FieldError(pointer, "in_future", "The time is too far in the future.")
        if moment is not None and moment < EARLIEST:
            yield FieldError(pointer, "too_early", f"Nothing was posted before {EARLIEST.year}.")


def _naming_flaws(news: PostNews) -> Iterator[FieldError]:
    if news.post_url is None:
        if news.post_id is None:
            yield FieldError("/post_id", "missing", "Give post_id, or a post_url that has it.")
        return
    flaw = flaw_of(news.platform, news.post_url)
    if flaw is not None:
        yield FieldError("/post_url", flaw.code, flaw.says)
        return
    named = post_id_of(news.platform, news.post_url)
    if named is None and news.post_id is None:
        yield FieldError("/post_url", "no_post_id", "No id is in this address: give post_id, too.")
    alike = ids_are_alike(news.platform)
    if named and news.post_id and alike and named != news.post_id:
        yield FieldError("/post_id", "other_post", f"The address is that of post {named}.")


def _refuse(flaws: list[FieldError]) -> None:
    """Raises InvalidInputError, all flaws at once."""
    if flaws:
        says = "The request is not valid; `errors` names each place."
        raise InvalidInputError("request.invalid", says, fields=tuple(flaws))
