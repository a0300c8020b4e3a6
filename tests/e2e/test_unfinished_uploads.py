"""Uploads that stop half-way: they can be looked at, gone on with and given up."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.media import odd
from tests.support.cloud import Cloud, send, send_parts

MIB = 1024 * 1024
UPLOADS = "/api/videos/uploads"


def _send(ticket: Mapping[str, Any], number: int, content: bytes) -> None:
    """PUT one part of the file to its URL."""
    (url,) = (part["url"] for part in ticket["parts"] if part["part_number"] == number)
    start = (number - 1) * ticket["part_size"]
    assert send("PUT", url, content[start : start + ticket["part_size"]]).status == 200


def _numbers(ticket: Mapping[str, Any]) -> tuple[list[int], list[int]]:
    """The parts that arrived, and those that have URLs."""
    arrived = [part["part_number"] for part in ticket["arrived"]]
    return arrived, [part["part_number"] for part in ticket["parts"]]


def test_given_some_parts_when_the_upload_is_looked_at_then_only_the_missing_ones_have_urls(
    cloud: Cloud,
) -> None:
    content = bytes(40 * MIB)
    ticket = cloud.announce(len(content))
    count = len(ticket["parts"])
    _send(ticket, 2, content)

    seen = cloud.call("GET", ticket["complete_url"]).json

    assert _numbers(seen) == ([2], [1, *range(3, count + 1)])
    assert seen["arrived"][0]["size"] == ticket["part_size"]
    assert seen["arrived"][0]["etag"]


def test_given_some_parts_when_the_upload_is_completed_then_the_missing_ones_are_named(
    cloud: Cloud,
) -> None:
    content = bytes(20 * MIB)
    ticket = cloud.announce(len(content))
    _send(ticket, 1, content)

    refused = cloud.call("PUT", ticket["complete_url"])

    assert (refused.status, refused.json["code"]) == (409, "upload.incomplete")
    assert " 2" in refused.json["detail"]
    assert cloud.call("GET", ticket["complete_url"]).json["status"] == "uploading"


def test_given_some_parts_when_the_upload_goes_on_with_the_missing_ones_then_the_video_is_cut(
    cloud: Cloud, tmp_path: Path
) -> None:
    content = odd.padded(tmp_path / "long.mp4", 20 * MIB).read_bytes()
    ticket = cloud.announce(len(content))
    _send(ticket, 1, content)

    send_parts(cloud.call("GET", ticket["complete_url"]).json, content)

    assert cloud.call("PUT", ticket["complete_url"]).status == 202
    video = cloud.finished(ticket["video_id"])
    assert video["status"] == "ready", video["error"]
    assert video["file_size"] == len(content)
    segments = cloud.segments(video["video_id"], "processed")
    assert sum(row["frame_count"] for row in segments) == 150


def test_given_no_bytes_when_a_single_put_is_completed_then_it_is_incomplete(cloud: Cloud) -> None:
    ticket = cloud.announce(1000)

    refused = cloud.call("PUT", ticket["complete_url"])

    assert (refused.status, refused.json["code"]) == (409, "upload.incomplete")


def test_given_an_upload_when_it_is_completed_again_and_again_then_one_run_comes_of_it(
    cloud: Cloud, tmp_path: Path
) -> None:
    video_id = cloud.upload(odd.tiny(tmp_path / "twice.mp4"))
    url = f"{UPLOADS}/{video_id}"

    during = cloud.call("PUT", url)
    first = cloud.finished(video_id)
    after = cloud.call("PUT", url)

    assert (during.status, after.status) == (202, 202)
    assert after.json["status"] == "ready"
    assert cloud.finished(video_id)["run_id"] == first["run_id"]


def test_given_an_upload_when_it_is_given_up_then_nothing_of_it_can_be_found(cloud: Cloud) -> None:
    content = bytes(20 * MIB)
    ticket = cloud.announce(len(content))
    _send(ticket, 1, content)

    assert cloud.call("DELETE", ticket["complete_url"]).status == 204

    video_id = ticket["video_id"]
    for method, path in (
        ("GET", f"/api/videos/{video_id}"),
        ("GET", ticket["complete_url"]),
        ("PUT", ticket["complete_url"]),
        ("DELETE", ticket["complete_url"]),
    ):
        assert cloud.call(method, path).status == 404
    left = cloud.client("s3").list_multipart_uploads(Bucket=cloud.outputs.media_bucket)
    assert cloud.announced_key(video_id) not in {row["Key"] for row in left.get("Uploads", [])}


def test_given_an_upload_that_was_given_up_when_its_bytes_arrive_then_no_run_comes_of_them(
    cloud: Cloud, tmp_path: Path
) -> None:
    source = odd.tiny(tmp_path / "late.mp4")
    ticket = cloud.announce(source.stat().st_size)
    assert cloud.call("DELETE", ticket["complete_url"]).status == 204

    send_parts(ticket, source.read_bytes())
    marker = cloud.upload(odd.tiny(tmp_path / "marker.mp4"))
    cloud.finished(marker)

    assert cloud.call("GET", f"/api/videos/{ticket['video_id']}").status == 404
    assert cloud.call("GET", f"/api/pipeline/status/{ticket['video_id']}").status == 404


def test_given_a_video_that_arrived_when_its_upload_is_given_up_then_it_is_refused(
    cloud: Cloud, tmp_path: Path
) -> None:
    video_id = cloud.upload(odd.tiny(tmp_path / "kept.mp4"))
    cloud.finished(video_id)

    refused = cloud.call("DELETE", f"{UPLOADS}/{video_id}")

    assert (refused.status, refused.json["code"]) == (409, "upload.finished")
    assert cloud.holds(cloud.announced_key(video_id))
