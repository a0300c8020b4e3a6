"""What is said in a video, from its upload to its captions, on the deployed cloud; the transcriber
that stands in for Amazon's really listens."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from functions.domain.captions.cue import parse_captions
from tests.media.make import talk
from tests.media.speech import HONEY, film, normal, word_errors
from tests.support.cloud import Cloud, send_parts
from tests.workflow.workers import kill, reading

ASKED = {"transcript": {"language": "en-US"}}
TEXT = HONEY


@pytest.fixture(scope="module")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return film(TEXT, tmp_path_factory.mktemp("spoken") / "spoken.mp4", silence=1.5)


def _words(answer: Any) -> list[str]:
    return normal(" ".join(word["text"] for word in answer["words"]))


def _near(answer: Any) -> bool:
    """A voice that is made is not heard as well as a person's."""
    reference = normal(TEXT)
    return word_errors(reference, _words(answer)) <= len(reference) // 4


def _listened(cloud: Cloud, video_id: str) -> list[str]:
    """The jobs of a video that were really listened to."""
    address = f"{cloud.outputs.simulators['transcribe']}/_simulator/heard"
    with urllib.request.urlopen(address, timeout=10) as reply:  # noqa: S310
        return [name for name in json.load(reply)["jobs"] if video_id in name]


def _uploaded(
    cloud: Cloud, source: Path, before: Callable[[str], object], **options: Any
) -> dict[str, Any]:
    """A finished video; `before` is called with its id before anything is known of its sound."""
    size = source.stat().st_size
    ticket = cloud.announce(size, file_name=source.name, options={**ASKED, **options})
    before(ticket["video_id"])
    send_parts(ticket, source.read_bytes())
    cloud.call("PUT", ticket["complete_url"])
    return cloud.finished(ticket["video_id"])


def _transcript(cloud: Cloud, video_id: str, query: str = "") -> Any:
    answer = cloud.call("GET", f"/api/videos/{video_id}/transcript{query}")
    assert answer.status == 200, answer.body
    return answer.json


@pytest.fixture(scope="module")
def spoken(cloud: Cloud, speech: Path) -> dict[str, Any]:
    video = _uploaded(cloud, speech, lambda _: None)
    assert video["status"] == "ready", video["error"]
    return video


def test_given_a_spoken_video_when_it_is_ready_then_its_words_are_told_when_they_are_said(
    cloud: Cloud, spoken: dict[str, Any]
) -> None:
    told = _transcript(cloud, spoken["video_id"])

    assert _near(told)
    assert (told["language"], told["version"]) == ("en-US", 1)
    assert len(told["sentences"]) >= 3
    assert told["words"][0]["start"] == pytest.approx(1.5, abs=0.5)
    assert spoken["transcript"]["status"] == "ready"
    stages = {stage["name"]: stage for stage in cloud.run_of(spoken["video_id"])["stages"]}
    assert stages["transcript"]["status"] == "done"
    assert stages["transcript"]["duration"] > 0


@pytest.mark.parametrize("kind", ["srt", "vtt"])
def test_given_a_transcript_when_had_as_captions_then_they_parse_back_and_keep_the_rules(
    cloud: Cloud, spoken: dict[str, Any], kind: str
) -> None:
    path = f"/api/videos/{spoken['video_id']}/transcript"
    answer = cloud.call("GET", path, headers={"Accept": f"text/{kind}"})

    cues = parse_captions(answer.body.decode())

    assert "honey" in answer.body.decode().lower() or _near(_transcript(cloud, spoken["video_id"]))
    assert all(1_000 <= cue.end - cue.start <= 7_000 for cue in cues)
    assert all(len(line) <= 42 for cue in cues for line in cue.text.split("\n"))


def test_given_a_segment_when_its_transcript_is_asked_for_then_on_its_own_clock(
    cloud: Cloud, spoken: dict[str, Any]
) -> None:
    (segment,) = cloud.segments(spoken["video_id"], "processed")

    clip = _transcript(cloud, spoken["video_id"], f"?segment_id={segment['segment_id']}")
    part = _transcript(cloud, spoken["video_id"], "?start=1.0")

    assert clip["start"] == segment["actual_start"]
    whole = _transcript(cloud, spoken["video_id"])["words"]
    assert part["words"][0]["start"] == pytest.approx(whole[0]["start"] - 1.0, abs=0.001)


def test_given_the_same_options_when_run_again_then_nothing_is_listened_to_twice(
    cloud: Cloud, spoken: dict[str, Any]
) -> None:
    video_id = spoken["video_id"]
    heard = _listened(cloud, video_id)
    assert len(heard) == 1

    body = {"video_id": video_id, "transcript": ASKED["transcript"]}
    assert cloud.call("POST", "/api/pipeline/start", body).status == 202
    again = cloud.finished(video_id)

    assert again["status"] == "ready"
    assert _listened(cloud, video_id) == heard
    assert again["transcript"]["version"] == 1


def test_given_a_correction_when_the_video_is_run_again_then_it_stays_until_it_may_go(
    cloud: Cloud, speech: Path
) -> None:
    video_id = _uploaded(cloud, speech, lambda _: None)["video_id"]
    path = f"/api/videos/{video_id}/transcript"
    words = _transcript(cloud, video_id)["words"]
    words[0]["text"] = "Corrected"
    changed = cloud.call("PUT", path, {"words": words}, headers={"If-Match": '"1"'})
    assert (changed.status, changed.json["version"]) == (200, 2)
    assert cloud.call("PUT", path, {"words": []}, headers={"If-Match": '"1"'}).status == 412

    body = {"video_id": video_id, "transcript": {"language": "en-GB"}}
    assert cloud.call("POST", "/api/pipeline/start", body).status == 202
    cloud.finished(video_id)
    assert _transcript(cloud, video_id)["words"][0]["text"] == "Corrected"
    assert "Corrected" in cloud.call("GET", f"{path}?format=vtt").body.decode()

    body["transcript"] = {"language": "en-US", "replace_corrections": True}
    assert cloud.call("POST", "/api/pipeline/start", body).status == 202
    cloud.finished(video_id)
    told = _transcript(cloud, video_id)
    assert (told["version"], told["versions"]) == (3, [1, 2, 3])
    assert told["words"][0]["text"] != "Corrected"
    assert _transcript(cloud, video_id, "?version=2")["words"][0]["text"] == "Corrected"
    assert len(_listened(cloud, video_id)) == 1


def test_given_a_video_in_which_nobody_speaks_when_ready_then_its_transcript_is_empty(
    cloud: Cloud, tmp_path: Path
) -> None:
    video = _uploaded(cloud, talk(tmp_path / "tones.mp4", seconds=4), lambda _: None)

    assert (video["status"], video["transcript"]["error"]) == ("ready", None)
    assert _transcript(cloud, video["video_id"])["words"] == []


def test_given_a_language_that_cannot_be_heard_when_ready_then_only_the_transcript_says_so(
    cloud: Cloud, speech: Path
) -> None:
    video = _uploaded(cloud, speech, lambda _: None, transcript={"language": "es-ES"})

    assert (video["status"], video["error"]) == ("ready", None)
    assert video["transcript"]["error"]["code"] == "transcript.language_unsupported"
    answer = cloud.call("GET", f"/api/videos/{video['video_id']}/transcript")
    assert (answer.status, answer.json["code"]) == (404, "transcript.failed")


def test_given_no_wish_for_a_transcript_when_ready_then_nobody_has_listened(
    cloud: Cloud, speech: Path
) -> None:
    video = _uploaded(cloud, speech, lambda _: None, transcript={"wanted": False})

    answer = cloud.call("GET", f"/api/videos/{video['video_id']}/transcript")
    assert (answer.status, answer.json["code"]) == (404, "transcript.not_asked")
    assert _listened(cloud, video["video_id"]) == []
    assert not cloud.holds(f"work/{cloud.user().user_id}/{video['video_id']}/speech")


def test_given_a_lost_event_when_somebody_looks_around_then_the_run_goes_on(
    cloud: Cloud, speech: Path
) -> None:
    ticket = cloud.announce(speech.stat().st_size, file_name="lost.mp4", options=ASKED)
    video_id = ticket["video_id"]
    cloud.simulate("transcribe", match=video_id, drop_events=1)
    send_parts(ticket, speech.read_bytes())
    cloud.call("PUT", ticket["complete_url"])
    _until(lambda: _listened(cloud, video_id))
    # Longer than a job is left alone; nothing else tells of it meanwhile.
    time.sleep(25)
    assert cloud.call("GET", f"/api/videos/{video_id}").json["status"] == "processing"

    _until(lambda: cloud.invoke("reconcile_transcriptions", {})["over"])

    assert cloud.finished(video_id)["transcript"]["status"] == "ready"
    assert _near(_transcript(cloud, video_id))


def test_given_an_event_that_comes_again_when_the_run_is_over_then_nothing_changes(
    cloud: Cloud, spoken: dict[str, Any]
) -> None:
    (name,) = _listened(cloud, spoken["video_id"])
    event = {"detail": {"TranscriptionJobName": name, "TranscriptionJobStatus": "COMPLETED"}}

    for _ in range(2):
        cloud.invoke("follow_transcription", event)

    assert _transcript(cloud, spoken["video_id"])["version"] == 1
    somebody = {"detail": {"TranscriptionJobName": "somebody-elses"}}
    assert cloud.invoke("follow_transcription", somebody) == {"over": False}


def test_given_a_worker_that_is_killed_while_it_listens_when_ready_then_there_is_a_transcript(
    cloud: Cloud, tmp_path: Path
) -> None:
    """Long silence, so that taking the sound out takes a while."""
    source = film(TEXT, tmp_path / "long.mp4", silence=400)
    ticket = cloud.announce(source.stat().st_size, file_name="killed.mp4", options=ASKED)
    video_id = ticket["video_id"]
    send_parts(ticket, source.read_bytes())
    cloud.call("PUT", ticket["complete_url"])

    found: list[int] = []
    until = time.monotonic() + 90
    while not found and time.monotonic() < until:
        found = reading(cloud, video_id, "extract_speech")
    kill(found)

    assert found
    video = cloud.finished(video_id)
    assert (video["status"], video["transcript"]["error"]) == ("ready", None)
    told = _transcript(cloud, video_id)
    assert _near(told)
    assert told["words"][0]["start"] == pytest.approx(400, abs=0.5)
    assert len(_listened(cloud, video_id)) == 1


def _until(happens: Callable[[], Any]) -> None:
    until = time.monotonic() + 90
    while not happens():
        assert time.monotonic() < until, "it does not happen"
        time.sleep(0.3)
