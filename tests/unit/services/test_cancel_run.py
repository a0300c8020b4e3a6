from __future__ import annotations

import pytest

from functions.domain.errors import ConflictError, NotFoundError, RunOverError, UnavailableError
from functions.domain.keys import lipsync_work
from functions.domain.media.ports import StoredVersion
from functions.domain.runs.lease import AFTERMATH, LEASE, SKEW
from functions.domain.runs.run import Run, RunStatus, Stage
from functions.domain.segments.segment import SegmentType
from functions.domain.video import VideoStatus
from functions.services.runs.cancel_run import cancel_run
from functions.services.runs.fail_run import fail_run
from functions.services.runs.reap_runs import reap_runs
from tests.builders import RUN, STRANGER, USER, VIDEO, make_caller, make_run, make_uploading_video
from tests.fakes.executor import AtOnceExecutor
from tests.fakes.world import World


def _cancel(world: World, caller=None, run_id: str | None = None) -> Run:
    who = caller or make_caller()
    return cancel_run(who, VIDEO, world.context, world.works, run_id)


def _half_cut(world: World) -> None:
    """The first of two windows is cut, its pieces of sound wait to be joined."""
    world.plan_made()
    world.pipeline.start(VIDEO, RUN)
    world.cut(0)


def _pieces(world: World) -> list[str]:
    return [key for key in world.media.objects if key.startswith("work/")]


def _tick(world: World) -> None:
    """The reaper looks, when its workers have all noticed."""
    world.clock.now += LEASE + SKEW
    assert LEASE > AFTERMATH
    list(reap_runs(world.reaper, world.clock(), 25))


class OutsideJob:
    """Work of another service for a run; `fails` so many times."""

    def __init__(self, fails: int = 0) -> None:
        self.fails, self.stopped = fails, list[str]()

    def stop(self, run: Run) -> None:
        if self.fails:
            self.fails -= 1
            raise UnavailableError("dependency.unavailable", "The service failed.")
        self.stopped.append(run.run_id)


def test_given_a_run_in_the_cut_when_cancelled_then_run_and_video_say_so_and_it_is_stopped(
    world: World,
):
    _half_cut(world)

    run = _cancel(world)

    assert (run.run_id, run.status) == (RUN, RunStatus.CANCELLED)
    assert run.finished_at is not None
    assert (world.video().status, world.video().error) == (VideoStatus.CANCELLED, None)
    assert world.pipeline.stopped == [RUN]


def test_given_a_cancelled_run_when_looked_at_then_what_was_made_is_there_and_no_pieces_are(
    world: World,
):
    _half_cut(world)
    assert _pieces(world)

    _cancel(world)

    assert world.numbers() == [1, 2, 3]
    assert world.numbers(SegmentType.THUMBNAIL) == [1, 2, 3]
    assert all(row.s3_key in world.media.objects for row in world.of_kind(SegmentType.PROCESSED))
    assert _pieces(world) == []


def test_given_a_cancelled_run_when_it_is_cancelled_again_then_the_answer_is_the_same(
    world: World,
):
    _half_cut(world)
    first = _cancel(world)
    before = world.video()

    again = _cancel(world)

    assert again == first
    assert world.video() == before
    assert world.pipeline.stopped == [RUN]


def test_given_a_run_that_has_not_begun_when_cancelled_then_it_never_begins(world: World):
    world.queue()
    _cancel(world)

    with pytest.raises(RunOverError):
        world.claim()

    assert world.video().status is VideoStatus.CANCELLED
    assert world.run().stages == {}


@pytest.mark.parametrize("step", ["probe", "look", "plan", "cut", "join", "finish"])
def test_given_a_cancelled_run_when_any_step_of_it_still_comes_then_it_writes_nothing(
    world: World, step: str
):
    _half_cut(world)
    _cancel(world)
    before = (world.segments.all(), world.video(), world.run(), dict(world.media.objects))

    with pytest.raises(RunOverError):
        getattr(world, step)()

    assert (world.segments.all(), world.video(), world.run(), world.media.objects) == before


def test_given_a_window_that_is_being_cut_when_cancelled_then_it_stops_at_the_next_segment(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    """The file that was ready is not recorded."""
    _at_once(monkeypatch)
    world.plan_made(per_window=6)
    cut = world.cutter.cut

    def cancelled_at_the_third(job, progress, stop):
        for made, file in enumerate(cut(job, progress, stop), 1):
            if made == 3:
                _cancel(world)
            yield file

    world.cutter.cut = cancelled_at_the_third

    with pytest.raises(RunOverError):
        world.cut(0)

    assert world.cutter.cut_numbers == [1, 2, 3, 4]
    assert world.numbers() == [1, 2]


def test_given_a_step_that_fails_after_the_cancelling_when_that_is_told_then_it_stays_cancelled(
    world: World,
):
    _half_cut(world)
    _cancel(world)

    told = fail_run(
        world.context, video_id=VIDEO, run_id=RUN, code="pipeline.run_over", detail="Over."
    )

    assert told is None
    assert (world.run().status, world.run().error) == (RunStatus.CANCELLED, None)
    assert world.video().status is VideoStatus.CANCELLED
    assert world.run().watched


def test_given_a_run_that_has_succeeded_when_cancelled_then_that_is_said(world: World):
    world.queue()
    world.run_through()

    with pytest.raises(ConflictError, match=r"pipeline\.finished") as refused:
        _cancel(world)

    assert "succeeded" in refused.value.detail
    assert world.video().status is VideoStatus.READY


def test_given_a_run_that_has_failed_when_cancelled_then_that_is_said(world: World):
    world.queue()
    fail_run(world.context, video_id=VIDEO, run_id=RUN, code=None, detail=None)

    with pytest.raises(ConflictError, match=r"pipeline\.finished"):
        _cancel(world)

    assert world.video().status is VideoStatus.FAILED


@pytest.mark.parametrize("first", ["finish", "cancel"])
def test_given_a_run_that_finishes_when_cancelled_at_the_same_moment_then_one_of_both_wins(
    world: World, first: str
):
    """The other comes between what the one has read and the one write that decides."""
    world.queue()
    for step in (world.claim, world.probe, world.look, world.plan, world.cut_all, world.join):
        step()
    if first == "cancel":
        world.runs.before_end = lambda: _cancel(world)
        with pytest.raises(RunOverError):
            world.finish()
        assert world.run().status is RunStatus.CANCELLED
        assert world.video().status is VideoStatus.CANCELLED
    else:
        world.runs.before_end = world.finish
        with pytest.raises(ConflictError, match=r"pipeline\.finished"):
            _cancel(world)
        assert world.run().status is RunStatus.SUCCEEDED
        assert (world.video().status, world.video().segment_count) == (VideoStatus.READY, 6)


def test_given_a_cancelled_run_when_started_again_then_it_goes_on_from_what_was_made(
    world: World,
):
    _half_cut(world)
    _cancel(world)

    run = world.again()
    world.run_through()

    assert run.number == 2
    assert world.cutter.cut_numbers == [1, 2, 3, 4, 5, 6]
    assert world.run().status is RunStatus.SUCCEEDED
    assert (world.video().status, world.numbers()) == (VideoStatus.READY, [1, 2, 3, 4, 5, 6])


def test_given_work_outside_of_the_execution_when_cancelled_then_each_is_stopped(world: World):
    jobs = (OutsideJob(), OutsideJob())
    world.outside_work = jobs
    _half_cut(world)

    _cancel(world)

    assert [job.stopped for job in jobs] == [[RUN], [RUN]]


def test_given_work_that_cannot_be_stopped_now_when_cancelled_then_the_rest_is_and_it_is_watched(
    world: World,
):
    stuck, other = OutsideJob(fails=1), OutsideJob()
    world.outside_work = (stuck, other)
    _half_cut(world)

    _cancel(world)

    assert world.video().status is VideoStatus.CANCELLED
    assert (stuck.stopped, other.stopped) == ([], [RUN])
    assert world.run().watched

    _tick(world)

    assert stuck.stopped == [RUN]
    assert not world.run().watched


def test_given_a_bucket_that_is_down_when_cancelled_then_the_video_is_let_go_and_cleared_later(
    world: World,
):
    _half_cut(world)
    stored = world.media.stored

    def down(_: str) -> list[StoredVersion]:
        raise UnavailableError("dependency.unavailable", "The media bucket failed.")

    world.media.stored = down
    _cancel(world)
    world.media.stored = stored

    assert world.video().status is VideoStatus.CANCELLED
    assert _pieces(world)
    _tick(world)
    assert _pieces(world) == []
    assert not world.run().watched


def test_given_a_cancelled_run_when_its_workers_may_still_leave_pieces_then_it_is_watched(
    world: World,
):
    _half_cut(world)
    _cancel(world)
    world.media.put(f"work/{USER}/{VIDEO}/plan-1/000004.m4a", b"late")

    assert world.run().watched
    _tick(world)

    assert _pieces(world) == []
    assert not world.run().watched


def test_given_a_lip_sync_of_the_video_when_a_run_is_cancelled_then_its_files_stay(world: World):
    """What is kept of a request is what is paid for."""
    _half_cut(world)
    key = f"{lipsync_work(USER, VIDEO, 'job')}/request-1.json"
    world.media.put(key, b"{}")

    _cancel(world)
    _tick(world)

    assert _pieces(world) == [key]


def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each file is stored before the next is cut."""
    monkeypatch.setattr("functions.services.cutting.cut_window.ThreadPoolExecutor", AtOnceExecutor)


def _cancelled_while_stored(world: World) -> str:
    """A worker has uploaded its segment when its run is cancelled; returns the file's key."""
    _half_cut(world)
    upload = world.media.upload
    stored = list[str]()

    def cancelled(path, key, content_type):
        upload(path, key, content_type)
        if key.endswith("000004.mp4"):
            stored.append(key)
            _cancel(world)

    world.media.upload = cancelled
    with pytest.raises(RunOverError):
        world.cut(1)
    world.media.upload = upload
    assert stored
    return stored[0]


def test_given_a_segment_that_is_stored_when_cancelled_before_it_is_recorded_then_it_is_no_segment(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    _at_once(monkeypatch)
    _cancelled_while_stored(world)

    # The third is stored beside the fourth, and may be as late as that one.
    assert world.numbers() in ([1, 2], [1, 2, 3])


def test_given_a_file_that_nothing_names_when_all_workers_have_noticed_then_it_is_removed(
    world: World,
):
    key = _cancelled_while_stored(world)
    named = {row.s3_key for row in world.segments.all()}
    assert key in world.media.objects

    _tick(world)

    assert key not in world.media.objects
    assert named <= world.media.objects.keys()
    assert world.run().plan_key in world.media.objects
    made = {key for key in world.media.objects if key.startswith("media/")}
    assert {key for key in made if not key.endswith(".json")} <= named


def test_given_a_file_that_a_later_run_may_record_when_the_cancelled_one_is_swept_then_it_stays(
    world: World,
):
    key = _cancelled_while_stored(world)
    world.again()

    _tick(world)

    assert key in world.media.objects
    world.run_through()
    assert world.numbers() == [1, 2, 3, 4, 5, 6]
    assert {row.s3_key for row in world.of_kind(SegmentType.PROCESSED)} <= set(world.media.objects)


def test_given_a_file_that_is_stored_again_meanwhile_when_swept_then_the_new_one_stays(
    world: World,
):
    """Another run comes between the look at its rows and the removal."""
    key = _cancelled_while_stored(world)
    remove = world.media.remove

    def late(versions):
        world.media.put(key, b"by the next run")
        remove(versions)

    world.media.remove = late
    _tick(world)

    assert world.media.objects[key] == b"by the next run"


def test_given_a_later_run_when_the_cancelled_one_is_cleared_up_after_then_its_pieces_stay(
    world: World,
):
    _half_cut(world)
    _cancel(world)
    world.again()
    world.media.put(f"work/{USER}/{VIDEO}/plan-1/000004.m4a", b"the new one's")
    world.clock.now += AFTERMATH

    _cancel(world, run_id=RUN)

    assert len(_pieces(world)) == 1
    assert world.video().status is VideoStatus.QUEUED
    assert world.run().status is RunStatus.QUEUED


def test_given_an_earlier_run_when_it_is_named_then_the_one_under_way_is_left_alone(world: World):
    world.queue()
    world.run_through()
    later = world.again()

    with pytest.raises(ConflictError, match=r"pipeline\.finished"):
        _cancel(world, run_id=RUN)

    assert world.runs.get(VIDEO, later.run_id) == later


def test_given_an_id_that_is_no_run_when_cancelled_then_it_is_absent(world: World):
    world.queue()

    with pytest.raises(NotFoundError, match=r"run\.not_found"):
        _cancel(world, run_id="run-of-another-video")

    assert world.run().status is RunStatus.QUEUED


def test_given_a_file_that_has_not_arrived_when_cancelled_then_there_is_nothing_to_cancel(
    world: World,
):
    world.videos.create(make_uploading_video())

    with pytest.raises(ConflictError, match=r"pipeline\.not_started"):
        _cancel(world)


def test_given_another_users_video_when_cancelled_then_it_looks_absent(world: World):
    world.queue()

    with pytest.raises(NotFoundError, match=r"video\.not_found"):
        _cancel(world, make_caller(STRANGER))

    assert world.run() == make_run(todo=world.run().todo)


def test_given_a_crash_in_the_middle_of_cancelling_when_done_again_then_it_is_gone_on_with(
    world: World,
):
    """The run says cancelled, and nothing else was done yet."""
    _half_cut(world)
    world.runs.cancel(VIDEO, RUN, world.clock())

    assert world.video().status is VideoStatus.PROCESSING
    with pytest.raises(RunOverError):
        world.cut(1)
    _cancel(world)

    assert world.video().status is VideoStatus.CANCELLED
    assert world.run().times(Stage.CUT).finished_at is None
