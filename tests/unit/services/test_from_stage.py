"""Runs of some stages, and from a stage on: what is reused does no work, what is redone does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from functions.domain.cutting.segmentation import AskedRange, Mode, Segmentation
from functions.domain.errors import InvalidInputError, RunOverError
from functions.domain.extras import Extra
from functions.domain.runs.run import Run, RunStatus, Stage
from functions.domain.segments.segment import SegmentType
from functions.domain.video import VideoStatus
from functions.services.runs.cancel_run import cancel_run
from functions.services.runs.fail_run import fail_run
from tests.builders import RUN, VIDEO, make_caller, make_failure
from tests.fakes.cutter import FakeCutter, WorkerKilledError
from tests.fakes.world import World

LOOKED = (Extra.SCENES, Extra.SILENCE)
ALL = [1, 2, 3, 4, 5, 6]


def _ready(world: World, **options: object) -> World:
    """A video whose first run has gone well; from now on its tools count anew."""
    world.queue(extras=LOOKED, **options)
    world.run_through()
    world.prober.probed.clear()
    world.analyser.jobs.clear()
    world.cutter = FakeCutter()
    return world


def _work(world: World) -> dict[str, int]:
    """How often each tool was called."""
    return {
        "probe": len(world.prober.probed),
        "look": len(world.analyser.jobs),
        "cut": len(world.cutter.cut_numbers),
        "join": len(world.cutter.joined),
    }


def _statuses(run: Run) -> dict[Stage, str]:
    told = {}
    for stage in Stage:
        times = run.times(stage)
        done = "reused" if times.reused else "done"
        told[stage] = ("missing" if times.finished_at is None else done) if run.does(stage) else "-"
    return told


def _redone(run: Run) -> set[Stage]:
    return {stage for stage, told in _statuses(run).items() if told == "done"} - FRAME


FRAME = {Stage.CLAIM, Stage.FINISH}
NOTHING = {"probe": 0, "look": 0, "cut": 0, "join": 0}


def test_given_a_video_that_is_ready_when_run_again_then_all_is_reused_and_nothing_is_done(
    world: World,
):
    _ready(world)

    world.again()
    run = world.run_through()

    assert _work(world) == NOTHING
    assert _redone(run) == set()
    assert (run.status, run.percent()) == (RunStatus.SUCCEEDED, 100.0)
    assert world.video().segment_count == 6


@pytest.mark.parametrize(
    ("stage", "work", "redone"),
    [
        (
            Stage.CLAIM,
            {"probe": 1, "look": 1, "cut": 6, "join": 1},
            {Stage.PROBE, Stage.ANALYSIS, Stage.PLAN, Stage.CUT, Stage.AUDIO},
        ),
        (
            Stage.PROBE,
            {"probe": 1, "look": 1, "cut": 6, "join": 1},
            {Stage.PROBE, Stage.ANALYSIS, Stage.PLAN, Stage.CUT, Stage.AUDIO},
        ),
        (Stage.ANALYSIS, {"probe": 0, "look": 1, "cut": 0, "join": 0}, {Stage.ANALYSIS}),
        (
            Stage.PLAN,
            {"probe": 0, "look": 0, "cut": 6, "join": 1},
            {Stage.PLAN, Stage.CUT, Stage.AUDIO},
        ),
        (Stage.CUT, {"probe": 0, "look": 0, "cut": 6, "join": 1}, {Stage.CUT, Stage.AUDIO}),
        (Stage.AUDIO, {"probe": 0, "look": 0, "cut": 0, "join": 1}, {Stage.AUDIO}),
        (Stage.FINISH, NOTHING, set()),
    ],
)
def test_given_a_stage_when_run_from_there_then_it_and_what_is_made_of_it_is_done_again(
    world: World, stage: Stage, work: dict[str, int], redone: set[Stage]
):
    _ready(world)
    rows = {row.segment_id for row in world.segments.all()}

    world.again(from_stage=stage)
    run = world.run_through()

    assert _work(world) == work
    assert _redone(run) == redone
    assert run.status is RunStatus.SUCCEEDED
    assert {row.segment_id for row in world.segments.all()} == rows


def test_given_a_cut_that_follows_the_picture_when_looked_at_again_then_it_is_cut_again(
    world: World,
):
    _ready(world, segmentation=Segmentation(mode=Mode.SCENES, threshold=10))

    world.again(from_stage=Stage.ANALYSIS)
    run = world.run_through()

    assert _redone(run) == {Stage.ANALYSIS, Stage.PLAN, Stage.CUT, Stage.AUDIO}


def test_given_segments_that_users_have_named_when_cut_again_then_names_and_ids_stay(
    world: World,
):
    _ready(world)
    row = world.of_kind(SegmentType.PROCESSED)[2]
    world.segments.save(row, replace(row, title="The best", tags=("beach",)))
    before = {row.segment_id: row for row in world.of_kind(SegmentType.PROCESSED)}

    run = world.again(from_stage=Stage.CUT)
    world.run_through()

    after = {row.segment_id: row for row in world.of_kind(SegmentType.PROCESSED)}
    assert after.keys() == before.keys()
    assert (after[row.segment_id].title, after[row.segment_id].tags) == ("The best", ("beach",))
    assert {one.s3_key for one in after.values()} == {one.s3_key for one in before.values()}
    assert {one.run_id for one in after.values()} == {run.run_id}
    assert {one.created_at for one in after.values()} == {one.created_at for one in before.values()}


def test_given_a_cut_that_is_done_again_when_a_worker_is_killed_then_it_goes_on_where_it_was(
    world: World,
):
    _ready(world)
    world.again(from_stage=Stage.CUT)
    world.claim()
    world.probe()
    world.plan()
    world.cutter = FakeCutter(die_after=2)
    with pytest.raises(WorkerKilledError):
        world.cut(0)

    world.cutter = FakeCutter()
    world.cut(0)

    assert world.cutter.cut_numbers == [3]


def test_given_a_look_that_is_done_again_when_an_earlier_run_left_findings_then_they_are_not_taken(
    world: World,
):
    """What windows found lies under work/ for days."""
    _ready(world)
    assert [key for key in world.media.objects if "/analysis-" in key and key.startswith("work/")]

    for looks in (1, 2):
        world.again(from_stage=Stage.ANALYSIS, stages=(Stage.ANALYSIS,))
        world.run_through()

        assert _work(world)["look"] == looks


def test_given_a_look_that_is_done_again_when_finished_then_its_files_take_the_place_of_the_old(
    world: World,
):
    _ready(world)
    kept = {key for key in world.media.objects if key.startswith("media/")}

    world.again(from_stage=Stage.ANALYSIS)
    world.run_through()

    assert {key for key in world.media.objects if key.startswith("media/")} == kept


def test_given_some_stages_when_run_then_only_they_and_what_they_are_made_of_are_gone_through(
    world: World,
):
    _ready(world)
    before = world.video()

    run = world.again(stages=(Stage.ANALYSIS,), from_stage=Stage.ANALYSIS)
    run = world.run_through()

    assert _statuses(run) == {
        Stage.CLAIM: "done",
        Stage.PROBE: "reused",
        Stage.ANALYSIS: "done",
        Stage.FINISH: "done",
    } | dict.fromkeys(set(Stage) - {*FRAME, Stage.PROBE, Stage.ANALYSIS}, "-")
    after = world.video()
    assert (after.status, after.segment_count, after.poster_id) == (
        VideoStatus.READY,
        before.segment_count,
        before.poster_id,
    )
    assert world.numbers() == ALL


def test_given_a_stage_whose_parts_are_missing_when_asked_for_then_they_are_made(world: World):
    """The first run failed before anything was planned."""
    world.queue()
    fail_run(world.context, video_id=VIDEO, run_id=RUN, code="pipeline.internal", detail="Ours.")

    world.again(stages=(Stage.CUT,))
    run = world.run_through()

    assert run.todo == (Stage.CLAIM, Stage.PROBE, Stage.PLAN, Stage.CUT, Stage.FINISH)
    assert _redone(run) == {Stage.PROBE, Stage.PLAN, Stage.CUT}
    assert (world.video().status, world.numbers()) == (VideoStatus.READY, ALL)
    assert world.of_kind(SegmentType.AUDIO) == []


def test_given_a_failed_video_when_only_looked_at_then_it_is_still_a_failed_one(world: World):
    world.queue(extras=LOOKED)
    fail_run(world.context, video_id=VIDEO, run_id=RUN, code="cut.read_failed", detail="Ours.")
    error = world.video().error

    world.again(stages=(Stage.ANALYSIS,))
    run = world.run_through()

    assert run.status is RunStatus.SUCCEEDED
    assert (world.video().status, world.video().error) == (VideoStatus.FAILED, error)
    assert set(world.video().analysed) == set(LOOKED)


def test_given_a_ready_video_when_a_run_beside_it_was_cancelled_then_the_next_one_mends_that(
    world: World,
):
    _ready(world)
    world.again(stages=(Stage.ANALYSIS,), from_stage=Stage.ANALYSIS)
    cancel_run(make_caller(), VIDEO, world.context, world.works)
    assert world.video().status is VideoStatus.CANCELLED

    world.again(stages=(Stage.ANALYSIS,), from_stage=Stage.ANALYSIS)
    world.run_through()

    assert (world.video().status, world.video().error) == (VideoStatus.READY, None)


def test_given_a_cut_that_failed_when_runs_beside_it_go_well_then_it_is_still_told(world: World):
    _ready(world)
    world.again(from_stage=Stage.CUT)
    fail_run(
        world.context, video_id=VIDEO, run_id=world.run_id, code="cut.read_failed", detail="Ours."
    )

    for _ in range(2):
        world.again(stages=(Stage.ANALYSIS,))
        world.run_through()

    error = world.video().error
    assert error
    assert (world.video().status, error.code) == (VideoStatus.FAILED, "cut.read_failed")


def test_given_some_stages_when_run_then_the_percentage_is_of_them_and_ends_at_a_hundred(
    world: World,
):
    _ready(world)
    world.again(stages=(Stage.AUDIO,), from_stage=Stage.AUDIO)
    seen = [world.run().percent()]
    for step in (world.claim, world.probe, world.plan, world.join, world.finish):
        step()
        seen.append(world.run().percent())

    assert seen == sorted(seen)
    assert seen[-1] == 100.0


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        ({"from_stage": Stage.HLS}, {"/from_stage": "not_asked"}),
        ({"stages": (Stage.HLS,)}, {"/stages/0": "not_asked"}),
        (
            {"stages": (Stage.PROBE, Stage.HLS, Stage.TRANSCRIPT)},
            {"/stages/1": "not_asked", "/stages/2": "not_asked"},
        ),
        (
            {"stages": (Stage.ANALYSIS,), "from_stage": Stage.CUT},
            {"/from_stage": "not_among_stages"},
        ),
        (
            {"stages": (Stage.ANALYSIS,), "segmentation": Segmentation(mode=Mode.NONE)},
            {"/segmentation": "not_cut"},
        ),
        (
            {"stages": (Stage.AUDIO,), "extras": (Extra.SCENES, Extra.HLS, Extra.BLACK)},
            {"/extras/1": "not_made", "/extras/2": "not_made"},
        ),
        (
            {
                "stages": (Stage.ANALYSIS, Stage.HLS),
                "from_stage": Stage.AUDIO,
                "segmentation": Segmentation(mode=Mode.NONE),
                "keep_segments": True,
            },
            {
                "/stages/1": "not_asked",
                "/from_stage": "not_among_stages",
                "/segmentation": "not_cut",
                "/keep_segments": "not_cut",
            },
        ),
        (
            {
                "from_stage": Stage.HLS,
                "segmentation": Segmentation(
                    mode=Mode.RANGES, ranges=(AskedRange(start=90_000, end=95_000),)
                ),
            },
            {"/from_stage": "not_asked", "/segmentation/ranges/0/start": "beyond_end"},
        ),
    ],
)
def test_given_what_cannot_be_together_when_asked_for_then_every_place_is_named_and_nothing_starts(
    world: World, asked: dict[str, object], wrong: dict[str, str]
):
    _ready(world)
    before = world.video()

    with pytest.raises(InvalidInputError) as refused:
        world.again(**asked)

    assert {field.pointer: field.code for field in refused.value.fields} == wrong
    assert world.video() == before
    assert len(world.runs.all()) == 1


def test_given_hls_that_is_asked_for_when_its_stage_is_named_then_it_is_gone_through(
    world: World,
):
    _ready(world)

    run = world.again(stages=(Stage.HLS,), extras=(*LOOKED, Extra.HLS))

    assert run.todo == (Stage.CLAIM, Stage.PROBE, Stage.HLS, Stage.FINISH)
    world.claim()
    world.probe()
    assert world.plan_look().hls


def test_given_a_request_of_stages_when_it_is_sent_twice_then_it_is_one_run(world: World):
    _ready(world)

    first = world.again(from_stage=Stage.CUT)
    again = world.again(from_stage=Stage.CUT)

    assert first == again
    assert len(world.runs.all()) == 2


def test_given_a_run_that_waits_when_others_stages_are_asked_for_then_it_is_refused(world: World):
    _ready(world)
    world.again(from_stage=Stage.CUT)

    with pytest.raises(Exception, match=r"pipeline\.already_running"):
        world.again(from_stage=Stage.AUDIO)


def test_given_a_run_when_its_options_are_read_then_they_are_what_was_asked(world: World):
    _ready(world)

    run = world.again(stages=(Stage.CUT, Stage.AUDIO), from_stage=Stage.AUDIO)

    assert run.options
    assert (run.options.stages, run.options.from_stage) == (
        (Stage.CUT, Stage.AUDIO),
        Stage.AUDIO,
    )
    assert (run.options.mode, run.options.extras) == (Mode.FIXED, LOOKED)
    assert run.number == 2


def test_given_runs_when_listed_then_ids_sort_as_they_were_started(world: World):
    _ready(world)
    for _ in range(3):
        world.again()
        world.run_through()

    # The first was named by the test.
    runs = [run for run in world.runs.all() if run.run_id != RUN]
    by_id = sorted(runs, key=lambda run: run.run_id)
    assert [run.number for run in by_id] == [2, 3, 4]
    assert by_id == sorted(runs, key=lambda run: run.created_at)


def test_given_a_video_that_failed_when_it_was_never_cut_then_a_run_beside_does_not_make_it_ready(
    world: World,
):
    world.queue(extras=LOOKED)
    world.runs.fail(VIDEO, RUN, make_failure(), world.clock())
    fail_run(world.context, video_id=VIDEO, run_id=RUN, code=None, detail=None)
    with pytest.raises(RunOverError):
        world.claim()

    world.again(stages=(Stage.PROBE,))
    world.run_through()

    assert world.video().status is VideoStatus.FAILED
    assert world.video().media is not None
