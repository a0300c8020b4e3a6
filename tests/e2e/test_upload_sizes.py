"""Sizes that do not fit: not what was announced, or more than the tier allows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.outcome import require_failed
from tests.media import odd
from tests.support.cloud import Cloud, send, send_parts

MIB = 1024 * 1024
FREE_BYTES = 100 * MIB
LARGE = 20 * MIB
UPLOADS = "/api/videos/uploads"


@pytest.mark.parametrize("surplus", [-1, 1], ids=["shorter", "longer"])
def test_given_a_single_put_when_another_length_is_sent_then_it_is_refused_or_its_run_fails(
    cloud: Cloud, surplus: int
) -> None:
    ticket = cloud.announce(1000)

    answer = send("PUT", ticket["put_url"], bytes(1000 + surplus), ticket["put_headers"])

    if answer.status == 200:  # a bucket that does not hold a PUT against its signature
        video = cloud.finished(ticket["video_id"])
        key = cloud.announced_key(video["video_id"])
        require_failed(cloud, video, key, "upload.size_mismatch", "claim")
    else:
        assert answer.status == 403
        assert not cloud.holds(cloud.announced_key(ticket["video_id"]))


def test_given_parts_of_another_length_when_completed_then_it_says_so_and_the_upload_stays_open(
    cloud: Cloud,
) -> None:
    ticket = cloud.announce(LARGE)
    send_parts(ticket, bytes(LARGE - 1))

    refused = cloud.call("PUT", ticket["complete_url"])

    assert (refused.status, refused.json["code"]) == (422, "upload.size_mismatch")
    open_still = cloud.call("GET", ticket["complete_url"])
    assert (open_still.status, open_still.json["status"]) == (200, "uploading")
    assert len(open_still.json["arrived"]) == len(ticket["parts"])


def test_given_a_free_user_when_a_file_above_the_tier_is_announced_then_it_is_too_large(
    cloud: Cloud,
) -> None:
    wanted = {"file_name": "a.mp4", "size": FREE_BYTES + 1}

    answer = cloud.call("POST", UPLOADS, wanted, user="free")

    assert answer.status == 413
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json["code"] == "upload.too_large"
    assert str(FREE_BYTES) in answer.json["detail"]


@pytest.mark.parametrize(("user", "size"), [("free", FREE_BYTES), ("pro", FREE_BYTES + 1)])
def test_given_a_size_within_the_tier_when_it_is_announced_then_an_upload_opens(
    cloud: Cloud, user: str, size: int
) -> None:
    ticket = cloud.announce(size, user)

    assert (ticket["status"], ticket["method"]) == ("uploading", "multipart")


def test_given_a_free_user_when_a_file_above_the_tier_is_dropped_then_its_run_fails_as_too_large(
    cloud: Cloud, tmp_path: Path
) -> None:
    source = tmp_path / "huge.mp4"
    with source.open("wb") as file:
        file.truncate(FREE_BYTES + 1)

    key = cloud.drop(source, source.name, "free")
    video = cloud.finished(cloud.video_of(source.name, "free")["video_id"], "free")

    require_failed(cloud, video, key, "upload.too_large", "claim", "free")


def test_given_a_free_user_when_a_video_is_longer_than_the_tier_then_its_run_fails_as_too_long(
    cloud: Cloud, tmp_path: Path
) -> None:
    source = odd.long_and_tiny(tmp_path / "long.mp4", minutes=31)

    video = cloud.finished(cloud.upload(source, "free"), "free")

    key = cloud.announced_key(video["video_id"], "free")
    require_failed(cloud, video, key, "media.too_long", "probe", "free")


@pytest.mark.parametrize("letter", ["x", "文", "😀"])
def test_given_the_longest_name_when_an_upload_opens_then_a_bucket_can_keep_it(
    cloud: Cloud, letter: str
) -> None:
    """S3 keeps at most 2 KiB of metadata with an object, percent signs and all."""
    ticket = cloud.announce(1000, file_name=letter * 255)

    kept = {
        name.removeprefix("x-amz-meta-"): value
        for name, value in ticket["put_headers"].items()
        if name.startswith("x-amz-meta-")
    }
    assert sum(len(name) + len(value) for name, value in kept.items()) <= 2048
    send_parts(ticket, bytes(1000))
