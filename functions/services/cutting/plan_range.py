"""First step of a range: where to cut, as one file that holds all of what was asked for."""

from __future__ import annotations

from functions.domain.codec import to_plain
from functions.domain.cutting.exactness import Exactness
from functions.domain.cutting.plan import Plan
from functions.domain.cutting.range_plan import Range, make_range_plan
from functions.domain.errors import ConflictError, NotFoundError, TooLargeError
from functions.domain.keys import range_key, range_plan_key
from functions.domain.media.ports import Prober
from functions.domain.media.source import Source
from functions.domain.segments.segment import Segment, SegmentStatus
from functions.domain.times import Milliseconds
from functions.services.cutting.plan_segments import piece_of
from functions.services.cutting.range_state import RangeKeys
from functions.services.runs.stages import Context, read_probe

MIB = 1024 * 1024


def plan_range(context: Context, prober: Prober, *, segment_id: str, limit: int) -> RangeKeys:
    """Store the plan. `limit` is how many bytes the file may have.

    Raises TooLargeError, NotFoundError for a deleted segment or video, ConflictError for a
    segment that does not wait any more.
    """
    segment = _pending(context, segment_id)
    video = context.videos.get(segment.video_id)
    if video is None or video.source is None:
        raise NotFoundError("video.not_found", "The video was deleted before the range was cut.")
    source, probe = video.source, read_probe(context, video)
    plan = make_range_plan(
        probe,
        _asked(segment, probe.media.duration),
        find_keyframes=lambda times: prober.keyframes_after(source, times),
        find_reach=lambda begin, end: prober.reach(source, probe, begin, end),
        piece=piece_of(probe, source),
    )
    _require_room(plan, source, limit)
    place = (segment.user_id, segment.video_id, segment_id)
    keys = RangeKeys(
        plan_key=range_plan_key(*place), target_key=range_key(*place, plan.format.extension)
    )
    context.media.write_json(keys.plan_key, to_plain(plan))
    return keys


def _pending(context: Context, segment_id: str) -> Segment:
    segment = context.segments.get(segment_id)
    if segment is None:
        raise NotFoundError("segment.not_found", "The segment was deleted before it was cut.")
    if segment.status is not SegmentStatus.PENDING:
        raise ConflictError("range.settled", "This range was cut before, or has failed.")
    return segment


def _asked(segment: Segment, duration: Milliseconds) -> Range:
    """What was asked, as far as the video lasts."""
    start = min(segment.start or 0, duration)
    end = duration if segment.end is None else min(segment.end, duration)
    return Range(
        start=start,
        end=max(start, end),
        cut=Exactness(segment.cut or Exactness.KEYFRAME),
        target=segment.target,
    )


def _require_room(plan: Plan, source: Source, limit: int) -> None:
    """By the source's mean rate: one file has to fit on a function's disk."""
    wanted = plan.segments[plan.windows[0].last - 1]
    later = plan.segments[wanted.number : wanted.number + 1]
    length = (later[0].cut if later else plan.duration) - wanted.cut
    size = source.size * length // max(plan.duration, 1)
    if size > limit:
        raise TooLargeError(
            "range.too_large",
            f"This range makes a file of about {size // MIB} MB; {limit // MIB} MB can be cut. "
            "Ask for a shorter one.",
        )
