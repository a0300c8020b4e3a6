"""Rows of lip-sync jobs: what holds for the table and for the fake alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from functions.adapters.dynamo.lipsync_jobs import DynamoLipSyncJobStore
from functions.domain.errors import FieldError, StaleWriteError
from functions.domain.failure import Failure
from functions.domain.lipsync.asked import (
    Audio,
    FileAnnounced,
    Measured,
    SegmentData,
    Speech,
    TextRegion,
    TextRemoval,
)
from functions.domain.lipsync.attempt import Attempt, InputSource
from functions.domain.lipsync.cost import LipSyncCost
from functions.domain.lipsync.generation import ActiveSpeaker, LipSyncModel, SyncMode, SyncOptions
from functions.domain.lipsync.job import LipSyncJob
from functions.domain.lipsync.job_ports import DueJob, LipSyncJobStore
from functions.domain.lipsync.polling import POLL_SHARDS
from functions.domain.lipsync.states import LipSyncStatus
from functions.domain.media.source import Source
from functions.domain.tiers import Tier
from tests.fakes.clock import EPOCH
from tests.fakes.lipsync import FakeLipSyncJobStore


def job(job_id: str, **overrides: object) -> LipSyncJob:
    values = {
        "job_id": job_id,
        "user_id": f"user-{job_id}",
        "tier": Tier.PRO,
        "status": LipSyncStatus.AWAITING_UPLOADS,
        "created_at": EPOCH,
        "updated_at": EPOCH,
        "video_id": "v",
        "inputs_of": job_id,
        "audios": (
            Audio(ref_id="a", file=FileAnnounced(file_name="a", size=1, content_type="audio/wav")),
            Audio(ref_id="b", speech=Speech(text="Hello", voice_id="v", stability=0.25)),
        ),
        "segments_data": (
            SegmentData(start=0, end=1_000, ref_id="a", crop_start=5, crop_end=900),
            SegmentData(
                start=1_000,
                end=2_000,
                ref_id="b",
                options=SyncOptions(sync_mode=SyncMode.LOOP, speaker=ActiveSpeaker(auto=True)),
            ),
        ),
        "model": LipSyncModel.LIPSYNC_2,
        "sync_mode": SyncMode.SILENCE,
        "text_removal": TextRemoval(
            regions=(TextRegion(x=0.1, y=0.2, width=0.3, height=0.4, end=5),), detect=True
        ),
        "uploads_until": EPOCH + timedelta(days=1),
        "cost": LipSyncCost(usd=0.125, billed=2_500, measured=False),
        "measured": Measured(video=10_000, audios={"a": 4_000}),
        "inputs": (InputSource(source=Source(key="k", size=3, etag="e")),),
        "problems": (FieldError("/video", "no", "No."),),
        "error": Failure(code="c", detail="d", stage="queued"),
        "times": {"awaiting_uploads": EPOCH},
        **overrides,
    }
    return LipSyncJob(**values)  # type: ignore[arg-type]


def waits(one: LipSyncJob, at: datetime) -> LipSyncJob:
    attempt = Attempt(
        number=1,
        key=one.job_id,
        request_key="r",
        signed_at=EPOCH,
        generation_id=f"generation-{one.job_id}",
        submitted_at=EPOCH,
    )
    return replace(
        one,
        status=LipSyncStatus.PROCESSING,
        attempts=(attempt,),
        task_token="t" * 1_000,
        next_poll_at=at,
        deadline=EPOCH + timedelta(hours=1),
    )


def due(jobs: LipSyncJobStore, until: datetime, mark: str) -> list[DueJob]:
    found = [one for shard in POLL_SHARDS for one in jobs.due(shard, until, 100)]
    return sorted((one for one in found if mark in one.job_id), key=lambda one: one.next_poll_at)


@pytest.fixture(params=["fake", "dynamodb"])
def jobs(request: pytest.FixtureRequest, tables: dict[str, str]) -> LipSyncJobStore:
    if request.param == "fake":
        return FakeLipSyncJobStore()
    return DynamoLipSyncJobStore(tables["lipsync_jobs"])


class TestLipSyncJobStore:
    def test_given_no_job_when_read_then_there_is_none(
        self, jobs: LipSyncJobStore, fresh: str
    ) -> None:
        assert jobs.get(fresh) is None

    def test_given_a_job_when_created_then_it_reads_back_whole_and_the_first_write_stays(
        self, jobs: LipSyncJobStore, fresh: str
    ) -> None:
        assert jobs.create(job(fresh))
        assert not jobs.create(job(fresh, title="second"))

        assert jobs.get(fresh) == job(fresh, version=1)

    def test_given_two_writers_when_saved_then_the_first_wins(
        self, jobs: LipSyncJobStore, fresh: str
    ) -> None:
        jobs.create(job(fresh))
        read = jobs.get(fresh)
        assert read
        saved = jobs.save(replace(read, title="first"))

        with pytest.raises(StaleWriteError):
            jobs.save(replace(read, title="second"))
        assert jobs.get(fresh) == saved

    def test_given_no_job_when_saved_then_that_is_refused(
        self, jobs: LipSyncJobStore, fresh: str
    ) -> None:
        with pytest.raises(StaleWriteError):
            jobs.save(job(fresh, version=1))

    def test_given_jobs_of_a_user_when_listed_then_newest_first_and_page_by_page(
        self, jobs: LipSyncJobStore, fresh: str
    ) -> None:
        for at in range(3):
            created = EPOCH + timedelta(minutes=at)
            jobs.create(job(f"{fresh}-{at}", user_id=fresh, created_at=created))

        first = jobs.of_user(fresh, limit=2, after=None)
        rest = jobs.of_user(fresh, limit=2, after=first.next)

        assert [one.job_id for one in first.items] == [f"{fresh}-2", f"{fresh}-1"]
        assert [one.job_id for one in rest.items] == [f"{fresh}-0"]
        assert rest.next is None

    def test_given_jobs_when_some_wait_for_the_provider_then_just_those_are_due_in_time(
        self, jobs: LipSyncJobStore, fresh: str
    ) -> None:
        for at in range(4):
            one = job(f"{fresh}-{at}")
            jobs.create(waits(one, EPOCH + timedelta(minutes=at)) if at != 1 else one)

        found = due(jobs, EPOCH + timedelta(minutes=2), fresh)

        assert [one.job_id for one in found] == [f"{fresh}-0", f"{fresh}-2"]
        assert found[0] == DueJob(
            job_id=f"{fresh}-0",
            generation_id=f"generation-{fresh}-0",
            model=LipSyncModel.LIPSYNC_2,
            submitted_at=EPOCH,
            next_poll_at=EPOCH,
            deadline=EPOCH + timedelta(hours=1),
        )

    def test_given_a_due_job_when_two_take_it_then_one_of_them_has_it(
        self, jobs: LipSyncJobStore, fresh: str
    ) -> None:
        jobs.create(waits(job(fresh), EPOCH))
        (one,) = due(jobs, EPOCH, fresh)
        later = EPOCH + timedelta(minutes=1)

        assert jobs.postpone(one, later)
        assert not jobs.postpone(one, later)

        assert due(jobs, EPOCH, fresh) == []
        row = jobs.get(fresh)
        assert row
        assert (row.polls, row.next_poll_at, row.version) == (1, later, 2)

    def test_given_a_job_that_was_taken_when_written_by_who_read_before_then_it_is_stale(
        self, jobs: LipSyncJobStore, fresh: str
    ) -> None:
        jobs.create(waits(job(fresh), EPOCH))
        read = jobs.get(fresh)
        assert read
        (one,) = due(jobs, EPOCH, fresh)
        jobs.postpone(one, EPOCH + timedelta(minutes=1))

        with pytest.raises(StaleWriteError):
            jobs.save(read.told())

    def test_given_a_job_that_waits_no_more_when_looked_for_then_it_is_not_found(
        self, jobs: LipSyncJobStore, fresh: str
    ) -> None:
        jobs.create(waits(job(fresh), EPOCH))
        (one,) = due(jobs, EPOCH, fresh)
        read = jobs.get(fresh)
        assert read
        jobs.save(read.told())

        assert due(jobs, EPOCH + timedelta(days=1), fresh) == []
        assert not jobs.postpone(one, EPOCH)
        assert not jobs.hasten(fresh, one.generation_id, EPOCH)

    def test_given_a_hint_when_the_generation_is_the_jobs_then_it_is_due_at_once(
        self, jobs: LipSyncJobStore, fresh: str
    ) -> None:
        jobs.create(waits(job(fresh), EPOCH + timedelta(hours=1)))

        assert not jobs.hasten(fresh, "another", EPOCH)
        assert due(jobs, EPOCH, fresh) == []
        assert jobs.hasten(fresh, f"generation-{fresh}", EPOCH)

        assert [one.job_id for one in due(jobs, EPOCH, fresh)] == [fresh]
