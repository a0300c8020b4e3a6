"""Moments of a video on the deployed cloud: by counting, by a model, and by what its user says."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from functions.domain.transcripts.transcript import Transcript
from tests.media import odd
from tests.media.talks import TRIED_ON, transcript_of
from tests.support.cloud import Answer, Cloud, send
from tests.support.telling import write_transcript

SAID = transcript_of(TRIED_ON[0])
STARTS = {word.start for word in SAID.words}
ENDS = {word.end for word in SAID.words}
SENTENCES = {(SAID.words[one.first].start, SAID.words[one.last].end) for one in SAID.sentences}
ASKED = {"count": 3, "min_length_s": 10, "max_length_s": 40}
PATIENCE_S = 240


@pytest.fixture(scope="module")
def silent(cloud: Cloud, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A video of three minutes in which nobody speaks."""
    source = odd.long_and_tiny(tmp_path_factory.mktemp("talk") / "talk.mp4", 3)
    options = {"segmentation": {"mode": "none"}, "extras": [], "transcript": {"wanted": False}}
    video = cloud.finished(cloud.upload(source, options=options))
    assert video["status"] == "ready", video["error"]
    video_id = str(video["video_id"])
    write_transcript(cloud, video_id, Transcript(language="en", engine="none"))
    return video_id


@pytest.fixture(scope="module")
def talk(cloud: Cloud, silent: str) -> str:
    """The same with another transcript."""
    write_transcript(cloud, silent, replace(SAID, version=2))
    return silent


@pytest.fixture
def bedrock(cloud: Cloud) -> Iterator[str]:
    """The simulator's address, with nothing in its way."""
    address = cloud.outputs.simulators["bedrock"]
    _meet(address)
    yield address
    _meet(address)


def _meet(address: str, *faults: str) -> None:
    body = json.dumps({"faults": faults}).encode()
    told = send("POST", f"{address}/_simulator/faults", body, {"Content-Type": "application/json"})
    assert told.status == 200, told.body
    send("GET", f"{address}/_simulator/calls")


def _generate(cloud: Cloud, video_id: str, **body: Any) -> dict[str, Any]:
    """A generation once it has ended."""
    asked = cloud.call("POST", f"/api/videos/{video_id}/generate-moments", {**ASKED, **body})
    assert asked.status == 202, asked.body
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        told = cloud.call("GET", asked.json["status_url"]).json
        if told["status"] in {"succeeded", "failed"}:
            return dict(told)
        time.sleep(0.3)
    raise AssertionError(f"still {told['status']}")


def _moments(cloud: Cloud, video_id: str, query: str = "") -> list[dict[str, Any]]:
    return list(cloud.call("GET", f"/api/videos/{video_id}/moments{query}").json["items"])


def _milliseconds(value: float) -> int:
    return round(value * 1000)


def test_given_nobody_speaks_when_moments_are_asked_for_then_there_are_none_and_no_error(
    cloud: Cloud, silent: str
) -> None:
    ended = _generate(cloud, silent)

    assert (ended["status"], ended["found"], ended["error"]) == ("succeeded", 0, None)
    assert _moments(cloud, silent) == []


def test_given_a_talk_when_moments_are_asked_for_then_they_are_sentences_of_it(
    cloud: Cloud, talk: str
) -> None:
    ended = _generate(cloud, talk)

    assert (ended["status"], ended["generator"], ended["found"]) == ("succeeded", "embedded", 3)
    found = _moments(cloud, talk)
    assert [one["start"] for one in found] == sorted(one["start"] for one in found)
    firsts, lasts = {start for start, _ in SENTENCES}, {end for _, end in SENTENCES}
    for one in found:
        assert _milliseconds(one["start"]) in firsts
        assert _milliseconds(one["end"]) in lasts
        assert 10 <= one["duration"] <= 40
        assert one["edges"] == "sentence"
    scores = [one["score"] for one in _moments(cloud, talk, "?sort_by=score")]
    assert scores == sorted(scores, reverse=True)


def test_given_the_same_asked_again_when_nothing_has_changed_then_nothing_is_run(
    cloud: Cloud, talk: str
) -> None:
    first = _generate(cloud, talk)

    second = _generate(cloud, talk)

    assert second == first


def test_given_a_model_when_it_is_asked_then_what_it_cost_is_told(
    cloud: Cloud, talk: str, bedrock: str
) -> None:
    ended = _generate(cloud, talk, model="simulated", regenerate=True)

    assert (ended["status"], ended["generator"]) == ("succeeded", "simulated"), ended
    assert ended["usage"]["calls"] == 1
    assert ended["usage"]["cost_usd"] > 0
    assert (ended["degraded"], ended["notes"]) == (False, [])
    found = _moments(cloud, talk)
    assert {one["source"] for one in found} == {"simulated"}
    assert all(_milliseconds(one["start"]) in STARTS for one in found)
    assert all(_milliseconds(one["end"]) in ENDS for one in found)
    calls = json.loads(send("GET", f"{bedrock}/_simulator/calls").body)["calls"]
    assert [call["sentences"] for call in calls] == [[0, len(SAID.sentences) - 1]]


def test_given_a_model_that_makes_no_sense_twice_when_asked_then_the_embedded_one_steps_in(
    cloud: Cloud, talk: str, bedrock: str
) -> None:
    _meet(bedrock, "out_of_range", "no_tool")

    ended = _generate(cloud, talk, model="simulated", regenerate=True)

    assert (ended["status"], ended["generator"]) == ("succeeded", "embedded"), ended
    assert (ended["degraded"], ended["usage"]["calls"]) == (True, 2)
    assert len(ended["notes"]) == 2
    assert len(_moments(cloud, talk)) == 3


def test_given_a_busy_model_when_asked_then_it_is_asked_until_it_answers(
    cloud: Cloud, talk: str, bedrock: str
) -> None:
    _meet(bedrock, "throttling", "unavailable")

    ended = _generate(cloud, talk, model="simulated", regenerate=True)

    assert (ended["generator"], ended["degraded"]) == ("simulated", False), ended
    calls = json.loads(send("GET", f"{bedrock}/_simulator/calls").body)["calls"]
    assert [call["fault"] for call in calls] == ["throttling", "unavailable", None]


def test_given_moments_when_they_are_judged_and_refined_then_a_later_generation_keeps_them(
    cloud: Cloud, talk: str, bedrock: str
) -> None:
    _generate(cloud, talk, regenerate=True)
    first, second, third = _moments(cloud, talk)[:3]
    here = f"/api/videos/{talk}/moments"

    judged = cloud.call("PUT", f"{here}/{first['moment_id']}/feedback", {"status": "accepted"})
    refused = cloud.call("PUT", f"{here}/{second['moment_id']}/feedback", {"status": "rejected"})
    refined = _refine(cloud, f"{here}/{third['moment_id']}", instruction="one sentence shorter")
    exact = _refine(cloud, f"{here}/{refined.json['moment_id']}", start=2.001, end=7.5)
    by_model = _refine(
        cloud, f"{here}/{first['moment_id']}", instruction="longer", model="simulated"
    )
    again = _generate(cloud, talk, count=5)

    assert (judged.status, refused.status) == (200, 200)
    assert (refined.status, refined.json["parent_id"]) == (201, third["moment_id"])
    assert (exact.json["start"], exact.json["end"], exact.json["version"]) == (2.001, 7.5, 3)
    assert by_model.json["refinement"]["made_by"] == "simulated"
    assert by_model.json["refinement"]["usage"]["cost_usd"] > 0
    assert by_model.json["status"] == "accepted"
    kept = {one["moment_id"]: one for one in _moments(cloud, talk)}
    assert kept.keys() >= {
        by_model.json["moment_id"],
        second["moment_id"],
        exact.json["moment_id"],
    }
    assert again["kept"] == 3
    assert {one["moment_id"] for one in _moments(cloud, talk, "?status=rejected")} == {
        second["moment_id"]
    }


def _refine(cloud: Cloud, place: str, **body: Any) -> Answer:
    answer = cloud.call("POST", f"{place}/refine", body)
    assert answer.status == 201, answer.body
    return answer


def test_given_words_that_nobody_understands_when_refined_then_it_is_told_what_is(
    cloud: Cloud, talk: str
) -> None:
    one = _moments(cloud, talk)[0]
    place = f"/api/videos/{talk}/moments/{one['moment_id']}"

    answer = cloud.call("POST", f"{place}/refine", {"instruction": "make it sing"})

    assert (answer.status, answer.json["code"]) == (422, "refine.not_understood")
    deleted = cloud.call("DELETE", place)
    assert deleted.status == 204
    assert cloud.call("GET", place).json["code"] == "moment.not_found"


def test_given_a_video_without_a_transcript_when_asked_then_it_says_that_none_was_wanted(
    cloud: Cloud, tmp_path: Path
) -> None:
    options = {"extras": [], "transcript": {"wanted": False}}
    video_id = cloud.upload(odd.silent(tmp_path / "silent.mp4"), options=options)
    cloud.finished(video_id)

    answer = cloud.call("POST", f"/api/videos/{video_id}/generate-moments", {})

    assert (answer.status, answer.json["code"]) == (409, "transcript.not_asked")
