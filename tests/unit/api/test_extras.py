from __future__ import annotations

import re
from dataclasses import replace

import pytest

from functions.domain.extras import DEFAULT_EXTRAS, Extra
from functions.domain.failure import Failure
from tests.builders import STRANGER, VIDEO
from tests.fakes.world import World
from tests.unit.api.client import Client

PATH = f"/api/videos/{VIDEO}/extras"
UPLOAD = {"file_name": "a.mp4", "size": 1_000}


def _looked_at(world: World, **overrides: object) -> None:
    world.queue(**overrides)
    world.claim()
    world.probe()
    world.look()


def test_given_a_video_that_was_looked_at_when_read_then_all_is_there(client: Client, world: World):
    _looked_at(world, extras=(*DEFAULT_EXTRAS, Extra.SCENES))

    found = client.get(PATH).json

    assert found["loudness"] == {"integrated": -20.0, "peak": -6.0}
    assert found["black"] == [{"start": 0.0, "end": 1.0}]
    assert found["silent"] == []
    assert found["scenes"] == [{"at": 0.0, "score": 50.0}]
    assert found["error"] is None
    for name in ("preview_url", "waveform_url", "peaks_url"):
        assert found[name].startswith("https://")


def test_given_a_storyboard_when_read_then_every_tile_has_a_signed_address(
    client: Client, world: World
):
    _looked_at(world, extras=(Extra.STORYBOARD,))

    board = client.get(PATH).json["storyboard"]

    addresses = re.findall(r"^(https://\S+)#xywh=\d+,\d+,160,\d+$", board["vtt"], re.MULTILINE)
    assert len(addresses) == board["vtt"].count(" --> ") > 0
    assert all("sheet-0000-00.jpg" in address for address in addresses)


def test_given_a_video_that_was_not_looked_at_when_read_then_nothing_is_known(
    client: Client, world: World
):
    world.queue()

    found = client.get(PATH).json

    assert found["made"] == []
    assert found["asked"] == [extra.value for extra in DEFAULT_EXTRAS]
    assert {found[name] for name in ("loudness", "black", "storyboard", "preview_url")} == {None}


def test_given_a_failed_analysis_when_read_then_it_says_why(client: Client, world: World):
    world.queue(
        analysis_error=Failure(code="analysis.too_long", detail="Too long.", stage="analysis")
    )

    assert client.get(PATH).json["error"]["code"] == "analysis.too_long"


def test_given_a_failed_rendition_when_read_then_it_says_why(client: Client, world: World):
    world.queue(hls_error=Failure(code="hls.picture", detail="Not so.", stage="hls"))

    found = client.get(PATH).json

    assert found["hls_error"]["code"] == "hls.picture"
    assert found["error"] is None


def test_given_a_proxy_when_read_then_its_url_is_signed(client: Client, world: World):
    world.queue(proxy_key="media/u/v/proxy-e.mp4")

    found = client.get(PATH).json

    assert found["made"] == ["proxy"]
    assert found["proxy_url"].startswith("https://bucket.test/media/u/v/proxy-e.mp4?")


def test_given_a_proxy_that_could_not_be_made_when_read_then_it_says_why(
    client: Client, world: World
):
    world.queue(proxy_error=Failure(code="segment.too_long", detail="So long.", stage="proxy"))

    found = client.get(PATH).json

    assert (found["proxy_url"], found["proxy_error"]["code"]) == (None, "segment.too_long")


def test_given_a_rendition_when_read_then_it_is_one_of_what_was_made(client: Client, world: World):
    world.queue(hls_key="media/u/v/hls-e/index.json")

    assert client.get(PATH).json["made"] == ["hls"]


def test_given_somebody_elses_video_when_read_then_it_is_not_there(client: Client, world: World):
    world.queue()
    world.videos.save(replace(world.video(), user_id=STRANGER))

    assert client.get(PATH).status == 404


@pytest.mark.parametrize("asked", [[], ["scenes"], ["scenes", "hls", "scenes"]])
def test_given_extras_of_an_upload_when_announced_then_the_video_keeps_them(
    client: Client, world: World, asked: list[str]
):
    answer = client.post("/api/videos/uploads", {**UPLOAD, "options": {"extras": asked}})

    video = world.videos.get(answer.json["video_id"])
    assert video
    assert [extra.value for extra in video.extras] == list(dict.fromkeys(asked))


def test_given_no_word_of_extras_when_announced_then_the_video_gets_the_usual(
    client: Client, world: World
):
    answer = client.post("/api/videos/uploads", UPLOAD)

    video = world.videos.get(answer.json["video_id"])
    assert video
    assert video.extras == DEFAULT_EXTRAS


@pytest.mark.parametrize("asked", [["thumbnails"], ["nonsense"], "scenes"])
def test_given_extras_that_cannot_be_made_when_announced_then_they_are_refused(
    client: Client, asked: object
):
    answer = client.post("/api/videos/uploads", {**UPLOAD, "options": {"extras": asked}})

    assert answer.status == 422
