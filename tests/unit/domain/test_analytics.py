from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from functions.domain.analytics.figures import Figure, Numbers, Overview
from functions.domain.analytics.period import Period, last_days
from functions.domain.analytics.sums import overview
from functions.domain.posts.history import Gain, PlatformSums
from functions.domain.posts.post import Platform
from tests.fakes.clock import EPOCH

DAY = timedelta(days=1)
TODAY = EPOCH.date()
WEEK = last_days(TODAY, 7)


def _sums(platform: Platform = Platform.TIKTOK, **overrides: Any) -> PlatformSums:
    defaults = {
        "platform": platform,
        "posts": 2,
        "numbers": {"views": 100},
        "known": {"views": 2},
        "synced_at": EPOCH,
    }
    return PlatformSums(**{**defaults, **overrides})


def _gain(days_ago: int, platform: Platform = Platform.TIKTOK, **numbers: int) -> Gain:
    return Gain(platform=platform, day=TODAY - days_ago * DAY, numbers=numbers)


def _views(sums: PlatformSums, *found: Gain) -> Figure:
    return overview([sums], found, WEEK, with_youtube=False).totals.figures["views"]


def _gained(sums: PlatformSums, *found: Gain) -> tuple[int | None, int | None]:
    figure = _views(sums, *found)
    return figure.gained, figure.gained_before


def _of(found: Overview, platform: Platform) -> Numbers:
    return next(one for one in found.platforms if one.platforms == (platform,))


def test_given_a_number_of_days_when_counted_back_then_today_is_the_last_and_none_is_in_both():
    period = last_days(date(2026, 3, 1), 28)

    assert (period.first, period.last, period.days) == (date(2026, 2, 2), date(2026, 3, 1), 28)
    assert period.before() == Period(date(2026, 1, 5), date(2026, 2, 1))


def test_given_gains_when_summed_up_then_only_the_period_s_days_count_and_both_ends_do():
    found = [_gain(ago, views=10**ago) for ago in (0, 6, 7, 13, 14)]

    assert _gained(_sums(), *found) == (10**6 + 1, 10**13 + 10**7)


def test_given_gains_when_compared_then_the_change_is_absolute_and_of_the_gain_before():
    figure = _views(_sums(), _gain(1, views=30), _gain(8, views=40))

    assert (figure.total, figure.known) == (100, 2)
    assert (figure.change, figure.change_rate) == (-10, -0.25)


@pytest.mark.parametrize("before", [None, 0, -5])
def test_given_no_growth_before_when_compared_then_there_is_no_rate(before: int | None):
    figure = Figure(total=9, known=1, gained=7, gained_before=before)

    assert figure.change == (None if before is None else 7 - before)
    assert figure.change_rate is None


def test_given_a_number_that_nobody_told_when_looked_at_then_all_of_it_is_unknown():
    found = overview([_sums()], [_gain(1, views=3)], WEEK, with_youtube=False)

    assert found.totals.figures["likes"] == _of(found, Platform.TIKTOK).figures["likes"] == Figure()


def test_given_no_post_at_all_when_looked_at_then_all_of_it_is_unknown():
    found = overview([], [], WEEK, with_youtube=False)

    assert found.platforms == ()
    assert found.totals.posts == 0
    assert set(found.totals.figures.values()) == {Figure()}
    assert found.totals.engagement_rate is found.totals.last_synced is None


def test_given_a_number_first_told_in_the_period_when_compared_then_the_gain_before_is_unknown():
    assert _gained(_sums(), _gain(1, views=100)) == (100, None)


def test_given_a_number_that_stood_when_nothing_grew_then_the_gain_is_zero():
    assert _gained(_sums()) == (0, 0)
    assert _gained(_sums(), _gain(1, views=40)) == (40, 0)


def test_given_a_number_last_told_before_the_period_when_looked_at_then_its_gain_is_unknown():
    assert _gained(_sums(synced_at=EPOCH - 7 * DAY), _gain(8, views=5)) == (None, 5)
    assert _gained(_sums(synced_at=EPOCH - 7 * DAY)) == (None, 0)
    assert _gained(_sums(synced_at=EPOCH - 14 * DAY)) == (None, None)
    assert _gained(_sums(synced_at=None)) == (None, None)


def test_given_a_zero_told_today_when_looked_at_then_it_gained_nothing_and_was_unknown_before():
    assert _gained(_sums(numbers={"views": 0})) == (0, None)


def test_given_platforms_when_summed_up_then_the_unknown_of_one_takes_nothing_from_the_others():
    sums = [_sums(), _sums(Platform.X, numbers={"likes": 4}, known={"likes": 1})]

    found = overview(sums, [_gain(1, views=8)], WEEK, with_youtube=False)

    assert found.totals.figures["views"] == Figure(
        total=100, known=2, gained=8, lost=0, gained_before=0, lost_before=0
    )
    assert found.totals.figures["likes"].total == 4
    assert found.totals.posts == 4


def test_given_platforms_when_their_freshness_is_asked_then_newest_and_oldest_are_told():
    sums = [_sums(), _sums(Platform.X, synced_at=EPOCH - DAY), _sums(Platform.FACEBOOK)]

    found = overview(sums, [], WEEK, with_youtube=False)

    assert (found.totals.last_synced, found.totals.oldest_sync) == (EPOCH, EPOCH - DAY)
    assert _of(found, Platform.X).last_synced == EPOCH - DAY


@pytest.mark.parametrize("with_youtube", [False, True])
def test_given_youtube_when_summed_up_then_it_stays_apart_unless_it_is_put_together(
    with_youtube: bool,
):
    rated = {"rated_views": 100, "rated_interactions": 10}
    sums = [_sums(Platform.YOUTUBE, **rated), _sums(rated_views=100, rated_interactions=20)]
    found = overview(
        sums,
        [_gain(1, Platform.YOUTUBE, views=5), _gain(1, views=3)],
        WEEK,
        with_youtube=with_youtube,
    )

    youtube, total = _of(found, Platform.YOUTUBE), found.totals
    assert found.apart == (() if with_youtube else (Platform.YOUTUBE,))
    assert (youtube.figures["views"].total, youtube.figures["views"].gained) == (100, 5)
    assert youtube.engagement_rate == (0.1 if with_youtube else None)
    assert total.engagement_rate == (0.15 if with_youtube else 0.2)
    assert total.figures["views"].total == (200 if with_youtube else 100)
    assert total.figures["views"].gained == (8 if with_youtube else 3)
    assert total.posts == (4 if with_youtube else 2)
