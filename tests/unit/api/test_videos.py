from __future__ import annotations

from datetime import timedelta

import pytest

from functions.domain.times import utc_now
from functions.domain.video import VideoStatus
from tests.builders import (
    STRANGER,
    VIDEO,
    make_failure,
    make_media,
    make_queued_video,
    make_upload,
    make_uploading_video,
    make_video,
)
from tests.fakes.clock import EPOCH
from tests.fakes.world import World
from tests.unit.api.client import Client


def _ids(answer) -> list[str]:
    return [item["video_id"] for item in answer.json["items"]]


def _seven(world: World) -> list[str]:
    """The ids of seven videos, newest first."""
    for at in range(7):
        world.videos.create(
            make_video(video_id=f"v-{at}", created_at=EPOCH + timedelta(minutes=at))
        )
    return [f"v-{at}" for at in reversed(range(7))]


def test_given_a_ready_video_when_read_then_times_are_seconds_and_the_picture_is_upright(
    client: Client, world: World
):
    world.videos.create(
        make_queued_video(status=VideoStatus.READY, media=make_media(), segment_count=6)
    )

    answer = client.get(f"/api/videos/{VIDEO}")

    assert answer.status == 200
    assert answer.json["media"]["duration"] == 60.0
    assert answer.json["media"]["video"]["width"] == 1080
    told = {name: value for name, value in answer.json["segmentation"].items() if value is not None}
    assert told == {"mode": "fixed", "length_s": 10.0, "overlap_s": 0.0, "cut": "keyframe"}
    assert (answer.json["segment_count"], answer.json["file_size"]) == (6, 5_000)
    assert answer.json["status_url"] == f"/api/pipeline/status/{VIDEO}"


def test_given_a_failed_video_when_read_then_it_says_why(client: Client, world: World):
    world.videos.create(make_queued_video(status=VideoStatus.FAILED, error=make_failure()))

    assert client.get(f"/api/videos/{VIDEO}").json["error"] == {
        "code": "media.unreadable",
        "detail": "No video.",
        "stage": "probe",
    }


def test_given_an_upload_past_its_time_when_read_then_it_is_shown_as_expired(
    client: Client, world: World
):
    upload = make_upload(expires_at=utc_now() - timedelta(seconds=1))
    world.videos.create(make_uploading_video(upload=upload))

    answer = client.get(f"/api/videos/{VIDEO}")

    assert answer.json["status"] == "expired"
    assert (answer.json["file_size"], answer.json["status_url"]) == (5_000, None)


def test_given_a_video_when_read_then_nothing_of_our_own_keeping_is_told(
    client: Client, world: World
):
    world.videos.create(make_queued_video(probe_key="media/x/probe.json"))

    told = client.get(f"/api/videos/{VIDEO}").json

    assert not {"probe_key", "source", "upload", "version", "runs"} & told.keys()


def test_given_another_user_s_video_when_read_then_it_is_told_as_an_absent_one_is(
    client: Client, world: World
):
    world.videos.create(make_video(user_id=STRANGER))

    foreign, absent = client.get(f"/api/videos/{VIDEO}"), client.get("/api/videos/none")

    assert (foreign.status, foreign.code) == (404, "video.not_found")
    assert foreign.text == absent.text


def test_given_videos_of_two_users_when_listed_then_each_sees_their_own(
    client: Client, world: World
):
    world.videos.create(make_video(video_id="mine"))
    world.videos.create(make_video(video_id="theirs", user_id=STRANGER))

    assert _ids(client.get("/api/videos")) == ["mine"]
    assert _ids(client.stranger.get("/api/videos")) == ["theirs"]


def test_given_an_aborted_upload_when_listed_then_it_is_left_out(client: Client, world: World):
    world.videos.create(make_video(video_id="aborted", status=VideoStatus.ABORTED))
    world.videos.create(make_video(video_id="open"))

    assert _ids(client.get("/api/videos")) == ["open"]


def test_given_no_video_when_listed_then_the_list_is_empty(client: Client):
    answer = client.get("/api/videos")

    assert (answer.status, answer.json) == (
        200,
        {"items": [], "next_cursor": None, "partial": False},
    )


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
def test_given_many_videos_when_paged_through_then_each_comes_once_and_newest_first(
    client: Client, world: World, limit: int
):
    expected = _seven(world)
    seen: list[str] = []
    query = {"limit": str(limit)}
    while True:
        answer = client.get("/api/videos", query=query)
        assert len(answer.json["items"]) <= limit
        seen += _ids(answer)
        if answer.json["next_cursor"] is None:
            break
        query["cursor"] = answer.json["next_cursor"]

    assert seen == expected


def test_given_a_cursor_when_another_user_sends_it_then_it_is_refused(client: Client, world: World):
    _seven(world)
    cursor = client.get("/api/videos", query={"limit": "2"}).json["next_cursor"]

    answer = client.stranger.get("/api/videos", query={"cursor": cursor})

    assert answer.code == "request.invalid_cursor"
    assert answer.wrong.keys() == {"/cursor"}


def test_given_a_cursor_when_sent_to_another_list_then_it_is_refused(client: Client, world: World):
    _seven(world)
    cursor = client.get("/api/videos", query={"limit": "2"}).json["next_cursor"]

    answer = client.get("/api/videos/v-1/segments", query={"cursor": cursor})

    assert (answer.status, answer.code) == (422, "request.invalid_cursor")


def test_given_a_made_up_cursor_when_sent_then_it_is_refused(client: Client):
    answer = client.get("/api/videos", query={"cursor": "bm90IG91cnM"})

    assert (answer.status, answer.code) == (422, "request.invalid_cursor")
