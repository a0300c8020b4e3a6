"""How posts do, over the deployed API: numbers pushed in, then read in every way."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.e2e.test_segments import wait_for
from tests.media import odd
from tests.support.cloud import Cloud

DAY = timedelta(days=1)
TODAY = datetime.now(UTC).replace(microsecond=0)
POSTS = 24


@pytest.fixture(scope="module")
def mine(cloud: Cloud) -> Cloud:
    return cloud.alone()


@pytest.fixture(scope="module")
def segments(mine: Cloud, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Of one video: a segment with a post for each of five platforms, and two with more posts."""
    video_id = mine.upload(odd.tiny(tmp_path_factory.mktemp("analytics") / "a.mp4"))
    mine.finished(video_id)
    (one,) = mine.segments(video_id, "processed")
    others = [mine.call("POST", "/api/segments", {"video_id": video_id}).json for _ in range(2)]
    for platform in ("youtube", "instagram", "tiktok", "facebook", "x"):
        _link(mine, one, platform, "main", TODAY - 60 * DAY)
    for number in range(POSTS):
        weeks = timedelta(weeks=number % 8)
        evening = number % 4 == 0
        at = (TODAY - 5 * DAY - weeks).replace(hour=18 if evening else 9, minute=0, second=0)
        _link(mine, others[number % 2], "tiktok", f"p{number}", at)
    return [one, *others]


def _link(mine: Cloud, segment: dict[str, Any], platform: str, name: str, at: datetime) -> None:
    body = {"platform": platform, "post_id": name, "posted_at": at.isoformat()}
    made = mine.call("POST", f"/api/segments/{segment['segment_id']}/social-media", body)
    assert made.status == 201, made.body


def _item(
    segment: dict[str, Any], platform: str, name: str, at: datetime, **metrics: Any
) -> dict[str, Any]:
    return {
        "segment_id": segment["segment_id"],
        "platform": platform,
        "post_id": name,
        "metrics": metrics,
        "collected_at": at.isoformat(),
        "source": "e2e",
    }


@pytest.fixture(scope="module")
def pushed(mine: Cloud, segments: list[dict[str, Any]]) -> dict[str, Any]:
    """A history of each post, in batches of which one item is wrong."""
    one, *others = segments
    items = [_item(one, "x", "no-such-post", TODAY, views=1)]
    for ago, views in ((40, 100), (20, 300), (3, 700), (1, 650)):
        for platform in ("youtube", "instagram", "tiktok", "facebook", "x"):
            items.append(_item(one, platform, "main", TODAY - ago * DAY, views=views, likes=ago))
    for number in range(POSTS):
        views = 900 if number % 4 == 0 else 300
        items.append(_item(others[number % 2], "tiktok", f"p{number}", TODAY, views=views))
    answer = mine.call("POST", "/api/social/metrics", {"items": items})
    assert answer.status == 200, answer.body
    return dict(answer.json)


def test_given_a_batch_with_a_wrong_item_when_pushed_then_the_others_are_kept_and_again_nothing(
    mine: Cloud, segments: list[dict[str, Any]], pushed: dict[str, Any]
) -> None:
    assert (pushed["failed"], pushed["succeeded"]) == (1, 44)
    assert pushed["results"][0]["error"]["code"] == "post.not_found"
    path = f"/api/segments/{segments[0]['segment_id']}"
    before = mine.call("GET", path).json

    item = _item(segments[0], "x", "main", TODAY - DAY, views=650, likes=1)
    older = _item(segments[0], "x", "main", TODAY - 20 * DAY, views=5)
    again = mine.call("POST", "/api/social/metrics", {"items": [item, older]}).json

    assert [row["numbers"].get("views") for row in again["results"]] == ["unchanged", "older"]
    assert mine.call("GET", path).json == before


@pytest.mark.usefixtures("pushed")
def test_given_numbers_of_weeks_when_looked_at_from_post_to_user_then_they_agree(
    mine: Cloud, segments: list[dict[str, Any]]
) -> None:
    one = segments[0]["segment_id"]
    video = segments[0]["video_id"]
    days = "?days=30&platform=x"
    post = mine.call("GET", f"/api/segments/{one}/social-media/x/main/analytics?days=30").json
    found = [
        mine.call("GET", f"/api/segments/{one}/analytics{days}").json,
        mine.call("GET", f"/api/videos/{video}/analytics{days}").json,
        mine.call("GET", f"/api/segments/analytics{days}").json,
    ]

    views = post["totals"]["views"]
    assert (views["total"], views["gained"], views["lost"]) == (650, 600, 50)
    # Its first number counts on the day of the post, which was before both periods.
    assert (views["gained_before"], views["change"]) == (0, 600)
    for told in found:
        assert told["totals"] == post["totals"]
        assert told["definitions"] == post["definitions"]
    gained = [point["views"]["gained"] for point in post["totals"]["series"]]
    assert (sum(one or 0 for one in gained), gained[-1]) == (600, None)
    whole = mine.call("GET", f"/api/videos/{video}/analytics?days=30").json
    assert {row["platform"] for row in whole["platforms"]} == {
        "youtube", "instagram", "tiktok", "facebook", "x",
    }  # fmt: skip
    # YouTube's stay apart.
    assert whole["totals"]["views"]["total"] == 3 * 650 + 650 + 6 * 900 + 18 * 300


@pytest.mark.usefixtures("pushed")
def test_given_hours_when_looked_at_then_the_growth_is_where_it_was_told(
    mine: Cloud, segments: list[dict[str, Any]]
) -> None:
    day = (TODAY - 3 * DAY).date()
    path = f"/api/segments/{segments[0]['segment_id']}/analytics"

    told = mine.call("GET", f"{path}?from={day}&to={day}&interval=hour&platform=x").json

    points = told["totals"]["series"]
    assert len(points) == 24
    assert [at for at, point in enumerate(points) if point["views"]["gained"]] == [TODAY.hour]
    assert points[TODAY.hour]["views"] == {"gained": 400, "lost": 0, "total": 700}


@pytest.mark.usefixtures("segments", "pushed")
def test_given_posts_when_ranked_then_pages_go_on_and_the_table_has_them_too(mine: Cloud) -> None:
    names = []
    path: str | None = "/api/social/posts?limit=10&platform=tiktok"
    while path:
        answer = mine.call("GET", path)
        assert answer.status == 200, answer.body
        names += [(row["post"]["views"], row["post"]["post_id"]) for row in answer.json["items"]]
        link = answer.headers.get("link")
        path = link[1:].partition(">")[0] if link else None
    table = mine.call("GET", "/api/social/posts?limit=500", headers={"Accept": "text/csv"})

    assert len(set(names)) == POSTS + 1
    assert [views for views, _ in names] == sorted((views for views, _ in names), reverse=True)
    assert table.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(table.body.decode(), newline="")))
    assert len(rows) == POSTS + 4
    assert rows[0]["views"] == "900"


@pytest.mark.usefixtures("segments", "pushed")
def test_given_posts_of_weeks_when_the_best_time_is_asked_for_then_it_is_the_evening_there(
    mine: Cloud,
) -> None:
    asked = "/api/social/best-times?metric=views&platform=tiktok"

    utc = mine.call("GET", asked).json
    tokyo = mine.call("GET", f"{asked}&time_zone=Asia/Tokyo").json

    assert (utc["enough"], utc["posts"]) == (True, POSTS + 1)
    assert utc["best"][0]["hour"] == 18
    assert (tokyo["best"][0]["hour"], tokyo["best"][0]["posts"]) == (3, 6)
    assert mine.call("GET", f"{asked}&time_zone=Mars/Olympus").status == 422


@pytest.mark.usefixtures("pushed")
def test_given_a_segment_when_it_is_deleted_then_its_posts_are_in_no_list_and_no_sum(
    mine: Cloud, segments: list[dict[str, Any]]
) -> None:
    gone, stays = segments[2], segments[1]["segment_id"]

    assert mine.call("DELETE", f"/api/segments/{gone['segment_id']}").status == 204

    rows = mine.call("GET", "/api/social/posts?limit=500&platform=tiktok").json["items"]
    assert {row["segment_id"] for row in rows} == {segments[0]["segment_id"], stays}

    def cleared() -> bool:
        path = f"/api/videos/{gone['video_id']}/analytics?platform=tiktok&days=90"
        views = mine.call("GET", path).json["totals"]["views"]
        return bool(views["total"] == views["gained"] - views["lost"])

    wait_for(cleared)
