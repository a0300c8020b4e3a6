"""ffmpeg's command lines, as plain lists.

The cut is one pass of the segment muxer over the window, so that it alone decides which packet
belongs where. A window that starts inside the source begins one keyframe early and ends one
keyframe late; the two outer pieces are thrown away. Two neighbouring windows thus divide the
packets at their join exactly as a single pass would, sound included.
"""

from __future__ import annotations

from pathlib import Path

from functions.domain.cutting.job import CutJob
from functions.domain.cutting.plan import Plan, PlannedSegment
from functions.domain.times import Milliseconds

NEVER = 1e9
READ_ON_SECONDS = 0.5
QUIET = ("-nostdin", "-hide_banner", "-loglevel", "error", "-nostats", "-y")
_HTTP = (
    "-protocol_whitelist", "file,http,https,tcp,tls,crypto",
    "-reconnect", "1", "-reconnect_on_network_error", "1", "-reconnect_on_http_error", "5xx",
    "-reconnect_delay_max", "4", "-rw_timeout", "30000000",
)  # fmt: skip
# Small seeks are read through: fewer requests.
_READ_THROUGH = 4_194_304
# Whoever reads much takes much at a time. What has come when a connection is dropped is lost:
# several are for one short segment, and in a fragmented MP4 one for most of its fragments.
_RECEIVED, _RECEIVED_IN_JUMPS = 1_048_576, 131_072
# From a relay nothing is lost, but for what is read at the end of a part.
_RELAYED, _RELAYED_PART = 262_144, 16_384
# JPEG is full range and BT.601 whatever the source is. Of the first keyframes, the one that is
# most like them all: cuts often open on a fade.
_THUMBNAIL = (
    "scale='min(640,iw)':'min(640,ih)':force_original_aspect_ratio=decrease"
    ":force_divisible_by=2:out_range=pc:out_color_matrix=bt601,format=yuvj420p,thumbnail=3"
)


def starts_inside(job: CutJob) -> bool:
    """Whether the first piece ffmpeg makes lies before the job and is to be thrown away."""
    return _seeks(job) or _opens_at_once(job)


def _seeks(job: CutJob) -> bool:
    return not job.plan.one_pass and job.segments[0].number > 1


def _opens_at_once(job: CutJob) -> bool:
    """Whether the first keyframe that is read of the middle of a source opens the first segment:
    only sound is before it."""
    reach = job.reach
    return bool(reach and reach.gap and reach.entered == job.segments[0].cut)


def cut_command(job: CutJob, *, list_fd: int, progress_fd: int) -> list[str]:
    """Read the source once and write one file per segment, announcing each on `list_fd`."""
    plan = job.plan
    inside = starts_inside(job)
    seek = ["-ss", f"{job.segments[0].aim / 1000:.6f}"] if _seeks(job) else []
    at_once = ["-write_empty_segments", "1"] if _opens_at_once(job) else []
    return [
        *QUIET, "-progress", f"pipe:{progress_fd}", "-stats_period", "0.5",
        "-copyts", *source_words(job), *seek, *_until(job), "-i", job.source_url,
        *_maps(plan), "-c", "copy", "-dn", "-sn", "-map_chapters", "-1",
        "-avoid_negative_ts", "disabled", *_moved(plan),
        "-f", "segment", "-segment_format", plan.format.muxer,
        "-segment_times", _times(job, inside=inside), *at_once, "-reset_timestamps", "1",
        "-segment_list", f"pipe:{list_fd}", "-segment_list_type", "csv",
        str(job.folder / f"%06d.{plan.format.extension}"),
    ]  # fmt: skip


def source_words(job: CutJob) -> list[str]:
    """How to open a job's source. One that is read through needs no index: where an MP4 is in
    fragments, ffmpeg would go through all of it to make one before it begins."""
    ignored = ["-fflags", "+ignidx"] if job.plan.in_fragments else []
    return [*ignored, *opened_as(job.source_url, job.plan.container, *_buffers(job))]


def _buffers(job: CutJob) -> tuple[int, int]:
    if job.reach is not None:
        relayed = _RELAYED if job.reach.whole else _RELAYED_PART
        return relayed, relayed
    jumps = len(job.segments) == 1 or job.plan.in_fragments
    return _RECEIVED_IN_JUMPS if jumps else _RECEIVED, _READ_THROUGH


def opened_as(
    url: str, container: str, received: int = _RECEIVED, passed_over: int = _READ_THROUGH
) -> list[str]:
    """How to open a source: as the probed kind, for it must not pass for something else now.
    `received` bytes may wait to be read; `passed_over` are rather read than jumped over."""
    buffers = ("-short_seek_size", str(passed_over), "-recv_buffer_size", str(received))
    http = (*_HTTP, *buffers) if url.startswith("http") else ()
    return [*http, "-f", container.split(",", 1)[0]]


def clock_of(plan: Plan) -> Milliseconds:
    """What the clock of a cut shows at the source's start: the source's own, but not below zero,
    where nothing would be cut."""
    return max(plan.origin, 0)


def _moved(plan: Plan) -> list[str]:
    by = clock_of(plan) - plan.origin
    return ["-output_ts_offset", f"{by / 1000:.3f}"] if by else []


def _maps(plan: Plan) -> list[str]:
    indexes = (plan.video_index, plan.audio_index)
    return [word for index in indexes if index is not None for word in ("-map", f"0:{index}")]


def _times(job: CutJob, *, inside: bool) -> str:
    """Cut times count from the first video packet that is read.

    Each lies half-way between a keyframe and the one before, where no rounding can matter.
    """
    first, last = job.segments[0], job.segments[-1]
    base = first.after if inside else first.cut
    opened = job.segments if inside else job.segments[1:]
    aims = [segment.aim for segment in [*opened, *_next(job.plan, last)]]
    return ",".join(f"{(aim - base) / 1000:.6f}" for aim in aims) or f"{NEVER:.0f}"


def _until(job: CutJob) -> list[str]:
    """Stop reading soon after the keyframe that closes the last segment."""
    after = _next(job.plan, job.segments[-1])
    entered = job.reach.entered if job.reach else None
    if not after or (job.plan.one_pass and entered is None):
        return []
    start = job.segments[0].aim if _seeks(job) else entered or 0
    return ["-t", f"{(after[0].cut - start) / 1000 + READ_ON_SECONDS:.3f}"]


def _next(plan: Plan, segment: PlannedSegment) -> tuple[PlannedSegment, ...]:
    return plan.segments[segment.number : segment.number + 1]


def inspect_command(path: Path, thumbnail: Path | None) -> list[str]:
    """List every packet on stdout, and take one picture on the way."""
    command = [*QUIET, "-i", str(path)]
    if thumbnail:
        command += ["-skip_frame", "nokey", "-i", str(path)]
    command += ["-map", "0", "-c", "copy", "-f", "framecrc", "pipe:1"]
    if thumbnail:
        command += ["-map", "1:v:0", "-frames:v", "1", "-vf", _THUMBNAIL, "-q:v", "4"]
        command += ["-f", "image2", "-update", "1", str(thumbnail)]
    return command


def sound_command(path: Path, target: Path, plan: Plan) -> list[str]:
    """Take the sound out as it is: every packet, those before the first picture too."""
    whole = ["-ignore_editlist", "1"] if plan.format.muxer in {"mp4", "mov"} else []
    muxer = plan.audio_format.muxer if plan.audio_format else "matroska"
    return [
        *QUIET,
        *whole,
        "-i",
        str(path),
        "-map",
        "0:a:0",
        "-c",
        "copy",
        "-f",
        muxer,
        str(target),
    ]


def take_command(source_url: str, target: Path, plan: Plan) -> list[str]:
    """Take a source's sound out as it is."""
    whole = ["-ignore_editlist", "1"] if "mov" in plan.container else []
    muxer = plan.audio_format.muxer if plan.audio_format else "matroska"
    return [
        *QUIET, *opened_as(source_url, plan.container), *whole, "-i", source_url,
        "-map", f"0:{plan.audio_index}", "-c", "copy", "-map_chapters", "-1",
        "-f", muxer, str(target),
    ]  # fmt: skip


def join_command(listing: Path, target: Path, plan: Plan) -> list[str]:
    """Put pieces of sound together in order, packets untouched."""
    muxer = plan.audio_format.muxer if plan.audio_format else "matroska"
    return [
        *QUIET, "-f", "concat", "-safe", "0", "-i", str(listing),
        "-map", "0:a", "-c", "copy", "-f", muxer, str(target),
    ]  # fmt: skip


def list_command(path: Path) -> list[str]:
    """List every packet of a file on stdout."""
    return [*QUIET, "-i", str(path), "-map", "0", "-c", "copy", "-f", "framecrc", "pipe:1"]
