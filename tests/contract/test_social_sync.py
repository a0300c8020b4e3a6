"""The sync before the platforms' simulators: nothing lost, nothing twice, no limit crossed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from functions.domain.platforms.accounts import AccountStatus
from functions.domain.platforms.budgets import Limit
from functions.domain.platforms.syncing import ABSENCES, PLANNED_FOR
from functions.domain.platforms.windows import minutes, pacific_day
from functions.domain.posts.post import METRICS, Number, NumberState, Platform
from functions.services.posts.follow_account import forget_account, resume
from functions.services.posts.sync_posts import SyncOutcome
from infra.local.simulators.social.grants import SECRET
from tests.contract.social_feed import TICK, Feed
from tests.contract.social_lab import lab

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
each_platform = pytest.mark.parametrize("platform", list(Platform))


@pytest.fixture
def feed() -> Iterator[Feed]:
    with lab() as made:
        yield Feed(made)


def _id(platform: Platform, owner: str, number: int) -> str:
    return f"{owner}_{number}" if platform is Platform.FACEBOOK else f"{owner}{number:05}"


def _link(feed: Feed, platform: Platform, number: int = 1, user: str = "anna", **known: object):
    known_account = feed.accounts.get(user, platform)
    owner = known_account.account_id if known_account else feed.connect(user, platform)
    return feed.link(user, platform, _id(platform, owner, number), **known)  # type: ignore[arg-type]


@each_platform
def test_given_a_new_post_when_the_schedule_ticks_then_its_numbers_are_on_its_segment(
    feed: Feed, platform: Platform
):
    row = _link(feed, platform)

    (outcome,) = feed.tick()

    assert (outcome.read, outcome.calls, outcome.error) == (1, 1, None)
    post = feed.post(row)
    assert (post.views.value, post.likes.value, post.comments.value) == (1_204, 88, 7)
    unsupported = NumberState.UNSUPPORTED if platform is Platform.YOUTUBE else NumberState.OK
    assert post.shares.state is unsupported
    assert feed.tick() == []


@each_platform
def test_given_a_post_when_it_grows_older_then_it_is_looked_at_by_its_age_and_then_no_more(
    feed: Feed, platform: Platform
):
    row = _link(feed, platform, age=timedelta(0))
    began, looks = feed.lab.now(), 0
    while (due := feed.due(row)) is not None:
        feed.wait(max(timedelta(0), due - feed.lab.now()))
        looks += len(feed.tick())

    daily = platform is Platform.X
    assert (30 <= looks <= 45) if daily else (75 <= looks <= 84)
    assert feed.lab.now() - began > 85 * DAY


def test_given_numbers_when_they_grow_then_segments_days_and_sums_grow_with_them(feed: Feed):
    row = _link(feed, Platform.TIKTOK, counts={"views": 100})
    feed.tick()
    feed.lab.put(Platform.TIKTOK, row.post_id, owner="1000", counts={"views": 250})
    feed.wait(HOUR)

    feed.tick()

    segment = feed.segments.get(row.segment_id)
    assert segment
    assert segment.views == 250
    assert [gain.numbers["views"] for _, gain, _ in feed.segments.gains] == [100, 150]


def test_given_a_batch_when_it_is_done_twice_then_the_second_time_changes_nothing(feed: Feed):
    row = _link(feed, Platform.TIKTOK)
    plan = feed.plan()
    (batch,) = plan.batches
    feed.run(plan, batch)
    before = (feed.segments.get(row.segment_id), feed.row(row), len(feed.lab.world.seen))

    assert feed.run(plan, batch) == SyncOutcome()

    after = (feed.segments.get(row.segment_id), feed.row(row), len(feed.lab.world.seen))
    assert after == before


class _Killed(BaseException):
    """No worker survives it."""


def test_given_a_worker_that_is_killed_between_any_two_writes_when_done_again_then_all_is_as_once(
    feed: Feed, monkeypatch: pytest.MonkeyPatch
):
    rows = [_link(feed, Platform.TIKTOK, number) for number in range(6)]
    plan = feed.plan()
    (batch,) = plan.batches
    kills = 0
    for writes in range(12):
        killed = _killing(feed, monkeypatch, writes)
        try:
            feed.run(plan, batch)
        except _Killed:
            kills += 1
        monkeypatch.undo()
        assert killed
    feed.run(plan, batch)

    assert kills >= 4
    assert [feed.post(row).views.value for row in rows] == [1_204] * 6
    assert all(feed.row(row).planned_at is None for row in rows)
    # What it gained is told once, and every number has the time of the one sync.
    views = [gain.numbers["views"] for _, gain, _ in feed.segments.gains if "views" in gain.numbers]
    assert views == [1_204] * 6
    assert {feed.post(row).views.at for row in rows} == {plan.planned_at}


def _killing(feed: Feed, monkeypatch: pytest.MonkeyPatch, writes: int) -> bool:
    left = writes

    def counted(write):
        def killed(*args, **options):
            nonlocal left
            if left == 0:
                raise _Killed
            left -= 1
            return write(*args, **options)

        return killed

    monkeypatch.setattr(feed.segments, "save", counted(feed.segments.save))
    monkeypatch.setattr(feed.posts, "save", counted(feed.posts.save))
    return True


def test_given_a_worker_that_never_comes_back_when_its_time_is_over_then_the_posts_are_due_again(
    feed: Feed,
):
    row = _link(feed, Platform.TIKTOK)
    assert len(feed.plan().batches) == 1
    feed.wait(TICK)
    assert feed.plan().batches == ()

    feed.wait(PLANNED_FOR)

    assert feed.tick()[0].read == 1
    assert feed.post(row).views.value == 1_204


def test_given_two_schedulers_when_they_plan_at_once_then_each_post_is_in_one_plan(feed: Feed):
    rows = [_link(feed, Platform.X, number) for number in range(10)]
    seen = feed.posts.due(feed.lab.now(), 100)
    first = feed.plan()

    feed.posts.due = lambda *_: seen  # type: ignore[method-assign]
    second = feed.plan()

    assert sum(len(batch.posts) for batch in first.batches) == len(rows)
    assert second.batches == ()


@each_platform
def test_given_a_post_that_is_gone_when_looked_at_again_and_again_then_it_is_marked_not_at_first(
    feed: Feed, platform: Platform
):
    row = _link(feed, platform)
    feed.tick()
    feed.lab.put(platform, row.post_id, owner=_owner(feed, platform), state="gone")

    marks = []
    for _ in range(ABSENCES):
        due = feed.due(row)
        assert due
        feed.wait(due - feed.lab.now())
        assert feed.tick()[0].missed == 1
        marks.append(feed.post(row).missing_since)

    assert marks[:-1] == [None] * (ABSENCES - 1)
    assert marks[-1] is not None
    # What was known of it stays.
    assert feed.post(row).views.value == 1_204


def test_given_a_post_that_was_marked_when_it_is_back_then_the_mark_goes(feed: Feed):
    row = _link(feed, Platform.TIKTOK, state="gone")
    for _ in range(ABSENCES):
        feed.tick()
        feed.wait(HOUR)
    assert feed.post(row).missing_since
    feed.lab.put(Platform.TIKTOK, row.post_id, owner="1000")

    feed.tick()

    assert feed.post(row).missing_since is None
    assert feed.row(row).absences == 0


def test_given_numbers_that_others_pushed_when_synced_then_what_the_platform_lacks_stays(
    feed: Feed,
):
    row = _link(feed, Platform.YOUTUBE)
    segment = feed.segments.get(row.segment_id)
    assert segment
    (post,) = segment.social_media_usage
    pushed = Number(value=12, state=NumberState.OK, at=feed.lab.now())
    feed.segments.save(
        segment, replace(segment, social_media_usage=(replace(post, shares=pushed),))
    )

    feed.tick()

    assert feed.post(row).shares == pushed


def test_given_a_newer_number_that_was_pushed_meanwhile_when_synced_then_it_stays(feed: Feed):
    row = _link(feed, Platform.TIKTOK)
    plan = feed.plan()
    segment = feed.segments.get(row.segment_id)
    assert segment
    (post,) = segment.social_media_usage
    newer = post.told({"views": 9_999}, plan.planned_at + timedelta(seconds=1))
    feed.segments.save(segment, replace(segment, social_media_usage=(newer,)))

    feed.run(plan, plan.batches[0])

    assert feed.post(row).views.value == 9_999
    assert feed.post(row).likes.value == 88


@each_platform
def test_given_a_tenth_of_all_calls_that_fail_when_ticked_for_a_while_then_every_post_is_read(
    feed: Feed, platform: Platform
):
    rows = [_link(feed, platform, number, user=f"user-{number % 8}") for number in range(120)]
    feed.lab.world.troubles[platform.value].chance = 0.1

    for _ in range(8):
        feed.tick()

    assert [feed.post(row).views.value for row in rows] == [1_204] * len(rows)
    assert {feed.row(row).planned_at for row in rows} == {None}


@each_platform
def test_given_a_platform_that_is_down_for_an_hour_when_it_is_back_then_nothing_is_lost(
    feed: Feed, platform: Platform
):
    rows = [_link(feed, platform, number) for number in range(30)]
    feed.lab.world.troubles[platform.value].down = True
    for _ in range(12):
        feed.tick()
    assert {feed.post(row).views.state for row in rows} == {NumberState.NOT_YET}
    # It was looked for again less and less often, not at every tick.
    calls = len(feed.lab.calls(platform))
    feed.lab.world.troubles[platform.value].down = False

    for _ in range(24):
        feed.tick()

    assert [feed.post(row).views.value for row in rows] == [1_204] * len(rows)
    assert calls <= 12 * 3 * 2 * len(rows)


def test_given_one_platform_that_is_down_when_ticked_then_the_others_go_on(feed: Feed):
    rows = {platform: _link(feed, platform) for platform in Platform}
    feed.lab.world.troubles["youtube"].down = True

    feed.tick()

    read = {platform for platform, row in rows.items() if feed.post(row).views.value is not None}
    assert read == set(Platform) - {Platform.YOUTUBE}


@each_platform
def test_given_an_account_that_was_taken_back_when_synced_then_it_stops_until_connected_again(
    feed: Feed, platform: Platform
):
    row = _link(feed, platform)
    served = feed.lab.running.service.platforms[platform.value]
    getattr(served, "end_all", served.grants.end_all)()

    feed.tick()

    account = feed.accounts.get("anna", platform)
    assert account
    assert account.status is AccountStatus.RECONNECT_NEEDED
    assert feed.due(row) is None
    calls = len(feed.lab.calls(platform))
    for _ in range(5):
        feed.wait(DAY)
        assert feed.tick() == []
    assert len(feed.lab.calls(platform)) == calls
    del feed.accounts.rows["anna", platform]
    feed.connect("anna", platform, account.account_id)
    assert resume("anna", platform, feed.account_work) == 1
    assert feed.tick()[0].read == 1
    assert feed.post(row).views.value == 1_204


@each_platform
def test_given_an_account_when_disconnected_then_what_it_told_goes_and_comes_back_with_it(
    feed: Feed, platform: Platform
):
    row = _link(feed, platform)
    feed.tick()
    account = feed.accounts.rows.pop(("anna", platform))

    assert forget_account("anna", platform, feed.account_work) == 1
    assert forget_account("anna", platform, feed.account_work) == 0

    post = feed.post(row)
    assert post.views == Number()
    assert post.post_id == row.post_id
    assert feed.segments.get(row.segment_id).views is None
    assert feed.segments.gains == []
    assert (feed.due(row), feed.row(row).why) == (None, "disconnected")
    feed.wait(DAY)
    assert feed.tick() == []
    feed.connect("anna", platform, account.account_id)
    assert resume("anna", platform, feed.account_work) == 1
    assert feed.tick()[0].read == 1
    assert feed.post(row).views.value == 1_204


def test_given_numbers_of_their_own_when_users_disconnect_then_those_stay(feed: Feed):
    """Nothing was ever read with the account's tokens."""
    row = _link(feed, Platform.X)
    segment = feed.segments.get(row.segment_id)
    told = tuple(post.told({"views": 5}, feed.lab.now()) for post in segment.social_media_usage)
    feed.segments.save(segment, replace(segment, social_media_usage=told))
    feed.accounts.rows.clear()

    assert forget_account("anna", Platform.X, feed.account_work) == 0

    assert feed.post(row).views.value == 5
    assert feed.due(row) is None


def test_given_an_account_that_is_disconnected_while_it_is_read_then_nothing_is_kept_of_that(
    feed: Feed, monkeypatch: pytest.MonkeyPatch
):
    row = _link(feed, Platform.TIKTOK)
    adapter = feed.numbers(Platform.TIKTOK)
    read = adapter.read

    def reading(*told: object) -> object:
        answer = read(*told)
        feed.accounts.rows.clear()
        return answer

    monkeypatch.setattr(adapter, "read", reading)
    (outcome,) = feed.tick()

    assert outcome.error == "disconnected"
    assert feed.post(row).views == Number()


@each_platform
def test_given_a_secret_of_our_app_that_is_wrong_when_tokens_end_then_posts_wait_until_it_is_mended(
    feed: Feed, platform: Platform
):
    row = _link(feed, platform)
    feed.lab.trouble(platform, "token")
    feed.lab.secret = "wrong"

    (outcome,) = feed.tick()

    assert (outcome.error, outcome.of_our_app) == ("social.app_refused", True)
    account = feed.accounts.get("anna", platform)
    assert account is not None
    assert account.status is AccountStatus.CONNECTED
    assert (feed.row(row).failures, feed.row(row).why) == (0, "social.app_refused")
    assert feed.tick() == []
    feed.lab.secret = SECRET
    feed.wait(timedelta(minutes=15))
    assert feed.tick()[0].read == 1


class _Disconnects:
    """At one of the moments when a worker, which began with the account, reads the segment, asks
    for the account or writes; all that follows from it may be done then, too."""

    def __init__(self, feed: Feed, moment: int, *, follows: bool, again: bool) -> None:
        self.feed, self.left, self.follows, self.again = feed, moment, follows, again
        self.done = False

    def before(self, call):
        def called(*args, **options):
            if self.left == 0 and not self.done:
                self.done = True
                self._disconnect()
            self.left -= 1
            return call(*args, **options)

        return called

    def _disconnect(self) -> None:
        feed = self.feed
        account = feed.accounts.rows.pop(("anna", Platform.TIKTOK))
        if self.again:
            feed.wait(timedelta(seconds=1))
            feed.connect("anna", Platform.TIKTOK, account.account_id)
        if self.follows:
            forget_account("anna", Platform.TIKTOK, feed.account_work)


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("again", [True, False])
@pytest.mark.parametrize("follows", [True, False])
@pytest.mark.parametrize("moment", range(1, 10))
def test_given_an_account_that_is_disconnected_at_any_moment_when_forgotten_then_nothing_stays(
    feed: Feed,
    monkeypatch: pytest.MonkeyPatch,
    moment: int,
    follows: bool,
    again: bool,
    first: bool,
):
    rows = [_link(feed, Platform.TIKTOK, number) for number in range(2)]
    if not first:
        feed.tick()
        feed.wait(HOUR)
    plan = feed.plan()
    (batch,) = plan.batches
    user = _Disconnects(feed, moment, follows=follows, again=again)
    for store, name in (
        (feed.segments, "get"),
        (feed.accounts, "get"),
        (feed.segments, "save"),
        (feed.posts, "save"),
    ):
        monkeypatch.setattr(store, name, user.before(getattr(store, name)))

    feed.run(plan, batch)
    monkeypatch.undo()
    if not follows:
        forget_account("anna", Platform.TIKTOK, feed.account_work)

    assert user.done
    assert [feed.post(row).views for row in rows] == [Number()] * 2
    assert feed.segments.gains == []


@each_platform
def test_given_a_token_that_ended_early_when_synced_then_it_is_renewed_and_read_once_more(
    feed: Feed, platform: Platform
):
    row = _link(feed, platform)
    feed.lab.trouble(platform, "token")

    (outcome,) = feed.tick()

    assert outcome.read == 1
    assert feed.post(row).views.value == 1_204


def test_given_an_account_that_is_not_connected_when_due_then_nothing_is_asked(feed: Feed):
    row = _link(feed, Platform.X)
    feed.accounts.rows.clear()

    (outcome,) = feed.tick()

    assert outcome.error == "social_account.not_found"
    assert feed.due(row) is None
    assert feed.lab.calls(Platform.X) == []


def test_given_the_day_of_youtube_when_it_is_used_up_then_all_wait_until_it_is_over(feed: Feed):
    rows = [_link(feed, Platform.YOUTUBE, user=user) for user in ("anna", "ben")]
    feed.lab.trouble(Platform.YOUTUBE, "quota")
    ends = pacific_day(feed.lab.now()).ends

    outcomes = feed.tick()

    assert [one.error for one in outcomes] == ["social.quota_exhausted", "limit"]
    assert [feed.due(row) for row in rows] == [ends, ends]
    assert [feed.row(row).why for row in rows] == ["social.quota_exhausted", "limit"]
    feed.wait(ends - feed.lab.now())
    assert sum(one.read for one in feed.tick()) == 2


@pytest.mark.parametrize(
    ("platform", "trouble"), [(Platform.X, "credits"), (Platform.YOUTUBE, "daily_limit")]
)
def test_given_nothing_left_for_anybody_when_ticked_then_whoever_runs_it_hears_of_it(
    feed: Feed, platform: Platform, trouble: str
):
    """By the alarm of limits: posts that are put off are not overdue."""
    row = _link(feed, platform)
    feed.lab.trouble(platform, trouble)

    (outcome,) = feed.tick()

    assert outcome.quota_used == 1.0
    assert feed.due(row) is not None


def test_given_an_app_that_lacks_access_when_ticked_then_no_account_is_lost_by_it(feed: Feed):
    _link(feed, Platform.X)
    feed.lab.trouble(Platform.X, "client_forbidden")

    (outcome,) = feed.tick()

    assert outcome.of_our_app
    feed.wait(timedelta(minutes=16))
    assert [one.read for one in feed.tick()] == [1]


def test_given_answers_that_are_none_when_ticked_again_and_again_then_no_post_is_said_to_be_gone(
    feed: Feed,
):
    row = _link(feed, Platform.YOUTUBE)

    for _ in range(4):
        feed.lab.trouble(Platform.YOUTUBE, *["json:{}"] * 3)
        (outcome,) = feed.tick()
        assert outcome.error == "social.platform_down"
        feed.wait(timedelta(hours=7))

    assert feed.row(row).absences == 0
    assert feed.post(row).missing_since is None


def test_given_a_hoarder_when_units_are_few_then_who_has_little_is_served_at_once():
    units = {Platform.YOUTUBE: (Limit(name="units", units=10, window=pacific_day),)}
    with lab() as made:
        feed = Feed(made, limits=units)
        for number in range(1_000):
            _link(feed, Platform.YOUTUBE, number, user="hoarder")
        small = [_link(feed, Platform.YOUTUBE, user=user) for user in ("anna", "ben")]

        plan = feed.plan()

        served = [batch.user_id for batch in plan.batches]
        assert {"anna", "ben"} <= set(served)
        assert len(served) in {8, 9, 10}
        for batch in plan.batches:
            feed.run(plan, batch)
        assert all(feed.post(row).views.value for row in small)
        assert len(made.calls(Platform.YOUTUBE)) <= 10


def _few(now: datetime):
    return minutes(now, 15)


@pytest.mark.parametrize("platform", [Platform.X, Platform.TIKTOK])
def test_given_a_limit_of_calls_when_very_many_posts_are_due_then_it_is_not_crossed(
    platform: Platform,
):
    with lab() as made:
        feed = Feed(made, limits={platform: (Limit(name="calls", units=20, window=_few),)})
        rows = [_link(feed, platform, number, user=f"u{number}") for number in range(60)]
        used: dict[int, int] = {}
        for _ in range(40):
            window = int(made.world.now()) // 900
            before = _asked(feed, platform)
            feed.tick()
            used[window] = used.get(window, 0) + _asked(feed, platform) - before

        assert max(used.values()) <= 20
        assert all(feed.post(row).views.value is not None for row in rows)


def test_given_a_window_of_x_that_the_platform_says_is_full_when_ticked_then_it_is_waited_for(
    feed: Feed,
):
    feed.lab.world.limits["x.calls"] = 1
    feed.wait(timedelta(seconds=900 - feed.lab.world.now() % 900))
    first = _link(feed, Platform.X)
    feed.tick()
    second = _link(feed, Platform.X, 2)

    outcomes = feed.tick()

    assert outcomes == []
    due = feed.due(second)
    assert due
    assert due.astimezone(UTC).minute % 15 == 0
    assert feed.post(first).views.value == 1_204


def test_given_a_post_of_x_when_ticked_for_a_day_then_it_is_read_and_billed_once(feed: Feed):
    _link(feed, Platform.X)
    began = feed.lab.now().date()
    while feed.lab.now().date() == began:
        feed.tick()

    days = {day for day, _ in feed.lab.running.service.platforms["x"].billed}  # type: ignore[attr-defined]
    assert len([call for call in feed.lab.calls(Platform.X) if call.ids]) == len(days) == 1


def test_given_a_segment_that_is_deleted_when_synced_then_its_post_is_followed_no_longer(
    feed: Feed,
):
    row = _link(feed, Platform.TIKTOK)
    segment = feed.segments.get(row.segment_id)
    assert segment
    feed.segments.delete(segment, feed.lab.now())

    feed.tick()

    assert feed.posts.rows == {}


def test_given_a_segment_that_changes_when_followed_then_its_posts_are_what_it_has(feed: Feed):
    row = _link(feed, Platform.TIKTOK)
    for _ in range(2):
        feed.follow(row.segment_id)
    assert list(feed.posts.rows) == [row.key]
    segment = feed.segments.get(row.segment_id)
    assert segment
    feed.segments.delete(segment, feed.lab.now())

    feed.follow(row.segment_id)

    assert feed.posts.rows == {}


def test_given_very_many_posts_when_planned_then_calls_are_the_least_there_can_be(feed: Feed):
    for user in range(3):
        for number in range(101):
            _link(feed, Platform.X, number, user=f"user-{user}")
        for number in range(41):
            _link(feed, Platform.TIKTOK, number, user=f"user-{user}")

    plan = feed.plan()

    sizes = sorted(len(batch.posts) for batch in plan.batches)
    assert sizes == [1, 1, 1, 1, 1, 1, *[20] * 6, *[100] * 3]


def test_given_a_segment_with_very_many_posts_when_synced_then_it_is_written_in_parts(feed: Feed):
    """A transaction holds a hundred writes, and each post takes several."""
    owner = feed.connect("anna", Platform.TIKTOK)
    row = feed.link("anna", Platform.TIKTOK, _id(Platform.TIKTOK, owner, 0))
    segment = feed.segments.get(row.segment_id)
    assert segment
    (post,) = segment.social_media_usage
    posts = tuple(replace(post, post_id=_id(Platform.TIKTOK, owner, one)) for one in range(20))
    for one in posts:
        feed.lab.put(Platform.TIKTOK, one.post_id, owner=owner)
    feed.segments.save(segment, replace(segment, social_media_usage=posts))
    feed.follow(row.segment_id)
    before = feed.segments.writes

    (outcome,) = feed.tick()

    assert outcome.read == 20
    assert feed.segments.writes - before == 3
    segment = feed.segments.get(row.segment_id)
    assert segment
    for one in segment.social_media_usage:
        assert [one.number(metric).state for metric in METRICS] == [NumberState.OK] * 4


def _owner(feed: Feed, platform: Platform) -> str:
    account = feed.accounts.get("anna", platform)
    assert account
    return account.account_id


def _asked(feed: Feed, platform: Platform) -> int:
    """Calls for posts: those for tokens are counted by nobody."""
    return len([call for call in feed.lab.calls(platform) if call.ids])
