"""Deleting a video: what is answered, what is shown afterwards, and to whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from functions import bootstrap
from functions.domain.deletions.deletion import DeletionState, Leftover, Tally, deletion_id_of
from functions.domain.errors import UnavailableError
from functions.domain.failure import Failure
from functions.domain.times import utc_now
from functions.domain.video import VideoStatus
from tests.builders import (
    RUN,
    STRANGER,
    USER,
    VIDEO,
    make_queued_video,
    make_run,
    make_segment,
    make_uploading_video,
    make_video,
)
from tests.fakes.world import World
from tests.unit.api.client import Answer, Client
from tests.unit.api.stored import nothing_written, read_video

PATH = f"/api/videos/{VIDEO}"
ID = deletion_id_of(VIDEO)
RECEIPT = f"/api/deletions/{ID}"
SEGMENT = make_segment(segment_number=1)
START = "/api/pipeline/start"
KEY = {"Idempotency-Key": "k-1"}


@pytest.fixture
def stored(world: World) -> World:
    """A video with a run, segments and answers about it, and another video beside it."""
    read_video(world)
    world.runs.create(make_run())
    world.segments.add([SEGMENT, make_segment(segment_number=2)])
    read_video(world, "v-other")
    world.segments.add([make_segment(video_id="v-other", title="Other")])
    return world


def _receipt(world: World) -> dict[str, object]:
    found = world.deletions.get(USER, ID)
    assert found
    return {"state": found.state, "attempt": found.attempt}


def test_given_a_video_when_deleted_then_there_is_a_receipt_to_look_at(
    client: Client, stored: World
):
    answer = client.delete(PATH)

    assert answer.status == 202
    assert answer.headers["location"] == answer.json["receipt_url"] == RECEIPT
    told = answer.json
    assert (told["deletion_id"], told["video_id"], told["state"]) == (ID, VIDEO, "deleting")
    assert (told["deleted"], told["left"], told["error"]) == ([], [], None)
    assert (told["finished_at"], told["expires_at"]) == (None, None)
    assert client.get(RECEIPT).json == told
    assert stored.deleting.started == {f"{ID}-1": {"video_id": VIDEO, "user_id": USER}}


ROUTES = {
    "video": lambda client: client.get(PATH),
    "video segments": lambda client: client.get(f"{PATH}/segments"),
    "extras": lambda client: client.get(f"{PATH}/extras"),
    "hls": lambda client: client.get(f"{PATH}/hls"),
    "upload": lambda client: client.get(f"/api/videos/uploads/{VIDEO}"),
    "complete": lambda client: client.put(f"/api/videos/uploads/{VIDEO}"),
    "abort": lambda client: client.delete(f"/api/videos/uploads/{VIDEO}"),
    "status": lambda client: client.get(f"/api/pipeline/status/{VIDEO}"),
    "start": lambda client: client.post("/api/pipeline/start", {"video_id": VIDEO}),
    "filtered": lambda client: client.get("/api/segments", query={"video_id": VIDEO}),
    "segment": lambda client: client.get(f"/api/segments/{SEGMENT.segment_id}"),
    "download": lambda client: client.get(f"/api/segments/{SEGMENT.segment_id}/download"),
    "analytics": lambda client: client.get(f"/api/segments/{SEGMENT.segment_id}/analytics"),
    "replace": lambda client: client.put(
        f"/api/segments/{SEGMENT.segment_id}", body={"title": "Late"}
    ),
    "edit": lambda client: client.patch(f"/api/segments/{SEGMENT.segment_id}", {"title": "Late"}),
    "delete": lambda client: client.delete(f"/api/segments/{SEGMENT.segment_id}"),
    "post": lambda client: client.post(
        f"/api/segments/{SEGMENT.segment_id}/social-media", {"platform": "x", "post_id": "1"}
    ),
    "range": lambda client: client.post("/api/segments", {"video_id": VIDEO, "start": 1, "end": 2}),
    "whole": lambda client: client.post("/api/segments", {"video_id": VIDEO}),
}


@pytest.mark.parametrize("route", ROUTES)
def test_given_a_deletion_that_was_asked_for_when_any_route_is_called_then_it_is_absent(
    client: Client, stored: World, route: str
):
    """Nothing is removed yet: all rows are there."""
    client.delete(PATH)

    with nothing_written(stored):
        answer = ROUTES[route](client)

    assert answer.status == 404, answer.text
    assert answer.code in {"video.not_found", "segment.not_found"}


@pytest.mark.parametrize("path", ["batch-create", "batch-update", "batch-delete"])
def test_given_a_deletion_that_was_asked_for_when_it_is_one_of_a_batch_then_that_is_absent(
    client: Client, stored: World, path: str
):
    client.delete(PATH)
    items = {
        "batch-create": {"video_id": VIDEO},
        "batch-update": {"segment_id": SEGMENT.segment_id, "title": "Late"},
        "batch-delete": {"segment_id": SEGMENT.segment_id},
    }

    with nothing_written(stored):
        answer = client.post(f"/api/segments/{path}", {"segments": [items[path]]})

    assert [item["status"] for item in answer.json["results"]] == [404]


def test_given_a_deletion_that_was_asked_for_when_listed_then_only_the_others_are_shown(
    client: Client, stored: World
):
    client.delete(PATH)

    videos = client.get("/api/videos").json["items"]
    assert [video["video_id"] for video in videos] == ["v-other"]
    for query in ({}, {"sort_by": "title"}, {"segment_type": "processed"}, {"q": "other"}):
        segments = client.get("/api/segments", query=query).json["items"]
        assert [segment["video_id"] for segment in segments] == ["v-other"]
    best = client.get("/api/segments/analytics").json
    assert VIDEO not in str(best)


def test_given_a_deletion_when_asked_for_again_then_it_is_the_same_receipt(
    client: Client, stored: World
):
    first = client.delete(PATH)

    for _ in range(3):
        again = client.delete(PATH)
        assert (again.status, again.json) == (202, first.json)
    assert len(stored.deleting.started) == 1


def test_given_a_video_that_is_gone_when_deleted_again_then_its_receipt_tells_of_it(
    client: Client, stored: World
):
    client.delete(PATH)
    deletion = stored.deletions.get(USER, ID)
    assert deletion
    stored.deletions.tally(deletion, {"media": Tally(count=3, size=70), "runs": Tally(count=1)})
    finished = utc_now()
    stored.deletions.close(deletion, finished, int((finished + timedelta(days=90)).timestamp()))

    answer = client.delete(PATH)

    assert answer.status == 202
    assert answer.json["state"] == "deleted"
    assert answer.json["finished_at"]
    assert answer.json["expires_at"] > answer.json["finished_at"]
    assert answer.json["deleted"] == [
        {"kind": "media", "count": 3, "bytes": 70},
        {"kind": "runs", "count": 1, "bytes": None},
    ]
    assert client.get(RECEIPT).json == answer.json
    assert len(stored.deleting.started) == 1


def _failed(world: World) -> None:
    deletion = world.deletions.get(USER, ID)
    assert deletion
    left = [Leftover(kind="media", name="media/a", reason="AccessDenied")]
    failure = Failure(code="deletion.refused", detail="Delete it again.", stage="deletion")
    world.deletions.fail(deletion, failure, left)


def test_given_a_deletion_that_failed_when_looked_at_then_it_says_what_is_left_and_what_to_do(
    client: Client, stored: World
):
    client.delete(PATH)
    _failed(stored)

    told = client.get(RECEIPT).json

    assert told["state"] == "failed"
    assert told["left"] == [{"kind": "media", "name": "media/a", "reason": "AccessDenied"}]
    assert told["error"]["code"] == "deletion.refused"
    assert client.get(PATH).status == 404


def test_given_a_deletion_that_failed_when_asked_for_again_then_it_is_begun_again_once(
    client: Client, stored: World
):
    client.delete(PATH)
    _failed(stored)

    answers = [client.delete(PATH) for _ in range(2)]

    assert [answer.json["state"] for answer in answers] == ["deleting", "deleting"]
    assert set(stored.deleting.started) == {f"{ID}-1", f"{ID}-2"}
    assert _receipt(stored) == {"state": DeletionState.DELETING, "attempt": 2}


def test_given_an_execution_that_is_lost_when_asked_for_again_much_later_then_it_is_begun_again(
    client: Client, stored: World
):
    client.delete(PATH)
    deletion = stored.deletions.get(USER, ID)
    assert deletion
    stored.deletions._put(replace(deletion, started_at=utc_now() - timedelta(hours=14)))

    client.delete(PATH)

    assert set(stored.deleting.started) == {f"{ID}-1", f"{ID}-2"}


@pytest.mark.parametrize("status", [VideoStatus.UPLOADING, VideoStatus.EXPIRED])
def test_given_an_upload_that_still_arrives_when_deleted_then_it_is_gone(
    client: Client, world: World, status: VideoStatus
):
    world.videos.create(make_uploading_video(status=status))

    assert client.delete(PATH).status == 202
    assert client.get(f"/api/videos/uploads/{VIDEO}").status == 404


def test_given_a_run_under_way_when_its_video_is_deleted_then_it_is_gone(
    client: Client, world: World
):
    world.queue()
    world.claim()

    assert client.delete(PATH).status == 202
    assert world.videos.get(VIDEO) is None


class TestNotTheirs:
    @pytest.mark.parametrize("video_id", [VIDEO, "no-such-video", "x" * 65])
    def test_given_another_users_video_when_deleted_then_it_looks_absent(
        self, client: Client, stored: World, video_id: str
    ):
        with nothing_written(stored):
            answer = client.stranger.delete(f"/api/videos/{video_id}")

        assert (answer.status, answer.code) == (404, "video.not_found")
        assert stored.deleting.started == {}
        assert stored.deletions.all() == []
        assert client.get(PATH).status == 200

    def test_given_another_users_deletion_when_asked_for_then_it_looks_absent(
        self, client: Client, stored: World
    ):
        client.delete(PATH)

        foreign = client.stranger.get(RECEIPT)
        absent = client.stranger.get("/api/deletions/no-such-deletion")

        assert (foreign.status, foreign.code) == (404, "deletion.not_found")
        assert foreign.json == absent.json
        assert client.stranger.delete(PATH).status == 404
        assert client.get("/api/deletions/" + "x" * 65).status == 404

    def test_given_an_upload_that_was_given_up_when_deleted_then_it_is_absent(
        self, client: Client, world: World
    ):
        world.videos.create(make_video(status=VideoStatus.ABORTED))

        assert client.delete(PATH).status == 404

    def test_given_the_same_names_of_two_users_when_one_deletes_then_the_other_keeps(
        self, client: Client, stored: World
    ):
        stored.videos.create(make_queued_video(video_id="v-theirs", user_id=STRANGER))
        stored.segments.add([make_segment(video_id="v-theirs", user_id=STRANGER)])

        client.delete(PATH)

        theirs = client.stranger.get("/api/segments").json["items"]
        assert [one["video_id"] for one in theirs] == ["v-theirs"]


class TestConditions:
    def test_given_the_version_that_was_read_when_deleted_then_it_is(
        self, client: Client, stored: World
    ):
        tag = client.get(PATH).headers["etag"]

        assert client.delete(PATH, headers={"If-Match": tag}).status == 202

    def test_given_another_version_when_deleted_then_it_stays(self, client: Client, stored: World):
        with nothing_written(stored):
            answer = client.delete(PATH, headers={"If-Match": '"7"'})

        assert (answer.status, answer.code) == (412, "precondition.failed")
        assert stored.deleting.started == {}
        assert client.get(PATH).status == 200

    def test_given_an_execution_that_cannot_be_started_when_deleted_then_nothing_is(
        self, client: Client, stored: World, monkeypatch: pytest.MonkeyPatch
    ):
        class Down:
            def start(self, *_: object) -> None:
                raise UnavailableError("dependency.unavailable", "The deletion failed.")

        monkeypatch.setattr(bootstrap, "executions", lambda *_: Down())

        with nothing_written(stored):
            assert client.delete(PATH).status == 503
        assert client.get(PATH).status == 200

    def test_given_a_run_that_writes_the_video_meanwhile_when_deleted_then_it_is_all_the_same(
        self, client: Client, stored: World
    ):
        """It is read again: what the run wrote is not lost, and not in the way."""
        mark = stored.videos.mark
        changed = iter([True])

        def meanwhile(video: object) -> None:
            if next(changed, False):
                read = stored.videos.get(VIDEO)
                assert read
                stored.videos.save(replace(read, title="Meanwhile"))
            mark(video)  # type: ignore[arg-type]

        stored.videos.mark = meanwhile  # type: ignore[method-assign]

        assert client.delete(PATH).status == 202
        assert client.get(PATH).status == 404

    def test_given_two_requests_at_once_when_both_delete_then_both_have_the_receipt(
        self, client: Client, stored: World
    ):
        mark = stored.videos.mark
        answers: list[Answer] = []

        def meanwhile(video: object) -> None:
            stored.videos.mark = mark  # type: ignore[method-assign]
            answers.append(client.delete(PATH))
            mark(video)  # type: ignore[arg-type]

        stored.videos.mark = meanwhile  # type: ignore[method-assign]
        answers.append(client.delete(PATH))

        assert [answer.status for answer in answers] == [202, 202]
        assert answers[0].json == answers[1].json


class TestKeptAnswers:
    def test_given_an_answer_about_a_video_when_kept_then_it_can_be_found_by_it(
        self, client: Client, stored: World, kept: object
    ):
        client.post(START, {"video_id": VIDEO}, headers=KEY)
        made = client.post("/api/videos/uploads", {"file_name": "a.mp4", "size": 9}, headers=KEY)
        client.post(
            "/api/segments/batch-update",
            {
                "segments": [
                    {"segment_id": SEGMENT.segment_id, "title": "x"},
                    {
                        "segment_id": make_segment(video_id="v-other").segment_id,
                        "title": "x",
                    },
                ]
            },
            headers=KEY,
        )

        records = stored.answers.records
        assert set(records) == {
            (USER, VIDEO),
            (USER, made.json["video_id"]),
            (USER, "v-other"),
        }
        assert len(records[USER, VIDEO]) == 2
        assert {one for found in records.values() for one in found} == set(kept.records)  # type: ignore[attr-defined]

    def test_given_an_answer_when_it_is_given_then_it_does_not_show_what_it_is_kept_with(
        self, client: Client, stored: World, kept: object
    ):
        first = client.post(START, {"video_id": VIDEO}, headers=KEY)
        again = client.post(START, {"video_id": VIDEO}, headers=KEY)

        assert again.json == first.json
        assert "about" not in again.json

    def test_given_a_kept_answer_when_its_video_is_deleted_then_it_is_given_no_more(
        self, client: Client, stored: World, kept: object
    ):
        assert client.post(START, {"video_id": VIDEO}, headers=KEY).status == 202
        client.delete(PATH)

        again = client.post(START, {"video_id": VIDEO}, headers=KEY)

        assert (again.status, again.code) == (404, "video.not_found")

    def test_given_a_kept_upload_when_it_is_deleted_then_its_key_opens_no_other(
        self, client: Client, world: World, kept: object
    ):
        """An id is used once: a late part would come to the new video."""
        body = {"file_name": "a.mp4", "size": 9}
        made = client.post("/api/videos/uploads", body, headers=KEY).json["video_id"]
        client.delete(f"/api/videos/{made}")

        again = client.post("/api/videos/uploads", body, headers=KEY)

        assert (again.status, again.code) == (410, "upload.deleted")
        assert world.videos.all() == []
        fresh = {"Idempotency-Key": "k-2"}
        assert client.post("/api/videos/uploads", body, headers=fresh).status == 201

    def test_given_a_batch_about_two_videos_when_one_is_deleted_then_it_is_answered_anew(
        self, client: Client, stored: World, kept: object
    ):
        other = make_segment(video_id="v-other").segment_id
        items = [{"segment_id": one, "title": "x"} for one in (SEGMENT.segment_id, other)]
        body = {"segments": items}
        first = client.post("/api/segments/batch-update", body, headers=KEY).json
        assert first["succeeded"] == 2
        client.delete(PATH)

        again = client.post("/api/segments/batch-update", body, headers=KEY).json

        assert [item["status"] for item in again["results"]] == [404, 200]

    def test_given_a_key_of_a_refused_request_when_looked_for_then_nothing_was_kept(
        self, client: Client, stored: World, kept: object
    ):
        client.post(START, {"video_id": "no-such-video"}, headers=KEY)

        assert stored.answers.records == {}


def test_given_the_latest_run_when_its_video_is_deleted_then_its_status_is_absent(
    client: Client, stored: World
):
    assert client.get(f"/api/pipeline/status/{VIDEO}").json["run_id"] == RUN

    client.delete(PATH)

    assert client.get(f"/api/pipeline/status/{VIDEO}").status == 404
