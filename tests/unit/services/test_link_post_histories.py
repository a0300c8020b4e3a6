"""Whatever is told, in whatever order: the kept days hold against the posts themselves."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from functions.domain.errors import (
    InvalidInputError,
)
from functions.domain.posts.post import METRICS, Platform
from functions.domain.segments.segment import Segment
from functions.services.posts.link_post import PostNews
from tests.builders import USER, make_segment
from tests.fakes.clock import EPOCH
from tests.fakes.world import World
from tests.unit.services.linking import DAY, SEGMENT, link

NEWS = st.builds(
    PostNews,
    platform=st.sampled_from(Platform),
    post_id=st.sampled_from(["1", "2"]),
    posted_at=st.none() | st.integers(0, 60).map(lambda days: EPOCH - days * DAY),
    numbers=st.dictionaries(st.sampled_from(METRICS), st.integers(0, 10**6)),
    collected_at=st.integers(0, 60).map(lambda days: EPOCH - days * DAY),
)


@given(st.lists(NEWS, max_size=12))
def test_given_any_news_when_told_then_what_the_days_gained_is_what_the_posts_have(
    told: list[PostNews],
):
    world = World()
    world.segments.create(make_segment())
    for news in told:
        # Numbers from before the post are refused, which changes nothing.
        _link_if_possible(world, news)

    segment = world.segments.get(SEGMENT)
    assert segment
    first, last = (EPOCH - 90 * DAY).date(), EPOCH.date()
    for gains in (
        world.counters.segment_days(SEGMENT, first, last),
        world.counters.user_days(USER, first, last),
    ):
        for platform in Platform:
            for metric in METRICS:
                mine = [gain for gain in gains if gain.platform is platform]
                grown = sum(gain.numbers.get(metric, 0) for gain in mine)
                lost = sum(gain.lost.get(metric, 0) for gain in mine)
                assert grown - lost == _sum(segment, platform, metric)


def _link_if_possible(world: World, news: PostNews) -> None:
    try:
        link(world, news)
    except InvalidInputError as error:
        assert [flaw.code for flaw in error.fields] == ["before_posted"]  # noqa: PT017


def _sum(segment: Segment, platform: Platform, metric: str) -> int:
    posts = [post for post in segment.social_media_usage if post.platform is platform]
    return sum(post.number(metric).value or 0 for post in posts)
