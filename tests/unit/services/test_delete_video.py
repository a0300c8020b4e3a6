from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from functions.domain.deletions.deletion import DeletionState, Leftover
from functions.domain.errors import NotFoundError
from functions.domain.lipsync.job_ports import Waiting
from functions.domain.posts.post import Platform, new_post
from functions.domain.runs.run import RunStatus
from functions.domain.segments.segment import SegmentType
from functions.domain.video import VideoStatus
from functions.services.deletions.delete_video import TRIES, Next
from tests.builders import (
    STRANGER,
    USER,
    VIDEO,
    make_ingesting_video,
    make_pending,
    make_run,
    make_segment,
    make_source,
    make_uploading_video,
)
from tests.fakes.clock import EPOCH
from tests.fakes.deleting import LIMITS, OTHER, Deleting

ALL = {
    "kept_answers": (1, 0),
    "runs": (1, 0),
    "moments": (1, 0),
    "moment_generations": (1, 0),
    "transcriptions": (1, 0),
    "segments": (5, 0),
    "media": (5, 3_500),
    "lipsync_jobs": (1, 0),
    "work": (2, 7),
    "uploads": (4, 196),
    "unfinished_uploads": (2, 13),
}
SETTLE_S = LIMITS.settle.total_seconds()
LONGEST_S = LIMITS.longest.total_seconds()


@pytest.fixture
def deleting() -> Deleting:
    made = Deleting()
    made.fill()
    return made


def test_given_a_video_when_it_is_deleted_then_nothing_is_left_but_the_receipt(deleting: Deleting):
    assert deleting.run().next is Next.DELETED

    assert deleting.left() == []
    assert deleting.told() == ALL
    receipt = deleting.receipt()
    assert (receipt.state, receipt.left, receipt.error) == (DeletionState.DELETED, (), None)
    assert receipt.requested_at == EPOCH
    assert receipt.finished_at == deleting.now
    kept = receipt.finished_at + timedelta(days=90)
    assert receipt.expires_at == int(kept.timestamp())


def test_given_another_video_when_one_is_deleted_then_nothing_of_the_other_is_touched(
    deleting: Deleting,
):
    deleting.fill(OTHER, segments=3)
    before = deleting.left(OTHER)

    deleting.run()

    assert deleting.left(OTHER) == before
    assert deleting.world.counters.of_user(USER).segments == 3


def test_given_a_deletion_when_nothing_was_under_way_then_it_ends_when_requests_have(
    deleting: Deleting,
):
    deleting.run()

    finished = deleting.receipt().finished_at
    assert finished is not None
    assert (finished - EPOCH).total_seconds() == SETTLE_S


@pytest.mark.parametrize("status", [RunStatus.QUEUED, RunStatus.RUNNING])
def test_given_a_run_under_way_when_its_video_is_deleted_then_it_is_stopped_and_waited_for(
    deleting: Deleting, status: RunStatus
):
    deleting.world.runs.create(make_run(run_id="under-way", status=status))

    deleting.run()

    assert "under-way" in deleting.pipeline.stopped
    finished = deleting.receipt().finished_at
    assert finished is not None
    assert (finished - EPOCH).total_seconds() >= LONGEST_S


def test_given_a_run_that_failed_a_while_ago_when_deleted_then_its_workers_are_waited_for(
    deleting: Deleting,
):
    """Its other functions go on where one has failed."""
    ended = EPOCH - timedelta(seconds=500)
    run = make_run(run_id="failed", status=RunStatus.FAILED)
    deleting.world.runs.create(run)
    deleting.world.runs._rows[VIDEO, "failed"] = replace(run, finished_at=ended)

    deleting.run()

    finished = deleting.receipt().finished_at
    assert finished is not None
    assert (finished - EPOCH).total_seconds() == LONGEST_S - 500


def test_given_a_run_that_has_succeeded_when_deleted_then_nothing_is_stopped(deleting: Deleting):
    deleting.run()

    assert deleting.pipeline.stopped == []


def test_given_a_range_that_waits_for_its_cut_when_deleted_then_that_is_stopped_and_waited_for(
    deleting: Deleting,
):
    pending = make_pending()
    deleting.world.segments.create(pending)

    deleting.run()

    assert deleting.ranges.stopped == [pending.segment_id]
    finished = deleting.receipt().finished_at
    assert finished is not None
    assert (finished - EPOCH).total_seconds() >= LONGEST_S


@pytest.mark.parametrize("status", ["awaiting_uploads", "queued", "processing", "downloading"])
def test_given_a_lip_sync_under_way_when_deleted_then_it_is_stopped_and_its_place_given_back(
    deleting: Deleting, status: str
):
    gate, job = deleting.world.lipsync_gate, f"busy-{VIDEO}"
    gate.enter(Waiting(job_id=job, user_id=USER, task_token="t"), EPOCH)
    gate.admit(EPOCH, EPOCH + timedelta(hours=5))
    deleting.lipsync(job_id="busy", status=status)

    deleting.run()

    assert deleting.lipsync_runs.stopped == [job]
    assert gate.given == {}
    finished = deleting.receipt().finished_at
    assert finished is not None
    assert (finished - EPOCH).total_seconds() >= LONGEST_S
    assert deleting.left() == []
    assert deleting.told()["lipsync_jobs"] == (2, 0)


def test_given_a_lip_sync_that_was_cancelled_when_deleted_then_its_workers_are_waited_for(
    deleting: Deleting,
):
    deleting.lipsync(job_id="cancelled", status="cancelled")

    deleting.run()

    assert deleting.lipsync_runs.stopped == []
    finished = deleting.receipt().finished_at
    assert finished is not None
    assert (finished - EPOCH).total_seconds() == LONGEST_S


def test_given_a_search_for_moments_under_way_when_deleted_then_it_is_stopped_and_waited_for(
    deleting: Deleting,
):
    deleting.add("moment_generations", VIDEO, generation_id="!head", latest="g-2", open=True)
    deleting.add("moment_generations", VIDEO, generation_id="g-2", status="running")

    deleting.run()

    assert deleting.searches.stopped == [f"{VIDEO}-g-2"]
    finished = deleting.receipt().finished_at
    assert finished is not None
    assert (finished - EPOCH).total_seconds() >= LONGEST_S
    assert deleting.left() == []


def test_given_a_transcription_when_deleted_then_the_transcriber_forgets_every_job_of_it(
    deleting: Deleting,
):
    deleting.transcribe(attempt=3)

    deleting.run()

    window = f"{VIDEO}-window#0000"
    assert deleting.jobs.forgotten == {(window, attempt) for attempt in (1, 2, 3)}


def test_given_a_job_that_the_transcriber_works_on_when_deleted_then_what_it_writes_goes_too(
    deleting: Deleting,
):
    """It cannot be stopped, and writes its result in the end, whenever that is."""
    job = (f"{VIDEO}-window#0000", 1)
    deleting.jobs.at_work = {job}
    for _ in range(100):
        progress = deleting.step()
        assert progress.next in {Next.AGAIN, Next.WAIT}
        deleting.wait(progress.wait_s)
    assert deleting.receipt().state is DeletionState.DELETING
    assert (deleting.now - EPOCH).total_seconds() > 2 * LONGEST_S
    assert "transcriptions" not in deleting.told()

    deleting.bucket.put(f"media/{USER}/{VIDEO}/transcript/heard.json", size=40)
    deleting.jobs.at_work = set()
    deleting.run()

    assert deleting.left() == []
    assert deleting.told() == {**ALL, "media": (6, 3_540)}


def test_given_late_writers_when_they_write_before_the_last_look_then_it_finds_and_counts_it(
    deleting: Deleting,
):
    while deleting.step().next is not Next.WAIT:
        pass
    deleting.bucket.put(f"media/{USER}/{VIDEO}/plan-1/late.mp4", size=7)
    deleting.world.segments.create(make_segment(segment_number=99))
    deleting.wait(SETTLE_S)

    deleting.run()

    assert deleting.left() == []
    assert deleting.told()["media"] == (6, 3_507)
    assert deleting.told()["segments"] == (6, 0)


def test_given_a_run_that_is_written_after_the_first_look_when_found_then_it_is_waited_for(
    deleting: Deleting,
):
    while deleting.step().next is not Next.WAIT:
        pass
    deleting.world.runs.create(make_run(run_id="late", status=RunStatus.QUEUED))
    deleting.wait(SETTLE_S)

    deleting.run()

    assert deleting.pipeline.stopped == ["late"]
    finished = deleting.receipt().finished_at
    assert finished is not None
    assert (finished - EPOCH).total_seconds() >= SETTLE_S + LONGEST_S
    assert deleting.left() == []


def test_given_segments_with_posts_when_deleted_then_the_users_sums_are_without_them(
    deleting: Deleting,
):
    told = new_post(Platform.TIKTOK, "p-1", EPOCH).told({"views": 40}, EPOCH)
    segment = make_segment(segment_number=1)
    deleting.world.segments.save(segment, replace(segment, social_media_usage=(told,)))

    deleting.run()

    counters = deleting.world.counters
    assert deleting.told()["posts"] == (1, 0)
    assert counters.sums(USER) == []
    assert counters.user_days(USER, EPOCH.date(), EPOCH.date()) == []
    assert counters.of_user(USER).segments == 0


def test_given_a_segment_that_was_deleted_alone_when_the_video_goes_then_so_does_what_is_left(
    deleting: Deleting,
):
    segment = make_segment(segment_number=1)
    deleting.world.segments.delete(segment, EPOCH)

    deleting.run()

    assert deleting.left() == []
    # It was counted out, and told of, when it was deleted.
    assert deleting.told()["segments"] == (4, 0)


def test_given_an_upload_that_still_arrives_when_deleted_then_its_parts_are_gone():
    deleting = Deleting()
    video = make_uploading_video()
    deleting.world.videos.create(video)
    deleting.bucket.begin(f"uploads/{USER}/{VIDEO}/source", size=1_000)

    deleting.run()

    assert deleting.left() == []
    assert deleting.told() == {"unfinished_uploads": (1, 1_000)}


def test_given_a_url_that_is_being_fetched_when_deleted_then_that_is_stopped_and_waited_for():
    deleting = Deleting()
    deleting.world.videos.create(make_ingesting_video())
    deleting.bucket.begin(f"uploads/{USER}/{VIDEO}/source", size=1_000)

    deleting.run()

    assert set(deleting.ingests.stopped) == {VIDEO}
    assert deleting.left() == []
    assert deleting.told() == {"unfinished_uploads": (1, 1_000)}
    finished = deleting.receipt().finished_at
    assert finished is not None
    assert (finished - EPOCH).total_seconds() == LONGEST_S


def test_given_a_video_whose_url_was_fetched_when_deleted_then_nothing_is_stopped_or_waited_for():
    deleting = Deleting()
    fetched = make_ingesting_video()
    deleting.fill(ingest=fetched.ingest, source_digest=fetched.source_digest)

    deleting.run()

    assert deleting.ingests.stopped == []
    assert deleting.told() == ALL
    finished = deleting.receipt().finished_at
    assert finished is not None
    assert (finished - EPOCH).total_seconds() == SETTLE_S


def test_given_names_that_begin_alike_when_deleted_then_those_of_others_stay(deleting: Deleting):
    alike = [
        f"uploads/{USER}/{VIDEO}/source.mp4",
        f"uploads/{USER}/{VIDEO}/another.mp4",
        f"uploads/{STRANGER}/{VIDEO}/source",
        f"media/{USER}/{VIDEO}-2/plan/000001.mp4",
        f"media/{STRANGER}/{VIDEO}/plan/000001.mp4",
    ]
    for key in alike:
        deleting.bucket.put(key)
    deleting.bucket.begin(f"uploads/{USER}/{VIDEO}/source.mp4")

    deleting.run()

    assert sorted(one.key for one in deleting.bucket.versions) == sorted(alike)
    assert len(deleting.bucket.uploads) == 1


class TestDroppedFile:
    KEY = f"uploads/{USER}/beach.mp4"

    def _dropped(self, version: str | None, etag: str = "e") -> Deleting:
        deleting = Deleting()
        source = make_source(key=self.KEY, version_id=version, etag=etag)
        deleting.fill(source=source, status=VideoStatus.READY)
        deleting.bucket.versions.clear()
        return deleting

    def _left(self, deleting: Deleting) -> list[tuple[str, bool]]:
        deleting.run()
        return [(one.version, one.mark) for one in deleting.bucket.versions]

    def test_given_a_dropped_file_when_its_video_is_deleted_then_it_is_gone(self):
        deleting = self._dropped("v5")
        deleting.bucket._names = iter([5])  # type: ignore[assignment]
        deleting.bucket.put(self.KEY)

        assert self._left(deleting) == []
        assert deleting.told()["uploads"] == (1, 1)

    def test_given_another_file_dropped_over_it_when_deleted_then_the_other_video_keeps_its_own(
        self,
    ):
        deleting = self._dropped("v5")
        deleting.bucket._names = iter(range(5, 9))  # type: ignore[assignment]
        deleting.bucket.put(self.KEY)
        deleting.bucket.put(self.KEY)
        deleting.bucket.put_mark(self.KEY)

        assert self._left(deleting) == [("v6", False), ("v7", True)]

    def test_given_a_file_that_its_user_had_removed_when_deleted_then_the_mark_goes_with_it(self):
        deleting = self._dropped("v5")
        deleting.bucket._names = iter(range(5, 9))  # type: ignore[assignment]
        deleting.bucket.put(self.KEY)
        deleting.bucket.put_mark(self.KEY)

        assert self._left(deleting) == []
        assert deleting.told()["uploads"] == (2, 1)

    def test_given_a_bucket_without_versions_when_the_same_name_has_other_bytes_then_they_stay(
        self,
    ):
        deleting = self._dropped(None)
        deleting.bucket.put(self.KEY, etag="another")

        assert len(self._left(deleting)) == 1

    def test_given_a_bucket_without_versions_when_the_bytes_are_the_videos_then_they_go(self):
        deleting = self._dropped(None)
        deleting.bucket.put(self.KEY)

        assert self._left(deleting) == []

    def test_given_a_bucket_without_versions_when_the_same_bytes_came_later_then_they_stay(self):
        deleting = self._dropped(None)
        deleting.bucket.put(self.KEY, modified=EPOCH + timedelta(seconds=1))

        assert len(self._left(deleting)) == 1


class TestRefused:
    KEY = f"media/{USER}/{VIDEO}/plan-1/000002.mp4"

    def test_given_an_object_that_cannot_be_deleted_for_a_while_when_it_can_then_all_is_gone(
        self, deleting: Deleting
    ):
        deleting.bucket.refused[self.KEY] = "SlowDown"
        while deleting.step().next is not Next.WAIT:
            pass
        waiting = deleting.receipt()
        assert waiting.state is DeletionState.DELETING
        assert waiting.left == (Leftover(kind="media", name=self.KEY, reason="SlowDown"),)
        deleting.bucket.refused.clear()

        assert deleting.run().next is Next.DELETED
        assert deleting.told() == ALL
        assert deleting.receipt().left == ()

    def test_given_one_that_can_never_be_deleted_when_tried_often_then_it_is_named_and_failed(
        self, deleting: Deleting
    ):
        deleting.bucket.refused[self.KEY] = "AccessDenied"

        assert deleting.run().next is Next.FAILED

        receipt = deleting.receipt()
        assert receipt.state is DeletionState.FAILED
        assert receipt.error
        assert receipt.error.code == "deletion.refused"
        assert receipt.left == (Leftover(kind="media", name=self.KEY, reason="AccessDenied"),)
        assert receipt.stuck == TRIES - 1
        # All else is gone, and what is left is shown to nobody.
        assert deleting.told() == {**ALL, "media": (4, 2_800)}
        assert [one.key for one in deleting.bucket.versions] == [self.KEY]
        assert deleting.world.deletions.is_hidden(USER, VIDEO)
        assert deleting.world.videos.get(VIDEO) is None

    def test_given_a_failed_deletion_when_its_step_comes_again_then_nothing_changes(
        self, deleting: Deleting
    ):
        deleting.bucket.refused[self.KEY] = "AccessDenied"
        deleting.run()
        before = deleting.receipt()

        assert deleting.step().next is Next.FAILED
        assert deleting.receipt() == before

    def test_given_a_failed_deletion_when_begun_again_then_it_goes_on_and_counts_on(
        self, deleting: Deleting
    ):
        deleting.bucket.refused[self.KEY] = "AccessDenied"
        deleting.run()
        deleting.bucket.refused.clear()
        deleting.world.deletions.reopen(deleting.receipt(), deleting.now)

        assert deleting.run().next is Next.DELETED
        assert deleting.left() == []
        assert deleting.told() == ALL
        assert deleting.receipt().error is None

    def test_given_many_that_cannot_be_deleted_when_failed_then_the_first_are_named(self):
        deleting = Deleting()
        deleting.fill(segments=50)
        for one in deleting.bucket.versions:
            if one.key.startswith("media/"):
                deleting.bucket.refused[one.key] = "AccessDenied"

        deleting.run()

        assert len(deleting.receipt().left) == 20


class TestTime:
    def test_given_little_time_when_a_step_ends_then_the_next_goes_on(self, deleting: Deleting):
        """One page of one kind is what a step does at the least."""
        steps = 0
        while (progress := deleting.step(stop=lambda: True)).next is Next.AGAIN:
            steps += 1
            assert progress.removed
            assert progress.removed <= 3
            assert steps < 50

        assert steps > 7
        assert deleting.run().next is Next.DELETED
        assert deleting.told() == ALL

    def test_given_a_video_that_is_deleted_when_the_step_comes_again_then_it_says_so(
        self, deleting: Deleting
    ):
        deleting.run()
        before = deleting.receipt()

        assert deleting.step().next is Next.DELETED
        assert deleting.receipt() == before

    def test_given_no_such_video_when_its_step_comes_then_it_is_refused(self):
        with pytest.raises(NotFoundError):
            Deleting().step()

    def test_given_somebody_elses_video_when_its_step_comes_then_it_is_refused(self):
        deleting = Deleting()
        deleting.fill(user_id=STRANGER)

        with pytest.raises(NotFoundError):
            deleting.step()
        assert deleting.world.videos.get(VIDEO) is not None


def test_given_thumbnails_and_sound_when_deleted_then_the_users_counts_are_without_them(
    deleting: Deleting,
):
    for kind in SegmentType:
        deleting.world.segments.create(make_segment(segment_type=kind, segment_number=50))

    deleting.run()

    assert deleting.world.counters.of_user(USER).by_type == {}
