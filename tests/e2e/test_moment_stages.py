"""Moments and clips that come with a run, on the deployed cloud: asked for with the upload, reused,
made again, not there, cancelled."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.media import odd
from tests.media.make import talk
from tests.media.speech import film
from tests.media.talks import TRIED_ON, transcript_of
from tests.support.cloud import Cloud, send_parts
from tests.support.telling import write_transcript

TALK = TRIED_ON[0]
WITH_CLIPS: dict[str, Any] = {"extras": ["moments", "clips"]}
WHOLE: dict[str, Any] = {"segmentation": {"mode": "none"}}
BY_MOMENTS: dict[str, Any] = {"segmentation": {"mode": "moments"}}
ENGLISH: dict[str, Any] = {"transcript": {"language": "en-US"}}
PATIENCE_S = 240


@pytest.fixture(scope="module")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two topics of a talk."""
    return film(" ".join(TALK[:2]), tmp_path_factory.mktemp("spoken") / "spoken.mp4")


def _until(happens: Callable[[], Any], what: str) -> Any:
    until = time.monotonic() + PATIENCE_S
    while not (found := happens()):
        assert time.monotonic() < until, what
        time.sleep(0.3)
    return found


def _finished(cloud: Cloud, video_id: str, *, looking_around: bool = False) -> dict[str, Any]:
    """However long somebody listens; told by who looks around where no event tells."""

    def video() -> dict[str, Any] | None:
        if looking_around:
            cloud.invoke("reconcile_transcriptions", {})
        told = cloud.call("GET", f"/api/videos/{video_id}").json
        return dict(told) if told["status"] in {"ready", "failed", "cancelled"} else None

    return dict(_until(video, "the run does not end"))


def _statuses(cloud: Cloud, video_id: str) -> dict[str, str]:
    return {stage["name"]: stage["status"] for stage in cloud.run_of(video_id)["stages"]}


def _done(cloud: Cloud, video_id: str) -> set[str]:
    """Stages that were not reused; a video without sound has none to be reused."""
    told = _statuses(cloud, video_id)
    return {name for name, status in told.items() if status == "done"} - {"audio"}


def _moments(cloud: Cloud, video_id: str) -> list[dict[str, Any]]:
    return list(cloud.call("GET", f"/api/videos/{video_id}/moments").json["items"])


def _generation(cloud: Cloud, video_id: str) -> dict[str, Any]:
    return dict(cloud.call("GET", f"/api/videos/{video_id}/moments").json["generation"])


def _clips(cloud: Cloud, video_id: str) -> list[dict[str, Any]]:
    """Once all of them are cut."""

    def cut() -> list[dict[str, Any]] | None:
        told = cloud.call("GET", f"/api/videos/{video_id}/clip-extraction-status").json
        clips = [one for one in told["items"] if one["segment_id"]]
        done = clips and all(one["status"] != "pending" for one in clips)
        return clips if done else None

    return list(_until(cut, "the clips are not cut"))


def _start(
    cloud: Cloud, video_id: str, *, looking_around: bool = False, **asked: Any
) -> dict[str, Any]:
    answer = cloud.call("POST", "/api/pipeline/start", {"video_id": video_id, **asked})
    assert answer.status == 202, answer.body
    return _finished(cloud, video_id, looking_around=looking_around)


def _told(cloud: Cloud, folder: Path) -> str:
    """A video of three minutes, cut, whose transcript was written by hand."""
    source = odd.long_and_tiny(folder / "talk.mp4", 3)
    video = cloud.finished(cloud.upload(source, options={**WHOLE, "extras": []}))
    assert video["status"] == "ready", video["error"]
    write_transcript(cloud, video["video_id"], transcript_of(TALK))
    return str(video["video_id"])


def _listened(cloud: Cloud, video_id: str) -> list[str]:
    address = f"{cloud.outputs.simulators['transcribe']}/_simulator/heard"
    with urllib.request.urlopen(address, timeout=10) as reply:  # noqa: S310
        return [name for name in json.load(reply)["jobs"] if video_id in name]


def test_given_a_spoken_video_when_moments_and_clips_are_asked_for_then_its_run_ends_with_both(
    cloud: Cloud, speech: Path
) -> None:
    video_id = cloud.upload(speech, options={**WITH_CLIPS, **WHOLE, **ENGLISH})

    video = _finished(cloud, video_id)

    assert (video["status"], video["transcript"]["status"]) == ("ready", "ready"), video["error"]
    statuses = _statuses(cloud, video_id)
    assert [statuses[name] for name in ("transcript", "moments", "clips", "cut")] == ["done"] * 4
    generation = _generation(cloud, video_id)
    assert generation["run_id"] == cloud.run_of(video_id)["run_id"]
    moments = _moments(cloud, video_id)
    assert len(moments) == generation["found"] > 0
    words = cloud.call("GET", f"/api/videos/{video_id}/transcript").json["words"]
    starts, ends = {word["start"] for word in words}, {word["end"] for word in words}
    assert all(one["start"] in starts and one["end"] in ends for one in moments)
    clips = _clips(cloud, video_id)
    assert {one["status"] for one in clips} == {"ready"}
    assert {one["moment_id"] for one in clips} == {one["moment_id"] for one in moments}
    # Led to the file.
    watched = cloud.call("GET", f"/api/clips/{moments[0]['moment_id']}/stream")
    assert (watched.status, watched.headers["content-type"]) == (200, "video/mp4")
    assert len(watched.body) > 10_000


def test_given_a_spoken_video_when_it_is_to_be_cut_by_moments_then_they_are_found_before_the_cut(
    cloud: Cloud, speech: Path
) -> None:
    video_id = cloud.upload(speech, options={"extras": ["silence"], **BY_MOMENTS, **ENGLISH})

    video = _finished(cloud, video_id)

    assert video["status"] == "ready", video["error"]
    run = cloud.run_of(video_id)
    stages = {stage["name"]: stage for stage in run["stages"]}
    assert {stages[name]["status"] for name in ("analysis", "transcript", "moments")} == {"done"}
    assert stages["clips"]["status"] == "skipped"
    assert stages["moments"]["finished_at"] <= stages["plan"]["started_at"]
    assert (
        max(stages["analysis"]["finished_at"], stages["transcript"]["finished_at"])
        <= (stages["moments"]["started_at"])
    )
    assert [stages[name]["attempts"] for name in ("moments", "plan")] == [1, 1]
    moments = _moments(cloud, video_id)
    segments = cloud.segments(video_id, "processed")
    assert moments
    assert [one["title"] for one in segments] == [one["title"] for one in moments]
    for moment, segment in zip(moments, segments, strict=True):
        assert segment["start"] == pytest.approx(moment["start"], abs=0.001)
        assert segment["end"] == pytest.approx(moment["end"], abs=0.001)


def test_given_a_video_in_which_nobody_speaks_when_moments_are_asked_for_then_there_are_none(
    cloud: Cloud, tmp_path: Path
) -> None:
    source = talk(tmp_path / "tones.mp4", seconds=4)
    video_id = cloud.upload(source, options={**WITH_CLIPS, **WHOLE, **ENGLISH})

    video = _finished(cloud, video_id)

    assert (video["status"], video["error"]) == ("ready", None)
    statuses = _statuses(cloud, video_id)
    assert [statuses[name] for name in ("transcript", "moments", "clips")] == ["done"] * 3
    assert (_moments(cloud, video_id), _generation(cloud, video_id)["found"]) == ([], 0)

    cut = _start(cloud, video_id, **BY_MOMENTS)

    assert (cut["status"], cut["error"]["code"]) == ("failed", "segmentation.no_moments")
    assert len(cloud.segments(video_id, "processed")) == 1


def test_given_words_that_cannot_be_written_down_when_moments_are_asked_for_then_the_cut_goes_on(
    cloud: Cloud, speech: Path
) -> None:
    spanish = {"transcript": {"language": "es-ES"}}
    video_id = cloud.upload(speech, options={**WITH_CLIPS, **WHOLE, **spanish})

    video = _finished(cloud, video_id)

    assert (video["status"], video["error"]) == ("ready", None)
    stages = {stage["name"]: stage for stage in cloud.run_of(video_id)["stages"]}
    assert [stages[name]["status"] for name in ("transcript", "moments", "clips")] == ["failed"] * 3
    assert stages["moments"]["last_error"] == "transcript.failed"
    refused = cloud.call("POST", f"/api/videos/{video_id}/generate-moments", {})
    assert (refused.status, refused.json["code"]) == (409, "transcript.failed")


def test_given_moments_and_clips_when_run_again_then_they_are_reused_until_made_again(
    cloud: Cloud, tmp_path: Path
) -> None:
    video_id = _told(cloud, tmp_path)
    assert _start(cloud, video_id, **WITH_CLIPS)["status"] == "ready"
    assert _statuses(cloud, video_id)["transcript"] == "reused"
    moments, clips = _moments(cloud, video_id), _clips(cloud, video_id)
    found = _generation(cloud, video_id)
    assert found["found"] == len(moments) == len(clips) == 5

    assert _start(cloud, video_id)["status"] == "ready"

    assert _done(cloud, video_id) == {"claim", "finish"}
    assert _generation(cloud, video_id) == found
    assert (_moments(cloud, video_id), _clips(cloud, video_id)) == (moments, clips)

    assert _start(cloud, video_id, from_stage="moments")["status"] == "ready"

    assert _done(cloud, video_id) == {"claim", "moments", "clips", "finish"}
    again = _generation(cloud, video_id)
    assert again["generation_id"] != found["generation_id"]
    assert (again["run_id"], again["kept"]) == (cloud.run_of(video_id)["run_id"], 5)
    after = {one["moment_id"]: one["segment_id"] for one in _clips(cloud, video_id)}
    before = {one["moment_id"]: one["segment_id"] for one in clips}
    assert after.keys() >= before.keys()
    assert all(after[moment] != segment for moment, segment in before.items())

    cut = _start(cloud, video_id, **BY_MOMENTS)

    assert (cut["status"], _statuses(cloud, video_id)["moments"]) == ("ready", "reused")
    titles = [one["title"] for one in _moments(cloud, video_id)]
    pipeline = [
        one["title"] for one in cloud.segments(video_id, "processed") if one["source"] == "pipeline"
    ]
    assert sorted(pipeline) == sorted(titles)


def test_given_moments_that_were_asked_for_by_hand_when_run_then_those_are_taken(
    cloud: Cloud, tmp_path: Path
) -> None:
    video_id = _told(cloud, tmp_path)
    asked = {"count": 2, "min_length_s": 10, "max_length_s": 40}
    begun = cloud.call("POST", f"/api/videos/{video_id}/generate-moments", asked)
    by_hand = _until(lambda: _ended(cloud, begun.json["status_url"]), "no moments")

    video = _start(cloud, video_id, **BY_MOMENTS)

    assert video["status"] == "ready", video["error"]
    assert _generation(cloud, video_id) == by_hand
    assert len(_moments(cloud, video_id)) == 2


def _ended(cloud: Cloud, url: str) -> dict[str, Any] | None:
    told = cloud.call("GET", url).json
    return dict(told) if told["status"] in {"succeeded", "failed"} else None


def test_given_a_run_that_waits_for_words_when_cancelled_then_no_moment_is_found_until_the_next(
    cloud: Cloud, speech: Path
) -> None:
    options = {"extras": ["clips"], **BY_MOMENTS, **ENGLISH}
    ticket = cloud.announce(speech.stat().st_size, file_name="waits.mp4", options=options)
    video_id = str(ticket["video_id"])
    cloud.simulate("transcribe", match=video_id, drop_events=1)
    send_parts(ticket, speech.read_bytes())
    cloud.call("PUT", ticket["complete_url"])
    _until(lambda: _listened(cloud, video_id), "nobody listens")

    answer = cloud.call("POST", f"/api/pipeline/{video_id}/cancel")

    assert (answer.status, answer.json["status"]) == (202, "cancelled")
    statuses = _statuses(cloud, video_id)
    assert (statuses["transcript"], statuses["moments"]) == ("cancelled", "pending")
    assert cloud.call("GET", f"/api/videos/{video_id}/moments").json["generation"] is None
    assert cloud.segments(video_id, "processed") == []

    mended = _start(cloud, video_id, looking_around=True)

    assert mended["status"] == "ready", mended["error"]
    assert {one["status"] for one in _clips(cloud, video_id)} == {"ready"}
    assert len(_moments(cloud, video_id)) > 0
