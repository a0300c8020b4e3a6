from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from functions.domain.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    PreconditionError,
)
from functions.domain.posts.post import Platform
from functions.services.posts.link_post import MAX_POSTS, PostNews
from tests.builders import STRANGER, make_segment
from tests.fakes.clock import EPOCH
from tests.fakes.world import World
from tests.unit.services.linking import DAY, REEL, SEGMENT, TIKTOK, link

LOW = timezone(timedelta(hours=14))


@pytest.fixture
def _stored(world: World) -> None:
    world.segments.create(make_segment())


def _wrong(world: World, news: PostNews) -> dict[str, str]:
    with pytest.raises(InvalidInputError) as refused:
        link(world, news)
    assert world.segments.get(SEGMENT) == make_segment()
    return {flaw.pointer: flaw.code for flaw in refused.value.fields}


@pytest.mark.usefixtures("_stored")
def test_given_a_linked_address_when_sent_with_another_id_then_it_is_not_counted_twice(
    world: World,
):
    link(world, PostNews(platform=Platform.INSTAGRAM, post_url=REEL))

    with pytest.raises(InvalidInputError) as refused:
        link(world, PostNews(platform=Platform.INSTAGRAM, post_id="1784", post_url=REEL))

    assert [flaw.code for flaw in refused.value.fields] == ["linked_as_other"]


@pytest.mark.usefixtures("_stored")
@pytest.mark.parametrize(
    ("news", "wrong"),
    [
        ({"post_id": None}, {"/post_id": "missing"}),
        ({"post_url": REEL}, {"/post_url": "other_platform"}),
        (
            {"post_id": None, "post_url": "https://vm.tiktok.com/ZMabc"},
            {"/post_url": "no_post_id"},
        ),
        ({"post_url": "https://www.tiktok.com/@ada/video/8"}, {"/post_id": "other_post"}),
        ({"posted_at": EPOCH + 400 * DAY}, {"/posted_at": "in_future"}),
        ({"collected_at": EPOCH + timedelta(minutes=6)}, {"/collected_at": "in_future"}),
        ({"collected_at": datetime(1, 1, 1, tzinfo=LOW)}, {"/collected_at": "too_early"}),
        (
            {"posted_at": datetime(1970, 1, 1, tzinfo=UTC), "post_url": "x"},
            {"/post_url": "url", "/posted_at": "too_early"},
        ),
        (
            {"posted_at": EPOCH, "collected_at": EPOCH - DAY, "numbers": {"views": 1}},
            {"/collected_at": "before_posted"},
        ),
    ],
)
def test_given_what_cannot_be_when_linked_then_all_of_it_is_named_and_nothing_is_written(
    world: World, news: dict[str, object], wrong: dict[str, str]
):
    assert _wrong(world, replace(TIKTOK, **news)) == wrong


@pytest.mark.usefixtures("_stored")
def test_given_a_planned_post_when_linked_then_it_is_taken_but_its_numbers_are_not(world: World):
    link(world, replace(TIKTOK, posted_at=EPOCH + 7 * DAY))

    with pytest.raises(InvalidInputError):
        link(world, replace(TIKTOK, numbers={"views": 1}), EPOCH + DAY)

    assert link(world, replace(TIKTOK, numbers={"views": 1}), EPOCH + 8 * DAY).segment.views == 1


@pytest.mark.usefixtures("_stored")
def test_given_twenty_posts_when_one_more_is_linked_then_it_is_refused_and_known_ones_are_not(
    world: World,
):
    for number in range(MAX_POSTS):
        link(world, replace(TIKTOK, post_id=str(number)))

    with pytest.raises(ConflictError) as refused:
        link(world, replace(TIKTOK, post_id="more"))

    assert refused.value.code == "segment.too_many_posts"
    again = link(world, replace(TIKTOK, post_id="3", numbers={"views": 5}))
    assert [post.post_id for post in again.segment.social_media_usage] == [
        str(number) for number in range(MAX_POSTS)
    ]


@pytest.mark.usefixtures("_stored")
def test_given_an_old_version_when_linked_then_it_is_refused_and_nothing_is_written(world: World):
    (before,) = link(world, TIKTOK).segment.social_media_usage

    with pytest.raises(PreconditionError):
        link(world, replace(TIKTOK, numbers={"views": 2}), accepted=frozenset({1}))

    segment = world.segments.get(SEGMENT)
    assert segment
    assert segment.social_media_usage == (before,)


@pytest.mark.parametrize("owner", [STRANGER, None])
def test_given_no_segment_of_the_caller_when_linked_then_there_is_none(
    world: World, owner: str | None
):
    if owner:
        world.segments.create(make_segment(user_id=owner))

    with pytest.raises(NotFoundError):
        link(world, TIKTOK)

    assert all(not row.social_media_usage for row in world.segments.all())
