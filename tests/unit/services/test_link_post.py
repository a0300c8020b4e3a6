from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime

import pytest

from functions.domain.posts.post import METRICS, NumberState, Platform, Post
from functions.services.posts.link_post import MAX_POSTS, Linked, PostNews
from tests.builders import make_segment
from tests.fakes.clock import EPOCH
from tests.fakes.world import World
from tests.unit.services.linking import DAY, REEL, SEGMENT, TIKTOK, link


@pytest.fixture
def _stored(world: World) -> None:
    world.segments.create(make_segment())


def _told(world: World, *, at: datetime = EPOCH, **numbers: int) -> Post:
    linked = link(world, replace(TIKTOK, numbers=numbers, collected_at=at), at + 9 * DAY)
    return linked.segment.social_media_usage[0]


@pytest.mark.usefixtures("_stored")
def test_given_a_new_post_when_linked_then_each_number_says_how_it_is_known(world: World):
    news = PostNews(platform=Platform.YOUTUBE, post_id="v", numbers={"views": 10, "likes": 0})

    linked = link(world, news)

    (post,) = linked.segment.social_media_usage
    assert linked.created
    assert (post.linked_at, linked.segment.version) == (EPOCH, 2)
    assert {name: (post.number(name).value, post.number(name).state) for name in METRICS} == {
        "views": (10, NumberState.OK),
        "likes": (0, NumberState.OK),
        "shares": (None, NumberState.UNSUPPORTED),
        "comments": (None, NumberState.NOT_YET),
    }
    assert world.segments.get(SEGMENT) == linked.segment


@pytest.mark.usefixtures("_stored")
def test_given_a_known_post_when_linked_again_then_it_is_updated_and_what_is_not_said_stays(
    world: World,
):
    link(world, replace(TIKTOK, posted_at=EPOCH - DAY, numbers={"views": 10, "likes": 1}))

    again = link(world, replace(TIKTOK, numbers={"views": 12}), EPOCH + DAY)

    (post,) = again.segment.social_media_usage
    assert not again.created
    assert (post.views.value, post.views.at) == (12, EPOCH + DAY)
    assert (post.likes.value, post.likes.at) == (1, EPOCH)
    assert (post.posted_at, post.linked_at) == (EPOCH - DAY, EPOCH)


@pytest.mark.usefixtures("_stored")
def test_given_nothing_new_when_linked_again_then_nothing_is_written(world: World):
    _told(world, views=10)
    writes = world.segments.writes

    again = link(world, replace(TIKTOK, numbers={"views": 10}, collected_at=EPOCH), EPOCH + DAY)

    assert (again.created, world.segments.writes) == (False, writes)


@pytest.mark.usefixtures("_stored")
def test_given_older_numbers_when_told_then_the_newer_stay_and_the_missing_are_taken(
    world: World,
):
    _told(world, at=EPOCH, views=10)

    post = _told(world, at=EPOCH - DAY, views=900, likes=3)

    assert (post.views.value, post.views.at) == (10, EPOCH)
    assert (post.likes.value, post.likes.at) == (3, EPOCH - DAY)


@pytest.mark.usefixtures("_stored")
def test_given_a_wrong_address_and_time_when_corrected_then_the_right_ones_are_kept(world: World):
    wrong = "https://www.tiktok.com/@eve/video/7"
    right = "https://www.tiktok.com/@ada/video/7"
    link(world, replace(TIKTOK, post_url=wrong, posted_at=EPOCH))

    linked = link(world, replace(TIKTOK, post_url=right, posted_at=EPOCH - DAY))

    (post,) = linked.segment.social_media_usage
    assert (post.post_url, post.posted_at, linked.created) == (right, EPOCH - DAY, False)


@pytest.mark.usefixtures("_stored")
def test_given_posts_on_platforms_when_told_then_the_segment_sums_up_all_but_youtube(
    world: World,
):
    every = {"views": 100, "likes": 5, "shares": 3, "comments": 2}
    for platform in (Platform.YOUTUBE, Platform.TIKTOK, Platform.X):
        news = PostNews(platform=platform, post_id="7", numbers=every)
        apart = link(world, news).segment

    together = link(world, replace(TIKTOK, numbers={"likes": 15}), with_youtube=True).segment

    assert (apart.views, apart.engagement_rate) == (200, 0.1)
    assert (together.views, together.engagement_rate) == (300, round(40 / 300, 6))


@pytest.mark.usefixtures("_stored")
def test_given_only_a_youtube_post_when_told_then_the_segment_s_own_numbers_stay_unknown(
    world: World,
):
    news = PostNews(platform=Platform.YOUTUBE, post_id="v", numbers={"views": 10})

    segment = link(world, news).segment

    assert (segment.views, segment.engagement_rate) == (None, None)


@pytest.mark.usefixtures("_stored")
def test_given_an_address_when_linked_then_its_id_is_the_post_s(world: World):
    news = PostNews(platform=Platform.INSTAGRAM, post_url=REEL)

    (post,) = link(world, news).segment.social_media_usage

    assert (post.post_id, post.post_url) == ("CxYz-12_abc", REEL)


@pytest.mark.usefixtures("_stored")
def test_given_the_platform_s_own_id_with_an_address_when_the_address_comes_alone_then_it_is_one(
    world: World,
):
    """Instagram's API names a post by another id than its address does."""
    own = PostNews(platform=Platform.INSTAGRAM, post_id="1784", post_url=REEL)
    link(world, own)

    again = link(world, PostNews(platform=Platform.INSTAGRAM, post_url=REEL + "?igsh=x"))

    assert not again.created
    assert [post.post_id for post in again.segment.social_media_usage] == ["1784"]


@pytest.mark.usefixtures("_stored")
def test_given_many_writers_when_each_links_a_post_then_none_is_lost(world: World):
    barrier = threading.Barrier(MAX_POSTS)

    def one(number: int) -> Linked:
        barrier.wait()
        return link(world, replace(TIKTOK, post_id=str(number), numbers={"views": 2}))

    with ThreadPoolExecutor(MAX_POSTS) as pool:
        linked = list(pool.map(one, range(MAX_POSTS)))

    segment = world.segments.get(SEGMENT)
    assert segment
    assert all(one.created for one in linked)
    assert {post.post_id for post in segment.social_media_usage} == set(map(str, range(MAX_POSTS)))
    assert (segment.views, segment.version) == (2 * MAX_POSTS, 1 + MAX_POSTS)
