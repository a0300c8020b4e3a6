"""Posts that are linked are followed by the schedule, on the deployed cloud and its platforms."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from infra.local.platforms_beside import Platforms
from tests.media import odd
from tests.support.cloud import Cloud
from tests.support.consents import PLATFORMS, connect

PATIENCE_S = 120
IDS = {
    "facebook": "1000_7{:07}",
    "instagram": "17000000000{:07}",
    "tiktok": "70000000000{:08}",
    "x": "18000000000{:08}",
    "youtube": "dQw{:08}",
}
COUNTS = {"views": 1_204, "likes": 88, "comments": 7, "shares": 4}
DAYS = 3


@pytest.fixture(scope="module")
def cloud(cloud: Cloud) -> Cloud:
    """A user of one's own: others' segments are listed by their views."""
    return cloud.alone()


@pytest.fixture
def platforms(cloud: Cloud) -> Iterator[Platforms]:
    """It is now again afterwards, whatever a test did."""
    found = Platforms(cloud.outputs.simulators["social"])
    yield found
    found.go_to(datetime.now(UTC))


@pytest.fixture(scope="module")
def video_id(cloud: Cloud, tmp_path_factory: pytest.TempPathFactory) -> str:
    folder: Path = tmp_path_factory.mktemp("followed")
    video_id = cloud.upload(odd.tiny(folder / "followed.mp4"))
    cloud.finished(video_id)
    for platform in PLATFORMS:
        assert connect(cloud, platform, cloud.token("pro")).status == 200
    return video_id


@pytest.fixture
def segment_id(cloud: Cloud, video_id: str) -> str:
    """One of a test's own."""
    body = {"video_id": video_id, "start": 0, "end": 1}
    key = {"Idempotency-Key": str(uuid.uuid4())}
    answer = cloud.call("POST", "/api/segments", body, headers=key)
    assert answer.status in {201, 202}, answer.body
    return str(answer.json["segment_id"])


def _linked(cloud: Cloud, platforms: Platforms, segment_id: str, **told: Any) -> datetime:
    """A post on each platform, of an hour ago; when they were linked."""
    now, mark = platforms.now(), uuid.uuid4().int % 10**7
    posted_at = now - timedelta(hours=1)
    posts = [
        {"platform": name, "post_id": IDS[name].format(mark), "owner": "1000",
         "posted_at": posted_at.timestamp(), "counts": COUNTS, **told}
        for name in PLATFORMS
    ]  # fmt: skip
    platforms.open("posts", posts=posts)
    for post in posts:
        body = {name: post[name] for name in ("platform", "post_id")}
        body["posted_at"] = posted_at.isoformat()
        answer = cloud.call("POST", f"/api/segments/{segment_id}/social-media", body)
        assert answer.status == 201, answer.body
    return now


def _usage(cloud: Cloud, segment_id: str) -> dict[str, Any]:
    posts = cloud.call("GET", f"/api/segments/{segment_id}").json["social_media_usage"]
    return {post["platform"]: post for post in posts}


def _read(cloud: Cloud, segment_id: str, done: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The schedule's ticks, which else come once a minute, until what they brought is as it should
    be."""
    until = time.monotonic() + PATIENCE_S
    while not done(usage := _usage(cloud, segment_id)):
        assert time.monotonic() < until, usage
        cloud.invoke("plan_social_sync", {})
        time.sleep(0.5)
    return usage


def test_given_connected_accounts_when_posts_are_linked_then_the_schedule_brings_their_numbers(
    cloud: Cloud, platforms: Platforms, segment_id: str
) -> None:
    _linked(cloud, platforms, segment_id)

    usage = _read(
        cloud, segment_id, lambda of: all(one["views"] is not None for one in of.values())
    )

    assert {name: post["views"] for name, post in usage.items()} == dict.fromkeys(PLATFORMS, 1_204)
    assert {name: post["likes"] for name, post in usage.items()} == dict.fromkeys(PLATFORMS, 88)
    assert usage["youtube"]["states"]["shares"] == "unsupported"
    assert usage["youtube"]["engagement_rate"] is None
    analytics = cloud.call("GET", f"/api/segments/{segment_id}/analytics?days=7").json
    assert analytics["totals"]["views"]["total"] == 4 * 1_204


def test_given_posts_that_grow_when_days_pass_then_the_schedule_brings_their_series(
    cloud: Cloud, platforms: Platforms, segment_id: str
) -> None:
    # At noon: X is looked at once in a day.
    platforms.go_to(datetime.now(UTC).replace(hour=12) - timedelta(days=DAYS + 1))
    begun = _linked(cloud, platforms, segment_id, grows=True)
    _read(cloud, segment_id, lambda of: all(one["last_synced"] for one in of.values()))

    for day in range(1, DAYS + 1):
        moment = begun + timedelta(days=day)
        platforms.go_to(moment)
        _read(cloud, segment_id, lambda of, moment=moment: all(
            datetime.fromisoformat(one["last_synced"]) >= moment for one in of.values()
        ))  # fmt: skip

    days = f"from={begun.date()}&to={(begun + timedelta(days=DAYS)).date()}"
    told = cloud.call("GET", f"/api/segments/{segment_id}/analytics?{days}").json
    for platform in told["platforms"]:
        totals = [point["views"]["total"] for point in platform["series"]]
        assert len(totals) == DAYS + 1
        assert totals == sorted(set(totals)), platform["platform"]
        assert platform["views"]["gained"] == platform["views"]["total"] == totals[-1]
    hourly = f"/api/segments/{segment_id}/analytics?{days}&interval=hour&platform=tiktok"
    (tiktok,) = cloud.call("GET", hourly).json["platforms"]
    assert len([one for one in tiktok["series"] if one["views"]["gained"]]) == DAYS + 1
