from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from functions.domain.errors import UnavailableError
from functions.domain.platforms.accounts import AccountStatus, SocialAccount
from functions.domain.platforms.syncing import PLANNED_FOR
from functions.domain.posts.post import Platform, new_post
from functions.domain.times import to_iso
from functions.services.posts.ask_for_sync import plan_demand
from functions.services.posts.follow_posts import follow_posts
from tests.builders import USER, make_segment
from tests.fakes.world import World
from tests.unit.api.client import Client

ASKED = "/api/social/sync"
HOUR = timedelta(hours=1)
# As many posts as one call for TikTok takes.
CALL = 20


def _connect(world: World, platform: Platform, user: str = USER) -> None:
    world.social_accounts.save(
        SocialAccount(
            user_id=user,
            platform=platform,
            account_id="1000",
            connected_at=world.clock(),
            sealed="",
        )
    )


def _link(world: World, platform: Platform, posts: int, segment: str = "one") -> str:
    now = world.clock()
    usage = tuple(new_post(platform, str(number), now) for number in range(posts))
    made = make_segment(segment_id=segment, user_id=USER, social_media_usage=usage)
    world.segments.create(made)
    follow_posts(segment, world.segments, world.sync_posts, now)
    return segment


@pytest.fixture
def linked(world: World) -> World:
    """Three calls' worth of posts on TikTok."""
    _connect(world, Platform.TIKTOK)
    _link(world, Platform.TIKTOK, 2 * CALL + 1)
    return world


def test_given_posts_when_asked_for_then_they_are_looked_at_and_progress_is_told(
    client: Client, linked: World
):
    asked = client.post(ASKED, {})

    assert asked.status == 202
    assert asked.json["state"] == "queued"
    place = asked.headers["location"]
    assert place == f"/api/social/syncs/{asked.json['sync_id']}"
    (demand,) = linked.demand_runs.started
    plan = plan_demand(USER, demand.sync_id, linked.demand_work)
    assert plan
    assert [len(batch.posts) for batch in plan.batches] == [CALL, CALL, 1]
    assert client.get(place).json["state"] == "running"
    assert client.get(place).json["posts"] == 41
    for number, batch in enumerate(plan.batches):
        counts = {"read": len(batch.posts) - 1, "missed": 1, "failed": 0, "waiting": 0}
        linked.demands.tell(USER, demand.sync_id, str(number), counts)
        linked.demands.tell(USER, demand.sync_id, str(number), {"read": 100})
    told = client.get(place).json
    assert (told["state"], told["read"], told["missed"]) == ("done", 38, 3)


def test_given_a_plan_that_was_killed_when_planned_again_then_it_is_the_same(
    client: Client, linked: World
):
    sync_id = client.post(ASKED, {}).json["sync_id"]
    first = plan_demand(USER, sync_id, linked.demand_work)

    assert plan_demand(USER, sync_id, linked.demand_work) == first


def test_given_two_demands_when_planned_then_no_post_is_in_both(client: Client, linked: World):
    ids = [client.post(ASKED, {}).json["sync_id"] for _ in range(2)]
    linked.clock.now += timedelta(seconds=1)

    plans = [plan_demand(USER, sync_id, linked.demand_work) for sync_id in ids]

    assert [plan is None for plan in plans] in ([False, True], [False, False])
    chosen = [
        (post.segment_id, post.post_id)
        for plan in plans
        if plan
        for batch in plan.batches
        for post in batch.posts
    ]
    planned = {(row.segment_id, row.post_id) for row in linked.sync_posts.rows.values()}
    assert set(chosen) == planned


def test_given_the_hours_calls_are_spent_when_asked_then_429_says_when_there_are_more(
    client: Client, linked: World
):
    answers = [client.post(ASKED, {}) for _ in range(50)]

    refused = next(answer for answer in answers if answer.status != 202)
    assert refused.status == 429
    assert refused.json["code"] == "social.too_many_looks"
    assert 0 < int(refused.headers["retry-after"]) <= 3_600
    linked.clock.now += HOUR
    assert client.post(ASKED, {}).status == 202


def test_given_nothing_to_look_at_when_asked_then_it_is_done_and_costs_nothing(
    client: Client, world: World
):
    for _ in range(50):
        asked = client.post(ASKED, {})
        assert (asked.status, asked.json["state"]) == (202, "done")
    assert world.demand_runs.started == []


def test_given_posts_that_were_looked_at_when_asked_then_they_are_left_out_for_a_while(
    client: Client, world: World
):
    for platform in (Platform.TIKTOK, Platform.X):
        _connect(world, platform)
        segment = _link(world, platform, 1, platform.value)
        (row,) = world.sync_posts.of_segment(segment)
        world.sync_posts.save(replace(row, synced_at=world.clock()))

    assert client.post(ASKED, {}).json["state"] == "done"
    world.clock.now += timedelta(minutes=6)
    first = plan_demand(USER, client.post(ASKED, {}).json["sync_id"], world.demand_work)
    world.clock.now += timedelta(days=1)
    second = plan_demand(USER, client.post(ASKED, {}).json["sync_id"], world.demand_work)

    assert first
    assert second
    assert [batch.platform for batch in first.batches] == [Platform.TIKTOK]
    assert {batch.platform for batch in second.batches} == {Platform.TIKTOK, Platform.X}


def test_given_a_shared_limit_that_is_half_used_when_asked_then_the_schedule_keeps_the_rest(
    client: Client, world: World
):
    _connect(world, Platform.YOUTUBE)
    _link(world, Platform.YOUTUBE, 60)
    world.budgets.charge(Platform.YOUTUBE, 5_000, world.clock())

    asked = client.post(ASKED, {})
    assert plan_demand(USER, asked.json["sync_id"], world.demand_work) is None

    told = client.get(asked.headers["location"]).json
    assert (told["state"], told["posts"], told["left_out"]) == ("done", 0, 60)


def test_given_an_account_that_has_to_be_connected_again_when_asked_then_it_is_left_out(
    client: Client, linked: World
):
    account = linked.social_accounts.rows[USER, Platform.TIKTOK]
    dead = replace(account, status=AccountStatus.RECONNECT_NEEDED)
    linked.social_accounts.rows[USER, Platform.TIKTOK] = dead

    assert client.post(ASKED, {}).json["state"] == "done"


def test_given_anothers_sync_when_asked_for_then_there_is_none(client: Client, linked: World):
    asked = client.post(ASKED, {})

    answer = client.stranger.get(asked.headers["location"])

    assert (answer.status, answer.code) == (404, "sync.not_found")


def test_given_a_batch_that_never_ends_when_its_time_is_over_then_the_sync_has_ended(
    client: Client, linked: World
):
    place = client.post(ASKED, {}).headers["location"]
    linked.clock.now += PLANNED_FOR

    assert client.get(place).json["state"] == "ended"


# A post is looked at when it is linked

TIKTOK = {"platform": "tiktok", "post_id": "7"}


@pytest.fixture
def segment(world: World) -> str:
    """The path of its posts; the account is connected."""
    _connect(world, Platform.TIKTOK)
    made = make_segment(segment_id="new", user_id=USER)
    world.segments.create(made)
    return "/api/segments/new/social-media"


def test_given_a_connected_account_when_a_post_is_linked_then_it_is_looked_at_at_once(
    client: Client, world: World, segment: str
):
    posted = to_iso(world.clock())
    answer = client.post(segment, {**TIKTOK, "posted_at": posted, "metrics": {"views": 5}})

    assert answer.status == 201
    (demand,) = world.demand_runs.started
    assert demand.segment_id == "new"
    assert answer.headers["link"] == f'</api/social/syncs/{demand.sync_id}>; rel="monitor"'
    plan = plan_demand(USER, demand.sync_id, world.demand_work)
    assert plan
    assert [post.post_id for batch in plan.batches for post in batch.posts] == ["7"]
    assert client.get(f"/api/social/syncs/{demand.sync_id}").json["posts"] == 1


def test_given_a_known_post_when_sent_again_then_it_is_looked_at_only_without_numbers(
    client: Client, world: World, segment: str
):
    client.post(segment, TIKTOK)

    pushed = client.post(segment, {**TIKTOK, "metrics": {"views": 5}})
    assert (pushed.status, "link" in pushed.headers) == (200, False)
    asked = client.post(segment, TIKTOK)

    assert (asked.status, "link" in asked.headers) == (200, True)
    assert len(world.demand_runs.started) == 2


def test_given_an_account_that_cannot_be_read_when_a_post_is_linked_then_it_is_only_linked(
    client: Client, world: World, segment: str
):
    account = world.social_accounts.rows[USER, Platform.TIKTOK]
    dead = replace(account, status=AccountStatus.RECONNECT_NEEDED)
    world.social_accounts.rows[USER, Platform.TIKTOK] = dead

    unreadable = client.post(segment, TIKTOK)
    unconnected = client.post(segment, {"platform": "x", "post_id": "8"})

    for answer in (unreadable, unconnected):
        assert (answer.status, "link" in answer.headers) == (201, False)
    assert world.demand_runs.started == []


def test_given_the_hours_calls_are_spent_when_a_post_is_linked_then_it_is_the_schedules(
    client: Client, world: World, segment: str
):
    for number in range(60):
        answer = client.post(f"{segment}", {**TIKTOK, "post_id": str(number % 20)})
        assert answer.status in {200, 201}

    assert "link" not in answer.headers
    assert 0 < len(world.demand_runs.started) < 60


def test_given_what_looks_is_down_when_a_post_is_linked_then_it_is_linked_all_the_same(
    client: Client, world: World, segment: str, monkeypatch: pytest.MonkeyPatch
):
    def down(_: object) -> None:
        raise UnavailableError("dependency.unavailable", "It is down.")

    monkeypatch.setattr(world.demand_runs, "start", down)

    answer = client.post(segment, TIKTOK)

    assert (answer.status, "link" in answer.headers) == (201, False)


def test_given_a_post_that_is_planned_for_later_when_linked_then_it_is_not_looked_for_yet(
    client: Client, world: World, segment: str
):
    later = to_iso(world.clock() + timedelta(days=1))
    client.post(segment, {**TIKTOK, "posted_at": later})

    for demand in world.demand_runs.started:
        assert plan_demand(USER, demand.sync_id, world.demand_work) is None
