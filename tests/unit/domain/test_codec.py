from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.domain.codec import from_plain, to_plain
from functions.domain.cutting.plan import Plan
from functions.domain.media.probe import Media, Probe
from functions.domain.runs.run import Run, RunStatus, Stage, StageTimes
from functions.domain.segments.segment import Segment
from functions.domain.video import Video
from tests.builders import (
    make_failure,
    make_media,
    make_plan,
    make_probe,
    make_queued_video,
    make_run,
    make_segment,
    make_silent,
    make_upload,
    make_uploading_video,
    make_video,
)
from tests.fakes.clock import EPOCH

FULL_RUN = make_run(
    status=RunStatus.FAILED,
    stages={
        Stage.CLAIM: StageTimes(started_at=EPOCH, finished_at=EPOCH, reused=True),
        Stage.CUT: StageTimes(started_at=EPOCH),
    },
    progress={"0": 1_000, "11": 0},
    media_duration=60_000,
    error=make_failure(),
)

VALUES = [
    (Video, make_video()),
    (Video, make_uploading_video(upload=make_upload(upload_id="u", part_size=5))),
    (Video, make_queued_video(media=make_media(), error=make_failure(), title="Ä 🎬")),
    (Run, make_run()),
    (Run, FULL_RUN),
    (Segment, make_segment()),
    (Segment, make_segment(tags=("a", "b"), duration=0, frame_count=0)),
    (Probe, make_probe()),
    (Probe, make_silent(make_probe())),
    (Media, make_media(video=None, bit_rate=None)),
    (Plan, make_plan()),
    (Plan, make_plan(video_index=None, audio_index=None, audio_format=None)),
]


@pytest.mark.parametrize(("kind", "value"), VALUES)
def test_given_a_value_when_it_goes_through_json_then_it_comes_back_equal(kind: Any, value: Any):
    text = json.dumps(to_plain(value))

    assert from_plain(kind, json.loads(text)) == value


def test_given_fields_that_are_none_when_made_plain_then_they_are_left_out():
    plain = to_plain(make_video(title=None, run_id=None))

    assert not {"title", "run_id", "source", "media"} & plain.keys()


def test_given_zero_and_false_when_made_plain_then_they_are_kept():
    plain = to_plain(make_segment(frame_count=0, actual_start=0))

    assert (plain["frame_count"], plain["actual_start"]) == (0, 0)


def test_given_a_row_with_none_for_an_optional_field_when_read_then_it_is_none():
    assert from_plain(Video, {**to_plain(make_video()), "media": None}).media is None


def test_given_a_row_of_newer_code_when_read_then_unknown_keys_are_passed_over():
    row = {**to_plain(make_queued_video(media=make_media())), "invented_later": [1, 2]}
    row["source"]["storage_class"] = "cold"

    assert from_plain(Video, row) == make_queued_video(media=make_media())


def test_given_numbers_as_a_table_returns_them_when_read_then_they_have_the_field_s_type():
    row = {**to_plain(make_media()), "duration": 60_000.0}
    row["video"]["frame_rate"] = 25

    media = from_plain(Media, row)

    assert type(media.duration) is int
    assert media.video is not None
    assert type(media.video.frame_rate) is float


def test_given_an_unknown_status_when_read_then_it_is_refused():
    row = {**to_plain(make_video()), "status": "melted"}

    with pytest.raises(ValueError, match="melted"):
        from_plain(Video, row)


@given(
    title=st.none() | st.text(),
    runs=st.integers(min_value=0),
    moment=st.datetimes(min_value=datetime(1970, 1, 1), timezones=st.just(UTC)),
)
def test_given_any_video_when_coded_and_decoded_then_nothing_changes(
    title: str | None, runs: int, moment: datetime
):
    video = make_video(title=title, runs=runs, updated_at=moment)

    assert from_plain(Video, to_plain(video)) == video
