"""A worker that is killed costs time and nothing else."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.contract.packets import packets, together
from tests.media.make import heavy
from tests.support.cloud import PATIENCE_S, Cloud, send
from tests.workflow.conftest import ONE_SECOND
from tests.workflow.executions import KILLED, answers, attempts, errors, history
from tests.workflow.workers import cutting, kill, workers

SECONDS = 12


def await_true(question: Callable[[], Any], what: str) -> Any:
    until = time.monotonic() + PATIENCE_S
    while not (answer := question()):
        assert time.monotonic() < until, what
        time.sleep(0.02)
    return answer


def upload_in_parts(cloud: Cloud, path: Path) -> str:
    """Bytes of no kind: the local cloud would take its time to read them as a form."""
    ticket = cloud.announce(path.stat().st_size, file_name=path.name, options=ONE_SECOND)
    content, size = path.read_bytes(), ticket["part_size"]
    for part in ticket["parts"]:
        start = (part["part_number"] - 1) * size
        body = content[start : start + size]
        sent = send("PUT", part["url"], body, {"Content-Type": "application/octet-stream"})
        assert sent.status == 200, sent.body
    assert cloud.call("PUT", ticket["complete_url"]).status == 202
    return str(ticket["video_id"])


def test_given_a_cut_under_way_when_its_worker_is_killed_twice_then_every_packet_is_there_once(
    cloud: Cloud, tmp_path: Path
) -> None:
    source = heavy(tmp_path / "noise.mov", SECONDS)
    video_id = upload_in_parts(cloud, source)

    # As soon as it reads, then again when something of it is stored.
    kill(await_true(lambda: cutting(cloud, video_id), "nothing was cut"))
    second = await_true(lambda: cutting(cloud, video_id), "it was not cut again")
    await_true(lambda: cloud.segments(video_id, "processed"), "nothing was stored")
    kill(second)
    stored = len(cloud.segments(video_id, "processed"))

    video = cloud.finished(video_id)
    assert video["status"] == "ready", video["error"]
    assert 0 < stored < SECONDS
    events = history(cloud, video["run_id"])
    assert len(errors(events)) == 2
    assert answers(events, "finished") == 1
    assert set(errors(events)) <= KILLED
    segments = cloud.segments(video_id, "processed")
    assert [segment["segment_number"] for segment in segments] == list(range(1, SECONDS + 1))
    assert sum(segment["frame_count"] for segment in segments) == SECONDS * 25
    made = together(
        packets(cloud.fetch(segment, tmp_path / "segment.mov"), stored=True) for segment in segments
    )
    assert made == packets(source)
    assert len(cloud.segments(video_id, "thumbnail")) == SECONDS + 1
    (audio,) = cloud.segments(video_id, "audio")
    sound = packets(cloud.fetch(audio, tmp_path / "audio.mka"))
    assert sound["0"] == made["1"]


def test_given_a_probe_under_way_when_its_worker_is_killed_then_it_is_tried_again(
    cloud: Cloud, clip: Path
) -> None:
    """Every worker of the probe goes until the call was in one that went."""
    video_id = cloud.upload(clip)
    run_id = cloud.run_of(video_id)["run_id"]

    def killed() -> list[str]:
        kill(workers(cloud, "probe_source"))
        return errors(history(cloud, run_id))

    await_true(killed, "the probe was never called")

    video = cloud.finished(video_id)
    assert video["status"] == "ready", video["error"]
    events = history(cloud, run_id)
    assert set(errors(events)) <= KILLED
    assert attempts(events, "Probe") == len(errors(events)) + 1
    assert answers(events, "at_once") == 1
