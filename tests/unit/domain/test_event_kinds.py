"""What is told of a change of each kind of rows, held against the schemas that are documented."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import jsonschema
import pytest

from functions.adapters.dynamo.deletion_rows import to_row as deletion_row
from functions.adapters.dynamo.runs import new_row
from functions.adapters.dynamo.segment_rows import to_row, to_tombstone
from functions.adapters.dynamo.video_marks import to_mark
from functions.domain.codec import to_plain
from functions.domain.deletions.deletion import Deletion, DeletionState, deletion_id_of
from functions.domain.events.body import to_json
from functions.domain.events.change import Change, Draft
from functions.domain.events.event import PROGRESS, VERSIONS, Event, EventType
from functions.domain.events.kinds import DATA, drafts_of, schema_of
from functions.domain.failure import Failure
from functions.domain.posts.post import Platform, new_post
from functions.domain.runs.run import Outcome, RunStatus, StageTimes
from functions.domain.runs.stage import Stage
from functions.domain.segments.segment import SegmentSource, SegmentStatus
from functions.domain.video import VideoStatus
from tests.builders import (
    USER,
    VIDEO,
    make_generation,
    make_moment,
    make_queued_video,
    make_run,
    make_segment,
    make_video,
    make_webhook,
)
from tests.fakes.clock import EPOCH

FAILED = Failure(code="media.broken", detail="It is broken.", stage="probe")
OF_NO_VIDEO = {"social_accounts", "webhooks"}


def told(kind: str, before: Any, after: Any) -> list[Draft]:
    """Each as its schema has it, told to the user that it belongs to."""
    change = Change(kind=kind, key="k", number="7", at=EPOCH, before=before, after=after)
    found = list(drafts_of(change))
    for at, draft in enumerate(found):
        event = Event(
            event_id="01890000-0000-7000-8000-000000000009",
            sequence=at + 1,
            version=VERSIONS[draft.type],
            at=EPOCH,
            user_id=draft.user_id,
            type=draft.type,
            subject_id=draft.subject_id,
            video_id=draft.video_id,
            data=draft.data,
        )
        checker = jsonschema.Draft202012Validator(schema_of(draft.type))
        checker.validate(to_json(event))
        assert draft.user_id == USER
        assert draft.video_id == (None if kind in OF_NO_VIDEO else VIDEO)
    return found


def types(found: list[Draft]) -> list[str]:
    return [draft.type.value for draft in found]


def test_given_all_types_when_looked_at_then_each_has_a_schema_that_is_one():
    assert set(DATA) == set(EventType)
    for kind in DATA:
        jsonschema.Draft202012Validator.check_schema(schema_of(kind))


def test_given_a_new_video_when_written_then_it_is_told_of():
    (draft,) = told("videos", None, to_plain(make_video()))

    assert (draft.type, draft.subject_id) == (EventType.VIDEO_CREATED, VIDEO)


@pytest.mark.parametrize("status", [one for one in VideoStatus if one is not VideoStatus.QUEUED])
def test_given_a_video_when_its_status_changes_then_it_is_told_of(status: VideoStatus):
    video = make_queued_video()
    error = FAILED if status is VideoStatus.FAILED else None

    (draft,) = told("videos", to_plain(video), to_plain(replace(video, status=status, error=error)))

    assert (draft.type, draft.data["status"]) == (EventType.VIDEO_UPDATED, status.value)
    assert (draft.data["error"] or {}).get("code") == (error.code if error else None)


def test_given_a_write_that_changes_nothing_to_tell_when_written_then_nobody_is_told():
    video = to_plain(make_queued_video())

    assert told("videos", video, {**video, "version": 9, "updated_at": "later"}) == []


def test_given_a_video_when_marked_and_removed_then_its_receipt_tells_and_it_does_not():
    video = make_queued_video()
    mark = to_mark(video, EPOCH)

    assert told("videos", to_plain(video), mark) == []
    assert told("videos", mark, None) == []


def _rows(**changes: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    run = make_run(status=RunStatus.RUNNING, media_duration=10_000)
    return new_row(run), {**new_row(run), **to_plain(replace(run, **changes))}


def test_given_a_new_run_when_written_then_it_is_told_of_at_nought():
    (draft,) = told("runs", None, new_row(make_run()))

    assert (draft.type, draft.percent) == (EventType.RUN_CREATED, 0.0)


@pytest.mark.parametrize(
    ("times", "state"),
    [
        (StageTimes(started_at=EPOCH), "started"),
        (StageTimes(started_at=EPOCH, finished_at=EPOCH), "finished"),
        (StageTimes(started_at=EPOCH, finished_at=EPOCH, reused=True), "reused"),
        (StageTimes(started_at=EPOCH, finished_at=EPOCH, given_up=True), "given_up"),
    ],
)
def test_given_a_stage_when_it_moves_then_it_is_told_of(times: StageTimes, state: str):
    before, after = _rows(stages={Stage.PROBE: times})

    (draft,) = told("runs", before, after)

    assert draft.type is EventType.STAGE_UPDATED
    assert (draft.data["stage"], draft.data["state"]) == ("probe", state)


def test_given_a_window_when_more_of_it_is_done_then_that_is_progress():
    before, after = _rows(progress={"0": 5_000})

    (draft,) = told("runs", before, after)

    assert draft.type in PROGRESS
    assert draft.percent == draft.data["percent"] > 0


def test_given_a_lease_when_it_is_renewed_then_nobody_is_told():
    before, after = _rows(lease_until=EPOCH, calls=4)

    assert told("runs", before, after) == []


@pytest.mark.parametrize("end", [RunStatus.SUCCEEDED, RunStatus.FAILED, RunStatus.CANCELLED])
def test_given_a_run_when_it_ends_then_that_is_no_progress_and_told(end: RunStatus):
    outcome = Outcome(segment_count=3) if end is RunStatus.SUCCEEDED else None
    error = FAILED if end is RunStatus.FAILED else None
    before, after = _rows(status=end, outcome=outcome, error=error)

    (draft,) = told("runs", before, after)

    assert (draft.type, draft.data["status"]) == (EventType.RUN_UPDATED, end.value)
    assert (draft.percent == 100) == (end is RunStatus.SUCCEEDED)


def test_given_a_run_that_never_began_when_cancelled_then_its_end_is_told_once():
    run = make_run(status=RunStatus.QUEUED)

    found = told("runs", new_row(run), new_row(replace(run, status=RunStatus.CANCELLED)))

    assert types(found) == ["run.updated"]


def test_given_a_segment_when_made_changed_and_removed_then_each_is_told():
    pending = make_segment(status=SegmentStatus.PENDING)
    ready = replace(pending, status=SegmentStatus.READY, version=2)

    assert types(told("segments", None, to_row(pending))) == ["segment.created"]
    assert types(told("segments", to_row(pending), to_row(ready))) == ["segment.updated"]
    assert types(told("segments", to_row(ready), None)) == ["segment.deleted"]


def test_given_a_segment_when_deleted_alone_then_that_is_told_once():
    segment, mark = make_segment(), to_tombstone(make_segment(), EPOCH)

    assert types(told("segments", to_row(segment), mark)) == ["segment.deleted"]
    assert told("segments", mark, None) == []


def test_given_what_was_cut_of_a_moment_when_made_then_it_is_a_clip():
    clip = make_segment(source=SegmentSource.MOMENT, moment_id="m1")

    assert types(told("segments", None, to_row(clip))) == ["clip.created"]


def test_given_a_post_when_its_numbers_change_then_that_is_told_beside_the_segment():
    segment = make_segment()
    post = new_post(Platform.X, "p1", EPOCH)
    linked = replace(segment, social_media_usage=(post,), version=2)
    counted = replace(
        linked, social_media_usage=(post.told({"views": 5}, EPOCH),), version=3, views=5
    )

    first = told("segments", to_row(segment), to_row(linked))
    second = told("segments", to_row(linked), to_row(counted))

    assert types(first) == types(second) == ["segment.updated", "post.updated"]
    assert (first[1].data["views"], second[1].data["views"]) == (None, 5)


def test_given_a_moment_when_made_judged_and_removed_then_each_is_told():
    row = to_plain(make_moment())
    judged = {**row, "status": "accepted", "revision": 2}

    assert types(told("moments", None, row)) == ["moment.created"]
    assert types(told("moments", row, judged)) == ["moment.updated"]
    assert told("moments", row, {**row, "revision": 2}) == []
    assert types(told("moments", judged, None)) == ["moment.deleted"]


def test_given_a_search_when_it_moves_then_it_is_told_and_its_numbering_is_not():
    row = to_plain(make_generation())

    assert types(told("generations", None, row)) == ["generation.updated"]
    assert types(told("generations", row, {**row, "status": "succeeded"})) == ["generation.updated"]
    assert told("generations", None, {"video_id": VIDEO, "generation_id": "!head"}) == []
    assert told("generations", row, None) == []


def test_given_a_receipt_when_its_state_changes_then_it_is_told_and_its_counts_are_not():
    receipt = Deletion(
        deletion_id=deletion_id_of(VIDEO),
        video_id=VIDEO,
        user_id=USER,
        state=DeletionState.DELETING,
        requested_at=EPOCH,
        started_at=EPOCH,
        writers_until=EPOCH,
    )
    row = deletion_row(receipt)

    assert types(told("deletions", None, row)) == ["deletion.updated"]
    assert told("deletions", row, {**row, "count.segments": 90}) == []
    assert types(told("deletions", row, {**row, "state": "deleted"})) == ["deletion.updated"]
    assert told("deletions", None, {"user_id": USER, "entry": f"hidden#{VIDEO}"}) == []
    assert told("deletions", row, None) == []


def test_given_a_lipsync_job_when_it_moves_on_then_it_is_told():
    row = {"job_id": "j1", "user_id": USER, "video_id": VIDEO, "status": "queued"}
    done = {**row, "status": "completed", "attempts": [{}], "result": {"segment_id": "s1"}}

    assert types(told("lipsync_jobs", None, row)) == ["lipsync.updated"]
    assert told("lipsync_jobs", row, {**row, "polls": 3}) == []
    (draft,) = told("lipsync_jobs", row, done)
    assert (draft.data["status"], draft.data["segment_id"]) == ("completed", "s1")
    assert told("lipsync_jobs", done, None) == []


def test_given_an_account_when_it_changes_then_it_is_told_and_its_tokens_are_not():
    row = {
        "user_id": USER,
        "platform": "x",
        "account_id": "a1",
        "connected_at": "2026-03-01T12:00:00Z",
        "sealed": "a sealed token",
        "status": "connected",
    }
    dead = {**row, "status": "reconnect_needed", "reason": "revoked"}

    (first,) = told("social_accounts", None, row)
    assert "token" not in str(first)
    assert told("social_accounts", row, {**row, "sealed": "another"}) == []
    assert told("social_accounts", row, dead)[0].data["reason"] == "revoked"
    assert told("social_accounts", dead, None)[0].data["status"] == "disconnected"
    assert told("social_accounts", None, {"user_id": USER, "platform": "ask#x"}) == []


def test_given_a_webhook_when_paused_or_resumed_then_that_is_told_and_its_deliveries_are_not():
    row = to_plain(make_webhook())
    paused = {**row, "state": "paused", "reason": "gone", "version": 2}

    (stopped,) = told("webhooks", row, paused)
    (resumed,) = told("webhooks", paused, row)

    assert (stopped.type, stopped.subject_id) == (EventType.WEBHOOK_UPDATED, row["webhook_id"])
    assert stopped.data == {"state": "paused", "reason": "gone"}
    assert resumed.data == {"state": "active", "reason": None}
    assert told("webhooks", row, {**row, "places": {"a": "2026-03-01T12:00:00Z"}}) == []
    assert told("webhooks", paused, {**paused, "failures": 3}) == []
    assert told("webhooks", None, row) == told("webhooks", paused, None) == []
    counted = {"user_id": USER, "webhook_id": "#count", "webhooks": 1}
    assert told("webhooks", counted, {**counted, "webhooks": 2}) == []
