"""Second step of a range: cut it, look at it, upload it, and let the segment be seen as ready.

The row is written last, after the thumbnail's, so that a worker that is killed leaves it pending,
and the next attempt begins again; each file has one name and each row one id, whoever writes it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from functions.domain.codec import from_plain
from functions.domain.cutting.job import CutFile, CutJob, Inspection
from functions.domain.cutting.plan import Plan
from functions.domain.errors import MediaError, NotFoundError, UnavailableError
from functions.domain.media.ports import Cutter
from functions.domain.segments.segment import Segment, SegmentStatus, range_thumbnail_id
from functions.domain.video import Video
from functions.services.cutting.cut_rows import range_thumbnail_row
from functions.services.cutting.cut_window import SOURCE_URL_SECONDS
from functions.services.cutting.range_state import RangeKeys, clear_up, settle
from functions.services.cutting.store_segment import SHORTFALL
from functions.services.runs.stages import Context
from functions.services.segments.captions import read_captions

# One file is waited for and the others are thrown away: ffmpeg is never held for want of room.
NEVER_FULL = 1 << 62


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeBounds:
    """What one invocation may use: a folder, and time until `stop` says enough."""

    folder: Path
    stop: Callable[[], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    video: Video
    plan: Plan
    file: CutFile
    seen: Inspection


def cut_range(
    context: Context, cutter: Cutter, bounds: RangeBounds, *, segment_id: str, keys: RangeKeys
) -> bool:
    """Whether the segment is ready now: it may have been deleted, or given up, meanwhile.

    Raises MediaError where the range cannot be cut.
    """
    segment = context.segments.get(segment_id)
    if segment is not None and segment.status is SegmentStatus.PENDING:
        made = _make(context, cutter, bounds, segment.video_id, keys.plan_key)
        context.media.upload(made.file.path, keys.target_key, made.plan.format.content_type)
        _store_thumbnail(context, segment, made.seen.thumbnail)
        segment = settle(context, segment_id, lambda pending: _ready(context, pending, made, keys))
    clear_up(context, segment_id, segment, keys)
    return segment is not None and segment.status is SegmentStatus.READY


def _store_thumbnail(context: Context, pending: Segment, path: Path | None) -> None:
    """The file first. Sound alone has no picture."""
    if path is not None:
        row = range_thumbnail_row(pending, path, context.clock())
        context.media.upload(path, row.s3_key, row.content_type)
        context.segments.add([row])


def _make(
    context: Context, cutter: Cutter, bounds: RangeBounds, video_id: str, plan_key: str
) -> _Made:
    video = context.videos.get(video_id)
    if video is None or video.source is None:
        raise NotFoundError("video.not_found", "The video was deleted before the range was cut.")
    plan = from_plain(Plan, context.media.read_json(plan_key))
    window = plan.windows[0]
    job = CutJob(
        source_url=context.media.sign_get(video.source, SOURCE_URL_SECONDS),
        plan=plan,
        segments=plan.of_window(window),
        skip=frozenset(range(window.first, window.last)),
        folder=bounds.folder,
        disk_budget=NEVER_FULL,
        captions=read_captions(context.media, plan.target.captions_key if plan.target else None),
        reach=window.reach or plan.whole_reach(video.source.size),
    )
    file = _wanted(cutter, job, bounds)
    seen = cutter.inspect(file.path, plan)
    _require_whole(plan, file, seen)
    return _Made(video=video, plan=plan, file=file, seen=seen)


def _wanted(cutter: Cutter, job: CutJob, bounds: RangeBounds) -> CutFile:
    """The one file that is kept."""
    found: CutFile | None = None
    for file in cutter.cut(job, lambda _: None, bounds.stop):
        if file.segment.number in job.skip:
            file.path.unlink(missing_ok=True)
        else:
            found = file
    if found is not None:
        return found
    raise _too_slow(job.plan) if bounds.stop() else _shortfall(job.plan)


def _require_whole(plan: Plan, file: CutFile, seen: Inspection) -> None:
    """ffmpeg ends well on a source that is cut off. A stated length may be a guess, so a range
    up to the end is given more room."""
    last = file.segment.number == len(plan.segments)
    room = max(SHORTFALL, plan.duration // 20) if last else SHORTFALL
    if file.segment.end - (file.actual_start + seen.duration) > room:
        raise _shortfall(plan)


def _shortfall(plan: Plan) -> MediaError | UnavailableError:
    """With an index the probe has seen the whole file, so a short read is worth another try."""
    if plan.one_pass:
        return MediaError("media.truncated", "The file ends before this range does.")
    return UnavailableError("cut.short_read", "The source could not be read to the range's end.")


def _too_slow(plan: Plan) -> MediaError | UnavailableError:
    if plan.one_pass and plan.windows[0].reach is None:
        return MediaError(
            "range.too_far",
            "This file can only be read from its start, and the range lies too far in it. "
            "Upload it as MP4 or MKV.",
        )
    return UnavailableError("cut.too_slow", "The range was not finished in the time allowed.")


def _ready(context: Context, pending: Segment, made: _Made, keys: RangeKeys) -> Segment:
    """What was measured, beside what was asked for and what the user says of it."""
    file, seen = made.file, made.seen
    picture = made.video.media.video if made.video.media else None
    own = (picture.width, picture.height) if picture else (None, None)
    width, height = file.size or own
    return replace(
        pending,
        status=SegmentStatus.READY,
        s3_key=keys.target_key,
        file_size=file.path.stat().st_size,
        content_type=made.plan.format.content_type,
        duration=seen.duration,
        actual_start=file.actual_start,
        actual_end=file.actual_start + seen.duration,
        frame_count=seen.frame_count,
        has_sound=seen.audio is not None,
        cut=file.cut.value,
        cut_reason=file.cut_reason.value if file.cut_reason else None,
        width=width,
        height=height,
        thumbnail_id=range_thumbnail_id(pending.segment_id) if seen.thumbnail else None,
        updated_at=context.clock(),
    )
