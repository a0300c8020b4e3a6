from __future__ import annotations

import re
from dataclasses import replace

import pytest

from functions.domain.codec import to_plain
from functions.domain.extras import Extra
from functions.domain.failure import Failure
from functions.domain.hls.rendition import HlsEntry, HlsIndex
from functions.services.hls.left import KEPT_SECONDS
from tests.builders import STRANGER, USER, VIDEO
from tests.fakes.world import World
from tests.unit.api.client import Client

PATH = f"/api/videos/{VIDEO}/hls"
FOLDER = f"media/{USER}/{VIDEO}/hls-etag"
KEY = f"{FOLDER}/index.json"


def _made(world: World, pieces: int = 3, seconds: int = 6) -> None:
    entries = tuple(
        HlsEntry(name=f"{number:06d}.m4s", header="init-a.mp4", duration=seconds * 1_000)
        for number in range(1, pieces + 1)
    )
    index = HlsIndex(folder=FOLDER, entries=entries, independent=True)
    world.queue(extras=(Extra.HLS,), hls_key=KEY)
    world.media.write_json(KEY, to_plain(index))


def test_given_a_rendition_when_asked_for_then_it_is_a_playlist_of_signed_pieces(
    client: Client, world: World
):
    _made(world)

    answer = client.get(PATH)

    assert answer.status == 200
    assert answer.headers["content-type"] == "application/vnd.apple.mpegurl"
    addresses = re.findall(r"^https://\S+$", answer.text, re.MULTILINE)
    assert [re.search(r"/(\d+)\.m4s\?", one)[1] for one in addresses] == [
        "000001",
        "000002",
        "000003",
    ]
    assert 'EXT-X-MAP:URI="https://bucket.test/' in answer.text


@pytest.mark.parametrize("hours", [0, 1, 4, 12])
def test_given_a_rendition_when_kept_by_a_client_then_its_addresses_are_good_for_longer(
    client: Client, world: World, hours: int
):
    _made(world, pieces=10, seconds=1 + hours * 360)

    answer = client.get(PATH)

    (kept,) = re.findall(r"^private, max-age=(\d+)$", answer.headers["cache-control"])
    (good,) = {int(seconds) for seconds in re.findall(r"expires=(\d+)", answer.text)}
    assert int(kept) == KEPT_SECONDS
    assert good <= 12 * 3_600
    assert good - int(kept) >= min(hours, 11) * 3_600


def test_given_no_wish_for_hls_when_asked_for_then_there_is_none(client: Client, world: World):
    world.queue(extras=())

    answer = client.get(PATH)

    assert (answer.status, answer.code) == (404, "hls.not_asked")


def test_given_a_rendition_under_way_when_asked_for_then_it_is_not_ready(
    client: Client, world: World
):
    world.queue(extras=(Extra.HLS,))

    answer = client.get(PATH)

    assert (answer.status, answer.code) == (409, "hls.not_ready")


def test_given_a_rendition_that_failed_when_asked_for_then_it_says_why(
    client: Client, world: World
):
    failure = Failure(code="hls.picture", detail="Ask for the proxy, too.", stage="hls")
    world.queue(extras=(Extra.HLS,), hls_error=failure)

    answer = client.get(PATH)

    assert (answer.status, answer.code) == (409, "hls.picture")


def test_given_somebody_elses_video_when_asked_for_then_it_is_not_there(
    client: Client, world: World
):
    _made(world)
    world.videos.save(replace(world.video(), user_id=STRANGER))

    answer = client.get(PATH)

    assert (answer.status, answer.code) == (404, "video.not_found")
