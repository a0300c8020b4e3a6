"""What of a transcript is told: a version of it, all or one part."""

from __future__ import annotations

from dataclasses import dataclass

from functions.domain.errors import FieldError, InvalidInputError, NotFoundError
from functions.domain.media.ports import MediaStore
from functions.domain.segments.segment import Segment
from functions.domain.times import Milliseconds, seconds
from functions.domain.transcripts.clip import clip_of
from functions.domain.transcripts.document import KeptTranscript
from functions.domain.transcripts.transcript import Transcript
from functions.domain.video import Video, VideoStatus
from functions.services.transcripts.reading import read_kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is said from `start` to `end` of the video, counted from `start`."""

    said: Transcript
    versions: tuple[int, ...]
    start: Milliseconds
    end: Milliseconds


@dataclass(frozen=True, slots=True)
class Stretch:
    """Of the video; None is its own start or end."""

    start: Milliseconds | None = None
    end: Milliseconds | None = None


ALL_OF_IT = Stretch()


def tell_transcript(
    media: MediaStore, video: Video, stretch: Stretch, version: int | None = None
) -> Told:
    """Raises NotFoundError by why there is none, InvalidInputError for a stretch that is none."""
    kept = require_transcript(media, video)
    latest = kept.transcript.version
    versions = (*(one.version for one in kept.earlier), latest)
    said = _version(media, kept, version if version is not None else latest)
    start, end = _bounds(video, said, stretch)
    part = said if stretch == ALL_OF_IT else clip_of(said, start, end)
    return Told(said=part, versions=versions, start=start, end=end)


def require_transcript(media: MediaStore, video: Video) -> KeptTranscript:
    """The latest version. Raises NotFoundError that tells not asked, not yet and failed apart."""
    kept = read_kept(media, video.transcript_key)
    if kept is not None:
        return kept
    if not video.transcribes:
        raise NotFoundError(
            "transcript.not_asked",
            "No transcript was asked for. Start the pipeline with one.",
        )
    error = video.transcript_error or (video.error if video.status is VideoStatus.FAILED else None)
    if error is not None:
        raise NotFoundError("transcript.failed", f"There is no transcript: {error.detail}")
    raise NotFoundError("transcript.not_ready", "The transcript is not made yet; ask again later.")


def stretch_of(segment: Segment) -> Stretch:
    """Where a segment's file lies in the video. Raises InvalidInputError where that is unknown."""
    start = segment.start if segment.actual_start is None else segment.actual_start
    end = segment.end if segment.actual_end is None else segment.actual_end
    if start is None or end is None or end <= start:
        says = "This segment is no part of the video's time."
        raise InvalidInputError(
            "request.invalid", says, fields=(FieldError("/segment_id", "no_place", says),)
        )
    return Stretch(start, end)


def _version(media: MediaStore, kept: KeptTranscript, version: int) -> Transcript:
    if kept.transcript.version == version:
        return kept.transcript
    for edition in kept.earlier:
        earlier = read_kept(media, edition.key) if edition.version == version else None
        if earlier is not None:
            return earlier.transcript
    raise NotFoundError("transcript.no_version", "There is no such version of the transcript.")


def _bounds(video: Video, said: Transcript, stretch: Stretch) -> tuple[Milliseconds, Milliseconds]:
    lasts = max((word.end for word in said.words), default=0)
    duration = max(video.media.duration if video.media else 0, lasts)
    start = stretch.start or 0
    end = duration if stretch.end is None else min(stretch.end, duration)
    if start and start >= duration:
        says = f"The video lasts {seconds(duration)} s; begin before that."
        raise InvalidInputError(
            "request.invalid", says, fields=(FieldError("/start", "beyond_end", says),)
        )
    if stretch.end is not None and stretch.end <= start:
        says = "A stretch ends after its start."
        raise InvalidInputError(
            "request.invalid", says, fields=(FieldError("/end", "before_start", says),)
        )
    return start, end
