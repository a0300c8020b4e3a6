"""Captions that are made of what is said, in place of text that is sent."""

from __future__ import annotations

import pytest

from functions.domain.captions.cue import Cue
from functions.domain.transcripts.options import TranscriptOptions
from functions.domain.transcripts.transcript import Sentence, Transcript, Word
from functions.domain.video import VideoStatus
from functions.services.segments.captions import read_captions
from tests.builders import VIDEO, make_failure, make_moment
from tests.fakes.world import World
from tests.unit.api.client import Answer, Client
from tests.unit.services.telling import BEES, tell

SAID = {"captions_from": "transcript"}
WHERE = "/target/captions_from"
UPLOAD = {"file_name": "talk.mp4", "size": 5_000, "content_type": "video/mp4"}
SECOND = BEES.sentences[1]
START, END = BEES.words[SECOND.first].start, BEES.words[SECOND.last].end


def ranged(client: Client, **more: object) -> Answer:
    target = {**SAID, **more}
    body = {"video_id": VIDEO, "start": START / 1000, "end": END / 1000, "cut": "accurate"}
    return client.post("/api/segments", {**body, "target": target})


def kept(world: World) -> tuple[Cue, ...]:
    """Captions of the one segment that there is."""
    (row,) = world.segments.all()
    assert row.target
    assert row.target.captions_from is None
    return read_captions(world.media, row.target.captions_key)


def text_of(cues: tuple[Cue, ...]) -> str:
    return " ".join(cue.text.replace("\n", " ") for cue in cues)


def said_there() -> str:
    return " ".join(word.text for word in BEES.words[SECOND.first : SECOND.last + 1])


def test_given_a_transcript_when_a_range_is_captioned_by_it_then_with_its_own_words_alone(
    client: Client, world: World
):
    tell(world)

    answer = ranged(client)

    assert answer.status == 202, answer.text
    cues = kept(world)
    assert text_of(cues) == said_there()
    assert cues[0].start >= START
    assert cues[-1].end <= END


def test_given_a_range_in_which_nobody_speaks_when_captioned_then_there_are_none(
    client: Client, world: World
):
    tell(world, Transcript(language="en", engine="none"))

    assert ranged(client).status == 202
    assert kept(world) == ()


def test_given_a_moment_when_its_clip_is_captioned_then_what_is_said_around_it_is_not_shown(
    client: Client, world: World
):
    tell(world)
    moment = make_moment(start=START, end=END)
    world.moments.rows[VIDEO, moment.moment_id] = moment

    by_name = client.post(f"/api/videos/{VIDEO}/clips", {"captions": True})
    by_target = client.post(f"/api/videos/{VIDEO}/clips", {"target": SAID})

    assert text_of(kept(world)) == said_there()
    assert by_name.json["items"] == by_target.json["items"]


def test_given_text_of_ones_own_too_when_asked_for_then_it_is_one_or_the_other(
    client: Client, world: World
):
    tell(world)

    answer = ranged(client, captions="1\n00:00:01,000 --> 00:00:02,000\nHello\n")

    assert answer.wrong == {WHERE: "twice"}
    assert not world.segments.all()


@pytest.mark.parametrize(
    ("video", "code"),
    [
        ({"transcription": TranscriptOptions(wanted=False)}, "transcript.not_asked"),
        ({"status": VideoStatus.PROCESSING}, "transcript.not_ready"),
        ({"transcript_error": make_failure()}, "transcript.failed"),
    ],
)
def test_given_no_transcript_when_captions_are_to_be_made_of_it_then_it_says_why_there_is_none(
    client: Client, world: World, video: dict[str, object], code: str
):
    asked = {"transcription": TranscriptOptions(wanted=True), **video}
    tell(world, transcript_key=None, transcript_version=0, **asked)

    answer = ranged(client)
    body = {"video_id": VIDEO, "segmentation": {"cut": "accurate", "target": SAID}}
    again = client.post("/api/pipeline/start", body)

    assert (answer.status, answer.json["code"]) == (409, code)
    assert (again.status, again.json["code"]) == (409, code)
    assert not world.segments.all()


def test_given_a_new_cut_when_captioned_by_the_transcript_then_all_that_is_said_is_kept(
    client: Client, world: World
):
    tell(world)
    body = {"video_id": VIDEO, "segmentation": {"cut": "accurate", "target": SAID}}

    assert client.post("/api/pipeline/start", body).status == 202

    video = world.videos.get(VIDEO)
    assert video
    assert video.segmentation.target
    cues = read_captions(world.media, video.segmentation.target.captions_key)
    assert text_of(cues) == " ".join(word.text for word in BEES.words)
    shown = client.get(f"/api/videos/{VIDEO}").json["segmentation"]["target"]
    assert shown["captions_from"] is None


def test_given_an_upload_when_it_is_to_be_captioned_by_its_transcript_then_it_has_none_yet(
    client: Client,
):
    options = {"segmentation": {"cut": "accurate", "target": SAID}}

    sent = client.post("/api/videos/uploads", {**UPLOAD, "options": options})
    named = client.post("/api/videos", {"url": "https://media.test/a.mp4", "options": options})
    usual = client.put("/api/preferences", body={"segmentation": options["segmentation"]})

    assert sent.wrong == {f"/options/segmentation{WHERE}": "not_yet"}
    assert named.wrong == {f"/options/segmentation{WHERE}": "not_yet"}
    assert usual.wrong == {f"/segmentation{WHERE}": "not_of_all"}


def test_given_items_when_made_together_then_one_without_a_transcript_falls_alone(
    client: Client, world: World
):
    tell(world, transcript_key=None, transcript_version=0)
    item = {"video_id": VIDEO, "start": 1.0, "end": 3.0, "cut": "accurate"}
    body = {"segments": [{**item, "target": SAID}, item]}

    results = client.post("/api/segments/batch-create", body).json["results"]

    assert [one["status"] for one in results] == [409, 202]
    assert results[0]["error"]["code"].startswith("transcript.")


def test_given_letters_that_would_be_boxes_when_captioned_then_the_word_is_named(
    client: Client, world: World
):
    words = (Word(text="Hello", start=0, end=500), Word(text="世界", start=600, end=900))
    said = Transcript(
        language="ja-JP", words=words, sentences=(Sentence(first=0, last=1),), engine="written"
    )
    tell(world, said)
    body = {"video_id": VIDEO, "start": 0.0, "end": 2.0, "cut": "accurate", "target": SAID}

    answer = client.post("/api/segments", body)

    assert (answer.status, answer.json["code"]) == (409, "captions.letters")
    assert "世界" in answer.json["detail"]
