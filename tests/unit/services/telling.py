"""Videos in which somebody speaks, for tests of what becomes of it."""

from __future__ import annotations

from functions.domain.keys import transcript_key
from functions.domain.transcripts.document import KeptTranscript, MadeBy, to_document
from functions.domain.transcripts.transcript import Transcript
from functions.domain.video import Video, VideoStatus
from tests.builders import USER, VIDEO, make_media, make_queued_video
from tests.fakes.clock import EPOCH
from tests.fakes.world import World
from tests.media.talks import TRIED_ON, transcript_of

BEES = transcript_of(TRIED_ON[0])
LENGTH = BEES.words[-1].end + 1_000


def tell(world: World, said: Transcript = BEES, **overrides: object) -> Video:
    """VIDEO, ready, with this transcript."""
    key = transcript_key(USER, VIDEO, said.version, "d")
    kept = KeptTranscript(transcript=said, made_at=EPOCH, made_by=MadeBy.ENGINE)
    world.media.write_json(key, to_document(kept))
    defaults: dict[str, object] = {
        "status": VideoStatus.READY,
        "media": make_media(duration=LENGTH),
        "transcript_key": key,
        "transcript_version": said.version,
    }
    video = make_queued_video(**{**defaults, **overrides})
    known = world.videos.get(VIDEO)
    if known is None:
        world.videos.create(video)
    else:
        from dataclasses import replace

        world.videos.save(replace(video, version=known.version))
    return video
