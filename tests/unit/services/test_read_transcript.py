from __future__ import annotations

from dataclasses import replace

from functions.domain.transcripts.document import KeptTranscript, MadeBy, to_document
from functions.services.transcripts.reading import read_transcript
from tests.builders import make_transcript
from tests.fakes.clock import EPOCH
from tests.fakes.world import World


def test_given_a_video_without_a_transcript_when_read_then_there_is_none(world: World):
    world.queue()

    assert read_transcript(world.context, world.video()) is None


def test_given_a_kept_transcript_when_read_then_it_is_what_was_kept(world: World):
    world.queue()
    said = make_transcript("Hello there. How are you?")
    kept = KeptTranscript(transcript=said, made_at=EPOCH, made_by=MadeBy.ENGINE)
    world.media.write_json("media/a/b/transcript/1.json", to_document(kept))
    video = replace(world.video(), transcript_key="media/a/b/transcript/1.json")

    assert read_transcript(world.context, video) == said
