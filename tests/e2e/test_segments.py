"""Segments as a front end manages them, over the deployed API."""

from __future__ import annotations

import subprocess
import time
import urllib.parse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import pytest

from tests.media.make import encoded
from tests.support.cloud import Cloud, send

PATIENCE_S = 60
NAME = "Ünsere Reise 😀 “1”.mp4"


def wait_for(what: Callable[[], Any]) -> Any:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        found = what()
        if found:
            return found
        time.sleep(0.2)
    raise AssertionError("it did not happen")


@pytest.fixture(scope="module")
def video(cloud: Cloud, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A video of twelve seconds, cut in four."""
    path = encoded(tmp_path_factory.mktemp("segments") / "trip.mp4")
    options = {"segmentation": {"mode": "fixed", "length_s": 3}}
    video_id = cloud.upload(path, file_name=NAME, options=options)
    assert cloud.finished(video_id)["status"] == "ready"
    return video_id


def ranged(cloud: Cloud, video: str, start: float, end: float, **more: Any) -> dict[str, Any]:
    """A range, asked for and waited for."""
    made = cloud.call(
        "POST", "/api/segments", {"video_id": video, "start": start, "end": end, **more}
    )
    assert made.status == 202, made.body
    assert made.json["status"] == "pending"
    path = made.headers["location"]

    def settled() -> Any:
        segment = cloud.call("GET", path).json
        return segment if segment["status"] != "pending" else None

    return dict(wait_for(settled))


def test_given_a_range_when_a_segment_of_it_is_made_then_its_file_holds_the_range(
    cloud: Cloud, video: str, tmp_path: Path
) -> None:
    segment = ranged(cloud, video, 4.0, 8.5, title="The middle", tags=["own"])

    assert segment["status"] == "ready", segment
    assert (segment["start"], segment["end"], segment["source"]) == (4.0, 8.5, "range")
    assert segment["actual_start"] <= 4.0
    assert segment["actual_end"] >= 8.5 - 0.1
    assert (segment["title"], segment["tags"]) == ("The middle", ["own"])
    path = cloud.fetch(segment, tmp_path / "middle.mp4")
    assert path.stat().st_size == segment["file_size"]
    read = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(path), "-f", "null", "-"]
    done = subprocess.run(read, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_given_a_range_beyond_the_end_when_asked_for_then_it_is_refused(
    cloud: Cloud, video: str
) -> None:
    answer = cloud.call("POST", "/api/segments", {"video_id": video, "start": 1, "end": 900})

    assert answer.status == 422
    assert [row["pointer"] for row in answer.json["errors"]] == ["/end"]


def test_given_a_whole_upload_when_made_a_segment_then_it_downloads_under_the_users_own_name(
    cloud: Cloud, video: str
) -> None:
    made = cloud.call("POST", "/api/segments", {"video_id": video, "title": "All of it"})
    assert made.status == 201, made.body

    ticket = cloud.call("GET", f"/api/segments/{made.json['segment_id']}/download").json
    whole = send("GET", ticket["url"])
    part = send("GET", ticket["url"], headers={"Range": "bytes=100-199"})

    disposition = whole.headers["content-disposition"]
    assert ticket["file_name"] == NAME
    assert disposition == f"attachment; filename*=UTF-8''{urllib.parse.quote(NAME, safe='')}"
    assert len(whole.body) == made.json["file_size"]
    assert (part.status, part.body) == (206, whole.body[100:200])


def test_given_an_old_etag_when_a_segment_is_changed_then_nothing_is_written(
    cloud: Cloud, video: str
) -> None:
    segment = cloud.segments(video, "processed")[0]
    path = f"/api/segments/{segment['segment_id']}"
    read = cloud.call("GET", path)
    first = cloud.call("PATCH", path, {"title": "New"}, headers={"If-Match": read.headers["etag"]})

    second = cloud.call("PATCH", path, {"title": "Old"}, headers={"If-Match": read.headers["etag"]})

    assert (first.status, second.status) == (200, 412)
    assert second.json["code"] == "precondition.failed"
    assert cloud.call("GET", path).json["title"] == "New"
    fresh = {"If-None-Match": first.headers["etag"]}
    assert cloud.call("GET", path, headers=fresh).status == 304


def test_given_words_and_tags_when_searched_then_each_order_finds_the_same_segments(
    cloud: Cloud, video: str
) -> None:
    wanted = cloud.segments(video, "processed")[:3]
    items = [
        {"segment_id": one["segment_id"], "title": f"Zebra {at}", "tags": [f"t{at}", "herd"]}
        for at, one in enumerate(wanted)
    ]
    done = cloud.call("POST", "/api/segments/batch-update", {"segments": items})
    assert (done.status, done.json["succeeded"]) == (200, 3), done.body

    for order in ("created_at", "duration", "file_size", "title", "views", "engagement_rate"):
        for way in ("asc", "desc"):
            path = f"/api/segments?q=ZEB&tags=herd&sort_by={order}&sort_order={way}&limit=2"
            page = cloud.call("GET", path).json
            rest = cloud.call("GET", f"{path}&cursor={page['next_cursor']}").json
            titles = [one["title"] for one in [*page["items"], *rest["items"]]]
            assert len(page["items"]) == 2, (order, way, page)
            assert sorted(titles) == ["Zebra 0", "Zebra 1", "Zebra 2"], (order, way)
            assert rest["next_cursor"] is None
            if order == "title":
                assert titles == sorted(titles, reverse=way == "desc")


def test_given_a_segment_when_it_is_deleted_then_it_is_gone_at_once_and_its_file_soon(
    cloud: Cloud, video: str
) -> None:
    segment = ranged(cloud, video, 0, 2)
    path = f"/api/segments/{segment['segment_id']}"
    assert cloud.holds(segment["s3_key"])

    gone = cloud.call("DELETE", path)

    assert (gone.status, gone.body) == (204, b"")
    assert cloud.call("GET", path).status == 404
    assert cloud.call("DELETE", path).status == 404
    listed = cloud.call("GET", f"/api/segments?video_id={video}&limit=100").json["items"]
    assert segment["segment_id"] not in {one["segment_id"] for one in listed}
    wait_for(lambda: not cloud.holds(segment["s3_key"]))


def test_given_a_batch_when_one_item_is_not_there_then_the_others_are_done(
    cloud: Cloud, video: str
) -> None:
    made = cloud.call(
        "POST",
        "/api/segments/batch-create",
        {"segments": [{"video_id": video, "title": "One"}, {"video_id": "nowhere"}]},
    ).json
    first, second = made["results"]
    assert (first["status"], second["status"]) == (201, 404)

    ids = [first["segment_id"], "nothing"]
    gone = cloud.call(
        "POST", "/api/segments/batch-delete", {"segments": [{"segment_id": one} for one in ids]}
    ).json

    assert [item["status"] for item in gone["results"]] == [204, 404]
    assert gone["results"][1]["error"]["code"] == "segment.not_found"


def test_given_a_posted_segment_when_its_numbers_are_told_then_analytics_show_them(
    cloud: Cloud, video: str
) -> None:
    segment = cloud.segments(video, "processed")[3]
    path = f"/api/segments/{segment['segment_id']}"
    told = {
        "platform": "tiktok",
        "post_url": "https://www.tiktok.com/@me/video/7080213458555737986",
        "metrics": {"views": 1_000, "likes": 50, "shares": 30, "comments": 20},
    }

    linked = cloud.call("POST", f"{path}/social-media", told)

    assert linked.status == 201, linked.body
    assert (linked.json["views"], linked.json["engagement_rate"]) == (1_000, 0.1)
    shown = cloud.call("GET", f"{path}/analytics").json
    assert shown["totals"]["views"]["total"] == 1_000
    assert shown["totals"]["engagement_rate"] == 0.1
    asked = f"/api/segments?video_id={video}&sort_by=views&limit=1"
    best = cloud.call("GET", asked).json["items"]
    assert best[0]["segment_id"] == segment["segment_id"]


def test_given_a_new_user_when_the_minutes_requests_are_spent_then_they_are_told_to_wait(
    cloud: Cloud,
) -> None:
    stranger = cloud.new_user("hasty", "free")

    first = cloud.call("GET", "/api/videos", bearer=stranger)
    limit = int(first.headers["ratelimit-limit"])
    last = first
    for _ in range(2 * limit + 2):
        last = cloud.call("GET", "/api/videos/none", bearer=stranger)
        if last.status == 429:
            break

    assert last.status == 429
    assert last.json["code"] == "rate.exceeded"
    assert 1 <= int(last.headers["retry-after"]) <= 60
    assert last.headers["ratelimit-remaining"] == "0"
    assert cloud.call("GET", "/api/videos").status == 200
