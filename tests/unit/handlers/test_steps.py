"""What each task takes and gives: the state machine is written against these shapes."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest

from functions.domain.errors import UnavailableError
from functions.domain.extras import Extra
from functions.domain.runs.run import RunStatus
from functions.domain.video import VideoStatus
from functions.handlers import (
    claim_run,
    cut_window,
    fail_run,
    finish_run,
    join_audio,
    join_segment,
    plan_segments,
    probe_source,
)
from functions.runtime.step import Permanent, Retryable
from tests.builders import RUN, VIDEO, make_cause, make_probe, make_silent
from tests.fakes.lambda_context import FakeLambdaContext
from tests.fakes.prober import FakeProber
from tests.fakes.world import World

EVENT = {"video_id": VIDEO, "run_id": RUN}


def _call(handler, *, remaining_ms: int = 600_000, **more: object):
    answer = handler.lambda_handler({**EVENT, **more}, FakeLambdaContext(remaining_ms=remaining_ms))
    # A state machine passes it on as JSON, and what is none would only fail there.
    assert json.loads(json.dumps(answer)) == answer
    return answer


def test_given_a_queued_run_when_claimed_then_the_tier_is_passed_on(world: World):
    world.queue()

    assert _call(claim_run) == {"tier": "pro"}


def test_given_a_claimed_run_when_probed_then_the_length_is_passed_on(world: World):
    world.queue()
    world.claim()

    assert _call(probe_source, tier="pro") == {"duration": 60_000}


def test_given_a_probed_run_when_planned_then_only_the_windows_numbers_are_passed_on(
    world: World,
):
    world.queue()
    world.claim()
    world.probe()

    assert _call(plan_segments) == {"windows": [0], "joins": [], "at_once": 2}


@pytest.mark.parametrize("window", [0, "0"])
def test_given_a_planned_run_when_a_window_is_cut_then_it_is_finished(world: World, window):
    world.plan_made()

    assert _call(cut_window, window=window) == {"finished": True}
    assert world.numbers() == [1, 2, 3]


def test_given_a_worker_with_no_time_left_when_it_cuts_then_the_step_is_tried_again(
    world: World,
):
    world.plan_made()

    with pytest.raises(Retryable):
        _call(cut_window, window=0, remaining_ms=59_999)


def test_given_a_worker_that_runs_out_of_time_when_it_cuts_then_the_rest_is_handed_over(
    world: World,
):
    world.plan_made()
    context = FakeLambdaContext()
    cut = world.cutter.cut

    def until_late(job, progress, stop):
        for file in cut(job, progress, stop):
            yield file
            context.remaining_ms = 30_000

    world.cutter.cut = until_late
    answer = cut_window.lambda_handler({**EVENT, "window": 0}, context)

    assert answer == {"finished": False}
    assert world.numbers() == [1]


def test_given_a_window_that_is_cut_when_it_ends_then_no_folder_is_left(world: World):
    world.plan_made()
    _call(cut_window, window=0)

    assert list(Path(tempfile.gettempdir()).iterdir()) == []


def test_given_all_windows_when_the_sound_is_joined_then_its_segment_is_passed_on(world: World):
    world.plan_made()
    world.cut_all()

    segment_id = _call(join_audio)["segment_id"]
    assert world.segments.get(segment_id) is not None


def test_given_a_silent_video_when_the_sound_is_joined_then_null_is_passed_on(world: World):
    world.prober = FakeProber(make_silent(make_probe()))
    world.plan_made()
    world.cut_all()

    assert _call(join_audio) == {"segment_id": None}


def test_given_a_joined_run_when_finished_then_the_number_of_segments_is_passed_on(world: World):
    world.plan_made()
    world.cut_all()
    world.join()

    assert _call(finish_run) == {"segments": 6}
    assert world.video().status is VideoStatus.READY


def test_given_a_missing_segment_when_finished_then_the_step_is_tried_again(world: World):
    world.plan_made()

    with pytest.raises(Retryable, match=r"pipeline\.incomplete"):
        _call(finish_run)


def test_given_an_empty_file_when_claimed_then_the_step_is_not_tried_again(world: World):
    world.queue(b"")

    with pytest.raises(Permanent) as caught:
        _call(claim_run)

    assert json.loads(str(caught.value))["code"] == "media.empty"


def test_given_an_error_of_a_step_when_recorded_then_the_user_reads_its_words(world: World):
    world.queue(b"")
    with pytest.raises(Permanent) as caught:
        _call(claim_run)

    cause = make_cause("Permanent", str(caught.value))
    assert _call(fail_run, error="Permanent", cause=cause) == {"code": "media.empty"}
    assert world.run().status is RunStatus.FAILED
    assert world.video().error is not None
    assert world.video().error.detail == "The file has no bytes; upload it again."


@pytest.mark.parametrize(
    "event", [{"error": "Lambda.Unknown", "cause": "Task timed out"}, {"error": "States.Timeout"}]
)
def test_given_an_error_that_is_not_ours_when_recorded_then_nothing_of_the_inside_is_told(
    world: World, event: dict
):
    world.queue()

    assert _call(fail_run, **event) == {"code": "pipeline.internal"}
    assert world.video().error is not None
    assert "Task timed out" not in world.video().error.detail


def test_given_a_dependency_that_is_down_when_a_step_runs_then_it_is_tried_again(world: World):
    world.plan_made()
    world.media.refuse.add("000001.mp4")

    with pytest.raises(Retryable, match=r"dependency\.unavailable") as caught:
        _call(cut_window, window=0)

    assert isinstance(caught.value.__cause__, UnavailableError)


def test_given_an_account_that_may_run_little_when_planned_then_a_run_takes_a_share_of_it(
    world: World,
):
    world.account.limit = 4
    world.queue()
    world.claim()
    world.probe()

    assert _call(plan_segments)["at_once"] == 1


def test_given_a_run_that_was_estimated_when_it_ends_then_its_error_is_measured(
    world: World, capsys: pytest.CaptureFixture[str]
):
    world.queue()
    for handler, more in (
        (claim_run, {}),
        (probe_source, {"tier": "pro"}),
        (plan_segments, {}),
        (cut_window, {"window": 0}),
        (join_audio, {}),
    ):
        _call(handler, **more)
    capsys.readouterr()

    _call(finish_run)

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line]
    measured = {line["measure"]: line["EstimateError"] for line in lines if "measure" in line}
    assert measured.keys() == {"seconds", "cost"}
    assert all(value[0] >= 0 for value in measured.values())
    assert world.run().spent.calls == 6


def test_given_a_proxy_when_its_windows_and_joins_are_called_then_it_is_made(world: World):
    world.queue(extras=(Extra.PROXY,))
    world.claim()
    world.probe()

    planned = _call(plan_segments)
    for window in planned["windows"]:
        assert _call(cut_window, window=window) == {"finished": True}

    assert [_call(join_segment, window=window) for window in planned["joins"]] == [{"made": True}]
    assert world.video().proxy_key
