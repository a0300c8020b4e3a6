from __future__ import annotations

from datetime import timedelta

import pytest

from functions.domain.errors import ConflictError, GoneError, StaleWriteError
from functions.domain.video import Video, VideoStatus
from tests.builders import (
    RUN,
    make_failure,
    make_media,
    make_queued_video,
    make_source,
    make_uploading_video,
    make_video,
)
from tests.fakes.clock import EPOCH

LATER = EPOCH + timedelta(minutes=5)
NEXT_WEEK = EPOCH + timedelta(days=7)
RUNNING = [VideoStatus.QUEUED, VideoStatus.PROCESSING]
ENDED = [VideoStatus.READY, VideoStatus.FAILED]


def _in_state(status: VideoStatus) -> Video:
    return make_queued_video(status=status, error=make_failure())


def test_given_an_open_upload_when_the_file_arrives_then_the_video_is_queued_with_it():
    source = make_source()

    video = make_uploading_video().arrived(source, RUN, LATER)

    assert (video.status, video.source, video.run_id) == (VideoStatus.QUEUED, source, RUN)
    assert (video.runs, video.updated_at) == (1, LATER)


def test_given_a_pinned_source_when_another_object_arrives_then_it_does_not_take_its_place():
    video = make_uploading_video(source=make_source())

    with pytest.raises(StaleWriteError):
        video.arrived(make_source(version_id="v2"), RUN, LATER)


@pytest.mark.parametrize("status", ENDED)
def test_given_an_ended_run_when_a_new_one_is_queued_then_the_old_failure_is_gone(
    status: VideoStatus,
):
    video = _in_state(status).queued("run-2", LATER)

    assert (video.status, video.run_id, video.runs) == (VideoStatus.QUEUED, "run-2", 2)
    assert video.error is None
    assert video.source == make_source()


@pytest.mark.parametrize("status", RUNNING)
def test_given_a_run_under_way_when_another_is_queued_then_it_is_refused(status: VideoStatus):
    with pytest.raises(ConflictError) as caught:
        _in_state(status).queued("run-2", LATER)

    assert caught.value.code == "pipeline.already_running"


def test_given_a_queued_video_when_it_goes_through_the_run_then_it_ends_ready():
    probed = make_queued_video().processing(LATER).probed(make_media(), "probe.json", LATER)
    ready = probed.ready(segment_count=6, poster_id="poster", now=NEXT_WEEK)

    assert probed.status is VideoStatus.PROCESSING
    assert (ready.status, ready.segment_count, ready.poster_id) == (VideoStatus.READY, 6, "poster")
    assert (ready.media, ready.updated_at) == (make_media(), NEXT_WEEK)


def test_given_a_failure_when_the_video_is_run_again_and_ready_then_no_error_is_left():
    failed = make_queued_video().processing(LATER).failed(make_failure(), LATER)
    again = failed.queued("run-2", LATER).processing(LATER)

    assert failed.error == make_failure()
    assert again.ready(segment_count=1, poster_id=None, now=LATER).error is None


def test_given_an_upload_past_its_time_when_read_then_it_is_shown_as_expired():
    video = make_uploading_video()

    assert video.status_at(EPOCH + timedelta(hours=24)) is VideoStatus.UPLOADING
    assert video.status_at(EPOCH + timedelta(hours=24, seconds=1)) is VideoStatus.EXPIRED


def test_given_a_file_that_has_arrived_when_its_upload_time_is_over_then_nothing_expires():
    video = make_uploading_video().arrived(make_source(), RUN, LATER)

    assert video.status_at(NEXT_WEEK) is VideoStatus.QUEUED


def test_given_an_upload_past_its_time_when_it_goes_on_then_it_is_gone():
    with pytest.raises(GoneError, match=r"upload\.expired"):
        make_uploading_video().open_upload(NEXT_WEEK)


def test_given_an_aborted_upload_when_it_goes_on_then_it_is_gone():
    with pytest.raises(GoneError):
        make_uploading_video().abort(LATER).open_upload(LATER)


@pytest.mark.parametrize("status", RUNNING + ENDED)
def test_given_a_finished_upload_when_it_goes_on_then_that_is_said(status: VideoStatus):
    with pytest.raises(ConflictError, match=r"upload\.finished"):
        make_uploading_video(status=status).open_upload(LATER)


def test_given_a_dropped_file_when_its_upload_is_asked_for_then_there_is_none():
    with pytest.raises(GoneError):
        make_video().open_upload(LATER)


def test_given_an_aborted_upload_when_looked_for_then_only_it_is_invisible():
    shown = {status for status in VideoStatus if make_video(status=status).visible}

    assert shown == set(VideoStatus) - {VideoStatus.ABORTED}
