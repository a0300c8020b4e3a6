"""Captions that come with an upload."""

from __future__ import annotations

import pytest

from functions.domain.captions.cue import MAX_TEXT
from functions.services.segments.captions import read_captions
from tests.fakes.world import World
from tests.unit.api.client import Answer, Client

TEXT = "1\r\n00:00:01,000 --> 00:00:02,000\r\nHello\r\n"
UPLOAD = {"file_name": "talk.mp4", "size": 5_000, "content_type": "video/mp4"}


def announced(client: Client, **target: object) -> Answer:
    segmentation = {"cut": "accurate", "target": target}
    body = {**UPLOAD, "options": {"segmentation": segmentation}}
    return client.post("/api/videos/uploads", body)


def test_given_captions_when_an_upload_is_announced_then_they_are_kept_beside_the_video(
    client: Client, world: World
):
    answer = announced(client, captions=TEXT)

    video = world.videos.get(answer.json["video_id"])
    assert video
    assert video.segmentation.target
    key = video.segmentation.target.captions_key
    assert [cue.text for cue in read_captions(world.media, key)] == ["Hello"]
    assert video.segmentation.target.captions is None


def test_given_an_upload_with_captions_when_it_is_shown_then_they_are_not(client: Client):
    video_id = announced(client, captions=TEXT, height=720).json["video_id"]

    told = client.get(f"/api/videos/{video_id}").json["segmentation"]["target"]

    assert (told["height"], told.get("captions"), "captions_key" in told) == (720, None, False)


def test_given_an_upload_with_captions_when_it_is_given_up_then_they_are_gone(
    client: Client, world: World
):
    video_id = announced(client, captions=TEXT).json["video_id"]

    client.delete(f"/api/videos/uploads/{video_id}")

    assert not world.media.objects


@pytest.mark.parametrize(
    ("captions", "named"),
    [
        ("Hello", "Line 1"),
        ("1\n00:00:01,000 --> 00:00:00,500\nHello\n", "Line 2"),
        ("a" * (MAX_TEXT + 1), str(MAX_TEXT)),
    ],
)
def test_given_captions_that_cannot_be_read_when_announced_then_their_lines_are_named(
    client: Client, world: World, captions: str, named: str
):
    answer = announced(client, captions=captions)

    (place,) = answer.wrong
    assert place == "/options/segmentation/target/captions"
    assert named in answer.text
    assert world.videos.all() == []
    assert not world.media.objects


def test_given_a_key_of_captions_when_sent_then_it_is_no_field(client: Client):
    answer = announced(client, captions_key="media/another/video/captions-1.json")

    assert set(answer.wrong) == {"/options/segmentation/target/captions_key"}


@pytest.mark.parametrize(("codec", "crf", "taken"), [("h264", 52, False), ("vp9", 52, True)])
def test_given_a_crf_when_announced_then_it_is_held_against_the_codecs_own_scale(
    client: Client, codec: str, crf: int, taken: bool
):
    assert (announced(client, codec=codec, crf=crf).status == 201) is taken
