"""Fifth stage: the video's sound in one file, without touching a packet."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from functions.domain.cutting.job import StopRequested
from functions.domain.cutting.plan import Plan
from functions.domain.errors import UnavailableError
from functions.domain.keys import audio_key, audio_piece_key
from functions.domain.media.containers import FileFormat
from functions.domain.media.ports import Cutter
from functions.domain.runs.run import Stage
from functions.domain.segments.segment import Segment, SegmentType, segment_id_of
from functions.domain.times import Milliseconds
from functions.domain.video import Video
from functions.services.cutting.cut_window import SOURCE_URL_SECONDS
from functions.services.cutting.redo import in_place, record
from functions.services.runs.stages import (
    Context,
    StageWork,
    read_plan,
    require_open,
    segments_of,
    stage,
)

DOWNLOAD_THREADS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioBounds:
    """What one invocation may use: a folder, and time until `stop` says enough."""

    folder: Path
    stop: StopRequested


def join_audio(
    context: Context, cutter: Cutter, bounds: AudioBounds, *, video_id: str, run_id: str
) -> str | None:
    """Make the `audio` segment, once for a video, and return its id; None for a silent video."""
    work_run = context.runs.get(video_id, run_id)
    if work_run is not None:
        context.runs.stage_finished(work_run, Stage.CUT, context.clock(), reused=False)
    with stage(context, Stage.AUDIO, video_id, run_id) as work:
        plan = read_plan(context, work.run)
        if plan.audio_format is None:
            return None
        segment_id = audio_id_of(video_id)
        known = context.segments.get(segment_id)
        again = work.run.redoes(Stage.AUDIO) and known and known.run_id != work.run.run_id
        work.reused = known is not None and not again
        if work.reused:
            return segment_id
        target = bounds.folder / f"audio.{plan.audio_format.extension}"
        make = _take if plan.lanes else _join
        length = make(context, cutter, bounds, work, plan, target)
        if length is None:
            return None
        made = _segment(context, work, plan, plan.audio_format, target, length)
        require_open(context, work.run)
        (segment,) = in_place(context, [made], work.run, Stage.AUDIO)
        context.media.upload(target, segment.s3_key, segment.content_type)
        record(context, [segment], work.run, Stage.AUDIO)
        _clear_pieces(context, work.video, plan)
        return segment_id


def audio_id_of(video_id: str) -> str:
    """One for a video, however it is cut."""
    return segment_id_of(video_id, SegmentType.AUDIO, "source")


def _take(
    context: Context,
    cutter: Cutter,
    bounds: AudioBounds,
    work: StageWork,
    plan: Plan,
    target: Path,
) -> Milliseconds | None:
    """Out of the source itself, where segments overlap or leave something out."""
    url = context.media.sign_get(work.source, SOURCE_URL_SECONDS)
    return cutter.take_audio(url, target, plan, bounds.stop) or None


def _join(
    context: Context,
    cutter: Cutter,
    bounds: AudioBounds,
    work: StageWork,
    plan: Plan,
    target: Path,
) -> Milliseconds | None:
    """Out of the segments; None where no segment has sound, whatever the source announced."""
    rows = segments_of(context, work.video.video_id, plan, SegmentType.PROCESSED)
    sounding = [row for row in rows.values() if row.has_sound]
    if not sounding:
        return None
    folder = bounds.folder
    with ThreadPoolExecutor(DOWNLOAD_THREADS) as pool:
        pieces = list(pool.map(lambda row: _piece(context, cutter, folder, plan, row), sounding))
    return cutter.join_audio(pieces, target, plan)


def _clear_pieces(context: Context, video: Video, plan: Plan) -> None:
    rows = (
        ()
        if plan.lanes
        else segments_of(context, video.video_id, plan, SegmentType.PROCESSED).values()
    )
    context.media.delete(_piece_key(plan, row) for row in rows if row.has_sound)


def _piece_key(plan: Plan, row: Segment) -> str:
    extension = plan.audio_format.extension if plan.audio_format else ""
    return audio_piece_key(row.user_id, row.video_id, plan.plan_id, row.segment_number, extension)


def _piece(context: Context, cutter: Cutter, folder: Path, plan: Plan, row: Segment) -> Path:
    """The piece that the cut left, else taken out of the segment again: pieces expire."""
    key = _piece_key(plan, row)
    if context.media.find(key) is not None:
        path = folder / f"{row.segment_number:06d}-piece{Path(key).suffix}"
        context.media.download(key, path)
        return path
    path = folder / Path(row.s3_key).name
    context.media.download(row.s3_key, path)
    again = cutter.inspect(path, plan).audio
    path.unlink()
    if again is None:
        raise UnavailableError("pipeline.incomplete", "A segment has lost its sound; run again.")
    return again


def _segment(
    context: Context,
    work: StageWork,
    plan: Plan,
    file_format: FileFormat,
    path: Path,
    length: Milliseconds,
) -> Segment:
    video, now = work.video, context.clock()
    return Segment(
        segment_id=audio_id_of(video.video_id),
        video_id=video.video_id,
        user_id=video.user_id,
        segment_type=SegmentType.AUDIO,
        segment_number=0,
        s3_key=audio_key(video.user_id, video.video_id, plan.plan_id, file_format.extension),
        file_size=path.stat().st_size,
        content_type=file_format.content_type,
        plan_id=plan.plan_id,
        run_id=work.run.run_id,
        duration=length,
        start=0,
        end=plan.duration,
        created_at=now,
        updated_at=now,
    )
