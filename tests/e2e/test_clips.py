"""Clips of moments on the deployed cloud: cut at their frames, watched by ranges, cut again."""

from __future__ import annotations

import http.client
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import av
import pytest

from functions.domain.transcripts.transcript import Sentence, Transcript, Word
from tests.media.make import RATE, ffmpeg
from tests.media.numbered import numbered, shown
from tests.media.spoken import written
from tests.media.talks import TRIED_ON, sentences_of, spoken
from tests.support.cloud import Answer, Cloud, send
from tests.support.telling import write_transcript

FRAMES = 600
SAID = spoken([sentences_of(TRIED_ON[0][0])], word=200)
ASKED = {"count": 3, "min_length_s": 2, "max_length_s": 8}
PLAIN = {"segmentation": {"mode": "none"}, "extras": []}
PATIENCE_S = 240
# Of one clip, from asking to watching; a cut of all of the video takes as long as that is.
SECONDS_TO_RECUT = 60


@dataclass(frozen=True)
class Talk:
    """A video with moments, its latest ones by time."""

    video_id: str
    moments: list[dict[str, Any]]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty-four seconds whose pictures are numbered; a keyframe each two seconds."""
    return numbered(tmp_path_factory.mktemp("clips") / "talk.mp4", frames=FRAMES)


@pytest.fixture(scope="module")
def talk(cloud: Cloud, source: Path) -> Talk:
    """Its moments are not changed by any test."""
    return _talk(cloud, source)


@pytest.fixture
def own(cloud: Cloud, source: Path) -> Talk:
    """Of one test alone."""
    return _talk(cloud, source)


def _talk(cloud: Cloud, source: Path, said: Transcript = SAID) -> Talk:
    video = cloud.finished(cloud.upload(source, options=PLAIN))
    assert video["status"] == "ready", video["error"]
    video_id = str(video["video_id"])
    write_transcript(cloud, video_id, said)
    asked = cloud.call("POST", f"/api/videos/{video_id}/generate-moments", ASKED)
    assert asked.status == 202, asked.body
    _until(lambda: cloud.call("GET", asked.json["status_url"]).json["status"] == "succeeded")
    return Talk(video_id, _moments(cloud, video_id))


def _moments(cloud: Cloud, video_id: str) -> list[dict[str, Any]]:
    return list(cloud.call("GET", f"/api/videos/{video_id}/moments").json["items"])


def _until(question: Any) -> Any:
    until = time.monotonic() + PATIENCE_S
    while not (answer := question()):
        assert time.monotonic() < until, "it does not happen"
        time.sleep(0.2)
    return answer


def _clips(cloud: Cloud, video_id: str) -> dict[str, dict[str, Any]]:
    """Of each moment, once none is under way."""
    path = f"/api/videos/{video_id}/clip-extraction-status"

    def ended() -> Any:
        told = cloud.call("GET", path).json
        return told if not told["pending"] else None

    return {one["moment_id"]: one for one in _until(ended)["items"]}


def _recut(cloud: Cloud, talk: Talk, moment_id: str, **options: Any) -> dict[str, Any]:
    """A clip once it was cut."""
    asked = cloud.call("POST", f"/api/clips/{moment_id}/recut", options)
    assert asked.status == 202, asked.body
    clip = _clips(cloud, talk.video_id)[moment_id]
    assert (clip["status"], clip["segment_id"]) == ("ready", asked.json["segment_id"]), clip
    return clip


def _streamed(cloud: Cloud, moment_id: str) -> Answer:
    """What the API itself answers: urllib would go on to where it leads."""
    base = urlsplit(cloud.outputs.api_url)
    connection = http.client.HTTPConnection(str(base.hostname), base.port, timeout=60)
    headers = {"Authorization": f"Bearer {cloud.token()}"}
    try:
        connection.request("GET", f"{base.path}/api/clips/{moment_id}/stream", headers=headers)
        reply = connection.getresponse()
        named = {name.lower(): value for name, value in reply.getheaders()}
        return Answer(reply.status, named, reply.read())
    finally:
        connection.close()


def _file(cloud: Cloud, moment_id: str, target: Path) -> Path:
    target.write_bytes(send("GET", _streamed(cloud, moment_id).headers["location"]).body)
    return target


def _due(start: float, end: float) -> list[int]:
    """The numbers of the pictures from the first at or after the start to the last before the
    end."""
    first, last = (-(-round(at * 1000) * RATE // 1000) for at in (start, end))
    return list(range(first, last))


def test_given_moments_when_clips_are_asked_for_then_each_holds_just_its_own_pictures(
    cloud: Cloud, talk: Talk, tmp_path: Path
) -> None:
    place = f"/api/videos/{talk.video_id}"
    asked = cloud.call("POST", f"{place}/clips", {})

    clips = _clips(cloud, talk.video_id)

    assert asked.status == 202
    assert asked.headers["location"] == f"{place}/clip-extraction-status"
    assert len(talk.moments) >= 2
    for moment in talk.moments:
        clip = clips[moment["moment_id"]]
        assert (clip["status"], clip["cut"]) == ("ready", "smart"), clip
        path = _file(cloud, moment["moment_id"], tmp_path / f"{clip['segment_id']}.mp4")
        assert [one.number for one in shown(path)] == _due(moment["start"], moment["end"])
        segment = cloud.call("GET", f"/api/segments/{clip['segment_id']}").json
        assert (segment["source"], segment["moment_id"]) == ("moment", moment["moment_id"])
        assert segment["title"] == moment["title"]
    told = cloud.call("GET", f"{place}/clip-extraction-status").json
    assert (told["percent"], told["failed"]) == (100.0, 0)


def test_given_clips_when_asked_for_again_then_they_are_the_same_files(
    cloud: Cloud, talk: Talk
) -> None:
    ids = [moment["moment_id"] for moment in talk.moments[:2]]
    body = {"moment_ids": ids}
    first = cloud.call("POST", f"/api/videos/{talk.video_id}/clips", body).json["items"]
    _clips(cloud, talk.video_id)

    again = cloud.call("POST", f"/api/videos/{talk.video_id}/clips", body).json["items"]

    assert [one["segment_id"] for one in again] == [one["segment_id"] for one in first]
    assert {one["status"] for one in again} == {"ready"}


def test_given_a_clip_when_watched_then_its_signed_url_takes_ranges_and_no_token(
    cloud: Cloud, talk: Talk
) -> None:
    moment_id = talk.moments[0]["moment_id"]
    clip = _recut(cloud, talk, moment_id)

    led = _streamed(cloud, moment_id)

    assert (led.status, led.body) == (302, b"")
    assert led.headers["cache-control"] == "private, no-store"
    whole = send("GET", led.headers["location"])
    part = send("GET", led.headers["location"], headers={"Range": "bytes=1000-1999"})
    assert whole.headers["content-type"] == "video/mp4"
    assert whole.body[4:8] == b"ftyp"
    assert (part.status, part.body) == (206, whole.body[1000:2000])
    assert part.headers["content-range"] == f"bytes 1000-1999/{len(whole.body)}"
    forged = led.headers["location"].replace("Signature=", "Signature=0")
    assert send("GET", forged).status == 403
    assert clip["stream_url"] == f"/api/clips/{moment_id}/stream"


def test_given_a_clip_when_recut_to_other_options_then_in_seconds_and_the_earlier_file_stays(
    cloud: Cloud, talk: Talk, tmp_path: Path
) -> None:
    moment = talk.moments[1]
    before = _recut(cloud, talk, moment["moment_id"], cut="smart")
    began = time.monotonic()

    after = _recut(cloud, talk, moment["moment_id"], target={"height": 288})

    assert time.monotonic() - began < SECONDS_TO_RECUT
    assert after["segment_id"] != before["segment_id"]
    assert after["cut"] == "accurate"
    path = _file(cloud, moment["moment_id"], tmp_path / "larger.mp4")
    assert [one.number for one in shown(path)] == _due(moment["start"], moment["end"])
    kept = cloud.call("GET", f"/api/segments/{before['segment_id']}")
    assert (kept.status, kept.json["status"]) == (200, "ready")


def test_given_a_clip_when_its_moment_is_refined_then_the_new_version_is_cut_by_itself(
    cloud: Cloud, own: Talk, tmp_path: Path
) -> None:
    """To times between two pictures."""
    moment = own.moments[0]
    _recut(cloud, own, moment["moment_id"], cut="smart")
    start, end = 3.337, 7.011

    place = f"/api/videos/{own.video_id}/moments/{moment['moment_id']}/refine"
    refined = cloud.call("POST", place, {"start": start, "end": end})
    clips = _clips(cloud, own.video_id)

    assert refined.status == 201, refined.body
    assert moment["moment_id"] not in clips
    clip = clips[refined.json["moment_id"]]
    assert (clip["status"], clip["cut"]) == ("ready", "smart")
    path = _file(cloud, refined.json["moment_id"], tmp_path / "refined.mp4")
    assert [one.number for one in shown(path)] == _due(start, end)
    old = cloud.call("POST", f"/api/clips/{moment['moment_id']}/recut", {})
    assert (old.status, old.json["code"]) == (409, "moment.superseded")


def _sentence(words: str, at: int) -> list[Word]:
    return [
        Word(text=text, start=at + 300 * number, end=at + 300 * number + 280)
        for number, text in enumerate(words.split())
    ]


@pytest.fixture
def grey(cloud: Cloud, tmp_path: Path) -> Talk:
    """Two sentences in twelve seconds: from 2.0 to 4.1 s, and from 8.0 to 10.1 s."""
    path = tmp_path / "grey.mp4"
    ffmpeg("-f", "lavfi", "-i", "color=c=0x606060:size=320x180:rate=25:duration=12",
           "-c:v", "libx264", "-preset", "ultrafast", "-g", "50", "-pix_fmt", "yuv420p",
           str(path))  # fmt: skip
    first = _sentence("A hive is full of many sisters.", 2_000)
    second = _sentence("The queen lays eggs all day long.", 8_000)
    words, last = (*first, *second), len(first) + len(second) - 1
    sentences = (Sentence(first=0, last=len(first) - 1), Sentence(first=len(first), last=last))
    said = Transcript(language="en", words=words, sentences=sentences, engine="written")
    return _talk(cloud, path, said)


def _lit(path: Path) -> list[float]:
    """When something is written in the picture."""
    return [band.at for band in written(path) if band.white]


def test_given_captions_and_an_upright_shape_when_recut_then_words_are_seen_as_they_are_said(
    cloud: Cloud, grey: Talk, tmp_path: Path
) -> None:
    """The moment begins at 1.5 s."""
    place = f"/api/videos/{grey.video_id}/moments/{grey.moments[0]['moment_id']}/refine"
    moment = cloud.call("POST", place, {"start": 1.5, "end": 11.0}).json

    _recut(cloud, grey, moment["moment_id"], captions=True, target={"shape": "9:16", "height": 640})

    path = _file(cloud, moment["moment_id"], tmp_path / "upright.mp4")
    with av.open(str(path)) as container:
        picture = container.streams.video[0]
        assert (picture.width, picture.height, picture.frames) == (360, 640, 237)
    lit = _lit(path)
    assert lit[0] == pytest.approx(0.5, abs=0.05)
    assert [at for at in lit if 3.6 < at < 6.4] == []
    assert min(at for at in lit if at > 5) == pytest.approx(6.5, abs=0.05)


def test_given_a_range_when_captioned_by_the_transcript_then_it_shows_its_own_words_alone(
    cloud: Cloud, grey: Talk, tmp_path: Path
) -> None:
    target = {"captions_from": "transcript"}
    body = {"video_id": grey.video_id, "start": 7.0, "end": 12.0, "cut": "accurate"}

    made = cloud.call("POST", "/api/segments", {**body, "target": target})

    assert made.status == 202, made.body
    path = made.headers["location"]
    segment = _until(lambda: _settled(cloud.call("GET", path).json))
    assert segment["status"] == "ready", segment
    lit = _lit(cloud.fetch(segment, tmp_path / "range.mp4"))
    assert lit[0] == pytest.approx(1.0, abs=0.05)
    assert lit[-1] < 4.5


def _settled(segment: dict[str, Any]) -> dict[str, Any] | None:
    return None if segment["status"] == "pending" else segment


def test_given_a_new_cut_when_captioned_by_the_transcript_then_each_segment_shows_its_part(
    cloud: Cloud, grey: Talk, tmp_path: Path
) -> None:
    target = {"captions_from": "transcript"}
    segmentation = {"mode": "parts", "parts": 2, "cut": "accurate", "target": target}
    body = {"video_id": grey.video_id, "segmentation": segmentation}
    assert cloud.call("POST", "/api/pipeline/start", body).status == 202

    assert cloud.finished(grey.video_id)["status"] == "ready"

    first, second = cloud.segments(grey.video_id, "processed")
    for segment in (first, second):
        path = cloud.fetch(segment, tmp_path / f"{segment['segment_number']}.mp4")
        assert _lit(path)[0] == pytest.approx(2.0, abs=0.05)


def test_given_the_mode_of_moments_when_the_video_is_cut_then_its_segments_are_its_moments(
    cloud: Cloud, own: Talk
) -> None:
    kept = _recut(cloud, own, own.moments[0]["moment_id"])
    segmentation = {"mode": "moments", "cut": "smart"}

    body = {"video_id": own.video_id, "segmentation": segmentation}
    assert cloud.call("POST", "/api/pipeline/start", body).status == 202
    assert cloud.finished(own.video_id)["status"] == "ready"

    cut = cloud.segments(own.video_id, "processed")
    made = sorted(
        (row["start"], row["end"], row["title"]) for row in cut if row["source"] == "pipeline"
    )
    assert made == sorted((one["start"], one["end"], one["title"]) for one in own.moments)
    assert cloud.call("GET", f"/api/segments/{kept['segment_id']}").json["status"] == "ready"


def test_given_what_cannot_be_cut_when_asked_for_then_it_says_what_and_where(
    cloud: Cloud, talk: Talk
) -> None:
    place = f"/api/videos/{talk.video_id}"
    known = talk.moments[0]["moment_id"]

    unknown = cloud.call("POST", f"{place}/clips", {"moment_ids": [known, "no-such-moment"]})
    smart = cloud.call("POST", f"{place}/clips", {"cut": "smart", "captions": True})
    nothing = cloud.call("POST", f"{place}/clips", {"moment_ids": []})

    assert (unknown.status, smart.status, nothing.status) == (422, 422, 422)
    (error,) = unknown.json["errors"]
    assert (error["pointer"], error["code"]) == ("/moment_ids/1", "unknown_moment")
    assert [one["pointer"] for one in smart.json["errors"]] == ["/captions"]
    assert cloud.call("GET", "/api/clips/no-such-moment/stream").status == 404
    assert cloud.call("POST", "/api/clips/no-such-moment/recut", {}).status == 404


def test_given_a_video_without_moments_when_clips_are_asked_for_then_it_says_what_to_do(
    cloud: Cloud, tmp_path: Path
) -> None:
    video_id = cloud.upload(numbered(tmp_path / "short.mp4", frames=50), options=PLAIN)
    assert cloud.finished(video_id)["status"] == "ready"
    write_transcript(cloud, video_id, replace(SAID, words=(), sentences=()))

    refused = cloud.call("POST", f"/api/videos/{video_id}/clips", {})
    told = cloud.call("GET", f"/api/videos/{video_id}/clip-extraction-status").json

    assert (refused.status, refused.json["code"]) == (409, "clips.no_moments")
    assert (told["asked"], told["items"]) == (0, [])


def test_given_somebody_else_when_clips_are_asked_for_then_there_are_none(
    cloud: Cloud, talk: Talk
) -> None:
    moment_id = talk.moments[0]["moment_id"]
    _recut(cloud, talk, moment_id)
    before = _clips(cloud, talk.video_id)

    answers = [
        cloud.call("POST", f"/api/videos/{talk.video_id}/clips", {}, user="pro2"),
        cloud.call("GET", f"/api/videos/{talk.video_id}/clip-extraction-status", user="pro2"),
        cloud.call("GET", f"/api/clips/{moment_id}/stream", user="pro2"),
        cloud.call("POST", f"/api/clips/{moment_id}/recut", {"cut": "accurate"}, user="pro2"),
    ]

    assert {answer.status for answer in answers} == {404}
    assert all(answer.json["code"].endswith(".not_found") for answer in answers)
    assert _clips(cloud, talk.video_id) == before
