"""Second stage: find out what the source is, by a few ranged reads."""

from __future__ import annotations

from functions.domain.codec import to_plain
from functions.domain.keys import probe_key
from functions.domain.media.ports import Prober
from functions.domain.media.probe import Media, Probe
from functions.domain.media.source import Source
from functions.domain.runs.run import Stage
from functions.domain.segments.segment import Segment, SegmentSource, SegmentType, segment_id_of
from functions.domain.tiers import TierLimits
from functions.domain.video import Video
from functions.services.runs.stages import Context, StageWork, change_video, read_probe, stage


def probe_source(
    context: Context, prober: Prober, limits: TierLimits, *, video_id: str, run_id: str
) -> Media:
    """Probe once per source, keep the result, and record the source as segment `original`."""
    with stage(context, Stage.PROBE, video_id, run_id) as work:
        source = work.source
        work.reused = work.video.probe_key is not None and not work.run.redoes(Stage.PROBE)
        probe = read_probe(context, work.video) if work.reused else prober.probe(source)
        limits.check_duration(probe.media.duration)
        if not work.reused:
            _keep(context, work, probe)
        original = _original(context, work.video, source, probe.media)
        context.segments.add([original], by=work.run)
        return probe.media


def _keep(context: Context, work: StageWork, probe: Probe) -> None:
    video, now = work.video, context.clock()
    key = probe_key(video.user_id, video.video_id, work.source.etag)
    context.media.write_json(key, to_plain(probe))
    change_video(
        context, video.video_id, lambda read: read.probed(probe.media, key, now), by=work.run
    )


def _original(context: Context, video: Video, source: Source, media: Media) -> Segment:
    now = context.clock()
    picture = media.video
    return Segment(
        segment_id=segment_id_of(video.video_id, SegmentType.ORIGINAL, "source"),
        video_id=video.video_id,
        user_id=video.user_id,
        segment_type=SegmentType.ORIGINAL,
        segment_number=0,
        s3_key=source.key,
        file_size=source.size,
        content_type=video.content_type or _content_type(media),
        source=SegmentSource.UPLOAD,
        duration=media.duration,
        start=0,
        end=media.duration,
        actual_start=0,
        actual_end=media.duration,
        width=picture.width if picture else None,
        height=picture.height if picture else None,
        title=video.title,
        created_at=now,
        updated_at=now,
    )


_CONTENT_TYPES = {
    "mov": "video/mp4",
    "matroska": "video/x-matroska",
    "webm": "video/webm",
    "mpegts": "video/mp2t",
    "avi": "video/x-msvideo",
}


def _content_type(media: Media) -> str:
    named = (kind for part, kind in _CONTENT_TYPES.items() if part in media.container.split(","))
    return next(named, "application/octet-stream")
