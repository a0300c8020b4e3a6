"""A lip-sync job from its request to its segment, and every way in which it may go wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from functions.domain.errors import (
    ConflictError,
    ForbiddenError,
    InvalidInputError,
    MediaError,
    NotFoundError,
    StaleWriteError,
    UnavailableError,
)
from functions.domain.lipsync.asked import Audio, FileAnnounced, Measured, SegmentData, Speech
from functions.domain.lipsync.cost import cost_of
from functions.domain.lipsync.errors import (
    ProviderAccountError,
    ProviderError,
    ProviderUnavailableError,
    RateLimitedError,
    RefusedError,
    SlotsTakenError,
)
from functions.domain.lipsync.generation import GenerationStatus, SpokenVoice, SyncMode, SyncOptions
from functions.domain.lipsync.states import JobOverError, LipSyncStatus
from functions.domain.lipsync.trouble import rejection_of, trouble_of
from functions.domain.segments.segment import SegmentSource, SegmentType
from functions.domain.tiers import Tier
from functions.services.lipsync.course import Onward, Step
from functions.services.lipsync.create_lipsync import estimate
from functions.services.lipsync.end_lipsync import cancel_lipsync, fail_lipsync, retry_lipsync
from functions.services.lipsync.places import places_of
from functions.services.lipsync.poll_lipsync import look_now
from functions.services.ownership import Caller
from tests.builders import STRANGER, USER, VIDEO
from tests.fakes.lipsync import unknown_outcome
from tests.fakes.lipsync_world import RULES, WAV, LipSyncWorld


@pytest.fixture
def sync() -> LipSyncWorld:
    return LipSyncWorld()


class TestAsking:
    def test_given_a_request_when_accepted_then_its_files_are_asked_for_and_nothing_runs(
        self, sync: LipSyncWorld
    ):
        job = sync.create()

        assert (job.status, job.is_pro_job) == (LipSyncStatus.AWAITING_UPLOADS, True)
        assert [one.ref_id for one in job.segments_data] == ["a"]
        (place,) = places_of(sync.desk, sync.caller, job).audios
        assert place.ref_id == "a"
        assert place.put_headers["Content-Type"] == "audio/wav"
        assert sync.runs.started == []

    def test_given_all_files_when_the_last_has_arrived_then_the_job_starts_by_itself_once(
        self, sync: LipSyncWorld
    ):
        two = (Audio(ref_id="a", file=WAV), Audio(ref_id="b", file=WAV))
        ranges = (
            SegmentData(start=0, end=1_000, ref_id="a"),
            SegmentData(start=1_000, end=2_000, ref_id="b"),
        )
        job = sync.create(audios=two, segments=ranges)

        assert sync.send(job, 1)
        assert sync.status(job.job_id) is LipSyncStatus.AWAITING_UPLOADS
        assert sync.send(job, 0)
        assert sync.send(job, 0)

        assert sync.status(job.job_id) is LipSyncStatus.QUEUED
        assert sync.runs.started == [job.job_id]
        assert places_of(sync.desk, sync.caller, sync.job(job.job_id)).audios == ()

    def test_given_nothing_to_send_when_accepted_then_it_starts_at_once(self, sync: LipSyncWorld):
        speech = Audio(ref_id="a", speech=Speech(text="Hello", voice_id="v"))

        job = sync.create(audios=(speech,))

        assert job.status is LipSyncStatus.QUEUED
        assert sync.runs.started == [job.job_id]

    def test_given_a_video_to_send_when_accepted_then_it_is_a_video_of_the_jobs_id(
        self, sync: LipSyncWorld
    ):
        file = FileAnnounced(file_name="scene.mp4", size=6, content_type="video/mp4")
        job = sync.create(video_id=None, video=file)

        places = places_of(sync.desk, sync.caller, job)
        assert places.video
        assert places.video.video.video_id == job.video_id == job.job_id
        sync.send(job)
        assert sync.status(job.job_id) is LipSyncStatus.AWAITING_UPLOADS
        sync.send_video(job)
        assert sync.status(job.job_id) is LipSyncStatus.QUEUED
        assert sync.runs.started == [job.job_id]

    def test_given_a_key_when_repeated_then_it_is_the_same_job_and_another_request_is_refused(
        self, sync: LipSyncWorld
    ):
        first = sync.create(key="k")

        assert sync.create(key="k").job_id == first.job_id
        with pytest.raises(InvalidInputError) as refused:
            sync.create(key="k", title="another")
        assert refused.value.code == "idempotency.key_reused"

    def test_given_a_crash_after_the_row_when_repeated_then_the_start_is_mended(
        self, sync: LipSyncWorld
    ):
        speech = Audio(ref_id="a", speech=Speech(text="Hello", voice_id="v"))
        job = sync.create(key="k", audios=(speech,))
        sync.runs.started.clear()

        sync.create(key="k", audios=(speech,))

        assert sync.runs.started == [job.job_id]

    def test_given_a_dry_run_when_estimated_then_it_tells_the_cost_and_writes_nothing(
        self, sync: LipSyncWorld
    ):
        cost = estimate(sync.desk, sync.caller, sync.asked())

        assert (cost.billed, cost.measured, cost.usd) == (60_000, True, 3.0)
        assert sync.jobs.rows == {}

    @pytest.mark.parametrize(("rate", "usd"), [(None, 3.0), (25.0, 3.0), (50.0, 6.0), (24.0, 2.88)])
    def test_given_more_frames_a_second_when_estimated_then_it_costs_as_much_more(
        self, sync: LipSyncWorld, rate: float | None, usd: float
    ):
        measured = Measured(video=60_000, frame_rate=rate)

        assert cost_of(sync.asked(), RULES, measured).usd == usd

    def test_given_a_video_of_50_frames_when_asked_for_then_its_cost_is_told_before_and_after(
        self, sync: LipSyncWorld
    ):
        sync.films_at(50.0)
        job = sync.ready()

        assert (job.cost.usd, job.measured and job.measured.frame_rate) == (6.0, 50.0)
        assert estimate(sync.desk, sync.caller, sync.asked()).usd == 6.0

    def test_given_the_free_tier_or_somebody_elses_video_when_asked_then_it_is_refused(
        self, sync: LipSyncWorld
    ):
        sync.caller = Caller(user_id=USER, tier=Tier.FREE)
        with pytest.raises(ForbiddenError):
            sync.create()
        sync.caller = Caller(user_id=STRANGER, tier=Tier.PRO)
        with pytest.raises(NotFoundError):
            sync.create()

    def test_given_files_of_somebody_else_when_they_arrive_then_they_start_nothing(
        self, sync: LipSyncWorld
    ):
        job = sync.create()

        assert not sync.send(replace(job, user_id=STRANGER))
        assert sync.status(job.job_id) is LipSyncStatus.AWAITING_UPLOADS

    def test_given_uploads_that_never_come_when_read_a_day_later_then_the_job_has_failed(
        self, sync: LipSyncWorld
    ):
        job = sync.create()
        sync.world.clock.now += timedelta(hours=25)

        now = sync.world.clock()
        assert job.status_at(now) is LipSyncStatus.FAILED
        error = job.error_at(now)
        assert error
        assert error.code == "lipsync.uploads_expired"
        sync.send(job)
        assert sync.runs.started == []


class TestLookingAtFiles:
    def test_given_files_that_do_not_fit_when_looked_at_then_the_job_is_rejected_with_all_of_it(
        self, sync: LipSyncWorld
    ):
        far = SegmentData(start=0, end=61_000, ref_id="a", crop_start=0, crop_end=7_000)
        job = sync.create_unmeasured(segments=(far,))
        sync.send(job)

        assert not sync.prepare(job.job_id)

        told = sync.job(job.job_id)
        assert told.status is LipSyncStatus.REJECTED
        assert told.error
        assert told.error.code == "lipsync.inputs_refused"
        assert {(one.pointer, one.code) for one in told.problems} == {
            ("/segments/0/end_time", "beyond_video"),
            ("/segments/0/audio_input/end_time", "beyond_audio"),
        }

    @pytest.mark.parametrize(
        ("media", "code"),
        [
            (MediaError("media.unreadable", "No."), "media.unreadable"),
            ("video", "has_picture"),
            ("text", "unsupported_format"),
        ],
    )
    def test_given_another_file_than_announced_when_looked_at_then_its_content_counts(
        self, sync: LipSyncWorld, media: object, code: str
    ):
        job = sync.create()
        sync.send(job)
        sync.audio_is(job, media)

        assert not sync.prepare(job.job_id)

        (problem,) = sync.job(job.job_id).problems
        assert (problem.pointer, problem.code) == ("/audios/0", code)

    def test_given_files_when_looked_at_then_they_are_pinned_and_measured(self, sync: LipSyncWorld):
        job = sync.ready()

        assert {one.ref_id for one in job.inputs} == {None, "a"}
        assert job.measured
        assert (job.measured.video, job.measured.audio("a")) == (60_000, 6_000)


class TestSubmitting:
    def test_given_a_job_when_submitted_twice_then_the_provider_has_one_request_for_it(
        self, sync: LipSyncWorld
    ):
        job = sync.ready()

        assert sync.submit(job.job_id) == Onward(Step.WAIT)
        assert sync.submit(job.job_id) == Onward(Step.WAIT)

        assert list(sync.provider.requests) == [job.job_id]
        assert sync.provider.submissions == 1
        request = sync.provider.requests[job.job_id]
        assert request.webhook_url == f"https://hook.test?job_id={job.job_id}"
        assert [(one.start, one.end, one.ref_id) for one in request.ranges] == [(1_000, 3_000, "a")]

    def test_given_a_voice_longer_than_its_range_when_submitted_then_it_ends_with_the_range(
        self, sync: LipSyncWorld
    ):
        ranges = (
            SegmentData(start=0, end=2_000, ref_id="a"),
            SegmentData(start=3_000, end=4_000, ref_id="a", crop_start=1_000, crop_end=3_000),
            SegmentData(start=5_000, end=15_000, ref_id="a"),
            SegmentData(
                start=16_000, end=17_000, ref_id="a", options=SyncOptions(sync_mode=SyncMode.REMAP)
            ),
        )
        job = sync.ready(segments=ranges)

        sync.submit(job.job_id)

        sent = sync.provider.requests[job.job_id].ranges
        assert [one.crop for one in sent] == [(0, 2_000), (1_000, 2_000), None, None]

    def test_given_a_crash_after_the_provider_took_it_when_repeated_then_the_bytes_are_the_same(
        self, sync: LipSyncWorld
    ):
        job = sync.ready()
        sync.jobs.fail_next_save(after=1)
        with pytest.raises(StaleWriteError):
            sync.submit(job.job_id)
        assert sync.job(job.job_id).generation_id is None
        sync.world.clock.now += timedelta(minutes=5)

        assert sync.submit(job.job_id) == Onward(Step.WAIT)

        assert list(sync.provider.requests) == [job.job_id]
        assert sync.job(job.job_id).generation_id == f"generation-{job.job_id}"

    @pytest.mark.parametrize("told", [True, False])
    def test_given_an_unknown_outcome_when_the_provider_took_it_then_that_one_is_waited_for(
        self, sync: LipSyncWorld, told: bool
    ):
        job = sync.ready()
        sync.provider.taken_all_the_same = True
        name = f"generation-{job.job_id}" if told else None
        sync.provider.troubles = [unknown_outcome(name)]

        assert sync.submit(job.job_id) == Onward(Step.WAIT)

        assert sync.job(job.job_id).generation_id == f"generation-{job.job_id}"
        assert sync.provider.submissions == 1

    def test_given_an_unknown_outcome_when_nothing_was_taken_then_the_same_is_sent_again(
        self, sync: LipSyncWorld
    ):
        job = sync.ready()
        sync.provider.troubles = [unknown_outcome()]

        assert sync.submit(job.job_id).step is Step.SUBMIT
        assert sync.submit(job.job_id) == Onward(Step.WAIT)

        assert list(sync.provider.requests) == [job.job_id]

    @pytest.mark.parametrize(
        "refusal",
        [
            SlotsTakenError(trouble_of("concurrency_limit_reached")),
            RateLimitedError(trouble_of("rate_limit_exceeded")),
            RefusedError(trouble_of("generation_input_video_inaccessible")),
            RefusedError(trouble_of("generation_pipeline_failed")),
            ProviderAccountError(trouble_of("account_payment_required")),
        ],
        ids=lambda error: str(error.trouble.provider_code),
    )
    @pytest.mark.parametrize("killed", [False, True])
    def test_given_a_generation_that_nobody_was_told_of_when_its_key_is_refused_then_it_is_found(
        self, sync: LipSyncWorld, refusal: ProviderError, killed: bool
    ):
        """Whatever a later call is answered with, what was taken is paid for once."""
        job = sync.ready()
        sync.provider.taken_all_the_same = True
        sync.provider.fails_to_find = True
        if killed:
            sync.jobs.fail_next_save(after=1)
            with pytest.raises(StaleWriteError):
                sync.submit(job.job_id)
            sync.jobs.fail_next_save(times=0)
        else:
            sync.provider.troubles = [unknown_outcome()]
            assert sync.submit(job.job_id).step is Step.SUBMIT
        sync.world.clock.now += timedelta(minutes=11)
        sync.provider.troubles = [refusal, refusal]

        # It cannot be told for a while: nothing is decided.
        assert sync.submit(job.job_id).step is Step.SUBMIT
        sync.provider.fails_to_find = False
        assert sync.submit(job.job_id) == Onward(Step.WAIT)

        assert list(sync.provider.requests) == [job.job_id]
        assert sync.job(job.job_id).generation_id == f"generation-{job.job_id}"

    def test_given_a_generation_that_nobody_was_told_of_when_it_is_late_then_its_file_is_fetched(
        self, sync: LipSyncWorld
    ):
        job = sync.ready()
        sync.provider.taken_all_the_same = True
        sync.provider.fails_to_find = True
        sync.provider.troubles = [unknown_outcome()]
        sync.submit(job.job_id)
        sync.world.clock.now += timedelta(hours=6)
        sync.provider.fails_to_find = False
        sync.provider.complete(job.job_id, sync.tools.length)

        assert sync.submit(job.job_id) == Onward(Step.WAIT)
        assert sync.collect(job.job_id) == Onward(Step.FINISH)

    def test_given_a_video_that_was_deleted_when_worked_on_then_nothing_is_asked_for_or_written(
        self, sync: LipSyncWorld
    ):
        new, asked = sync.ready(), sync.submitted()
        sync.provider.complete(asked.job_id)
        before = set(sync.world.media.objects)
        submissions = sync.provider.submissions
        sync.delete_video()

        for step, job in (
            (sync.submit, new),
            (sync.submit, asked),
            (sync.collect, asked),
            (sync.encode, asked),
            (sync.finish, asked),
        ):
            with pytest.raises(NotFoundError):
                step(job.job_id)

        assert sync.provider.submissions == submissions
        assert set(sync.world.media.objects) == before

    def test_given_both_kinds_of_429_when_submitted_then_they_are_waited_for_differently(
        self, sync: LipSyncWorld
    ):
        job = sync.ready()
        slots = trouble_of("concurrency_limit_reached")
        rate = trouble_of("rate_limit_exceeded")
        sync.provider.troubles = [
            SlotsTakenError(slots, retry_after=33),
            SlotsTakenError(slots),
            RateLimitedError(rate),
            ProviderUnavailableError(trouble_of("controller_unavailable")),
        ]

        pauses = [sync.submit(job.job_id) for _ in range(4)]

        assert pauses == [Onward(Step.SUBMIT, pause) for pause in (33, 30, 10, 10)]
        assert sync.submit(job.job_id) == Onward(Step.WAIT)
        assert list(sync.provider.requests) == [job.job_id]

    def test_given_old_addresses_when_the_provider_had_no_place_then_they_are_signed_afresh(
        self, sync: LipSyncWorld
    ):
        job = sync.ready()
        slots = trouble_of("concurrency_limit_reached")
        sync.provider.troubles = [SlotsTakenError(slots), SlotsTakenError(slots)]
        sync.submit(job.job_id)
        sync.world.clock.now += timedelta(minutes=11)
        sync.submit(job.job_id)

        assert sync.submit(job.job_id) == Onward(Step.WAIT)

        assert list(sync.provider.requests) == [f"{job.job_id}.2"]

    def test_given_spoken_text_when_submitted_then_the_provider_speaks_it(self, sync: LipSyncWorld):
        speech = Speech(text="Hello", voice_id="v", stability=0.4)
        job = sync.ready(audios=(Audio(ref_id="a", speech=speech),))

        sync.submit(job.job_id)

        (voice,) = sync.provider.requests[job.job_id].voices
        assert voice == SpokenVoice(ref_id="a", voice_id="v", script="Hello", stability=0.4)

    def test_given_a_refusal_when_submitted_then_the_job_says_what_to_do(self, sync: LipSyncWorld):
        job = sync.ready()
        sync.provider.troubles = [RefusedError(trouble_of("generation_input_segments_invalid"))]

        assert sync.submit(job.job_id) == Onward(Step.END)

        told = sync.job(job.job_id)
        assert told.status is LipSyncStatus.FAILED
        assert told.error
        assert (told.error.code, told.error.stage) == ("lipsync.ranges_refused", "submitting")
        assert sync.gate.given == {}

    def test_given_a_cancelled_job_when_a_late_worker_submits_then_it_is_stopped(
        self, sync: LipSyncWorld
    ):
        job = sync.ready()
        cancel_lipsync(sync.desk, sync.runs, sync.gate, sync.caller, job.job_id)

        with pytest.raises(JobOverError):
            sync.submit(job.job_id)

        assert sync.provider.submissions == 0
        assert sync.runs.stopped == [job.job_id]


class TestWaiting:
    def test_given_a_generation_when_over_then_the_task_that_waits_is_woken_once(
        self, sync: LipSyncWorld
    ):
        job = sync.submitted()
        assert sync.look(10).woken == 0
        sync.provider.complete(job.job_id)

        assert sync.look(120).woken == 1
        assert sync.look(300).asked == 0

        assert sync.tokens.told[-1] == (f"end-{job.job_id}", {"job_id": job.job_id})
        assert sync.status(job.job_id) is LipSyncStatus.PROCESSING

    def test_given_a_hint_that_comes_before_anybody_waits_when_looked_at_then_its_task_is_woken(
        self, sync: LipSyncWorld
    ):
        """What fails at once has told of its end before that is waited for."""
        job = sync.ready()
        sync.submit(job.job_id)
        sync.provider.complete(job.job_id)

        assert sync.hint(job.job_id)
        assert sync.hinted == [job.job_id]

        def soon(_: float) -> None:
            sync.wait(job.job_id)

        assert look_now(sync.looking, job.job_id, soon).woken == 1
        assert sync.tokens.told[-1] == (f"end-{job.job_id}", {"job_id": job.job_id})

    def test_given_a_hint_for_which_nobody_ever_waits_when_looked_at_then_that_is_given_up(
        self, sync: LipSyncWorld
    ):
        job = sync.ready()
        sync.submit(job.job_id)

        looked = look_now(sync.looking, job.job_id, sync.world.clock.pass_seconds)

        assert (looked.asked, sync.provider.gets) == (0, 0)

    def test_given_hints_of_others_when_they_come_then_nothing_is_looked_at(
        self, sync: LipSyncWorld
    ):
        waits, over = sync.submitted(), sync.submitted()
        sync.provider.fail(over.job_id, "generation_input_face_selection_invalid")
        sync.collect(over.job_id)

        told = [
            sync.hint(waits.job_id, "another-generation"),
            sync.hint(over.job_id),
            sync.hint(sync.create().job_id, "generation"),
            sync.hint("no-such-job"),
            sync.hint("x" * 100),
        ]

        assert told == [False] * 5
        assert sync.hinted == []
        assert sync.hint(waits.job_id)

    def test_given_two_that_look_at_once_when_a_job_is_due_then_one_of_them_asks(
        self, sync: LipSyncWorld
    ):
        job = sync.submitted()
        until = sync.world.clock.now + timedelta(minutes=1)
        (due,) = [one for shard in "0123" for one in sync.jobs.due(shard, until, 10)]

        assert sync.jobs.postpone(due, until + timedelta(minutes=1))
        assert not sync.jobs.postpone(due, until + timedelta(minutes=1))
        assert sync.job(job.job_id).polls == 1

    def test_given_one_that_dies_after_it_took_a_job_when_its_time_comes_then_it_is_looked_at(
        self, sync: LipSyncWorld
    ):
        job = sync.submitted()
        sync.provider.complete(job.job_id)
        until = sync.world.clock.now + timedelta(minutes=1)
        (due,) = [one for shard in "0123" for one in sync.jobs.due(shard, until, 10)]
        sync.jobs.postpone(due, sync.world.clock.now + timedelta(seconds=30))

        assert sync.look(60).woken == 1

    def test_given_a_generation_that_never_ends_when_its_time_is_over_then_the_job_fails(
        self, sync: LipSyncWorld
    ):
        job = sync.submitted()
        assert job.deadline
        sync.world.clock.now = job.deadline + timedelta(seconds=1)

        assert sync.look(60).woken == 1
        assert sync.collect(job.job_id) == Onward(Step.END)

        told = sync.job(job.job_id)
        assert told.error
        assert told.error.code == "lipsync.provider_timeout"

    def test_given_a_task_that_wakes_too_early_when_it_looks_then_it_waits_again(
        self, sync: LipSyncWorld
    ):
        job = sync.submitted()

        assert sync.collect(job.job_id) == Onward(Step.WAIT)

        assert sync.wait(job.job_id, "second")
        sync.provider.complete(job.job_id)
        sync.look(120)
        assert ("second", {"job_id": job.job_id}) in sync.tokens.told


class TestCollecting:
    def test_given_a_result_when_collected_then_it_is_kept_and_the_place_is_given_on(
        self, sync: LipSyncWorld
    ):
        job = sync.submitted()
        sync.provider.complete(job.job_id, 60_000)

        assert sync.collect(job.job_id) == Onward(Step.FINISH)
        assert sync.collect(job.job_id) == Onward(Step.FINISH)

        assert sync.status(job.job_id) is LipSyncStatus.POST_PROCESSING
        assert len(sync.results.fetched) == 1
        assert sync.gate.given == {}

    @pytest.mark.parametrize(
        "wrong", [{"broken": True}, {"has_sound": False}, {"length": 58_000}, {"length": 1_000}]
    )
    def test_given_a_file_that_cannot_be_right_when_collected_then_it_is_fetched_again(
        self, sync: LipSyncWorld, wrong: dict[str, object]
    ):
        job = sync.submitted()
        sync.provider.complete(job.job_id, 60_000)
        sync.break_result(**wrong)
        with pytest.raises(UnavailableError):
            sync.collect(job.job_id)
        assert sync.status(job.job_id) is LipSyncStatus.DOWNLOADING
        sync.break_result(broken=False, has_sound=True, length=60_000)

        assert sync.collect(job.job_id) == Onward(Step.FINISH)

    def test_given_a_transient_failure_when_collected_then_another_is_asked_for_with_a_new_key(
        self, sync: LipSyncWorld
    ):
        job = sync.submitted()
        sync.provider.fail(job.job_id, "generation_pipeline_failed")

        assert sync.collect(job.job_id) == Onward(Step.SUBMIT, 5)
        assert sync.collect(job.job_id).step is Step.SUBMIT
        assert sync.submit(job.job_id) == Onward(Step.WAIT)

        told = sync.job(job.job_id)
        assert told.status is LipSyncStatus.PROCESSING
        assert [one.key for one in told.attempts] == [job.job_id, f"{job.job_id}.2"]
        assert list(sync.gate.given) == [job.job_id]

    def test_given_a_provider_that_fails_again_and_again_when_collected_then_it_is_given_up(
        self, sync: LipSyncWorld
    ):
        job = sync.submitted()
        steps = []
        for number in range(1, 5):
            key = job.job_id if number == 1 else f"{job.job_id}.{number}"
            sync.provider.fail(key, "generation_pipeline_failed")
            steps.append(sync.collect(job.job_id).step)
            if steps[-1] is Step.SUBMIT:
                sync.submit(job.job_id)

        assert steps == [Step.SUBMIT] * 3 + [Step.END]
        told = sync.job(job.job_id)
        assert told.error
        assert told.error.code == "lipsync.provider_failed"

    def test_given_files_that_cannot_be_read_when_collected_then_they_are_written_anew_once(
        self, sync: LipSyncWorld
    ):
        job = sync.submitted()
        sync.provider.fail(job.job_id, "generation_input_video_invalid")

        assert sync.collect(job.job_id) == Onward(Step.ENCODE)
        sync.encode(job.job_id)
        sync.encode(job.job_id)
        assert len(sync.tools.encoded) == 2
        assert sync.submit(job.job_id) == Onward(Step.WAIT)
        assert "input-00.mp4" in sync.provider.requests[f"{job.job_id}.2"].video_url
        sync.provider.fail(f"{job.job_id}.2", "generation_input_video_invalid")

        assert sync.collect(job.job_id) == Onward(Step.END)
        told = sync.job(job.job_id)
        assert told.error
        assert told.error.code == "lipsync.video_unreadable"

    def test_given_files_that_could_not_be_fetched_when_collected_then_they_are_signed_again(
        self, sync: LipSyncWorld
    ):
        job = sync.submitted()
        sync.provider.fail(job.job_id, "generation_input_audio_inaccessible")

        assert sync.collect(job.job_id) == Onward(Step.SUBMIT, 1)

    def test_given_a_rejection_when_collected_then_the_job_is_rejected(self, sync: LipSyncWorld):
        job = sync.submitted()
        sync.provider.end(job.job_id, GenerationStatus.REJECTED, trouble=rejection_of(None))

        assert sync.collect(job.job_id) == Onward(Step.END)

        assert sync.status(job.job_id) is LipSyncStatus.REJECTED


class TestFinishing:
    def collected(self, sync: LipSyncWorld, **more: object) -> str:
        job = sync.submitted(**more)
        sync.provider.complete(job.job_id, 60_000)
        sync.collect(job.job_id)
        return job.job_id

    def test_given_a_result_when_finished_then_it_is_a_segment_with_its_lineage_and_thumbnail(
        self, sync: LipSyncWorld
    ):
        job_id = self.collected(sync, title="In German")

        segment_id = sync.finish(job_id)
        assert sync.finish_again(job_id) == "over"

        segment = sync.world.segments.get(segment_id)
        assert segment
        assert (segment.source, segment.lipsync_job_id) == (SegmentSource.LIPSYNC, job_id)
        assert (segment.video_id, segment.segment_type) == (VIDEO, SegmentType.PROCESSED)
        assert (segment.title, segment.duration) == ("In German", 60_000)
        assert segment.thumbnail_id
        thumbnail = sync.world.segments.get(segment.thumbnail_id)
        assert thumbnail
        assert thumbnail.thumbnail_of == segment_id
        assert sync.world.media.objects[segment.s3_key] == b"a video"
        told = sync.job(job_id)
        assert told.status is LipSyncStatus.COMPLETED
        assert told.result
        assert told.result.segment_id == segment_id

    def test_given_a_worker_killed_before_the_last_write_when_repeated_then_there_is_one_segment(
        self, sync: LipSyncWorld
    ):
        job_id = self.collected(sync)
        sync.jobs.fail_next_save(times=20)
        with pytest.raises(StaleWriteError):
            sync.finish(job_id)
        sync.jobs.fail_next_save(times=0)

        sync.finish(job_id)

        made = list(sync.world.segments.all_of(VIDEO, SegmentType.PROCESSED))
        assert [one.lipsync_job_id for one in made] == [job_id]

    def test_given_text_to_remove_when_finished_then_regions_told_and_found_are_covered(
        self, sync: LipSyncWorld
    ):
        job_id = self.collected(sync, text_removal=sync.removal())

        sync.finish(job_id)

        ((told, found),) = sync.tools.covered
        assert (told.start, told.end) == (None, None)
        assert (found.x, found.start, found.end) == (0.5, 0, 3_000)


class TestOtherEnds:
    def test_given_a_fault_of_ours_when_it_is_caught_then_the_job_has_failed_with_a_code(
        self, sync: LipSyncWorld
    ):
        job = sync.submitted()

        failure = fail_lipsync(sync.line, job.job_id, None, None)

        assert failure
        assert failure.code == "lipsync.internal"
        assert sync.gate.given == {}
        assert fail_lipsync(sync.line, job.job_id, "another", "one") is None
        assert sync.job(job.job_id).error == failure

    def test_given_a_job_when_cancelled_then_it_stays_so_and_others_go_on(self, sync: LipSyncWorld):
        job = sync.submitted()

        cancel_lipsync(sync.desk, sync.runs, sync.gate, sync.caller, job.job_id)
        cancel_lipsync(sync.desk, sync.runs, sync.gate, sync.caller, job.job_id)

        assert sync.status(job.job_id) is LipSyncStatus.CANCELLED
        assert fail_lipsync(sync.line, job.job_id, None, None) is None
        assert sync.look(600).asked == 0

    def test_given_a_job_that_went_well_when_cancelled_or_retried_then_that_is_refused(
        self, sync: LipSyncWorld
    ):
        job = sync.submitted()
        sync.provider.complete(job.job_id, 60_000)
        sync.collect(job.job_id)
        sync.finish(job.job_id)

        with pytest.raises(JobOverError):
            cancel_lipsync(sync.desk, sync.runs, sync.gate, sync.caller, job.job_id)
        with pytest.raises(ConflictError):
            retry_lipsync(sync.desk, sync.runs, sync.caller, job.job_id)

    def test_given_a_job_that_failed_when_retried_then_a_new_job_uses_its_files(
        self, sync: LipSyncWorld
    ):
        job = sync.submitted()
        fail_lipsync(sync.line, job.job_id, None, None)

        new = retry_lipsync(sync.desk, sync.runs, sync.caller, job.job_id)
        again = retry_lipsync(sync.desk, sync.runs, sync.caller, job.job_id)

        assert new.job_id == again.job_id != job.job_id
        assert (new.status, new.retry_of) == (LipSyncStatus.QUEUED, job.job_id)
        assert sync.prepare(new.job_id)
        assert sync.runs.started == [job.job_id, new.job_id]

    def test_given_somebody_elses_job_when_cancelled_or_retried_then_there_is_none(
        self, sync: LipSyncWorld
    ):
        job = sync.create()
        stranger = Caller(user_id=STRANGER, tier=Tier.PRO)

        with pytest.raises(NotFoundError):
            cancel_lipsync(sync.desk, sync.runs, sync.gate, stranger, job.job_id)
        with pytest.raises(NotFoundError):
            retry_lipsync(sync.desk, sync.runs, stranger, job.job_id)


class TestLine:
    def test_given_three_places_when_many_wait_then_users_take_turns(self, sync: LipSyncWorld):
        jobs = {}
        for name, count in (("anna", 6), ("ben", 2)):
            sync.make_user(name)
            for at in range(count):
                job = sync.create(key=f"{at}")
                sync.send(job)
                sync.prepare(job.job_id)
                jobs[job.job_id] = f"{name}{at}"
        for job_id in jobs:
            sync.enter(job_id)
        order = [jobs[job_id] for job_id in sync.gate.given]
        while sync.gate.given:
            job_id = next(iter(sync.gate.given))
            before = set(sync.gate.given)
            sync.line.leave(job_id)
            order += [jobs[one] for one in sync.gate.given if one not in before]

        assert order == ["anna0", "anna1", "anna2", "anna3", "ben0", "anna4", "ben1", "anna5"]

    def test_given_200_jobs_when_they_go_through_a_gate_of_three_then_never_more_are_with_it(
        self, sync: LipSyncWorld
    ):
        speech = Audio(ref_id="a", speech=Speech(text="Hello", voice_id="v"))
        ids = [sync.create(key=f"{at}", audios=(speech,)).job_id for at in range(200)]
        for job_id in ids:
            sync.prepare(job_id)
            sync.enter(job_id)
        most, done = 0, []
        while len(done) < 200:
            holding = sync.gate.held(sync.world.clock())
            most = max(most, len(holding))
            for job_id in holding:
                if sync.job(job_id).attempt is None:
                    assert sync.submit(job_id).step is Step.WAIT
                sync.provider.complete(job_id, 60_000)
                assert sync.collect(job_id).step is Step.FINISH
                sync.finish(job_id)
                done.append(job_id)

        assert most == 3
        assert sorted(done) == sorted(ids)
        assert sync.provider.submissions == 200
        assert {one for one, _ in sync.tokens.told} == {f"place-{job_id}" for job_id in ids}

    def test_given_a_place_whose_job_is_over_when_a_tick_comes_then_it_is_given_on(
        self, sync: LipSyncWorld
    ):
        sync.gate.places = 1
        first, second = (sync.ready(title=name) for name in ("1", "2"))
        row = sync.job(first.job_id)
        sync.jobs.save(row.ended(LipSyncStatus.FAILED, None, sync.world.clock()))

        sync.line.reconcile()

        assert sync.gate.held(sync.world.clock()) == [second.job_id]
        assert (f"place-{second.job_id}", {"job_id": second.job_id}) in sync.tokens.told
