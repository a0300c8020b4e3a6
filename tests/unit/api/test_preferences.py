"""What a user wants for every video that says nothing else."""

from __future__ import annotations

import pytest

from functions.domain.cutting.segmentation import Mode, Segmentation
from functions.domain.preferences import Preferences
from tests.builders import USER
from tests.fakes.world import World
from tests.unit.api.client import Client

PAUSES = {"segmentation": {"mode": "silence", "pause_s": 0.4, "max_length_s": 60}}
UPLOAD = {"file_name": "a.mp4", "size": 1_000}


def test_given_nothing_was_set_when_read_then_it_is_what_holds_for_everybody(client: Client):
    answer = client.get("/api/preferences")

    assert (answer.status, answer.headers["etag"]) == (200, '"0"')
    told = answer.json["segmentation"]
    assert (told["mode"], told["length_s"], answer.json["updated_at"]) == ("fixed", 30.0, None)


def test_given_preferences_when_set_then_they_are_told_and_nobody_elses(
    client: Client, world: World
):
    answer = client.put("/api/preferences", body=PAUSES)

    assert (answer.status, answer.headers["etag"]) == (200, '"1"')
    told = client.get("/api/preferences").json["segmentation"]
    assert (told["mode"], told["pause_s"], told["level_db"]) == ("silence", 0.4, -40.0)
    assert client.stranger.get("/api/preferences").json["segmentation"]["mode"] == "fixed"
    assert world.preferences.get(USER).segmentation == Segmentation(
        mode=Mode.SILENCE, pause=400, max_length=60_000
    )


def test_given_preferences_when_an_upload_says_nothing_then_they_hold(client: Client, world: World):
    world.preferences.save(Preferences(user_id=USER, segmentation=Segmentation(mode=Mode.NONE)))

    silent = client.post("/api/videos/uploads", UPLOAD).json["video_id"]
    options = {"segmentation": {"length_s": 5}}
    told = client.post("/api/videos/uploads", {**UPLOAD, "options": options}).json["video_id"]

    assert client.get(f"/api/videos/{silent}").json["segmentation"]["mode"] == "none"
    assert client.get(f"/api/videos/{told}").json["segmentation"]["length_s"] == 5.0


def test_given_a_version_that_moved_on_when_set_then_nothing_is_changed(
    client: Client, world: World
):
    client.put("/api/preferences", body=PAUSES)

    answer = client.put(
        "/api/preferences", body={"segmentation": {"mode": "none"}}, headers={"if-match": '"0"'}
    )

    assert (answer.status, answer.code) == (412, "precondition.failed")
    assert world.preferences.get(USER).segmentation.mode is Mode.SILENCE


def test_given_the_same_again_when_set_then_it_stays_the_same_version(client: Client):
    client.put("/api/preferences", body=PAUSES)

    assert client.put("/api/preferences", body=PAUSES).headers["etag"] == '"1"'


def test_given_captions_when_set_for_all_videos_then_they_are_refused(client: Client):
    captions = "1\n00:00:01,000 --> 00:00:02,000\nHello\n"
    body = {"segmentation": {"cut": "accurate", "target": {"captions": captions}}}

    answer = client.put("/api/preferences", body=body)

    assert answer.wrong == {"/segmentation/target/captions": "not_of_all"}


@pytest.mark.parametrize(
    ("segmentation", "wrong"),
    [
        ({"mode": "parts"}, {"/segmentation/parts": "missing"}),
        ({"mode": "size"}, {"/segmentation/size_mb": "missing"}),
        ({"mode": "ranges"}, {"/segmentation/ranges": "missing"}),
        ({"mode": "none", "length_s": 5}, {"/segmentation/length_s": "not_of_mode"}),
        (
            {"parts": 2, "threshold": 5},
            {
                "/segmentation/parts": "not_of_mode",
                "/segmentation/threshold": "not_of_mode",
            },
        ),
        ({"overlap_s": 20}, {"/segmentation/overlap_s": "out_of_range"}),
        (
            {"mode": "ranges", "ranges": [{"start": 1, "end": 2}, {"start": 3, "end": 3}]},
            {"/segmentation/ranges/1": "out_of_range"},
        ),
        (
            {"mode": "none", "min_length_s": 10, "max_length_s": 15},
            {"/segmentation/max_length_s": "out_of_range"},
        ),
    ],
)
def test_given_options_that_do_not_go_together_when_set_then_their_places_are_named(
    client: Client, segmentation: dict[str, object], wrong: dict[str, str]
):
    assert client.put("/api/preferences", body={"segmentation": segmentation}).wrong == wrong


@pytest.mark.parametrize(
    "segmentation",
    [
        {"mode": "fixed", "length_s": 20, "overlap_s": 5},
        {"mode": "ranges", "ranges": [{"start": 1, "end": 2.5, "title": "One"}]},
        {"mode": "scenes", "threshold": 27, "min_length_s": 2},
        {"mode": "silence", "level_db": -35, "pause_s": 0.3},
        {"mode": "parts", "parts": 3},
        {"mode": "size", "size_mb": 100},
        {"mode": "none", "max_length_s": 60},
    ],
)
def test_given_any_mode_when_set_then_it_is_told_as_it_was_sent(
    client: Client, segmentation: dict[str, object]
):
    client.put("/api/preferences", body={"segmentation": segmentation})

    told = client.get("/api/preferences").json["segmentation"]
    assert {name: told[name] for name in segmentation} == segmentation


def test_given_extras_when_set_then_they_hold_for_uploads_that_say_nothing(client: Client):
    client.put("/api/preferences", body={"segmentation": {}, "extras": ["hls", "hls", "preview"]})

    silent = client.post("/api/videos/uploads", UPLOAD).json["video_id"]
    told = client.post("/api/videos/uploads", {**UPLOAD, "options": {"extras": []}})

    assert client.get("/api/preferences").json["extras"] == ["hls", "preview"]
    assert client.get(f"/api/videos/{silent}/extras").json["asked"] == ["hls", "preview"]
    assert client.get(f"/api/videos/{told.json['video_id']}/extras").json["asked"] == []
