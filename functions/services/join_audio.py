"""Fifth stage: the segments' sound, joined into one file without touching a packet."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from functions.domain.containers import FileFormat
from functions.domain.keys import audio_key, audio_piece_key
from functions.domain.ports import Cutter
from functions.domain.run import Stage
from functions.domain.segment import Segment, SegmentType, segment_id_of
from functions.domain.segmentation import Plan
from functions.domain.times import Milliseconds
from functions.domain.video import Video
from functions.services.stages import Context, read_plan, stage

DOWNLOAD_THREADS = 8


def join_audio(
    context: Context, cutter: Cutter, folder: Path, *, video_id: str, run_id: str
) -> str | None:
    """Make the `audio` segment and return its id; None for a silent video."""
    work_run = context.runs.get(video_id, run_id)
    if work_run is not None:
        context.runs.stage_finished(work_run, Stage.CUT, context.clock(), reused=False)
    with stage(context, Stage.AUDIO, video_id, run_id) as work:
        plan = read_plan(context, work.run)
        if plan.audio_format is None:
            return None
        segment_id = segment_id_of(video_id, plan.plan_id, SegmentType.AUDIO, 0)
        work.reused = context.segments.get(segment_id) is not None
        if not work.reused:
            _join(context, cutter, folder, work.video, plan, plan.audio_format)
        return segment_id


def _join(
    context: Context,
    cutter: Cutter,
    folder: Path,
    video: Video,
    plan: Plan,
    file_format: FileFormat,
) -> None:
    keys = [
        audio_piece_key(
            video.user_id, video.video_id, plan.plan_id, segment.number, file_format.extension
        )
        for segment in plan.segments
    ]
    pieces = [folder / f"{at:06d}.{file_format.extension}" for at in range(len(keys))]
    with ThreadPoolExecutor(DOWNLOAD_THREADS) as pool:
        list(pool.map(context.media.download, keys, pieces))
    target = folder / f"audio.{file_format.extension}"
    length = cutter.join_audio(pieces, target, plan)
    segment = _segment(context, video, plan, file_format, target, length)
    context.media.upload(target, segment.s3_key, segment.content_type)
    context.segments.add([segment])
    context.media.delete(keys)


def _segment(
    context: Context,
    video: Video,
    plan: Plan,
    file_format: FileFormat,
    path: Path,
    length: Milliseconds,
) -> Segment:
    now = context.clock()
    return Segment(
        segment_id=segment_id_of(video.video_id, plan.plan_id, SegmentType.AUDIO, 0),
        video_id=video.video_id,
        user_id=video.user_id,
        segment_type=SegmentType.AUDIO,
        segment_number=0,
        s3_key=audio_key(video.user_id, video.video_id, plan.plan_id, file_format.extension),
        file_size=path.stat().st_size,
        content_type=file_format.content_type,
        plan_id=plan.plan_id,
        duration=length,
        start=0,
        end=plan.duration,
        created_at=now,
        updated_at=now,
    )
