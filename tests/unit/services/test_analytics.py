from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from functions.domain.analytics.figures import Figure
from functions.domain.errors import NotFoundError
from functions.domain.posts.post import Platform
from functions.domain.segments.query import SortBy
from functions.domain.segments.segment import Segment, SegmentType
from functions.services.posts.analytics import (
    Asked,
    UserAnalytics,
    segment_analytics,
    user_analytics,
)
from functions.services.posts.link_post import PostNews, link_post
from tests.builders import STRANGER, USER, make_caller, make_segment
from tests.fakes.clock import EPOCH
from tests.fakes.world import World

DAY = timedelta(days=1)
WEEK = Asked(7, with_youtube=False)


def _segment(world: World, number: int, user: str = USER) -> Segment:
    video = f"video-of-{user}"
    segment = make_segment(segment_number=number, user_id=user, video_id=video)
    world.segments.create(segment)
    return segment


def _tell(
    world: World,
    segment: Segment,
    numbers: Mapping[str, int],
    *,
    platform: Platform = Platform.TIKTOK,
    at: datetime = EPOCH,
) -> None:
    news = PostNews(platform=platform, post_id="7", numbers=numbers, collected_at=at)
    link_post(
        make_caller(segment.user_id),
        segment.segment_id,
        news,
        segments=world.segments,
        now=EPOCH,
        with_youtube=False,
    )


def _across(world: World, asked: Asked = WEEK, **more: Any) -> UserAnalytics:
    defaults = {"rank_by": SortBy.VIEWS, "top": 5, "now": EPOCH}
    return user_analytics(
        make_caller(),
        asked,
        segments=world.segments,
        counters=world.counters,
        **{**defaults, **more},
    )


def _views(told: tuple[Segment, ...]) -> list[int | None]:
    return [segment.views for segment in told]


def test_given_two_segments_of_a_platform_when_one_is_looked_at_then_the_other_is_not_in_it(
    world: World,
):
    one, other = _segment(world, 1), _segment(world, 2)
    _tell(world, one, {"views": 10}, at=EPOCH - 8 * DAY)
    _tell(world, one, {"views": 15})
    _tell(world, other, {"views": 400})

    segment, found = segment_analytics(
        make_caller(),
        one.segment_id,
        WEEK,
        segments=world.segments,
        counters=world.counters,
        now=EPOCH,
    )

    assert segment.segment_id == one.segment_id
    none_lost = {"lost": 0, "lost_before": 0}
    assert found.totals.figures["views"] == Figure(
        total=15, known=1, gained=5, gained_before=10, **none_lost
    )
    assert _across(world).overview.totals.figures["views"] == Figure(
        total=415, known=2, gained=405, gained_before=10, **none_lost
    )


@pytest.mark.parametrize("segment_id", [make_segment().segment_id, "none", "x" * 2_000, ""])
def test_given_no_segment_of_the_caller_when_looked_at_then_there_is_none(
    world: World, segment_id: str
):
    world.segments.create(make_segment(user_id=STRANGER))

    with pytest.raises(NotFoundError):
        segment_analytics(
            make_caller(),
            segment_id,
            WEEK,
            segments=world.segments,
            counters=world.counters,
            now=EPOCH,
        )


def test_given_another_user_s_posts_when_looked_across_then_they_are_not_in_it(world: World):
    _tell(world, _segment(world, 1, STRANGER), {"views": 10})

    found = _across(world)

    assert (found.overview.platforms, found.counts.segments, found.best) == ((), 0, ())


def test_given_a_deleted_segment_when_looked_across_then_its_numbers_are_gone(world: World):
    segment = _segment(world, 1)
    _tell(world, segment, {"views": 10})
    read = world.segments.get(segment.segment_id)
    assert read
    world.segments.delete(read, EPOCH)

    assert _across(world).overview.totals.figures["views"] == Figure()


def test_given_segments_when_ranked_then_best_and_worst_are_of_those_whose_number_is_known(
    world: World,
):
    for number, views in enumerate((30, 10, 0, 20), start=1):
        _tell(world, _segment(world, number), {"views": views})
    _tell(world, _segment(world, 5), {"likes": 9})
    _segment(world, 6)

    assert _views(_across(world, top=2).best) == [30, 20]
    assert _views(_across(world, top=2).worst) == [0, 10]
    assert _views(_across(world, top=9).worst) == [0, 10, 20, 30]
    assert _across(world, rank_by=SortBy.ENGAGEMENT_RATE).best == ()


def test_given_a_rate_when_ranked_by_then_it_is_what_counts(world: World):
    for number, likes in enumerate((1, 50), start=1):
        numbers = {"views": 100 // number, "likes": likes, "shares": 0, "comments": 0}
        _tell(world, _segment(world, number), numbers)

    best = _across(world, rank_by=SortBy.ENGAGEMENT_RATE, top=1).best

    assert [segment.engagement_rate for segment in best] == [1.0]


def test_given_only_youtube_posts_when_ranked_then_none_is_best(world: World):
    _tell(world, _segment(world, 1), {"views": 10}, platform=Platform.YOUTUBE)

    found = _across(world)

    assert (found.best, found.worst) == ((), ())
    assert [one.platforms for one in found.overview.platforms] == [(Platform.YOUTUBE,)]


def test_given_segments_when_looked_across_then_they_are_counted_by_type(world: World):
    _segment(world, 1)
    world.segments.create(make_segment(segment_type=SegmentType.AUDIO, file_size=5))

    counts = _across(world).counts

    assert counts.by_type == {SegmentType.PROCESSED: 1, SegmentType.AUDIO: 1}
    assert (counts.segments, counts.file_size) == (2, 705)


def test_given_any_number_of_segments_when_looked_across_then_no_more_are_read(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    for number in range(1, 40):
        _tell(world, _segment(world, number), {"views": number})
    limits: list[int] = []
    search = world.segments.search

    def counted(*arguments: Any, limit: int, **more: Any) -> Any:
        limits.append(limit)
        return search(*arguments, limit=limit, **more)

    monkeypatch.setattr(world.segments, "search", counted)
    for name in ("get", "get_many", "all_of", "of_video"):
        monkeypatch.setattr(world.segments, name, None)

    assert _across(world, top=3).overview.totals.posts == 39
    assert limits == [3, 3]
