"""Lip-sync on the deployed cloud, its workers killed: nothing is lost, and nothing is paid for
twice. In `tests/contract/test_lipsync_killed.py` each goes before every request that it makes.

The local cloud does not tell of workers that went in a task which waits for its token: those two
are killed there alone.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.support.cloud import PATIENCE_S, Cloud
from tests.support.lipsync import (
    Footage,
    ask,
    calls,
    calm,
    carried,
    ended,
    expect,
    fetch,
    make_footage,
    part,
    reached,
    send_voices,
    status,
    tick,
    wanted,
)
from tests.workflow.executions import KILLED, errors, history, over
from tests.workflow.ranges import Ranges
from tests.workflow.test_killed_workers import await_true
from tests.workflow.workers import kill, workers

STAGES = ("prepare", "submit", "collect", "encode", "finish")
"""In the order in which they come: the files are written anew for a second attempt."""


@pytest.fixture(scope="module")
def footage(cloud: Cloud, tmp_path_factory: pytest.TempPathFactory) -> Footage:
    return make_footage(cloud, tmp_path_factory.mktemp("footage"))


@pytest.fixture(autouse=True)
def _calm(cloud: Cloud) -> Iterator[None]:
    calm(cloud)
    calls(cloud)
    yield
    calm(cloud)


def _machine(cloud: Cloud) -> str:
    return Ranges(cloud).environment("start_pipeline")["LIPSYNC_MACHINE_ARN"]


def _keys(cloud: Cloud, job_id: str) -> list[str]:
    """Under which the provider was asked for generations."""
    made = [one for one in calls(cloud) if one["method"] == "POST" and "generate" in one["path"]]
    return [str(key) for one in made if (key := one["idempotency_key"]) and job_id in key]


def _killed_in_turn(cloud: Cloud, machine: str, job_id: str) -> None:
    """Each function's workers go until a call was in one that went: then the next one's turn is."""
    until = time.monotonic() + 2 * PATIENCE_S
    for gone, stage in enumerate(STAGES):
        while len(_errors(cloud, machine, job_id)) <= gone:
            assert time.monotonic() < until, f"{stage} was never called"
            kill(workers(cloud, f"{stage}_lipsync"))


def _errors(cloud: Cloud, machine: str, job_id: str) -> list[str]:
    try:
        return errors(history(cloud, job_id, machine))
    except cloud.client("stepfunctions").exceptions.ExecutionDoesNotExist:
        return []


def _heard(cloud: Cloud, footage: Footage, done: dict[str, Any], folder: Path) -> float:
    result = fetch(done, folder / "result.mp4")
    return carried(result, footage.voices["anna"], 1.1, 0.8, crop=0.1)


def test_given_a_worker_of_each_stage_when_killed_in_turn_then_the_job_is_made_and_paid_for_once(
    cloud: Cloud, footage: Footage, tmp_path: Path
) -> None:
    job = ask(cloud, wanted(footage, part(1.0, 2.0, "anna")))
    job_id, machine = str(job["job_id"]), _machine(cloud)
    fault = {"on": "work", "kind": "failed", "code": "generation_input_video_invalid"}
    expect(cloud, {**fault, "match": job_id})
    send_voices(job, footage.voices)

    _killed_in_turn(cloud, machine, job_id)
    done = ended(cloud, job_id)

    assert done["status"] == "completed", done
    assert over(cloud, job_id, machine) == "SUCCEEDED"
    met = errors(history(cloud, job_id, machine))
    assert len(met) >= len(STAGES)
    assert set(met) <= KILLED
    # One for the video as it was, one for what was written anew; repeats had the same keys.
    assert set(_keys(cloud, job_id)) == {job_id, f"{job_id}.2"}
    assert done["attempts"] == 2
    assert _heard(cloud, footage, done, tmp_path) > 0.9
    # Beside the video itself, as a segment of its own.
    made = [one["lipsync_job_id"] for one in cloud.segments(footage.video_id, "processed")]
    assert made.count(job_id) == 1


def test_given_a_poller_that_is_killed_with_a_job_in_hand_when_another_looks_then_it_goes_on(
    cloud: Cloud, footage: Footage, tmp_path: Path
) -> None:
    """No webhook tells of the end: only who looks can know."""
    job = ask(cloud, wanted(footage, part(1.0, 2.0, "anna")))
    job_id = str(job["job_id"])
    slow = {"on": "work", "kind": "slow", "seconds": 15.0, "match": job_id}
    expect(cloud, slow, {"on": "webhook", "kind": "lost", "match": job_id})
    send_voices(job, footage.voices)
    reached(cloud, job_id, {"processing"})

    with ThreadPoolExecutor(1) as pool:
        looking = pool.submit(tick, cloud)
        # Who looks has taken it, and asks the provider, which lets the answer wait.
        await_true(lambda: status(cloud, job_id)["polls"], "nobody looked")
        kill(workers(cloud, "poll_lipsync"))
        assert looking.exception() is not None
    while status(cloud, job_id)["status"] == "processing":
        tick(cloud)
    done = ended(cloud, job_id)

    assert done["status"] == "completed", done
    assert set(_keys(cloud, job_id)) == {job_id}
    assert _heard(cloud, footage, done, tmp_path) > 0.9
