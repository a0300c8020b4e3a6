"""The clips of a video as its user sees them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from functions.domain.errors import (
    ConflictError,
    FieldError,
    InvalidInputError,
    NotFoundError,
)
from functions.domain.media.source import Source
from functions.domain.moments.clip import ClipOptions
from functions.domain.moments.moment import Moment, to_cut
from functions.domain.segments.segment import Segment, SegmentStatus
from functions.services.moments.cut_clips import Cutting, clip_of, cut_clips
from functions.services.ownership import Caller, is_id, own_video, require_owner

MAX_CLIPS = 50
"""Of one call."""


class ClipState(StrEnum):
    """`none`: nobody has asked for it, or it was deleted."""

    NONE = "none"
    PENDING = "pending"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ClipOfMoment:
    moment: Moment
    segment: Segment | None

    @property
    def state(self) -> ClipState:
        return ClipState(self.segment.status.value) if self.segment else ClipState.NONE


def request_clips(
    cutting: Cutting,
    caller: Caller,
    video_id: str,
    options: ClipOptions,
    moment_ids: Sequence[str] | None = None,
) -> list[ClipOfMoment]:
    """Clips of these moments, or of all that were not rejected.

    Raises NotFoundError for the video, InvalidInputError for moments that are none of it or were
    refined, ConflictError where there is nothing to cut.
    """
    video = own_video(caller, cutting.made.context.videos, video_id)
    there = cutting.made.moments.of_video(video_id)
    wanted = to_cut(there) if moment_ids is None else _named(there, moment_ids)
    if not wanted:
        says = "This video has no moments to cut; generate some first."
        raise ConflictError("clips.no_moments", says)
    if len(wanted) > MAX_CLIPS:
        says = f"{len(wanted)} moments; name {MAX_CLIPS} at the most in one call."
        raise InvalidInputError(
            "request.invalid", says, fields=(FieldError("/moment_ids", "too_many", says),)
        )
    return [ClipOfMoment(*pair) for pair in cut_clips(cutting, video, wanted, options)]


def _named(there: Sequence[Moment], moment_ids: Sequence[str]) -> list[Moment]:
    known = {moment.moment_id: moment for moment in there}
    wrong = tuple(
        FieldError(f"/moment_ids/{place}", *found)
        for place, moment_id in enumerate(moment_ids)
        if (found := _wrong(known.get(moment_id)))
    )
    if wrong:
        raise InvalidInputError("request.invalid", "Not all can be cut.", fields=wrong)
    return [known[moment_id] for moment_id in dict.fromkeys(moment_ids)]


def _wrong(moment: Moment | None) -> tuple[str, str] | None:
    if moment is None:
        return "unknown_moment", "This video has no such moment."
    if not moment.current:
        return (
            "superseded",
            f"It was refined; its latest version goes on from {moment.superseded_by}.",
        )
    return None


def clips_of(cutting: Cutting, caller: Caller, video_id: str) -> list[ClipOfMoment]:
    """Those of the latest moments, whether they were cut or not; rejected ones where they were."""
    own_video(caller, cutting.made.context.videos, video_id)
    moments = [one for one in cutting.made.moments.of_video(video_id) if one.current]
    ids = [one.clip.segment_id for one in moments if one.clip]
    rows = {row.segment_id: row for row in cutting.segments.get_many(ids)}
    wanted = {one.moment_id for one in to_cut(moments)}
    clips = [
        ClipOfMoment(one, rows.get(one.clip.segment_id) if one.clip else None) for one in moments
    ]
    shown = [clip for clip in clips if clip.segment or clip.moment.moment_id in wanted]
    return sorted(shown, key=lambda clip: (clip.moment.start, clip.moment.moment_id))


def recut_clip(
    cutting: Cutting, caller: Caller, moment_id: str, options: ClipOptions | None
) -> ClipOfMoment:
    """None is as it was cut before. Raises NotFoundError, ConflictError for an older version."""
    moment = _own(cutting, caller, moment_id)
    moment.require_current()
    video = own_video(caller, cutting.made.context.videos, moment.video_id)
    if options is None:
        options = moment.clip.options if moment.clip else ClipOptions()
    ((moment, segment),) = cut_clips(cutting, video, [moment], options)
    return ClipOfMoment(moment, segment)


def ready_clip(cutting: Cutting, caller: Caller, moment_id: str) -> Segment:
    """A clip that can be watched. Raises NotFoundError where there is none, ConflictError while it
    is being cut or when that has failed."""
    moment = _own(cutting, caller, moment_id)
    segment = clip_of(cutting.segments, moment)
    if segment is None:
        says = "No clip was cut of this moment; ask for one."
        raise NotFoundError("clip.not_found", says)
    if segment.status is SegmentStatus.PENDING:
        raise ConflictError("clip.not_ready", "The clip is being cut; ask again in a moment.")
    if segment.status is SegmentStatus.FAILED:
        why = segment.error.detail if segment.error else "It could not be cut."
        raise ConflictError("clip.failed", f"{why} Ask for it to be cut again.")
    return segment


def file_of(segment: Segment) -> Source:
    """The file of a clip, as something to read by ranges."""
    return Source(key=segment.s3_key, size=segment.file_size, etag="")


def _own(cutting: Cutting, caller: Caller, moment_id: str) -> Moment:
    found = cutting.made.moments.find(moment_id) if is_id(moment_id) else None
    moment = require_owner(caller, found, "moment")
    own_video(caller, cutting.made.context.videos, moment.video_id)
    # The index may be a second old.
    return cutting.made.moments.get(moment.video_id, moment.moment_id) or moment
