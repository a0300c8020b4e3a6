from __future__ import annotations

from dataclasses import replace

from functions.domain.cutting.budget import Budget
from functions.domain.runs.run import RunStatus, Stage
from functions.domain.video import VideoStatus
from tests.builders import (
    RUN,
    VIDEO,
    make_failure,
    make_queued_video,
    make_run,
    make_uploading_video,
)
from tests.fakes.clock import EPOCH
from tests.fakes.world import World
from tests.unit.api.client import Client

STATUS = f"/api/pipeline/status/{VIDEO}"
START = "/api/pipeline/start"


def _failed(world: World) -> None:
    world.videos.create(make_queued_video(status=VideoStatus.FAILED, error=make_failure()))
    world.runs.create(make_run())
    world.runs.fail(VIDEO, RUN, make_failure(), EPOCH)


def _stages(answer) -> dict[str, str]:
    return {stage["name"]: stage["status"] for stage in answer.json["stages"]}


def test_given_a_run_in_the_cut_when_read_then_each_stage_says_how_far_it_is(
    client: Client, world: World
):
    world.plan_made()
    world.look()
    world.cut(0)

    answer = client.get(STATUS)

    assert answer.status == 200
    assert (answer.json["status"], answer.json["stage"]) == ("running", "cut")
    assert answer.json["percent"] == 55.0
    assert _stages(answer) == {
        "claim": "done",
        "probe": "done",
        "analysis": "done",
        "transcript": "skipped",
        "moments": "skipped",
        "clips": "skipped",
        "plan": "done",
        "cut": "running",
        "audio": "pending",
        "hls": "skipped",
        "finish": "pending",
    }


def test_given_a_finished_stage_when_read_then_it_tells_how_long_it_took(
    client: Client, world: World
):
    world.plan_made()

    claim = client.get(STATUS).json["stages"][0]

    assert claim["duration"] > 0
    assert claim["started_at"] < claim["finished_at"]


def test_given_a_stage_that_was_done_before_when_read_then_it_is_shown_as_reused(
    client: Client, world: World
):
    world.queue()
    world.runs.stage_finished(world.run(), Stage.PROBE, EPOCH, reused=True)

    assert _stages(client.get(STATUS))["probe"] == "reused"


def test_given_a_run_that_failed_when_read_then_the_stage_it_was_in_has_failed(
    client: Client, world: World
):
    world.queue()
    world.claim()
    world.runs.stage_started(world.run(), Stage.PROBE, EPOCH)
    world.runs.fail(VIDEO, RUN, make_failure(), EPOCH)

    answer = client.get(STATUS)

    assert (answer.json["status"], answer.json["error"]["code"]) == ("failed", "media.unreadable")
    assert (_stages(answer)["claim"], _stages(answer)["probe"]) == ("done", "failed")


def test_given_a_run_that_succeeded_when_read_then_it_is_at_a_hundred(client: Client, world: World):
    world.plan_made()
    world.look()
    world.cut_all()
    world.join()
    world.finish()

    answer = client.get(STATUS)

    assert (answer.json["status"], answer.json["percent"]) == ("succeeded", 100.0)
    assert set(_stages(answer).values()) == {"done", "skipped"}


def test_given_a_file_that_has_not_arrived_when_its_run_is_read_then_that_is_said(
    client: Client, world: World
):
    world.videos.create(make_uploading_video())

    answer = client.get(STATUS)

    assert (answer.status, answer.code) == (404, "pipeline.not_started")


def test_given_two_runs_when_read_then_the_latest_is_shown(client: Client, world: World):
    _failed(world)
    run = replace(make_run(), run_id="run-2", status=RunStatus.QUEUED)
    world.runs.create(run)
    world.videos.save(world.video().queued("run-2", EPOCH))

    assert client.get(STATUS).json["run_id"] == "run-2"


def test_given_a_failed_video_when_started_again_then_it_is_accepted_and_says_where_to_look(
    client: Client, world: World
):
    _failed(world)

    answer = client.post(START, {"video_id": VIDEO})

    assert answer.status == 202
    assert answer.headers["location"] == answer.json["status_url"] == STATUS
    assert answer.json["status"] == "queued"
    assert world.pipeline.executions == {answer.json["run_id"]: VIDEO}


def test_given_a_run_under_way_when_started_again_then_it_is_a_conflict(
    client: Client, world: World
):
    world.queue()
    world.claim()

    answer = client.post(START, {"video_id": VIDEO})

    assert (answer.status, answer.code) == (409, "pipeline.already_running")


def test_given_another_user_s_video_when_started_or_read_then_it_is_told_as_an_absent_one_is(
    client: Client, world: World
):
    _failed(world)

    for foreign, absent in (
        (
            client.stranger.post(START, {"video_id": VIDEO}),
            client.stranger.post(START, {"video_id": "none"}),
        ),
        (client.stranger.get(STATUS), client.stranger.get("/api/pipeline/status/none")),
    ):
        assert (foreign.status, foreign.code) == (404, "video.not_found")
        assert foreign.text == absent.text
    assert world.pipeline.executions == {}


def test_given_a_pipeline_that_is_down_when_started_then_the_client_is_asked_to_come_back(
    client: Client, world: World
):
    _failed(world)
    world.pipeline.down = True

    answer = client.post(START, {"video_id": VIDEO})

    assert (answer.status, answer.code) == (503, "dependency.unavailable")
    assert int(answer.headers["retry-after"]) > 0


def test_given_a_run_whose_row_is_not_there_yet_when_asked_for_then_it_is_queued(
    client: Client, world: World
):
    world.videos.create(make_queued_video())

    answer = client.get(STATUS)

    assert (answer.status, answer.json["status"]) == (200, "queued")
    assert (answer.json["run_id"], answer.json["percent"]) == (RUN, 0.0)


def test_given_a_run_that_was_estimated_when_read_then_what_it_took_stands_beside_it(
    client: Client, world: World
):
    world.queue()
    world.claim()
    world.probe()
    world.plan(budget=Budget(memory_mb=3_008, seconds=720, width=2, disk=1 << 30))
    world.runs.spent(VIDEO, RUN, milliseconds=1_500, memory_mb=1_024)

    answer = client.get(STATUS).json

    assert (answer["estimate"]["shape"], answer["estimate"]["functions"]) == ("one", 1)
    spent = answer["spent"]
    assert (spent["calls"], spent["billed_seconds"], spent["gb_seconds"]) == (1, 1.5, 1.5)
    assert spent["seconds"] is None
    assert spent["cost_usd"] > 0


def test_given_a_run_that_was_not_planned_yet_when_read_then_nothing_is_expected_of_it(
    client: Client, world: World
):
    world.queue()

    answer = client.get(STATUS).json

    assert (answer["estimate"], answer["spent"]) == (None, None)
