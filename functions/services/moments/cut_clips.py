"""Moments become clips: each a segment that is cut as ranges are.

The segment is written before the moment tells of it. Both ids follow from the moment and from
which cut of it this is, so that what is killed between the two, or asked for twice, is one clip.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from functions.domain.cutting.exactness import EncodeTarget
from functions.domain.errors import ConflictError, StaleWriteError
from functions.domain.moments.clip import USUAL_CLIP, Clip, ClipOptions, clip_id_of
from functions.domain.moments.moment import Moment
from functions.domain.ports import SegmentStore
from functions.domain.segments.segment import Segment, SegmentStatus
from functions.domain.transcripts.transcript import Transcript
from functions.domain.video import Video
from functions.services.moments.context import MomentContext, read_words
from functions.services.segments.create_segment import NewSegment, add_segment
from functions.services.segments.said_captions import keep_said, target_kept

_ATTEMPTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Cutting:
    """What clips are cut with."""

    made: MomentContext
    segments: SegmentStore

    @property
    def now(self) -> datetime:
        return self.made.context.clock()


def cut_clips(
    cutting: Cutting,
    video: Video,
    moments: Sequence[Moment],
    options: ClipOptions = USUAL_CLIP,
    *,
    by: str | None = None,
) -> list[tuple[Moment, Segment]]:
    """A clip of each; what is there, and was asked for so, is left as it is. For a run (`by`) each
    is cut anew that it has not cut itself.

    Raises ConflictError until the video was read, and where captions are asked for and there is no
    transcript.
    """
    if video.media is None or video.source is None:
        raise ConflictError("video.not_ready", "The video was not read yet; wait for its run.")
    said = read_words(cutting.made.context, video) if options.captions else None
    return [
        _cut(cutting, video, moment, _resolved(cutting, video, moment, options, said), by)
        for moment in moments
    ]


def _resolved(
    cutting: Cutting, video: Video, moment: Moment, options: ClipOptions, said: Transcript | None
) -> ClipOptions:
    """With captions kept beside the video, by a name that follows from their text: once words were
    corrected, another clip is wanted. A cut takes those that lie in it, from its own start."""
    media, target = cutting.made.context.media, options.target
    if said is not None:
        key = keep_said(media, video, said, moment.start, moment.end)
        return replace(options, target=replace(target or EncodeTarget(), captions_key=key))
    if target is None:
        return options
    return replace(options, target=target_kept(media, video, target, moment.start, moment.end))


def _cut(
    cutting: Cutting, video: Video, moment: Moment, options: ClipOptions, by: str | None
) -> tuple[Moment, Segment]:
    for _ in range(_ATTEMPTS):
        known = _there(cutting, moment, options, by)
        if known is not None:
            return moment, known
        number = moment.clip.number + 1 if moment.clip else 1
        segment_id = clip_id_of(moment.moment_id, number)
        clip = Clip(segment_id=segment_id, options=options, number=number, run_id=by)
        segment = add_segment(
            _new(moment, options),
            video,
            segment_id,
            segments=cutting.segments,
            media=cutting.made.context.media,
            now=cutting.now,
        )
        try:
            return cutting.made.moments.save(replace(moment, clip=clip)), segment
        except StaleWriteError:
            again = cutting.made.moments.get(moment.video_id, moment.moment_id)
            if again is None:
                raise
            moment = again
    raise StaleWriteError("The moment")


def _there(
    cutting: Cutting, moment: Moment, options: ClipOptions, by: str | None
) -> Segment | None:
    """A clip that need not be cut again."""
    known = clip_of(cutting.segments, moment)
    if moment.clip is None or known is None or _failed(known):
        return None
    same = moment.clip.options == options and by in {None, moment.clip.run_id}
    return known if same else None


def follow_clip(cutting: Cutting, video: Video, child: Moment) -> Moment:
    """A refined moment whose clip was cut is cut anew, as that was."""
    before = child.parent_id
    parent = cutting.made.moments.get(child.video_id, before) if before else None
    if parent is None or parent.clip is None:
        return child
    ((moment, _),) = cut_clips(cutting, video, [child], parent.clip.options)
    return moment


def clip_of(segments: SegmentStore, moment: Moment) -> Segment | None:
    """None where none was cut, or where it was deleted."""
    return segments.get(moment.clip.segment_id) if moment.clip else None


def _failed(segment: Segment) -> bool:
    return segment.status is SegmentStatus.FAILED


def _new(moment: Moment, options: ClipOptions) -> NewSegment:
    return NewSegment(
        video_id=moment.video_id,
        start=moment.start,
        end=moment.end,
        title=moment.title,
        description=moment.reason or None,
        tags=moment.tags,
        cut=options.cut,
        target=options.target,
        moment_id=moment.moment_id,
    )
