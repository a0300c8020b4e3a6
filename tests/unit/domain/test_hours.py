"""Growth hour by hour, held against what was told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from functions.domain.analytics.growth import UNKNOWN, Point
from functions.domain.analytics.hours import by_hour, together
from functions.domain.posts.post import Number, NumberState
from functions.domain.posts.query import History, Snapshot
from tests.fakes.clock import EPOCH

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def _row(at: datetime, views: int | None, told: datetime | None = None) -> Snapshot:
    state = NumberState.NOT_YET if views is None else NumberState.OK
    number = Number(value=views, state=state, at=told or (at if views is not None else None))
    return Snapshot(at, {"views": number})


def _views(
    *within: Snapshot, before: Snapshot | None = None, hours: int = 4, whole: bool = True
) -> list[Point]:
    return by_hour(History(before, within, whole), EPOCH, hours)["views"]


def _point(gained: int, lost: int, total: int) -> Point:
    return Point(gained=gained, lost=lost, total=total)


def test_given_a_number_that_grows_and_falls_when_told_by_hour_then_each_has_its_change():
    found = _views(
        _row(EPOCH, 10),
        _row(EPOCH + 30 * MINUTE, 15),
        _row(EPOCH + 2 * HOUR, 12),
        before=_row(EPOCH - HOUR, 7),
    )

    assert found == [_point(8, 0, 15), _point(0, 0, 15), _point(0, 3, 12), UNKNOWN]


def test_given_a_number_first_told_in_the_stretch_when_told_by_hour_then_it_is_unknown_before():
    assert _views(_row(EPOCH + HOUR, 10)) == [UNKNOWN, _point(10, 0, 10), UNKNOWN, UNKNOWN]


def test_given_a_number_that_was_told_at_another_time_than_its_row_when_told_then_at_its_own():
    """Another number of the post was newer."""
    found = _views(_row(EPOCH + 2 * HOUR, 10, told=EPOCH + MINUTE))

    assert found == [_point(10, 0, 10), UNKNOWN, UNKNOWN, UNKNOWN]


def test_given_only_the_newest_part_when_told_by_hour_then_the_rest_is_unknown_not_gained():
    found = _views(_row(EPOCH + HOUR, 900), _row(EPOCH + 2 * HOUR, 905), whole=False)

    assert found == [UNKNOWN, _point(0, 0, 900), _point(5, 0, 905), UNKNOWN]


def test_given_posts_when_put_together_then_the_unknown_of_one_takes_nothing_from_the_others():
    one = by_hour(History(None, (_row(EPOCH, 10),)), EPOCH, 2)
    other = by_hour(History(None, (_row(EPOCH + HOUR, 3),)), EPOCH, 2)

    assert together([one, other])["views"] == [_point(10, 0, 10), _point(3, 0, 3)]
    assert together([one, other])["likes"] == [UNKNOWN, UNKNOWN]
    assert together([]) == {}


@given(st.lists(st.tuples(st.integers(-120, 24 * 60 - 1), st.integers(0, 50)), max_size=12))
def test_given_any_tellings_when_told_by_hour_then_changes_add_up_to_the_last(
    told: Sequence[tuple[int, int]],
):
    rows = sorted(dict(told).items())
    earlier = [_row(EPOCH + at * MINUTE, views) for at, views in rows if at < 0]
    within = tuple(_row(EPOCH + at * MINUTE, views) for at, views in rows if at >= 0)
    before = earlier[-1] if earlier else None

    found = by_hour(History(before, within), EPOCH, 24)["views"]

    net = sum((point.gained or 0) - (point.lost or 0) for point in found)
    first = before.numbers["views"].value if before else 0
    last = within[-1].numbers["views"].value if within else first
    assert net == (last or 0) - (first or 0)
    assert all((point.gained or 0) >= 0 and (point.lost or 0) >= 0 for point in found)
    for hour, point in enumerate(found):
        known = [views for at, views in rows if at < (hour + 1) * 60]
        assert point.total in {None, known[-1] if known else None}
        assert point == UNKNOWN or any(at >= hour * 60 for at, _ in rows)
