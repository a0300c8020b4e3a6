"""What each task of a fetching takes and gives, as its state machine expects."""

from __future__ import annotations

import json

import pytest

from functions.domain.errors import UnavailableError
from functions.domain.video import VideoStatus
from functions.handlers import fail_ingest, ingest_source
from functions.runtime import telemetry
from functions.runtime.step import Permanent, Retryable
from tests.builders import URL, USER, VIDEO, make_cause, make_ingesting_video, make_upload
from tests.fakes.lambda_context import FakeLambdaContext
from tests.fakes.sources import FakeSource
from tests.fakes.world import World

IDS = {"video_id": VIDEO, "user_id": USER}
FILM = b"\x00\x00\x00\x20ftypisom" + bytes(20 * 1024 * 1024)


def call(handler, *, remaining_ms: int = 600_000, **event: object):
    answer = handler.lambda_handler(event, FakeLambdaContext(remaining_ms=remaining_ms))
    assert json.loads(json.dumps(answer)) == answer
    return answer


def _submit(world: World, source: FakeSource) -> FakeSource:
    from datetime import timedelta

    from functions.domain.times import utc_now

    now = utc_now()
    upload = make_upload(expires_at=now + timedelta(hours=24))
    world.videos.create(make_ingesting_video(created_at=now, updated_at=now, upload=upload))
    world.reader.sources[URL] = source
    return source


def _status(world: World) -> VideoStatus:
    video = world.videos.get(VIDEO)
    assert video
    return video.status


def test_given_a_source_when_fetched_then_the_step_is_finished(world: World):
    _submit(world, FakeSource(FILM))

    assert call(ingest_source, **IDS) == {"finished": True}
    assert world.media.objects[make_upload().key] == FILM


def test_given_a_worker_with_no_time_left_when_it_fetches_then_the_rest_is_for_the_next(
    world: World,
):
    _submit(world, FakeSource(FILM))

    assert call(ingest_source, remaining_ms=59_999, **IDS) == {"finished": False}
    assert call(ingest_source, **IDS) == {"finished": True}


def test_given_a_page_when_fetched_then_its_user_reads_what_to_do(world: World):
    _submit(world, FakeSource(b"<!doctype html><p>", content_type="text/html"))
    with pytest.raises(Permanent) as caught:
        call(ingest_source, **IDS)

    cause = make_cause("Permanent", str(caught.value))
    assert call(fail_ingest, error="Permanent", cause=cause, **IDS) == {"failed": True}

    video = world.videos.get(VIDEO)
    assert video
    assert video.error
    assert (video.error.code, video.error.stage) == ("ingest.web_page", "ingest")
    assert "address of the file itself" in video.error.detail


def test_given_a_source_that_is_down_when_fetched_then_the_step_is_tried_again(world: World):
    down = UnavailableError("ingest.unreachable", "Nobody there.")
    _submit(world, FakeSource(FILM, refusals=[down]))

    with pytest.raises(Retryable, match=r"ingest\.unreachable"):
        call(ingest_source, **IDS)


def test_given_an_execution_that_was_stopped_when_told_of_then_the_video_has_failed(world: World):
    """The rule hands over the video's id and nothing else."""
    _submit(world, FakeSource(FILM))

    assert call(fail_ingest, video_id=VIDEO) == {"failed": True}
    assert _status(world) is VideoStatus.FAILED


def test_given_a_deleted_video_when_its_failure_comes_then_nothing_has_failed(world: World):
    assert call(fail_ingest, error="x", cause="", **IDS) == {"failed": False}


def test_given_a_step_when_it_logs_then_each_line_names_the_video_and_no_url(
    world: World, capsys: pytest.CaptureFixture[str]
):
    _submit(world, FakeSource(b"<!doctype html><p>"))
    with pytest.raises(Permanent):
        call(ingest_source, **IDS)
    call(fail_ingest, error="Permanent", cause=make_cause("Permanent", "{}"), **IDS)

    told = capsys.readouterr().out
    assert telemetry.logger.get_current_keys()["video_id"] == VIDEO
    assert "media.example" not in told
    assert "secret" not in told
