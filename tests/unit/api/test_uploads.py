from __future__ import annotations

from datetime import timedelta

import pytest

from functions.domain.cutting.exactness import EncodeTarget, Exactness, Shape
from functions.domain.cutting.segmentation import Segmentation
from functions.domain.times import utc_now
from functions.domain.video import Video, VideoStatus
from functions.services.ingests.uploads import MIN_PART
from tests.builders import USER, VIDEO, make_source, make_upload, make_uploading_video
from tests.environment import TIERS
from tests.fakes.world import World
from tests.unit.api.client import Answer, Client

UPLOADS = "/api/videos/uploads"
SMALL = {"file_name": "holiday.mp4", "size": 5_000, "content_type": "video/mp4"}
LARGE = {**SMALL, "size": 2 * MIN_PART + 1}


def _target(**values: object) -> dict[str, object]:
    return {"cut": "accurate", "target": values}


def _announce(client: Client, body: dict) -> Answer:
    answer = client.post(UPLOADS, body)
    assert answer.status == 201
    return answer


def _kept(world: World, answer: Answer) -> Video:
    video = world.videos.get(answer.json["video_id"])
    assert video
    return video


def _address(answer: Answer) -> str:
    return f"{UPLOADS}/{answer.json['video_id']}"


def test_given_a_small_file_when_announced_then_the_answer_says_what_to_put_where(
    client: Client,
):
    answer = _announce(client, {**SMALL, "file_name": "Ä b.mp4"})

    assert (answer.json["method"], answer.json["status"]) == ("put", "uploading")
    assert answer.json["put_url"].startswith("https://bucket.test/uploads/")
    assert answer.json["put_headers"] == {
        "Content-Type": "video/mp4",
        "x-amz-meta-file-name": "%C3%84%20b.mp4",
    }
    assert answer.json["complete_url"] == _address(answer)


def test_given_an_answer_when_it_leaves_then_it_is_json(client: Client):
    assert _announce(client, SMALL).headers["content-type"] == "application/json"


def test_given_a_large_file_when_announced_then_there_is_an_address_for_each_part(
    client: Client,
):
    answer = _announce(client, LARGE)

    assert answer.json["method"] == "multipart"
    assert [part["part_number"] for part in answer.json["parts"]] == [1, 2, 3]
    assert (answer.json["part_size"], answer.json["put_url"]) == (MIN_PART, None)


def test_given_options_when_announced_then_the_video_will_be_cut_by_them(
    client: Client, world: World
):
    options = {"segmentation": {"mode": "fixed", "length_s": 12.5}}

    answer = _announce(client, {**SMALL, "options": options})

    assert _kept(world, answer).segmentation == Segmentation(length=12_500)


def test_given_an_exact_cut_when_announced_then_the_video_will_be_cut_so(
    client: Client, world: World
):
    target = {"height": 720, "crf": 21, "shape": "9:16", "offset": 0.25, "loudness": -14}
    options = {"segmentation": {"length_s": 20, "cut": "accurate", "target": target}}

    answer = _announce(client, {**SMALL, "options": options})

    kept = _kept(world, answer).segmentation
    assert kept.cut is Exactness.ACCURATE
    assert kept.target == EncodeTarget(
        height=720, crf=21, shape=Shape.PORTRAIT, offset=0.25, loudness=-14
    )
    told = client.get(f"/api/videos/{answer.json['video_id']}").json["segmentation"]
    assert (told["cut"], told["target"]["height"], told["target"]["shape"]) == (
        "accurate",
        720,
        "9:16",
    )


@pytest.mark.parametrize(
    ("segmentation", "place"),
    [
        ({"cut": "exactly"}, "/options/segmentation/cut"),
        ({"cut": "smart", "target": {"height": 720}}, "/options/segmentation/target"),
        (_target(height=721), "/options/segmentation/target/height"),
        (_target(height=100_000), "/options/segmentation/target/height"),
        (_target(crf=20, bit_rate=1_000_000), "/options/segmentation/target"),
        (_target(loudness=-23), "/options/segmentation/target/loudness"),
        (_target(offset=1.5), "/options/segmentation/target/offset"),
        (_target(fps="fast"), "/options/segmentation/target/fps"),
        (_target(colour="red"), "/options/segmentation/target/colour"),
    ],
)
def test_given_a_cut_that_cannot_be_when_announced_then_its_place_is_named(
    client: Client, world: World, segmentation: dict[str, object], place: str
):
    answer = client.post(
        "/api/videos/uploads", {**SMALL, "options": {"segmentation": segmentation}}
    )

    assert set(answer.wrong) == {place}
    assert world.videos.all() == []


def test_given_no_options_when_announced_then_segments_are_thirty_seconds(
    client: Client, world: World
):
    answer = _announce(client, {"file_name": "a.mp4", "size": 1})

    assert _kept(world, answer).segmentation.length == 30_000
    assert _kept(world, answer).content_type == "application/octet-stream"


def test_given_a_title_when_announced_then_it_is_kept_as_written(client: Client, world: World):
    answer = _announce(client, {**SMALL, "title": "שלום 🎬 <b>"})

    assert _kept(world, answer).title == "שלום 🎬 <b>"


@pytest.mark.parametrize(
    ("groups", "status"),
    [
        ("[free]", 413),
        ("", 413),
        ("[beta]", 413),
        ("[pro]", 201),
        ("[beta pro]", 201),
        (["pro"], 201),
        ("[enterprise]", 201),
    ],
)
def test_given_a_user_s_groups_when_a_file_is_announced_then_the_tier_s_limit_holds(
    client: Client, groups: object, status: int
):
    size = TIERS["free"]["max_bytes"] + 1

    answer = client.post(UPLOADS, {**SMALL, "size": size}, groups=groups)

    assert answer.status == status
    assert status == 201 or answer.code == "upload.too_large"


def test_given_some_parts_when_the_upload_is_read_then_they_are_listed_and_the_rest_is_asked_for(
    client: Client, world: World
):
    announced = _announce(client, LARGE)
    upload = _kept(world, announced).upload
    assert upload
    assert upload.upload_id
    world.media.put_part(upload.key, upload.upload_id, 2, b"x" * MIN_PART)

    answer = client.get(_address(announced))

    assert answer.status == 200
    assert [part["part_number"] for part in answer.json["parts"]] == [1, 3]
    assert [(p["part_number"], p["size"]) for p in answer.json["arrived"]] == [(2, MIN_PART)]


def test_given_every_byte_when_completed_then_it_is_accepted_and_says_where_to_look(
    client: Client, world: World
):
    announced = _announce(client, SMALL)
    world.media.put(f"uploads/{USER}/{announced.json['video_id']}/source", b"bytes")

    answer = client.put(_address(announced))

    assert answer.status == 202
    assert answer.headers["location"] == f"/api/pipeline/status/{announced.json['video_id']}"
    assert answer.json["video_id"] == announced.json["video_id"]


def test_given_nothing_has_arrived_when_completed_then_it_is_a_conflict(client: Client):
    answer = client.put(_address(_announce(client, SMALL)))

    assert (answer.status, answer.code) == (409, "upload.incomplete")


def test_given_an_open_upload_when_deleted_then_it_is_gone(client: Client, world: World):
    announced = _announce(client, LARGE)

    answer = client.delete(_address(announced))

    assert (answer.status, answer.text) == (204, "")
    assert world.media.multiparts == {}
    assert client.get(_address(announced)).status == 404


def test_given_an_upload_past_its_time_when_read_then_it_is_gone(client: Client, world: World):
    upload = make_upload(expires_at=utc_now() - timedelta(seconds=1))
    world.videos.create(make_uploading_video(upload=upload))

    answer = client.get(f"{UPLOADS}/{VIDEO}")

    assert (answer.status, answer.code) == (410, "upload.expired")


def test_given_a_file_that_has_arrived_when_its_upload_is_deleted_then_it_is_a_conflict(
    client: Client, world: World
):
    world.videos.create(make_uploading_video(status=VideoStatus.READY, source=make_source()))

    answer = client.delete(f"{UPLOADS}/{VIDEO}")

    assert (answer.status, answer.code) == (409, "upload.finished")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_given_another_user_s_upload_when_asked_for_then_it_is_told_as_an_absent_one_is(
    client: Client, method: str
):
    announced = _announce(client, LARGE)

    foreign = client.stranger.request(method, _address(announced))
    absent = client.stranger.request(method, f"{UPLOADS}/no-such-video")

    assert (foreign.status, foreign.code) == (404, "video.not_found")
    assert foreign.text == absent.text
    assert client.get(_address(announced)).status == 200
