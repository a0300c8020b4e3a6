"""Rows of a post's numbers: fine for a while, one a day for good."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from functions.domain.posts.post import Platform, Post, new_post
from functions.domain.posts.snapshots import FINE, Snapshot, snapshot_of

BEGAN = datetime(2026, 3, 1, 22, 30, tzinfo=UTC)
gaps = st.lists(
    st.timedeltas(min_value=timedelta(seconds=1), max_value=timedelta(hours=40)),
    min_size=1,
    max_size=60,
)


def _rows(gaps: list[timedelta]) -> dict[datetime, tuple[datetime | None, int]]:
    """What is in the table after each gap another number was told: end and views, by hour."""
    rows: dict[datetime, tuple[datetime | None, int]] = {}
    post, at = new_post(Platform.TIKTOK, "1", BEGAN), BEGAN
    for views, gap in enumerate(gaps):
        at += gap
        told = post.told({"views": views}, at)
        snapshot = snapshot_of(post, told)
        assert snapshot is not None
        ends = snapshot.ends if snapshot.new else rows[snapshot.hour][0]
        rows[snapshot.hour] = ends, views
        post = told
    return rows


def _times(gaps: list[timedelta]) -> list[datetime]:
    return [BEGAN + sum(gaps[: at + 1], timedelta(0)) for at in range(len(gaps))]


@given(gaps)
def test_given_any_looks_when_kept_then_each_hour_has_one_row_with_its_last_number(
    gaps: list[timedelta],
) -> None:
    last = {
        at.replace(minute=0, second=0, microsecond=0): views
        for views, at in enumerate(_times(gaps))
    }

    assert {hour: views for hour, (_, views) in _rows(gaps).items()} == last


@given(gaps)
def test_given_any_looks_when_thinned_then_each_day_keeps_one_row_and_the_recent_ones_are_whole(
    gaps: list[timedelta],
) -> None:
    rows, times = _rows(gaps), _times(gaps)
    for now in (times[-1], times[-1] + FINE / 2, times[-1] + 2 * FINE):
        left = [hour for hour, (ends, _) in rows.items() if ends is None or ends > now]

        assert {hour.date() for hour in left} == {at.date() for at in times}
        assert {hour for hour in rows if hour > now - FINE} <= set(left)
        old = [hour.date() for hour in left if hour <= now - FINE]
        assert len(old) == len(set(old))


def test_given_a_change_that_tells_no_number_when_kept_then_there_is_no_row() -> None:
    post = new_post(Platform.TIKTOK, "1", BEGAN)
    named = Post(platform=Platform.TIKTOK, post_id="1", linked_at=BEGAN, post_url="https://x.y/1")

    assert snapshot_of(None, post) is None
    assert snapshot_of(post, named) is None
    told = named.told({"views": 1}, BEGAN)
    assert snapshot_of(named, told) == Snapshot(hour=BEGAN.replace(minute=0), new=True, ends=None)
    assert snapshot_of(told, told) is None
