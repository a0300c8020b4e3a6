"""Clips of moments: cutting, watching, cutting again."""

from __future__ import annotations

from dataclasses import replace

from functions.domain.segments.segment import SegmentStatus
from tests.builders import VIDEO, make_moment
from tests.fakes.world import World
from tests.unit.api.client import Client
from tests.unit.services.telling import tell

CLIPS = f"/api/videos/{VIDEO}/clips"
STATUS = f"/api/videos/{VIDEO}/clip-extraction-status"
MOMENT = make_moment()
STREAM = f"/api/clips/{MOMENT.moment_id}/stream"
RECUT = f"/api/clips/{MOMENT.moment_id}/recut"


def _moment(world: World) -> None:
    tell(world)
    world.moments.rows[VIDEO, MOMENT.moment_id] = MOMENT


def _ready(world: World) -> None:
    for segment in world.segments.all():
        key = f"{segment.s3_key}.mp4"
        ready = replace(segment, status=SegmentStatus.READY, s3_key=key, duration=20_000)
        world.segments.save(segment, ready)


def test_given_moments_when_cut_then_their_clips_are_under_way(client: Client, world: World):
    _moment(world)

    answer = client.post(CLIPS, {})

    assert answer.status == 202
    assert answer.headers["location"] == STATUS
    (clip,) = answer.json["items"]
    assert (clip["moment_id"], clip["status"]) == (MOMENT.moment_id, "pending")
    segment = client.get(f"/api/segments/{clip['segment_id']}").json
    assert (segment["source"], segment["moment_id"]) == ("moment", MOMENT.moment_id)
    assert (segment["start"], segment["end"], segment["cut"]) == (10.0, 30.0, "smart")


def test_given_captions_when_nothing_else_is_told_then_the_cut_is_accurate(
    client: Client, world: World
):
    _moment(world)

    client.post(CLIPS, {"captions": True, "target": {"shape": "9:16"}})

    (segment,) = world.segments.all()
    assert segment.cut == "accurate"


def test_given_a_target_for_a_smart_cut_when_asked_then_it_is_refused_by_its_place(
    client: Client, world: World
):
    _moment(world)

    answer = client.post(CLIPS, {"cut": "smart", "target": {"height": 720}, "captions": True})

    assert answer.status == 422
    assert [one["pointer"] for one in answer.json["errors"]] == ["/target", "/captions"]


def test_given_clips_when_asked_how_far_then_it_counts_those_that_are_ended(
    client: Client, world: World
):
    _moment(world)
    client.post(CLIPS, {})
    before = client.get(STATUS).json

    _ready(world)

    after = client.get(STATUS).json
    assert (before["percent"], before["pending"]) == (0.0, 1)
    assert (after["percent"], after["ready"]) == (100.0, 1)
    assert after["items"][0]["stream_url"] == STREAM


def test_given_a_ready_clip_when_streamed_then_it_leads_to_a_signed_file(
    client: Client, world: World
):
    _moment(world)
    client.post(CLIPS, {})
    _ready(world)

    answer = client.get(STREAM)

    assert answer.status == 302
    assert ".mp4" in answer.headers["location"]
    assert "no-store" in answer.headers["cache-control"]


def test_given_a_clip_under_way_when_streamed_then_it_says_so(client: Client, world: World):
    _moment(world)
    client.post(CLIPS, {})

    answer = client.get(STREAM)

    assert (answer.status, answer.json["code"]) == (409, "clip.not_ready")


def test_given_no_clip_when_recut_then_it_is_cut(client: Client, world: World):
    _moment(world)

    answer = client.post(RECUT, {})

    assert (answer.status, answer.json["status"]) == (202, "pending")


def test_given_a_clip_when_its_moment_is_refined_then_the_new_version_is_cut_too(
    client: Client, world: World
):
    _moment(world)
    client.post(CLIPS, {"cut": "keyframe"})

    place = f"/api/videos/{VIDEO}/moments/{MOMENT.moment_id}/refine"
    refined = client.post(place, {"start": 8.0, "end": 31.0})

    segments = {segment.moment_id: segment for segment in world.segments.all()}
    assert segments[refined.json["moment_id"]].start == 8_000
    assert segments[refined.json["moment_id"]].cut == "keyframe"


def test_given_somebody_elses_moment_when_asked_for_then_there_is_none(
    client: Client, world: World
):
    _moment(world)
    stranger = client.stranger

    answers = [stranger.post(CLIPS, {}), stranger.get(STATUS), stranger.get(STREAM)]
    answers.append(stranger.post(RECUT, {}))

    assert {answer.status for answer in answers} == {404}
