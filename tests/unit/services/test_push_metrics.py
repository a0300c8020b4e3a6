"""Numbers that are pushed in: each by itself, the newest stays, whatever the order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from functions.domain.errors import StaleWriteError
from functions.domain.posts.post import METRICS, NumberState, Platform, Post, new_post
from functions.domain.segments.segment import Segment
from functions.services.posts import push_metrics as service
from functions.services.posts.push_metrics import Fate, Pushed, PushedNumbers, push_metrics
from functions.services.segments.batches import Outcome
from tests.builders import STRANGER, USER, make_caller, make_segment
from tests.fakes.clock import EPOCH
from tests.fakes.world import World

DAY = timedelta(days=1)
SEGMENT = make_segment().segment_id


def _linked(world: World, *posts: Post, number: int = 1, user: str = USER) -> Segment:
    segment = make_segment(segment_number=number, user_id=user)
    world.segments.create(segment)
    return world.segments.save(segment, replace(segment, social_media_usage=posts))


def _post(name: str = "1", platform: Platform = Platform.X, **changes: Any) -> Post:
    return replace(new_post(platform, name, EPOCH), **changes)


def _item(
    segment: str = SEGMENT, at: datetime = EPOCH, name: str = "1", **numbers: int
) -> PushedNumbers:
    return PushedNumbers(
        segment_id=segment,
        platform=Platform.X,
        post_id=name,
        numbers=numbers or {"views": 1},
        collected_at=at,
        source="dashboard",
    )


def _push(
    world: World, items: Sequence[PushedNumbers], now: datetime = EPOCH
) -> list[Outcome[Pushed]]:
    return push_metrics(make_caller(), items, segments=world.segments, now=now, with_youtube=False)


def _codes(outcomes: list[Outcome[Pushed]]) -> list[str | None]:
    return [
        (one.error.fields[0].code if one.error.fields else one.error.code) if one.error else None
        for one in outcomes
    ]


def _stored(world: World, segment_id: str = SEGMENT) -> Post:
    segment = world.segments.get(segment_id)
    assert segment
    return segment.social_media_usage[0]


def test_given_a_post_when_numbers_are_pushed_then_they_are_kept_with_time_and_source(world: World):
    _linked(world, _post())

    (outcome,) = _push(world, [_item(views=10, likes=2)])

    views = _stored(world).views
    assert (views.value, views.state, views.at) == (10, NumberState.OK, EPOCH)
    assert views.source == "dashboard"
    assert outcome.result == Pushed(3, {"views": Fate.KEPT, "likes": Fate.KEPT})
    segment = world.segments.get(SEGMENT)
    assert segment
    assert segment.views == 10


def test_given_the_same_push_when_it_comes_again_then_nothing_is_written(world: World):
    _linked(world, _post())
    _push(world, [_item(views=10)])
    writes = world.segments.writes

    (outcome,) = _push(world, [_item(views=10)])

    assert outcome.result == Pushed(3, {"views": Fate.UNCHANGED})
    assert world.segments.writes == writes


def test_given_newer_numbers_when_older_ones_are_pushed_then_only_what_was_unknown_is_kept(
    world: World,
):
    _linked(world, _post())
    _push(world, [_item(views=10)])

    (outcome,) = _push(world, [_item(at=EPOCH - DAY, views=8, likes=1)])

    assert outcome.result
    assert outcome.result.fates == {"views": Fate.OLDER, "likes": Fate.KEPT}
    assert (_stored(world).views.value, _stored(world).likes.value) == (10, 1)


def test_given_items_that_cannot_be_kept_when_pushed_with_others_then_each_is_refused_alone(
    world: World,
):
    _linked(world, _post(posted_at=EPOCH - 2 * DAY))
    theirs = _linked(world, _post(), number=2, user=STRANGER)

    outcomes = _push(
        world,
        [
            _item(views=5),
            _item("none"),
            _item(theirs.segment_id),
            _item(name="other"),
            _item(at=EPOCH + DAY),
            _item(at=EPOCH - 3 * DAY),
            _item(at=datetime.fromisoformat("1999-01-01T00:00:00Z")),
            _item(likes=3),
        ],
    )

    absent = "segment.not_found"
    times = ["in_future", "before_posted", "too_early"]
    assert _codes(outcomes) == [None, absent, absent, "post.not_found", *times, None]
    assert (_stored(world).views.value, _stored(world).likes.value) == (5, 3)


def test_given_a_history_in_one_batch_when_pushed_then_every_day_of_it_gains(world: World):
    _linked(world, _post())
    items = [_item(at=EPOCH - ago * DAY, views=10 * (5 - ago)) for ago in (0, 3, 1, 2)]

    outcomes = _push(world, items)

    assert _codes(outcomes) == [None] * 4
    first, last = (EPOCH - 9 * DAY).date(), EPOCH.date()
    days = world.counters.post_days(SEGMENT, _stored(world), first, last)
    assert [day.numbers["views"] for day in days] == [20, 10, 10, 10]


def test_given_many_posts_of_a_segment_when_pushed_then_they_are_written_some_at_once(world: World):
    _linked(world, *(_post(str(at)) for at in range(20)))
    writes = world.segments.writes

    outcomes = _push(world, [_item(name=str(at), views=at) for at in range(20)])

    assert _codes(outcomes) == [None] * 20
    assert world.segments.writes - writes == 20 / service.AT_ONCE


def test_given_another_writer_between_when_pushed_then_both_are_kept(world: World):
    _linked(world, _post())
    save, met = world.segments.save, iter([True])

    def once(before: Segment, after: Segment, by: None = None) -> Segment:
        if next(met, False):
            other = replace(before, title="Changed meanwhile")
            save(before, other)
            raise StaleWriteError("The segment")
        return save(before, after, by)

    world.segments.save = once  # type: ignore[method-assign]

    (outcome,) = _push(world, [_item(views=4)])

    segment = world.segments.get(SEGMENT)
    assert segment
    assert (segment.title, segment.views) == ("Changed meanwhile", 4)
    assert outcome.error is None


@given(
    st.permutations(range(6)).flatmap(
        lambda order: st.tuples(
            st.just(order),
            st.lists(
                st.tuples(
                    st.integers(0, 2),
                    st.dictionaries(st.sampled_from(METRICS), st.integers(0, 3), min_size=1),
                ),
                min_size=6,
                max_size=6,
            ),
        )
    ),
    st.integers(1, 6),
)
def test_given_any_numbers_when_they_come_in_any_order_and_any_batches_then_it_ends_the_same(
    pushed: tuple[list[int], list[tuple[int, dict[str, int]]]], size: int
):
    order, tellings = pushed
    items = [_item(at=EPOCH - ago * DAY, **numbers) for ago, numbers in tellings]
    one, other = World(), World()
    for world in (one, other):
        _linked(world, _post())

    _push(one, items)
    mixed = [items[at] for at in order]
    for start in range(0, len(mixed), size):
        _push(other, mixed[start : start + size])
        _push(other, mixed[start : start + size])

    assert _stored(one) == _stored(other)
    for metric in METRICS:
        mine = [item for item in items if metric in item.numbers]
        told = [(item.collected_at, item.numbers[metric]) for item in mine]
        number = _stored(one).number(metric)
        assert (number.at, number.value) == (max(told) if told else (None, None))
