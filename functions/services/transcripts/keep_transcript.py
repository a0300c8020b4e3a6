"""Another version of a transcript: its object first, then the video's row, over what was read."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from functions.domain.errors import NotFoundError, StaleWriteError
from functions.domain.ids import fingerprint
from functions.domain.keys import transcript_key
from functions.domain.media.ports import MediaStore
from functions.domain.ports import VideoStore
from functions.domain.transcripts.document import KeptTranscript, MadeBy, to_document
from functions.domain.transcripts.transcript import Transcript
from functions.domain.video import Video
from functions.services.transcripts.reading import read_kept

ATTEMPTS = 5
Change = Callable[[Video, KeptTranscript | None], Transcript | None]
"""From what is there to what is to be there; None leaves it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewVersion:
    """`made_of` names what an engine made it of, None for a user's."""

    change: Change
    made_by: MadeBy
    made_of: str | None
    now: datetime


def keep_transcript(
    videos: VideoStore, media: MediaStore, video_id: str, new: NewVersion
) -> tuple[Video, KeptTranscript | None]:
    """The video and the version it has afterwards. An object that no row came to name is removed.

    Raises NotFoundError for a video that is gone, StaleWriteError where writers are too many.
    """
    for left in reversed(range(ATTEMPTS)):
        video = videos.get(video_id)
        if video is None:
            raise NotFoundError("video.not_found", "There is no such video.")
        before = read_kept(media, video.transcript_key)
        said = new.change(video, before)
        if said is None:
            return video, before
        kept, key = _next(video, before, said, new)
        media.write_json(key, to_document(kept))
        version = kept.transcript.version
        try:
            return videos.save(_noted(video, key, version, new)), kept
        except StaleWriteError:
            _forget(videos, media, video_id, key)
            if not left:
                raise
    raise AssertionError("unreachable")


def _next(
    video: Video, before: KeptTranscript | None, said: Transcript, new: NewVersion
) -> tuple[KeptTranscript, str]:
    if before is None or video.transcript_key is None:
        first = replace(said, version=video.transcript_version + 1)
        kept = KeptTranscript(transcript=first, made_at=new.now, made_by=new.made_by)
    else:
        kept = before.followed_by(
            said, key=video.transcript_key, made_at=new.now, made_by=new.made_by
        )
    document = to_document(kept)
    # A repeated write is the same write, whenever it is made.
    del document["made_at"]
    digest = fingerprint(json.dumps(document))
    return kept, transcript_key(video.user_id, video.video_id, kept.transcript.version, digest)


def _noted(video: Video, key: str, version: int, new: NewVersion) -> Video:
    if new.made_of is None:
        return video.with_correction(key, version, new.now)
    return video.with_transcript(key, version, new.made_of, new.now)


def _forget(videos: VideoStore, media: MediaStore, video_id: str, key: str) -> None:
    """Another writer of just these words may have been first."""
    video = videos.get(video_id)
    if video is None or video.transcript_key != key:
        media.delete([key])
