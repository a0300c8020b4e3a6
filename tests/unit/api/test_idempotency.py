"""A POST with an Idempotency-Key is done once."""

from __future__ import annotations

import time

import pytest

from functions.domain.video import VideoStatus
from functions.runtime import idempotency
from functions.services.ingests.uploads import URL_SECONDS
from tests.builders import RUN, VIDEO, make_failure, make_queued_video, make_run
from tests.fakes.clock import EPOCH
from tests.fakes.idempotency import FakeIdempotencyLayer
from tests.fakes.world import World
from tests.unit.api.client import Client

UPLOADS = "/api/videos/uploads"
START = "/api/pipeline/start"
BODY = {"file_name": "holiday.mp4", "size": 5_000}
KEY = {"Idempotency-Key": "k-1"}


@pytest.fixture(autouse=True)
def layer(monkeypatch: pytest.MonkeyPatch) -> FakeIdempotencyLayer:
    made = FakeIdempotencyLayer()
    monkeypatch.setattr(idempotency, "_layer", lambda table: made)
    return made


def test_given_a_key_when_sent_twice_then_one_upload_is_opened_and_the_answer_is_the_same(
    client: Client, world: World
):
    first = client.post(UPLOADS, BODY, headers=KEY)
    second = client.post(UPLOADS, BODY, headers=KEY)

    assert (first.status, second.status) == (201, 201)
    assert second.json == first.json
    assert len(world.videos.all()) == 1


def test_given_a_repeat_when_answered_then_it_has_an_id_of_its_own(client: Client):
    client.post(UPLOADS, BODY, headers={**KEY, "X-Request-Id": "r-1"})
    repeat = client.post(UPLOADS, BODY, headers={**KEY, "X-Request-Id": "r-2"})

    assert repeat.headers["x-request-id"] == "r-2"


def test_given_a_key_when_sent_with_another_body_then_it_is_refused(client: Client, world: World):
    client.post(UPLOADS, BODY, headers=KEY)

    answer = client.post(UPLOADS, {**BODY, "size": 6}, headers=KEY)

    assert (answer.status, answer.code) == (422, "idempotency.key_reused")
    assert len(world.videos.all()) == 1


def test_given_no_key_when_sent_twice_then_there_are_two_uploads(client: Client, world: World):
    client.post(UPLOADS, BODY)
    client.post(UPLOADS, BODY)

    assert len(world.videos.all()) == 2


def test_given_one_key_of_two_users_when_sent_then_neither_sees_the_other_s_answer(
    client: Client,
):
    mine = client.post(UPLOADS, BODY, headers=KEY)
    theirs = client.stranger.post(UPLOADS, BODY, headers=KEY)

    assert mine.json["video_id"] != theirs.json["video_id"]


def test_given_a_refused_request_when_mended_and_sent_with_the_same_key_then_it_is_done(
    client: Client,
):
    refused = client.post(UPLOADS, {**BODY, "size": 0}, headers=KEY)
    mended = client.post(UPLOADS, BODY, headers=KEY)

    assert (refused.status, refused.code) == (422, "request.invalid")
    assert mended.status == 201


def test_given_a_dependency_that_was_down_when_sent_again_with_the_same_key_then_it_is_done(
    client: Client, world: World
):
    world.videos.create(make_queued_video(status=VideoStatus.FAILED))
    world.runs.create(make_run())
    world.runs.fail(VIDEO, RUN, make_failure(), EPOCH)
    world.pipeline.down = True
    refused = client.post(START, {"video_id": VIDEO}, headers=KEY)

    world.pipeline.down = False
    done = client.post(START, {"video_id": VIDEO}, headers=KEY)

    assert (refused.status, done.status) == (503, 202)


def test_given_a_worker_killed_before_its_answer_was_kept_when_sent_again_then_nothing_is_doubled(
    client: Client, world: World, layer: FakeIdempotencyLayer
):
    layer.forgetful = True
    client.post(UPLOADS, BODY, headers=KEY)
    layer.records.clear()

    assert client.post(UPLOADS, BODY, headers=KEY).status == 201
    assert len(world.videos.all()) == 1


def test_given_a_first_request_that_is_still_worked_on_when_sent_again_then_it_is_told_to_wait(
    client: Client, layer: FakeIdempotencyLayer
):
    layer.forgetful = True
    client.post(UPLOADS, BODY, headers=KEY)

    answer = client.post(UPLOADS, BODY, headers=KEY)

    assert (answer.status, answer.code) == (409, "idempotency.in_progress")
    assert int(answer.headers["retry-after"]) > 0
    assert answer.headers["x-request-id"]


@pytest.mark.parametrize("key", ["", "a b", "ä", "k" * 201, "a\n"])
def test_given_a_key_that_is_none_when_sent_then_it_is_refused_and_nothing_is_done(
    client: Client, world: World, key: str
):
    answer = client.post(UPLOADS, BODY, headers={"Idempotency-Key": key})

    assert (answer.status, answer.code) == (422, "idempotency.invalid_key")
    assert world.videos.all() == []


def test_given_a_key_on_a_request_that_only_reads_when_sent_then_nothing_is_kept(
    client: Client, layer: FakeIdempotencyLayer
):
    assert client.get("/api/videos", headers=KEY).status == 200
    assert layer.records == {}


def test_given_an_answer_with_signed_urls_when_it_is_kept_then_no_longer_than_they_are_good(
    client: Client, layer: FakeIdempotencyLayer
):
    client.post(UPLOADS, BODY, headers=KEY)

    (record,) = layer.records.values()
    assert record.expiry_timestamp is not None
    assert record.expiry_timestamp - time.time() < URL_SECONDS
