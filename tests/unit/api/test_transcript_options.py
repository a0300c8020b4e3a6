"""Whether and how something is to be written down: of one upload, of all, of a run."""

from __future__ import annotations

import pytest

from functions.domain.preferences import Preferences
from functions.domain.transcripts.options import (
    NO_TRANSCRIPT,
    USUAL_TRANSCRIPT,
    TranscriptOptions,
)
from functions.domain.video import Video, VideoStatus
from tests.builders import RUN, USER, VIDEO, make_run
from tests.fakes.world import World
from tests.unit.api.client import Client

UPLOADS = "/api/videos/uploads"
SPANISH = {"language": "es-ES", "speakers": 3}


def _announced(client: Client, world: World, options: object) -> TranscriptOptions:
    answer = client.post(UPLOADS, {"file_name": "a.mp4", "size": 1_000, "options": options})
    assert answer.status == 201, answer.text
    video = world.videos.get(answer.json["video_id"])
    assert video
    return video.transcription


def test_given_nothing_is_said_when_uploaded_then_it_is_written_down_as_it_is_spoken(
    client: Client, world: World
):
    assert _announced(client, world, {}) == USUAL_TRANSCRIPT
    assert TranscriptOptions(wanted=True, language="identify") == USUAL_TRANSCRIPT


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"wanted": False}, NO_TRANSCRIPT),
        ({}, TranscriptOptions()),
        (SPANISH, TranscriptOptions(language="es-ES", speakers=3)),
        ({"language": "identify", "speakers": 2.0}, TranscriptOptions(speakers=2)),
    ],
)
def test_given_a_wish_when_uploaded_then_it_is_kept(
    client: Client, world: World, sent: object, kept: TranscriptOptions
):
    assert _announced(client, world, {"transcript": sent}) == kept


def test_given_preferences_when_uploaded_or_dropped_then_they_hold(client: Client, world: World):
    kept = TranscriptOptions(language="fr-FR")
    world.preferences.save(Preferences(user_id=USER, transcription=kept))

    assert _announced(client, world, {}) == kept
    assert _announced(client, world, {"transcript": {"wanted": False}}) == NO_TRANSCRIPT


@pytest.mark.parametrize(
    ("sent", "place"),
    [
        ({"language": "en"}, "/language"),
        ({"language": "klingon"}, "/language"),
        ({"language": ""}, "/language"),
        ({"language": None}, "/language"),
        ({"speakers": 1}, "/speakers"),
        ({"speakers": 31}, "/speakers"),
        ({"speakers": "2"}, "/speakers"),
        ({"speakers": True}, "/speakers"),
        ({"wanted": "yes"}, "/wanted"),
        ({"format": "srt"}, "/format"),
        ({"replace_corrections": True}, "/replace_corrections"),
        (True, ""),
    ],
)
def test_given_a_wish_that_is_none_when_uploaded_then_the_place_is_named(
    client: Client, sent: object, place: str
):
    wrong = client.post(
        UPLOADS, {"file_name": "a.mp4", "size": 1_000, "options": {"transcript": sent}}
    ).wrong

    assert wrong.keys() == {f"/options/transcript{place}"}


def test_given_a_language_without_its_country_when_sent_then_the_code_is_advised(client: Client):
    body = {"file_name": "a.mp4", "size": 9, "options": {"transcript": {"language": "pt"}}}

    (row,) = client.post(UPLOADS, body).json["errors"]

    assert "pt-BR" in row["detail"]


def test_given_preferences_when_replaced_then_they_read_back(client: Client):
    body = {"segmentation": {"mode": "fixed"}, "transcript": SPANISH}

    told = client.put("/api/preferences", body=body).json["transcript"]

    assert told == {"wanted": True, **SPANISH}
    assert client.get("/api/preferences").json["transcript"] == told
    again = {"segmentation": {"mode": "fixed"}}
    assert client.put("/api/preferences", body=again).json["transcript"]["language"] == "identify"


def _ready(world: World, **overrides: object) -> None:
    world.queue(status=VideoStatus.READY, **overrides)


def _started(client: Client, world: World, transcript: object) -> Video:
    body = {"video_id": VIDEO, "transcript": transcript}
    assert client.post("/api/pipeline/start", body).status == 202
    return world.video()


def test_given_a_run_with_a_wish_when_started_then_it_is_the_videos(client: Client, world: World):
    _ready(world)

    assert _started(client, world, SPANISH).transcription.language == "es-ES"


def test_given_a_run_without_one_when_started_then_all_is_as_before(client: Client, world: World):
    kept = TranscriptOptions(language="fr-FR")
    _ready(world, transcription=kept, transcript_of="this", transcript_corrected=True)

    assert client.post("/api/pipeline/start", {"video_id": VIDEO}).status == 202

    video = world.video()
    assert (video.transcription, video.transcript_of) == (kept, "this")
    assert video.transcript_corrected


def test_given_corrections_when_they_may_be_replaced_then_the_run_writes_down_anew(
    client: Client, world: World
):
    _ready(world, transcript_of="this", transcript_corrected=True)

    video = _started(client, world, {"replace_corrections": True})

    assert (video.transcript_of, video.transcript_corrected) == (None, False)


def test_given_corrections_when_other_options_are_asked_for_then_they_are_kept(
    client: Client, world: World
):
    _ready(world, transcript_of="this", transcript_corrected=True)

    assert _started(client, world, SPANISH).transcript_corrected


def test_given_a_run_that_is_queued_when_asked_otherwise_then_the_wish_is_not_lost(
    client: Client, world: World
):
    world.videos.create(world_queued := _queued(world))
    world.runs.create(make_run())
    assert world_queued.run_id == RUN

    answer = client.post("/api/pipeline/start", {"video_id": VIDEO, "transcript": SPANISH})

    assert (answer.status, answer.code) == (409, "pipeline.already_running")


def _queued(world: World) -> Video:
    from tests.builders import make_queued_video

    return make_queued_video(source=world.media.put("uploads/x/y/source", b"x"))
