"""A video's transcript, as others read it."""

from __future__ import annotations

from functions.domain.media.ports import MediaStore
from functions.domain.transcripts.document import KeptTranscript, from_document
from functions.domain.transcripts.transcript import Transcript
from functions.domain.video import Video
from functions.services.runs.stages import Context


def read_transcript(context: Context, video: Video) -> Transcript | None:
    """The latest version; None where there is none (not asked for, not made yet, or failed)."""
    kept = read_kept(context.media, video.transcript_key)
    return kept.transcript if kept else None


def read_kept(media: MediaStore, key: str | None) -> KeptTranscript | None:
    """A version with what is known of those before it."""
    return None if key is None else from_document(media.read_json(key))
