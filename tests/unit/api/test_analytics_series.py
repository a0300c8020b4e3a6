"""How posts do over days and hours: of one post, a segment, a video and a user."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta
from typing import Any

import pytest

from functions.domain.times import to_iso, utc_now
from tests.builders import VIDEO, make_segment, make_video
from tests.fakes.world import World
from tests.unit.api.client import Client

SEGMENT = make_segment().segment_id
POST = f"/api/segments/{SEGMENT}/social-media/tiktok/7/analytics"
ONE = f"/api/segments/{SEGMENT}/analytics"
WHOLE = f"/api/videos/{VIDEO}/analytics"
ALL = "/api/segments/analytics"
SCOPES = (POST, ONE, WHOLE, ALL)
FULL = {"views": 1_000, "likes": 80, "shares": 15, "comments": 5}
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture(autouse=True)
def _stored(world: World) -> None:
    world.videos.create(make_video())
    world.segments.create(make_segment(title="Opening"))


def _tell(
    client: Client,
    platform: str,
    at: datetime,
    segment: str = SEGMENT,
    post_id: str = "7",
    **numbers: int,
) -> None:
    body = {
        "platform": platform,
        "post_id": post_id,
        "metrics": numbers,
        "collected_at": to_iso(at),
    }
    assert client.post(f"/api/segments/{segment}/social-media", body).status in {200, 201}


def _days(first: datetime, last: datetime, **more: str) -> dict[str, str]:
    return {"from": str(first.date()), "to": str(last.date()), **more}


def _column(told: dict[str, Any], part: str, metric: str = "views") -> list[int | None]:
    return [point[metric][part] for point in told["series"]]


@pytest.mark.parametrize("path", SCOPES)
def test_given_days_when_looked_at_then_each_has_what_it_gained_and_lost_and_its_total(
    client: Client, path: str
):
    now = utc_now()
    for ago, views in ((9, 5), (4, 10), (2, 40), (1, 30)):
        _tell(client, "tiktok", now - ago * DAY, views=views)

    told = client.get(path, query={"days": "5"}).json

    for numbers in (told["totals"], *told["platforms"]):
        assert _column(numbers, "gained") == [5, 0, 30, 0, None]
        assert _column(numbers, "lost") == [0, 0, 0, 10, None]
        assert _column(numbers, "total") == [10, 10, 40, 30, None]
        assert _column(numbers, "total", "likes") == [None] * 5
    starts = [point["start"] for point in told["totals"]["series"]]
    assert starts[-1] == f"{now.date()}T00:00:00Z"
    views = told["totals"]["views"]
    assert (views["gained"], views["lost"], views["gained_before"]) == (35, 10, 5)
    assert views["total"] == 5 + views["gained"] - views["lost"]


@pytest.mark.parametrize("path", SCOPES)
def test_given_days_of_the_past_when_looked_at_then_what_came_since_is_not_in_them(
    client: Client, path: str
):
    now = utc_now()
    for ago, views in ((40, 100), (30, 130), (20, 170), (1, 900)):
        _tell(client, "tiktok", now - ago * DAY, views=views)

    told = client.get(path, query=_days(now - 31 * DAY, now - 20 * DAY)).json

    views = told["totals"]["views"]
    assert (views["gained"], views["gained_before"], views["change"]) == (70, 100, -30)
    assert views["change_rate"] == -0.3
    assert _column(told["totals"], "total")[-1] == 170
    assert (told["period"]["days"], told["previous_period"]["days"]) == (12, 12)


@pytest.mark.parametrize("path", SCOPES)
def test_given_interactions_when_looked_at_then_the_period_has_a_rate_of_its_own(
    client: Client, path: str
):
    now = utc_now()
    _tell(client, "tiktok", now - 8 * DAY, views=500, likes=10, shares=1, comments=1)
    _tell(client, "tiktok", now, **FULL)

    told = client.get(path, query={"days": "7"}).json["totals"]

    assert told["engagement_rate"] == 0.1
    assert told["period_engagement_rate"] == 0.176
    assert told["period_engagement_rate_before"] == 0.024


@pytest.mark.parametrize("path", [ONE, WHOLE, ALL])
def test_given_platforms_when_compared_then_each_has_its_numbers_and_one_can_be_asked_for_alone(
    client: Client, path: str
):
    now = utc_now()
    _tell(client, "tiktok", now, views=10)
    _tell(client, "x", now, views=500)

    told = client.get(path).json
    alone = client.get(path, query={"platform": "x"}).json

    assert {row["platform"]: row["views"]["gained"] for row in told["platforms"]} == {
        "tiktok": 10,
        "x": 500,
    }
    assert told["totals"]["views"]["total"] == 510
    assert [row["platform"] for row in alone["platforms"]] == ["x"]
    assert alone["totals"]["views"]["total"] == 500


@pytest.mark.parametrize("path", SCOPES)
def test_given_numbers_that_are_not_known_when_looked_at_then_each_says_why(
    client: Client, path: str
):
    _tell(client, "tiktok", utc_now(), views=10)
    _tell(client, "youtube", utc_now(), views=10)

    told = client.get(path.replace("tiktok", "youtube"), query={"interval": "none"}).json
    youtube = next(row for row in told["platforms"] if row["platform"] == "youtube")

    assert (youtube["views"]["state"], youtube["views"]["states"]) == ("ok", {"ok": 1})
    assert (youtube["likes"]["state"], youtube["likes"]["states"]) == ("not_yet", {"not_yet": 1})
    assert (youtube["shares"]["state"], youtube["shares"]["total"]) == ("unsupported", None)
    assert youtube["series"] == []


@pytest.mark.parametrize("path", [POST, ONE])
def test_given_hours_when_looked_at_then_each_has_its_growth(client: Client, path: str):
    # Yesterday, so that all of its hours are there.
    start = utc_now().replace(hour=0, minute=0, second=0, microsecond=0) - DAY
    for minutes, views in ((-90, 5), (30, 12), (150, 20), (170, 18)):
        _tell(client, "tiktok", start + timedelta(minutes=minutes), views=views)

    told = client.get(path, query=_days(start, start, interval="hour")).json["totals"]

    assert len(told["series"]) == 24
    assert _column(told, "gained")[:4] == [7, 0, 8, None]
    assert _column(told, "lost")[:4] == [0, 0, 2, None]
    assert _column(told, "total")[:4] == [12, 12, 18, None]
    assert told["series"][2]["start"] == to_iso(start + 2 * HOUR).replace(".000000Z", "Z")


@pytest.mark.parametrize("path", [POST, ONE])
@pytest.mark.parametrize("query", [{"days": "15"}, "old"])
def test_given_more_hours_than_are_told_when_asked_then_it_says_how_many(
    client: Client, path: str, query: Any
):
    _tell(client, "tiktok", utc_now(), views=1)
    old = utc_now() - 91 * DAY
    asked = _days(old, old) if query == "old" else query

    assert client.get(path, query={**asked, "interval": "hour"}).wrong == {"/interval": "too_fine"}


@pytest.mark.parametrize("path", [WHOLE, ALL])
def test_given_hours_of_many_segments_when_asked_then_they_are_not_told(client: Client, path: str):
    assert client.get(path, query={"interval": "hour"}).wrong == {"/interval": "enum"}


@pytest.mark.parametrize("path", SCOPES)
@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ({"from": "2026-02-30", "to": "2026-03-01"}, {"/from"}),
        ({"from": "yesterday"}, {"/from"}),
        ({"from": "1790000000", "to": "2026-03-01T00:00:00"}, {"/from", "/to"}),
        ({"from": "", "to": "２０２６-03-01"}, {"/from", "/to"}),
        ({"from": "2026-01-01"}, {"/to"}),
        ({"to": "2026-01-01"}, {"/from"}),
        ({"from": "0001-01-01", "to": "9999-12-31"}, {"/from", "/to"}),
        ({"from": "9999-12-31", "to": "0001-01-01"}, {"/to"}),
        ({"days": "7", "from": "0001-01-01", "to": "0001-01-02"}, {"/days", "/from"}),
        ({"first": "2026-01-01"}, {"/first"}),
        ({"format": "xml"}, {"/format"}),
        ({"interval": "minute"}, {"/interval"}),
    ],
)
def test_given_days_that_cannot_be_when_asked_then_all_that_is_wrong_is_named(
    client: Client, path: str, query: dict[str, str], wrong: set[str]
):
    _tell(client, "tiktok", utc_now(), views=1)

    found = client.get(path, query=query).wrong

    assert wrong <= found.keys()
    assert found.keys() - wrong <= {"/to"}


def test_given_a_video_or_a_post_of_another_when_asked_for_then_it_is_told_as_an_absent_one_is(
    client: Client,
):
    _tell(client, "tiktok", utc_now(), views=1)
    other = client.stranger

    assert other.get(WHOLE).text == other.get("/api/videos/none/analytics").text
    assert other.get(WHOLE).code == "video.not_found"
    assert other.get(POST).code == "segment.not_found"
    for path in ("x/7", "tiktok/8", "myspace/7", "TikTok/7"):
        answer = client.get(f"/api/segments/{SEGMENT}/social-media/{path}/analytics")
        assert (answer.status, answer.code) == (404, "post.not_found")


@pytest.mark.parametrize("path", SCOPES)
@pytest.mark.parametrize("by", ["format", "accept"])
def test_given_a_table_when_asked_for_then_it_has_a_row_for_each_day_and_platform(
    client: Client, path: str, by: str
):
    _tell(client, "tiktok", utc_now(), views=7)
    _tell(client, "x", utc_now(), views=1)
    asked: dict[str, Any] = {"query": {"days": "2", "interval": "none"}}
    if by == "format":
        asked["query"]["format"] = "csv"
    else:
        asked["headers"] = {"accept": "text/csv, application/json;q=0.5"}

    answer = client.get(path, **asked)

    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["vary"] == "Accept"
    assert 'rel="describedby"' in answer.headers["link"]
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    names = {"all", "tiktok"} if path == POST else {"all", "tiktok", "x"}
    assert {row["platform"] for row in rows} == names
    assert len(rows) == 2 * len(names)
    (first, today) = [row for row in rows if row["platform"] == "tiktok"]
    assert (first["views_gained"], first["views_total"]) == ("", "")
    assert (today["views_gained"], today["views_lost"], today["views_total"]) == ("7", "0", "7")
    assert today["likes_total"] == ""


@pytest.mark.parametrize("path", SCOPES)
def test_given_a_type_that_is_not_had_when_asked_then_it_says_which_are(client: Client, path: str):
    _tell(client, "tiktok", utc_now(), views=7)

    answer = client.get(path, headers={"accept": "image/png"})

    assert (answer.status, answer.code) == (406, "request.not_acceptable")
    assert "text/csv" in answer.json["detail"]


def test_given_the_definitions_when_asked_for_then_they_name_every_column_of_the_tables(
    client: Client,
):
    told = client.get("/api/social/definitions").json

    assert set(told) == {"analytics", "posts", "best_times"}
    assert {"gained", "lost", "total"} <= set(told["analytics"])
