"""Videos by URL, as a client sees it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from functions.domain.cutting.segmentation import Segmentation
from functions.domain.ingests.ingest import SourceVersion
from functions.domain.video import VideoStatus
from tests.builders import USER
from tests.fakes.clock import EPOCH
from tests.fakes.idempotency import FakeIdempotencyLayer
from tests.fakes.world import World
from tests.unit.api.client import Answer, Client

URL = "https://media.example/holiday.mp4?X-Amz-Signature=secret"


def _post(client: Client, url: object = URL, key: str | None = None, **more: object) -> Answer:
    headers = {"Idempotency-Key": key} if key else {}
    return client.post("/api/videos", {"url": url, **more}, headers=headers)


def _found(client: Client, url: str) -> list[str]:
    answer = client.get("/api/videos", query={"source_url": url})
    assert answer.status == 200, answer.text
    return [video["video_id"] for video in answer.json["items"]]


def test_given_a_url_when_posted_then_a_video_is_accepted_and_told_where_to_look(
    client: Client, world: World
):
    options = {"extras": [], "segmentation": {"length_s": 9}, "transcript": {"language": "de-DE"}}
    answer = _post(client, title="Holiday", options=options)

    assert answer.status == 202
    video_id = answer.json["video_id"]
    assert answer.headers["location"] == f"/api/videos/{video_id}"
    assert (answer.json["status"], answer.json["title"]) == ("ingesting", "Holiday")
    assert answer.json["file_name"] == "holiday.mp4"
    assert answer.json["segmentation"]["length_s"] == 9
    assert answer.json["ingest"] == {
        "url": "https://media.example/holiday.mp4",
        "received_bytes": 0,
        "total_bytes": None,
        "percent": None,
    }
    assert world.ingests.started == {video_id: USER}
    row = world.videos.get(video_id)
    assert row
    assert (row.extras, row.segmentation) == ((), Segmentation(length=9_000))
    assert row.transcription.language == "de-DE"


def test_given_a_video_that_comes_when_read_then_it_tells_how_far_it_is(
    client: Client, world: World
):
    video_id = _post(client).json["video_id"]
    row = world.videos.get(video_id)
    assert row
    assert row.ingest
    begun = row.ingest.begun(SourceVersion(total=3_000)).stored("etag", 1_000)
    world.videos.save(row.fetched(begun, EPOCH))

    told = client.get(f"/api/videos/{video_id}").json["ingest"]

    assert (told["received_bytes"], told["total_bytes"], told["percent"]) == (1_000, 3_000, 33.3)


def test_given_a_url_with_a_signature_when_anything_is_answered_then_it_is_not_in_it(
    client: Client, world: World
):
    posted = _post(client)
    video_id = posted.json["video_id"]

    texts = [
        posted.text,
        client.get(f"/api/videos/{video_id}").text,
        client.get("/api/videos").text,
    ]

    assert [text for text in texts if "secret" in text] == []


def test_given_another_user_when_they_look_then_there_is_no_such_video(client: Client):
    video_id = _post(client).json["video_id"]

    assert client.stranger.get(f"/api/videos/{video_id}").status == 404
    assert _found(client.stranger, URL) == []
    assert client.stranger.delete(f"/api/videos/uploads/{video_id}").status == 404


def test_given_videos_of_a_url_when_it_is_asked_for_then_just_these_are_listed(client: Client):
    first = _post(client).json["video_id"]
    second = _post(client, "HTTPS://MEDIA.example:443/./holiday.mp4?X-Amz-Signature=secret").json
    _post(client, "https://media.example/other.mp4")

    assert set(_found(client, URL)) == {first, second["video_id"]}
    assert _found(client, "https://media.example/holiday.mp4") == []
    assert _found(client, URL + "#part") == _found(client, URL)


def test_given_a_url_with_commas_when_it_is_asked_for_then_it_is_one_url(client: Client):
    url = "https://media.example/a,b.mp4?c,d"
    video_id = _post(client, url).json["video_id"]

    assert _found(client, url) == [video_id]


def test_given_many_videos_of_a_url_when_paged_then_each_comes_once(client: Client):
    made = {_post(client).json["video_id"] for _ in range(5)}
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = client.get("/api/videos", query={"source_url": URL, "limit": "2", **cursor}).json
        seen += [video["video_id"] for video in page["items"]]
        if not page["next_cursor"]:
            break
        cursor = {"cursor": page["next_cursor"]}

    assert sorted(seen) == sorted(made)
    # A cursor belongs to its URL.
    first = client.get("/api/videos", query={"source_url": URL, "limit": "2"}).json["next_cursor"]
    assert client.get("/api/videos", query={"limit": "2", "cursor": first}).status == 422


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://127.0.0.1/a.mp4", "url_address"),
        ("http://169.254.169.254/latest/meta-data/", "url_address"),
        ("http://[::ffff:127.0.0.1]/", "url_address"),
        ("http://2130706433/", "url_host"),
        ("http://１２７.０.０.１/", "url_host"),
        ("ftp://media.example/a", "url_scheme"),
        ("https://me:secret@media.example/a", "url_userinfo"),
        ("https://media.example:22/a", "url_port"),
        ("https://media.example/a b", "url_characters"),
        ("https://media.example/a\r\nb", "url_characters"),
        ("", "url_scheme"),
        ("x" * 4_001, "string_too_long"),
        (7, "string_type"),
        (None, "string_type"),
    ],
)
def test_given_a_url_that_is_not_taken_when_posted_then_the_place_is_named_and_not_repeated(
    client: Client, world: World, url: object, code: str
):
    answer = _post(client, url)

    assert answer.wrong == {"/url": code}
    assert world.videos.all() == []
    assert not url or len(str(url)) < 2 or json.dumps(url).strip('"') not in answer.text


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "media.example", "https://a@b/"])
def test_given_a_url_that_is_not_taken_when_asked_for_then_the_parameter_is_named(
    client: Client, url: str
):
    assert set(client.get("/api/videos", query={"source_url": url}).wrong) == {"/source_url"}


def test_given_a_body_with_more_than_one_mistake_when_posted_then_all_are_named(client: Client):
    answer = client.post("/api/videos", {"title": " ", "options": {"x": 1}, "y": 2})

    assert set(answer.wrong) == {"/url", "/title", "/options/x", "/y"}


def test_given_a_key_when_the_url_is_sent_again_then_it_is_the_same_video(
    client: Client, world: World, kept: FakeIdempotencyLayer
):
    first, again = _post(client, key="once"), _post(client, key="once")

    assert (first.status, again.status) == (202, 202)
    assert again.json == first.json
    assert len(world.videos.all()) == 1


def test_given_a_video_under_way_when_given_up_then_it_is_gone(client: Client, world: World):
    video_id = _post(client).json["video_id"]

    assert client.delete(f"/api/videos/uploads/{video_id}").status == 204

    assert client.get(f"/api/videos/{video_id}").status == 404
    assert _found(client, URL) == []
    row = world.videos.get(video_id)
    assert row
    assert row.status is VideoStatus.ABORTED


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_given_a_video_by_url_when_treated_as_an_upload_then_nothing_is_handed_out(
    client: Client, method: str
):
    video_id = _post(client).json["video_id"]

    answer = client.request(method, f"/api/videos/uploads/{video_id}")

    if method == "GET":
        assert (answer.status, answer.code) == (409, "upload.by_url")
    else:
        assert (answer.status, answer.json["status"]) == (202, "ingesting")


def test_given_a_video_that_never_came_when_its_time_is_over_then_it_has_expired(
    client: Client, world: World
):
    video_id = _post(client).json["video_id"]
    row = world.videos.get(video_id)
    assert row
    assert row.upload
    world.videos.save(replace(row, upload=replace(row.upload, expires_at=EPOCH)))

    assert client.get(f"/api/videos/{video_id}").json["status"] == "expired"


def test_given_a_video_that_is_fetched_when_its_pipeline_is_asked_for_then_nothing_runs_yet(
    client: Client,
):
    video_id = _post(client).json["video_id"]

    assert client.get(f"/api/pipeline/status/{video_id}").code == "pipeline.not_started"
    assert client.post("/api/pipeline/start", {"video_id": video_id}).code == "upload.incomplete"
