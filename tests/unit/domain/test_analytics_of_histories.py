"""Whatever is told of posts as days go by: analytics hold against the posts themselves."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from functions.domain.analytics.figures import Figure, Overview
from functions.domain.analytics.period import Period, last_days
from functions.domain.analytics.sums import overview, sums_by_platform
from functions.domain.posts.history import Gain, gains
from functions.domain.posts.post import METRICS, Platform, Post, combined, new_post, totals
from tests.fakes.clock import EPOCH

DAY = timedelta(days=1)
TODAY = EPOCH.date()

Telling = tuple[int, Platform, str, dict[str, int]]
TELLINGS = st.lists(
    st.tuples(
        st.integers(0, 29),
        st.sampled_from([Platform.YOUTUBE, Platform.TIKTOK, Platform.X]),
        st.sampled_from(["a", "b"]),
        st.dictionaries(st.sampled_from(METRICS), st.integers(0, 10**6)),
    ),
    max_size=15,
)


class History:
    """Posts as days go by: what they have at the end of each day, and what the days gained."""

    def __init__(self, tellings: list[Telling]) -> None:
        self.gains: list[Gain] = []
        self.at_end: dict[int, tuple[Post, ...]] = {}
        posts: dict[tuple[Platform, str], Post] = {}
        for days_ago in range(29, -1, -1):
            at = EPOCH - days_ago * DAY
            for _, platform, post_id, numbers in (one for one in tellings if one[0] == days_ago):
                self._tell(posts, new_post(platform, post_id, at), numbers, at)
            self.at_end[days_ago] = tuple(posts.values())

    def _tell(
        self,
        posts: dict[tuple[Platform, str], Post],
        fresh: Post,
        numbers: dict[str, int],
        at: datetime,
    ) -> None:
        was = posts.get(fresh.key)
        posts[fresh.key] = (was or fresh).told(numbers, at)
        self.gains += gains(was, posts[fresh.key])

    def overview(self, period: Period, *, with_youtube: bool = False) -> Overview:
        sums = sums_by_platform(self.at_end[0])
        return overview(
            sums, self.gains, period, with_youtube=with_youtube, today=TODAY, by_day=True
        )

    def known(self, days_ago: int, metric: str, platforms: tuple[Platform, ...]) -> list[int]:
        posts = [post for post in self.at_end[days_ago] if post.platform in platforms]
        values = [post.number(metric).value for post in posts]
        return [value for value in values if value is not None]


@given(TELLINGS, st.integers(1, 14), st.booleans())
def test_given_any_history_when_looked_at_then_gains_are_the_change_of_totals(
    tellings: list[Telling], days: int, together: bool
):
    history = History(tellings)
    found = history.overview(last_days(TODAY, days), with_youtube=together)

    for numbers in (found.totals, *found.platforms):
        for metric, figure in numbers.figures.items():
            now, start, before = (
                history.known(ago, metric, numbers.platforms) for ago in (0, days, 2 * days)
            )
            assert figure.total == (sum(now) if now else None)
            assert figure.known == len(now)
            net = (figure.gained or 0) - (figure.lost or 0)
            assert net == sum(now) - sum(start)
            net = (figure.gained_before or 0) - (figure.lost_before or 0)
            assert net == sum(start) - sum(before)
            assert all(
                number is None or number >= 0
                for number in (figure.gained, figure.lost, figure.gained_before, figure.lost_before)
            )


@given(TELLINGS, st.integers(0, 20), st.integers(1, 9))
def test_given_any_history_when_days_of_the_past_are_looked_at_then_each_is_as_it_was(
    tellings: list[Telling], ago: int, days: int
):
    history = History(tellings)
    found = history.overview(last_days(TODAY - ago * DAY, days))

    for numbers in (found.totals, *found.platforms):
        for metric, points in numbers.series.items():
            figure = numbers.figures[metric]
            assert len(points) == days
            assert sum(one.gained or 0 for one in points) == (figure.gained or 0)
            assert sum(one.lost or 0 for one in points) == (figure.lost or 0)
            for at, point in enumerate(points):
                known = history.known(ago + days - 1 - at, metric, numbers.platforms)
                if len(numbers.platforms) == 1 and point.total is not None:
                    assert point.total == sum(known)
                if not known:
                    assert not point.total


@given(TELLINGS, st.integers(0, 20), st.integers(1, 9))
def test_given_days_of_the_past_when_looked_at_then_what_was_told_since_is_in_no_gain_of_them(
    tellings: list[Telling], ago: int, days: int
):
    period = last_days(TODAY - ago * DAY, days)
    then = [one for one in tellings if one[0] >= ago]

    now, past = (History(some).overview(period).totals for some in (tellings, then))

    for metric in METRICS:
        # None may have become a zero, since it was told later that nothing had changed.
        assert (now.figures[metric].gained or 0) == (past.figures[metric].gained or 0)
        assert (now.figures[metric].lost or 0) == (past.figures[metric].lost or 0)


@given(TELLINGS)
def test_given_any_posts_when_states_are_counted_then_each_post_is_in_one(
    tellings: list[Telling],
):
    history = History(tellings)
    found = history.overview(last_days(TODAY, 7))

    for numbers in (found.totals, *found.platforms):
        posts = [post for post in history.at_end[0] if post.platform in numbers.platforms]
        for metric, states in numbers.states.items():
            assert states == Counter(post.number(metric).state for post in posts)


@given(TELLINGS, st.integers(1, 14))
def test_given_any_history_when_looked_at_then_what_was_not_known_is_never_zero(
    tellings: list[Telling], days: int
):
    history = History(tellings)
    found = history.overview(last_days(TODAY, days))

    for numbers in (found.totals, *found.platforms):
        for metric, figure in numbers.figures.items():
            if not history.known(0, metric, numbers.platforms):
                assert figure == Figure()
            if not history.known(days, metric, numbers.platforms):
                assert figure.gained_before is figure.change is figure.change_rate is None
        quiet = not any(one[0] < days and one[1] in numbers.platforms for one in tellings)
        assert not quiet or all(one.gained is None for one in numbers.figures.values())


@given(TELLINGS, st.integers(1, 14))
def test_given_any_history_when_youtube_s_part_is_taken_away_then_the_totals_are_the_same(
    tellings: list[Telling], days: int
):
    period = last_days(TODAY, days)
    without = [one for one in tellings if one[1] is not Platform.YOUTUBE]

    assert History(tellings).overview(period).totals == History(without).overview(period).totals


@given(TELLINGS)
def test_given_any_posts_when_summed_up_then_it_is_as_their_totals_are(tellings: list[Telling]):
    history = History(tellings)
    found = history.overview(last_days(TODAY, 7)).totals
    expected = totals(combined(history.at_end[0], with_youtube=False))

    assert found.engagement_rate == expected.engagement_rate
    assert {name: figure.total for name, figure in found.figures.items()} == {
        name: getattr(expected, name) for name in METRICS
    }
