"""A video with belongings of every kind, deleted as its owner does it: nothing is shown at once,
nothing is left in the end but a receipt."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from functions.domain.transcripts.sentences import sentences_of
from functions.domain.transcripts.transcript import Transcript, Word
from infra.local.simulators.sources import Source, Sources
from tests.media import odd
from tests.media.speech import HONEY, film
from tests.support.cloud import Cloud, send, send_parts
from tests.support.deletions import counts, require_gone, told
from tests.support.sources import sources_of
from tests.support.telling import write_transcript

ALL = {
    "segmentation": {"length_s": 5},
    "extras": ["storyboard", "waveform", "scenes", "hls", "proxy"],
    "transcript": {"language": "en-US"},
}
PATIENCE_S = 240


@pytest.fixture(scope="module")
def cloud(cloud: Cloud) -> Cloud:
    """With an owner whose sums nobody else moves."""
    return cloud.alone()


@pytest.fixture(scope="module")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return film(HONEY, tmp_path_factory.mktemp("spoken") / "spoken.mp4", silence=1.5)


@pytest.fixture
def sources(cloud: Cloud) -> Iterator[Sources]:
    with sources_of(cloud.outputs) as serving:
        yield serving


def _said() -> Transcript:
    """What the voice says, at times of its own: how well it is heard is another test's."""
    at, words = 1_500, list[Word]()
    for text in HONEY.split():
        words.append(Word(text=text, start=at, end=at + 300))
        at += 500 if text.endswith(".") else 330
    return Transcript(
        language="en",
        words=tuple(words),
        sentences=tuple(sentences_of(words)),
        engine="none",
        version=2,
    )


def _until(question: Callable[[], Any], what: str) -> Any:
    until = time.monotonic() + PATIENCE_S
    while not (answer := question()):
        assert time.monotonic() < until, what
        time.sleep(0.2)
    return answer


def _uploaded(cloud: Cloud, source: Path, key: str) -> str:
    wanted = {"file_name": source.name, "size": source.stat().st_size, "options": ALL}
    ticket = cloud.call(
        "POST", "/api/videos/uploads", wanted, headers={"Idempotency-Key": key}
    ).json
    send_parts(ticket, source.read_bytes())
    cloud.call("PUT", ticket["complete_url"])
    video = cloud.finished(ticket["video_id"])
    assert video["status"] == "ready", video["error"]
    return str(video["video_id"])


def _moments(cloud: Cloud, video_id: str) -> list[str]:
    asked = {"count": 1, "min_length_s": 3}
    path = f"/api/videos/{video_id}/generate-moments"
    begun = cloud.call("POST", path, asked)
    assert begun.status == 202, begun.body
    ended = {"succeeded", "failed"}
    _until(
        lambda: cloud.call("GET", begun.json["status_url"]).json["status"] in ended,
        "no moments were found",
    )
    found = cloud.call("GET", f"/api/videos/{video_id}/moments").json["items"]
    return [one["moment_id"] for one in found]


def _clips(cloud: Cloud, video_id: str) -> list[str]:
    path = f"/api/videos/{video_id}/clips"
    assert cloud.call("POST", path, {"captions": True}).status == 202

    def ready() -> list[str]:
        status = f"/api/videos/{video_id}/clip-extraction-status"
        items = cloud.call("GET", status).json["items"]
        ended = all(one["status"] in {"ready", "failed"} for one in items)
        return [one["segment_id"] for one in items] if items and ended else []

    return list(_until(ready, "no clip was cut"))


def _range(cloud: Cloud, video_id: str) -> str:
    made = cloud.call("POST", "/api/segments", {"video_id": video_id, "start": 1, "end": 3})
    assert made.status == 202, made.body
    path = f"/api/segments/{made.json['segment_id']}"
    _until(lambda: cloud.call("GET", path).json["status"] == "ready", "the range was not cut")
    return str(made.json["segment_id"])


def _require_hidden(cloud: Cloud, video_id: str, segments: list[str], moments: list[str]) -> None:
    """Nothing is shown of it, whichever way it is asked for."""
    below = ("", "/segments", "/extras", "/hls", "/transcript", "/moments", "/runs")
    more = ("/moment-generations", "/clip-extraction-status")
    paths = [
        *(f"/api/videos/{video_id}{part}" for part in (*below, *more)),
        f"/api/pipeline/status/{video_id}",
        *(f"/api/segments/{one}{part}" for one in segments for part in ("", "/download")),
        *(f"/api/clips/{one}/stream" for one in moments),
    ]
    assert {path: cloud.call("GET", path).status for path in paths} == dict.fromkeys(paths, 404)
    for path in ("/api/videos?limit=100", f"/api/segments?video_id={video_id}"):
        answer = cloud.call("GET", path)
        shown = answer.json["items"] if answer.status == 200 else []
        assert video_id not in {one["video_id"] for one in shown}
    for path in ("/api/pipeline/start", f"/api/pipeline/{video_id}/cancel"):
        body = {"video_id": video_id} if path.endswith("start") else None
        assert cloud.call("POST", path, body).status == 404


def test_given_a_video_with_all_that_one_can_have_when_deleted_then_only_the_receipt_is_left(
    cloud: Cloud, speech: Path
) -> None:
    before, key = counts(cloud), str(uuid.uuid4())
    video_id = _uploaded(cloud, speech, key)
    write_transcript(cloud, video_id, _said())
    moments = _moments(cloud, video_id)
    clips, own = _clips(cloud, video_id), _range(cloud, video_id)
    assert moments
    post = {"platform": "x", "post_id": "1", "metrics": {"views": 7}}
    posted = cloud.call("POST", f"/api/segments/{own}/social-media", post)
    assert posted.status == 201, posted.body
    corrected = cloud.call("GET", f"/api/videos/{video_id}/transcript").json["words"]
    words = [{**corrected[0], "text": "Thus"}, *corrected[1:]]
    path = f"/api/videos/{video_id}/transcript"
    assert cloud.call("PUT", path, {"words": words}).status == 200
    signed = cloud.call("GET", f"/api/segments/{own}/download").json["url"]
    assert send("GET", signed).status == 200

    receipt = cloud.delete(video_id)
    _require_hidden(cloud, video_id, [own, *clips], moments)
    receipt = cloud.deleted(receipt)

    require_gone(cloud, receipt, own, *clips, *moments)
    found = told(receipt)
    wanted = {
        "kept_answers", "runs", "moments", "moment_generations", "transcriptions", "segments",
        "posts", "snapshots", "uploads", "media",
    }  # fmt: skip
    assert wanted <= found.keys()
    assert (found["runs"], found["uploads"], found["posts"]) == (1, 1, 1)
    assert send("GET", signed).status == 404
    assert counts(cloud) == before
    # The key is used up; the file is not.
    wanted_again = {"file_name": speech.name, "size": speech.stat().st_size, "options": ALL}
    again = cloud.call(
        "POST", "/api/videos/uploads", wanted_again, headers={"Idempotency-Key": key}
    )
    assert (again.status, again.json["code"]) == (410, "upload.deleted")


def test_given_a_deleted_file_when_it_is_uploaded_again_then_it_is_a_new_video(
    cloud: Cloud, tmp_path: Path
) -> None:
    source = odd.tiny(tmp_path / "again.mp4")
    first = cloud.finished(cloud.upload(source))["video_id"]
    cloud.deleted(cloud.delete(first))

    second = cloud.finished(cloud.upload(source))

    assert (second["status"], second["video_id"] != first) == ("ready", True)
    assert cloud.call("GET", f"/api/videos/{first}").status == 404


def test_given_a_url_that_is_being_fetched_when_its_video_is_deleted_then_no_part_of_it_stays(
    cloud: Cloud, sources: Sources, tmp_path: Path
) -> None:
    film = odd.padded(tmp_path / "slow.mp4", 20 * 1024 * 1024)
    url = sources.put("slow.mp4", Source(path=film, rate=1024 * 1024))
    key = {"Idempotency-Key": str(uuid.uuid4())}
    video_id = cloud.call("POST", "/api/videos", {"url": url}, headers=key).json["video_id"]
    uploads = f"upload: {cloud.announced_key(video_id)}"
    _until(lambda: uploads in cloud.traces(video_id), "nothing was stored")

    receipt = cloud.delete(video_id)
    assert cloud.call("GET", f"/api/videos?source_url={url}").json["items"] == []
    receipt = cloud.deleted(receipt)

    require_gone(cloud, receipt)
    assert told(receipt)["unfinished_uploads"] == 1
    time.sleep(2)
    assert len(cloud.traces(video_id)) == 1
    again = cloud.call("POST", "/api/videos", {"url": url}, headers=key)
    assert (again.status, again.json["code"]) == (410, "video.deleted")
    assert cloud.call("GET", f"/api/videos?source_url={url}").json["items"] == []


def test_given_somebody_elses_video_or_receipt_when_asked_for_then_there_is_none(
    cloud: Cloud, tmp_path: Path
) -> None:
    video_id = cloud.upload(odd.tiny(tmp_path / "mine.mp4"))
    cloud.finished(video_id)
    other = cloud.call("DELETE", f"/api/videos/{video_id}", user="pro2")
    assert (other.status, other.json["code"]) == (404, "video.not_found")
    assert cloud.call("GET", f"/api/videos/{video_id}").status == 200

    receipt = cloud.delete(video_id)

    other = cloud.call("GET", receipt["receipt_url"], user="pro2")
    assert (other.status, other.json["code"]) == (404, "deletion.not_found")
    assert cloud.call("DELETE", f"/api/videos/{video_id}", user="pro2").status == 404
    assert cloud.deleted(receipt)["state"] == "deleted"
