"""Runs as a client controls and sees them: started from any stage, cancelled, listed, one alone."""

from __future__ import annotations

import pytest

from functions.domain.runs.run import RunStatus
from functions.domain.runs.stage import Stage
from functions.domain.video import VideoStatus
from tests.builders import RUN, VIDEO, make_uploading_video
from tests.fakes.world import World
from tests.unit.api.client import Answer, Client

START = "/api/pipeline/start"
STATUS = f"/api/pipeline/status/{VIDEO}"
CANCEL = f"/api/pipeline/{VIDEO}/cancel"
UNASKED = {Stage.HLS, Stage.TRANSCRIPT, Stage.MOMENTS, Stage.CLIPS}
RUNS = f"/api/videos/{VIDEO}/runs"


def _start(client: Client, **asked: object) -> Answer:
    return client.post(START, {"video_id": VIDEO, **asked})


def _ready(world: World) -> None:
    world.queue()
    world.run_through()


def _stages(answer: Answer) -> dict[str, str]:
    return {stage["name"]: stage["status"] for stage in answer.json["stages"]}


def test_given_a_stage_when_started_from_there_then_the_run_says_what_was_asked_of_it(
    client: Client, world: World
):
    _ready(world)

    answer = _start(client, from_stage="cut", stages=["cut", "audio"], keep_segments=True)

    assert answer.status == 202
    told = client.get(STATUS).json
    assert told["options"] == {
        "mode": "fixed",
        "cut": "keyframe",
        "extras": [extra.value for extra in world.video().extras],
        "stages": ["cut", "audio"],
        "from_stage": "cut",
        "keep_segments": True,
    }
    assert (told["number"], told["status"]) == (2, "queued")


def test_given_stages_when_they_are_gone_through_then_each_says_what_became_of_it(
    client: Client, world: World
):
    _ready(world)
    run_id = _start(client, from_stage="plan").json["run_id"]
    world.run_id = run_id
    world.run_through()

    answer = client.get(STATUS)

    assert _stages(answer) == {
        "claim": "done",
        "probe": "reused",
        "analysis": "reused",
        "transcript": "skipped",
        "moments": "skipped",
        "clips": "skipped",
        "plan": "done",
        "cut": "done",
        "audio": "done",
        "hls": "skipped",
        "finish": "done",
    }
    assert answer.json["percent"] == 100.0


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        ({"stages": ["cutting"]}, {"/stages/0"}),
        (
            {"stages": ["cut", 7, None], "from_stage": "begin"},
            {"/stages/1", "/stages/2", "/from_stage"},
        ),
        ({"stages": []}, {"/stages"}),
        ({"stages": "cut"}, {"/stages"}),
        ({"stages": ["cut"] * 21}, {"/stages"}),
        ({"from_stage": ["cut"]}, {"/from_stage"}),
        ({"from_stage": "CUT"}, {"/from_stage"}),
        ({"from_stage": "cut", "force": True}, {"/force"}),
        ({"stages": ["analysis"], "from_stage": "cut"}, {"/from_stage"}),
        (
            {"stages": ["hls"], "from_stage": "audio", "segmentation": {"mode": "none"}},
            {"/stages/0", "/from_stage", "/segmentation"},
        ),
    ],
)
def test_given_stages_that_are_none_or_do_not_go_together_when_started_then_each_place_is_named(
    client: Client, world: World, asked: dict[str, object], wrong: set[str]
):
    _ready(world)

    assert set(_start(client, **asked).wrong) == wrong
    assert len(world.runs.all()) == 1


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage not in UNASKED])
def test_given_any_stage_when_started_from_there_then_it_is_accepted(
    client: Client, world: World, stage: Stage
):
    _ready(world)

    assert _start(client, from_stage=stage.value).status == 202
    assert _start(client, from_stage=stage.value).status == 202
    assert len(world.runs.all()) == 2


def test_given_a_run_under_way_when_cancelled_then_it_says_so_and_where_to_look(
    client: Client, world: World
):
    world.plan_made()
    world.pipeline.start(VIDEO, RUN)
    world.cut(0)

    answer = client.post(CANCEL, None)

    assert answer.status == 202
    assert answer.json == {
        "video_id": VIDEO,
        "run_id": RUN,
        "status": "cancelled",
        "status_url": STATUS,
    }
    assert answer.headers["location"] == STATUS
    assert world.pipeline.stopped == [RUN]
    told = client.get(STATUS)
    assert (told.json["status"], told.json["error"]) == ("cancelled", None)
    assert (_stages(told)["plan"], _stages(told)["cut"]) == ("done", "cancelled")
    assert 0 < told.json["percent"] < 100
    assert client.get(f"/api/videos/{VIDEO}").json["status"] == "cancelled"


def test_given_a_cancelled_run_when_cancelled_again_then_the_answer_is_the_same(
    client: Client, world: World
):
    world.queue()

    first, again = client.post(CANCEL, None), client.post(CANCEL, None)

    assert (first.status, first.json) == (again.status, again.json)


def test_given_a_cancelled_video_when_started_again_then_it_is_accepted(
    client: Client, world: World
):
    world.queue()
    client.post(CANCEL, None)

    answer = _start(client)

    assert (answer.status, world.video().status) == (202, VideoStatus.QUEUED)
    assert answer.json["run_id"] != RUN


def test_given_a_finished_run_when_cancelled_then_it_is_a_conflict(client: Client, world: World):
    _ready(world)

    answer = client.post(CANCEL, None)

    assert (answer.status, answer.code) == (409, "pipeline.finished")
    assert world.video().status is VideoStatus.READY


def test_given_a_file_that_has_not_arrived_when_cancelled_then_it_is_a_conflict(
    client: Client, world: World
):
    world.videos.create(make_uploading_video())

    answer = client.post(CANCEL, None)

    assert (answer.status, answer.code) == (409, "pipeline.not_started")


def test_given_an_earlier_run_when_it_is_named_then_the_one_under_way_goes_on(
    client: Client, world: World
):
    _ready(world)
    later = _start(client).json["run_id"]

    assert client.post(CANCEL, None, query={"run_id": RUN}).status == 409
    assert client.get(STATUS).json["status"] == "queued"
    assert client.post(CANCEL, None, query={"run_id": later}).status == 202


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ([("run_id", "another")], 404),
        ([("run_id", "")], 422),
        ([("run_id", "a/b")], 422),
        ([("run_id", "x" * 65)], 422),
        ([("run", "1")], 422),
        ([("run_id", "a"), ("run_id", "b")], 422),
    ],
)
def test_given_an_id_that_is_no_run_of_it_when_named_then_it_is_absent_or_invalid(
    client: Client, world: World, query: list[tuple[str, str]], status: int
):
    world.queue()

    assert client.post(CANCEL, None, query=query).status == status
    assert client.get(STATUS, query=query).status == status
    assert world.run().status is RunStatus.QUEUED


def test_given_several_runs_when_one_is_asked_for_then_it_alone_is_told(
    client: Client, world: World
):
    _ready(world)
    _start(client)

    told = client.get(STATUS, query={"run_id": RUN}).json

    assert (told["run_id"], told["status"], told["percent"]) == (RUN, "succeeded", 100.0)


def test_given_runs_when_listed_then_they_come_newest_first_in_pages_each_with_its_timings(
    client: Client, world: World
):
    world.queue()
    ids = []
    for _ in range(5):
        client.post(CANCEL, None)
        ids.append(_start(client, from_stage="cut").json["run_id"])

    seen, query = [], {"limit": "2"}
    while True:
        page = client.get(RUNS, query=query).json
        seen += page["items"]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]

    listed = [run["run_id"] for run in seen if run["run_id"] != RUN]
    assert listed == ids[::-1]
    assert len(seen) == 6
    assert [run["status"] for run in seen if run["run_id"] in ids[:-1]] == ["cancelled"] * 4
    assert all(run["options"]["from_stage"] == "cut" for run in seen if run["run_id"] in ids)
    assert {len(run["stages"]) for run in seen} == {len(Stage)}


def test_given_a_video_without_runs_when_listed_then_the_list_is_empty(
    client: Client, world: World
):
    world.videos.create(make_uploading_video())

    assert client.get(RUNS).json == {"items": [], "next_cursor": None}


def test_given_a_cursor_of_another_list_when_used_for_runs_then_it_is_refused(
    client: Client, world: World
):
    world.queue()
    for _ in range(2):
        client.post(CANCEL, None)
        _start(client)
    cursor = client.get(RUNS, query={"limit": "1"}).json["next_cursor"]
    assert cursor

    assert client.get("/api/videos", query={"cursor": cursor}).wrong.keys() == {"/cursor"}
    assert client.get(RUNS, query={"cursor": "x"}).wrong.keys() == {"/cursor"}
    assert client.get(RUNS, query={"limit": "0"}).wrong.keys() == {"/limit"}


def test_given_another_users_video_when_its_runs_are_asked_for_then_it_is_told_as_absent(
    client: Client, world: World
):
    world.queue()

    for method, path in (("GET", RUNS), ("POST", CANCEL), ("GET", STATUS)):
        foreign = client.stranger.request(method, path)
        absent = client.stranger.request(method, path.replace(VIDEO, "none"))
        assert (foreign.status, foreign.code) == (404, "video.not_found")
        assert foreign.text == absent.text
    assert world.run().status is RunStatus.QUEUED


def test_given_a_stage_that_failed_and_was_tried_again_when_read_then_its_history_tells(
    client: Client, world: World
):
    world.queue()
    world.claim()
    world.runs.stage_started(world.run(), Stage.PROBE, world.clock())
    world.runs.stage_failed(world.run(), Stage.PROBE, "dependency.unavailable")
    world.probe()

    probe = client.get(STATUS).json["stages"][1]

    assert (probe["attempts"], probe["errors"]) == (2, 1)
    assert probe["last_error"] == "dependency.unavailable"
    assert probe["status"] == "done"


def test_given_a_stage_that_the_run_went_on_without_when_read_then_it_has_failed(
    client: Client, world: World
):
    world.queue()
    world.claim()
    now = world.clock()
    world.runs.stage_finished(world.run(), Stage.ANALYSIS, now, reused=False, given_up=True)

    told = client.get(STATUS)

    assert (_stages(told)["analysis"], told.json["status"]) == ("failed", "running")
