"""A user's own version of a transcript, over the one that was read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from functions.domain.errors import PreconditionError
from functions.domain.media.ports import MediaStore
from functions.domain.ports import VideoStore
from functions.domain.transcripts.document import KeptTranscript, MadeBy
from functions.domain.transcripts.transcript import Transcript
from functions.domain.video import Video
from functions.services.ownership import Caller, own_video
from functions.services.transcripts.keep_transcript import NewVersion, keep_transcript
from functions.services.transcripts.tell_transcript import require_transcript

Correct = Callable[[Video, Transcript], Transcript]


def correct_transcript(
    caller: Caller,
    video_id: str,
    correct: Correct,
    *,
    videos: VideoStore,
    media: MediaStore,
    now: datetime,
    accepted: frozenset[int] | None = None,
) -> KeptTranscript:
    """The new version; what changes nothing is none.

    Raises PreconditionError if it is at no accepted version, and what `correct` raises.
    """

    def change(video: Video, before: KeptTranscript | None) -> Transcript | None:
        kept = before or require_transcript(media, video)
        said = kept.transcript
        if accepted is not None and said.version not in accepted:
            raise PreconditionError("The transcript", said.version)
        corrected = correct(video, said)
        return None if corrected == said else corrected

    own = own_video(caller, videos, video_id)
    new = NewVersion(change=change, made_by=MadeBy.USER, made_of=None, now=now)
    _, kept = keep_transcript(videos, media, own.video_id, new)
    return kept or require_transcript(media, own)
