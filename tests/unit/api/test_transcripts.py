from __future__ import annotations

import json
from dataclasses import replace

import pytest

from functions.domain.captions.cue import parse_captions
from functions.domain.transcripts.document import KeptTranscript, MadeBy, to_document
from functions.domain.transcripts.options import NO_TRANSCRIPT, TranscriptOptions
from functions.domain.transcripts.transcript import Transcript, Word
from functions.domain.video import VideoStatus
from tests.builders import (
    RANGE,
    USER,
    VIDEO,
    make_failure,
    make_media,
    make_pending,
    make_segment,
    make_transcript,
)
from tests.fakes.clock import EPOCH
from tests.fakes.world import World
from tests.unit.api.client import Client

PATH = f"/api/videos/{VIDEO}/transcript"
KEY = f"media/{USER}/{VIDEO}/transcript/000001-first.json"
ASKED = TranscriptOptions()


def _made(world: World, said: Transcript | None = None) -> None:
    """A video of a minute in which something is said."""
    kept = KeptTranscript(
        transcript=said or make_transcript(), made_at=EPOCH, made_by=MadeBy.ENGINE
    )
    world.media.write_json(KEY, to_document(kept))
    world.queue(transcription=ASKED, transcript_key=KEY, transcript_version=1, media=make_media())


def _words(*rows: tuple[str, float, float]) -> dict[str, object]:
    return {"words": [{"text": text, "start": a, "end": b} for text, a, b in rows]}


def test_given_a_transcript_when_asked_for_then_words_and_sentences_are_told_in_seconds(
    client: Client, world: World
):
    _made(world)

    answer = client.get(PATH)

    assert answer.status == 200
    body = answer.json
    assert (body["version"], body["versions"], body["language"]) == (1, [1], "en-US")
    assert (body["start"], body["end"]) == (0.0, 60.0)
    assert body["words"][1] == {
        "text": "there.",
        "start": 0.6,
        "end": 1.1,
        "confidence": None,
        "speaker": None,
    }
    assert [one["text"] for one in body["sentences"]] == ["Hello there.", "How are you?"]
    assert (body["sentences"][1]["first_word"], body["sentences"][1]["last_word"]) == (2, 4)


@pytest.mark.parametrize(
    ("ask", "kind"),
    [
        ({"query": {"format": "srt"}}, "application/x-subrip; charset=utf-8"),
        ({"query": {"format": "vtt"}}, "text/vtt; charset=utf-8"),
        ({"query": {"format": "txt"}}, "text/plain; charset=utf-8"),
        ({"query": {"format": "json"}}, "application/json"),
        ({"headers": {"accept": "text/vtt"}}, "text/vtt; charset=utf-8"),
        ({"headers": {"accept": "application/x-subrip"}}, "application/x-subrip; charset=utf-8"),
        ({"headers": {"accept": "text/srt"}}, "application/x-subrip; charset=utf-8"),
        ({"headers": {"accept": "text/html, text/plain;q=0.5"}}, "text/plain; charset=utf-8"),
        ({"headers": {"accept": "text/*"}}, "text/vtt; charset=utf-8"),
        ({"headers": {"accept": "*/*"}}, "application/json"),
        ({"headers": {"accept": "text/html,*/*;q=0.8"}}, "application/json"),
        ({"headers": {"accept": "application/json;q=0, */*"}}, "text/vtt; charset=utf-8"),
        ({}, "application/json"),
        (
            {"query": {"format": "srt"}, "headers": {"accept": "application/json"}},
            "application/x-subrip; charset=utf-8",
        ),
    ],
)
def test_given_a_form_when_asked_for_by_name_or_by_accept_then_it_comes_in_that(
    client: Client, world: World, ask: dict[str, dict[str, str]], kind: str
):
    _made(world)

    answer = client.get(PATH, **ask)

    assert (answer.status, answer.headers["content-type"]) == (200, kind)
    assert answer.headers["vary"] == "Accept"


def test_given_a_form_that_there_is_not_when_accepted_alone_then_that_is_told(
    client: Client, world: World
):
    _made(world)

    answer = client.get(PATH, headers={"accept": "text/html, image/*"})

    assert (answer.status, answer.code) == (406, "request.not_acceptable")
    assert client.get(PATH, query={"format": "ass"}).wrong.keys() == {"/format"}


@pytest.mark.parametrize("kind", ["srt", "vtt"])
def test_given_captions_when_asked_for_then_they_parse_back(
    client: Client, world: World, kind: str
):
    _made(world)

    cues = parse_captions(client.get(PATH, query={"format": kind}).text)

    assert [cue.text for cue in cues] == ["Hello there. How are you?"]
    assert (cues[0].start, cues[0].end) == (0, 2_900)


def test_given_no_speech_when_asked_for_then_every_form_is_empty_and_none_an_error(
    client: Client, world: World
):
    _made(world, make_transcript(""))

    assert client.get(PATH).json["words"] == []
    texts = [client.get(PATH, query={"format": kind}).text for kind in ("srt", "vtt", "txt")]
    assert texts == ["", "WEBVTT\n", ""]


def test_given_one_part_when_asked_for_then_times_count_from_its_start(
    client: Client, world: World
):
    _made(world)

    body = client.get(PATH, query={"start": "0.7", "end": "2"}).json

    assert (body["start"], body["end"]) == (0.7, 2.0)
    assert [(it["text"], it["start"], it["end"]) for it in body["words"]] == [
        ("there.", 0.0, 0.4),
        ("How", 0.5, 1.0),
        ("are", 1.1, 1.3),
    ]
    clip = client.get(PATH, query={"start": "1.2", "format": "srt"}).text
    assert clip.startswith("1\n00:00:00,000 --> ")
    assert "How are you?" in clip


def test_given_a_segment_when_its_transcript_is_asked_for_then_from_where_its_file_begins(
    client: Client, world: World
):
    _made(world)
    world.segments.create(
        make_segment(segment_id=RANGE, start=700, end=2_000, actual_start=600, actual_end=1_700)
    )

    body = client.get(PATH, query={"segment_id": RANGE}).json

    assert (body["start"], body["end"]) == (0.6, 1.7)
    assert [(it["text"], it["start"]) for it in body["words"]] == [("there.", 0.0), ("How", 0.6)]


def test_given_a_segment_that_is_not_cut_yet_when_asked_for_then_as_it_was_asked(
    client: Client, world: World
):
    _made(world)
    world.segments.create(make_pending(start=600, end=1_200))

    assert client.get(PATH, query={"segment_id": RANGE}).json["end"] == 1.2


@pytest.mark.parametrize(
    ("segment", "status", "code"),
    [
        ({"video_id": "another-video"}, 404, "segment.not_found"),
        ({"user_id": "somebody-else"}, 404, "segment.not_found"),
        ({}, 422, "request.invalid"),
    ],
)
def test_given_a_segment_without_a_place_here_when_asked_for_then_that_is_told(
    client: Client, world: World, segment: dict[str, str], status: int, code: str
):
    _made(world)
    world.segments.create(make_segment(segment_id=RANGE, **segment))

    answer = client.get(PATH, query={"segment_id": RANGE})

    assert (answer.status, answer.code) == (status, code)


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ({"start": "2", "end": "2"}, {"/end": "before_start"}),
        ({"start": "3", "end": "2"}, {"/end": "before_start"}),
        ({"end": "0"}, {"/end": "before_start"}),
        ({"start": "60"}, {"/start": "beyond_end"}),
        ({"segment_id": RANGE, "start": "1"}, {"/segment_id": "not_together"}),
    ],
)
def test_given_a_part_that_is_none_when_asked_for_then_the_place_is_named(
    client: Client, world: World, query: dict[str, str], wrong: dict[str, str]
):
    _made(world)

    assert client.get(PATH, query=query).wrong == wrong


@pytest.mark.parametrize("value", ["-1", "nan", "inf", "soon", "1e9"])
def test_given_a_time_that_is_none_when_asked_for_then_it_is_refused(
    client: Client, world: World, value: str
):
    _made(world)

    assert client.get(PATH, query={"start": value}).wrong.keys() == {"/start"}


def test_given_a_part_that_lasts_past_the_end_when_asked_for_then_it_ends_with_the_video(
    client: Client, world: World
):
    _made(world)

    assert client.get(PATH, query={"start": "1", "end": "500"}).json["end"] == 60.0


@pytest.mark.parametrize(
    ("video", "code"),
    [
        ({"transcription": NO_TRANSCRIPT}, "transcript.not_asked"),
        ({"transcription": ASKED}, "transcript.not_ready"),
        (
            {"transcription": ASKED, "transcript_error": make_failure(code="transcript.refused")},
            "transcript.failed",
        ),
        (
            {"transcription": ASKED, "status": VideoStatus.FAILED, "error": make_failure()},
            "transcript.failed",
        ),
    ],
)
def test_given_no_transcript_when_asked_for_then_it_is_told_why(
    client: Client, world: World, video: dict[str, object], code: str
):
    world.queue(**video)

    for answer in (client.get(PATH), client.put(PATH, body=_words(("a", 0, 1)))):
        assert (answer.status, answer.code) == (404, code)


def test_given_somebody_elses_video_when_asked_for_then_there_is_none(client: Client, world: World):
    _made(world)

    for answer in (
        client.stranger.get(PATH),
        client.stranger.put(PATH, body=_words(("a", 0, 1))),
    ):
        assert (answer.status, answer.code) == (404, "video.not_found")


def test_given_an_etag_when_asked_for_again_then_the_body_is_saved(client: Client, world: World):
    _made(world)
    tags = {}
    for name, query in {
        "json": {},
        "srt": {"format": "srt"},
        "part": {"start": "1"},
        "other part": {"start": "1.1"},
    }.items():
        tags[name] = client.get(PATH, query=query).headers["etag"]
        again = client.get(PATH, query=query, headers={"if-none-match": tags[name]})
        assert (again.status, again.text, again.headers["etag"]) == (304, "", tags[name])

    assert len(set(tags.values())) == len(tags)
    assert tags["json"] == '"1"'
    assert client.get(PATH, headers={"if-none-match": tags["srt"]}).status == 200


def test_given_words_when_replaced_then_sentences_and_captions_follow_as_a_new_version(
    client: Client, world: World
):
    _made(world)

    changed = client.put(PATH, body=_words(("Good", 0, 0.5), ("day.", 0.5, 1), ("Ann", 2, 3)))

    assert changed.status == 200
    assert (changed.json["version"], changed.headers["etag"]) == (2, '"2"')
    assert (changed.json["words"], changed.json["sentences"]) == (3, 2)
    assert "Good day. Ann" in client.get(PATH, query={"format": "vtt"}).text
    assert client.get(PATH).json["versions"] == [1, 2]
    first = client.get(PATH, query={"version": "1"}).json
    assert (first["version"], first["words"][0]["text"]) == (1, "Hello")
    gone = client.get(PATH, query={"version": "3"})
    assert (gone.status, gone.code) == (404, "transcript.no_version")


def test_given_a_transcript_as_it_was_told_when_put_back_then_nothing_changes(
    client: Client, world: World
):
    _made(world)
    told = client.get(PATH).json["words"]

    assert client.put(PATH, body={"words": told}).json["version"] == 1


def test_given_no_words_when_put_then_nothing_is_said(client: Client, world: World):
    _made(world)

    assert client.put(PATH, body={"words": []}).json["words"] == 0
    assert client.get(PATH).json["sentences"] == []


def test_given_speakers_when_renamed_then_words_and_captions_tell_their_names(
    client: Client, world: World
):
    words = tuple(
        replace(word, speaker=f"spk_{at // 2}") for at, word in enumerate(make_transcript().words)
    )
    _made(world, make_transcript(words=words))

    changed = client.put(PATH, body={"speakers": {"spk_0": "Ann", "spk_2": "Ann"}})

    assert changed.json["speakers"] == ["Ann", "spk_1"]
    assert [it["speaker"] for it in client.get(PATH).json["words"]] == [
        "Ann",
        "Ann",
        "spk_1",
        "spk_1",
        "Ann",
    ]
    assert "<v Ann>Hello there." in client.get(PATH, query={"format": "vtt"}).text
    assert client.get(PATH, query={"format": "txt"}).text.startswith("Ann: Hello there.")


def test_given_all_that_is_wrong_with_words_when_put_then_every_place_is_named(
    client: Client, world: World
):
    _made(world)

    wrong = client.put(
        PATH,
        body=_words(("a", 1, 2), ("\u200b", 0.5, 0.4), ("c", 3, 61)),
    ).wrong

    assert wrong == {
        "/words/1/text": "blank",
        "/words/1/end": "before_start",
        "/words/1/start": "out_of_order",
        "/words/2/end": "beyond_end",
    }


@pytest.mark.parametrize(
    ("body", "places"),
    [
        ({}, {""}),
        ({"words": [], "speakers": {"a": "b"}}, {""}),
        ({"words": None, "speakers": None}, {""}),
        ({"speakers": {}}, {"/speakers"}),
        ({"speakers": {"nobody/~": "Ann"}}, {"/speakers/nobody~1~0"}),
        ({"speakers": {"spk_0": " "}}, {"/speakers/spk_0"}),
        ({"words": [{"text": "", "start": 0, "end": 1}]}, {"/words/0/text"}),
        ({"words": [{"text": "a\nb", "start": 0, "end": 1}]}, {"/words/0/text"}),
        ({"words": [{"text": "x" * 101, "start": 0, "end": 1}]}, {"/words/0/text"}),
        ({"words": [{"text": "a", "start": -1, "end": 1}]}, {"/words/0/start"}),
        ({"words": [{"text": "a", "start": 0}]}, {"/words/0/end"}),
        ({"words": [{"text": "a", "start": 0, "end": 1, "sure": 1}]}, {"/words/0/sure"}),
        (
            {"words": [{"text": "a", "start": 0, "end": 1, "confidence": 2}]},
            {"/words/0/confidence"},
        ),
        ({"words": "all"}, {"/words"}),
        ({"text": "all"}, {"/text"}),
    ],
)
def test_given_a_body_that_is_none_when_put_then_the_place_is_named(
    client: Client, world: World, body: object, places: set[str]
):
    _made(world)

    assert client.put(PATH, body=body).wrong.keys() >= places


def test_given_a_version_that_moved_on_when_put_with_if_match_then_it_stays(
    client: Client, world: World
):
    _made(world)
    body = _words(("Mine.", 0, 1))
    assert client.put(PATH, body=body, headers={"if-match": '"1"'}).status == 200

    late = client.put(PATH, body=_words(("Late.", 0, 1)), headers={"if-match": '"1"'})

    assert (late.status, late.code) == (412, "precondition.failed")
    assert client.get(PATH).json["words"][0]["text"] == "Mine."
    assert client.put(PATH, body=body, headers={"if-match": '"2"'}).json["version"] == 2


def test_given_two_corrections_at_once_when_put_then_both_are_versions(
    client: Client, world: World
):
    _made(world)
    world.videos.before_save = lambda: client.put(PATH, body=_words(("First.", 0, 1)))

    assert client.put(PATH, body=_words(("Second.", 0, 1))).json["version"] == 3
    assert client.get(PATH, query={"version": "2"}).json["words"][0]["text"] == "First."


def _many(count: int) -> list[dict[str, object]]:
    return [{"text": f"word{at}", "start": at / 100, "end": at / 100} for at in range(count)]


def test_given_all_words_of_hours_when_put_then_they_are_taken(client: Client, world: World):
    """Far more than other bodies may have."""
    _made(world, make_transcript(words=(Word(text="a", start=0, end=7_200_000),)))
    world.videos.save(replace(world.video(), media=make_media(duration=7_200_000)))
    body = {"words": _many(20_000)}
    assert len(json.dumps(body)) > 1_000_000

    changed = client.put(PATH, body=body)
    assert changed.status == 200, changed.text[:500]
    assert changed.json["words"] == 20_000


def test_given_more_than_that_when_put_then_it_is_too_large(client: Client, world: World):
    _made(world)

    answer = client.put(PATH, body={"words": _many(90_000)})

    assert (answer.status, answer.code) == (413, "request.too_large")
    assert "4096 KiB" in answer.json["detail"]


def test_given_more_than_one_answer_can_hold_when_asked_for_then_parts_are_advised(
    client: Client, world: World
):
    words = tuple(Word(text=f"word{at}", start=at, end=at) for at in range(80_000))
    _made(world, Transcript(language="en-US", engine="x", words=words))

    answer = client.get(PATH)

    assert (answer.status, answer.code) == (413, "transcript.too_large")
    part = client.get(PATH, query={"start": "0", "end": "10"})
    assert (part.status, len(part.json["words"])) == (200, 10_000)


def test_given_a_video_when_told_then_how_its_transcript_stands_is_told_too(
    client: Client, world: World
):
    _made(world)
    told = client.get(f"/api/videos/{VIDEO}").json["transcript"]
    assert (told["status"], told["version"], told["corrected"]) == ("ready", 1, False)

    client.put(PATH, body=_words(("Mine.", 0, 1)))

    told = client.get(f"/api/videos/{VIDEO}").json["transcript"]
    assert (told["version"], told["corrected"], told["url"]) == (2, True, PATH)


@pytest.mark.parametrize(
    ("video", "status"),
    [
        ({"transcription": NO_TRANSCRIPT}, "not_asked"),
        ({"transcription": ASKED}, "pending"),
        ({"transcription": ASKED, "transcript_error": make_failure()}, "failed"),
    ],
)
def test_given_a_video_without_a_transcript_when_told_then_how_that_stands(
    client: Client, world: World, video: dict[str, object], status: str
):
    world.queue(**video)

    assert client.get(f"/api/videos/{VIDEO}").json["transcript"]["status"] == status
