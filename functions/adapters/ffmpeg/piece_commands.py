"""ffmpeg's command lines for exact cuts, as plain lists.

A source that cannot be entered just anywhere, or that is to be copied in part, is first split at
keyframes into pieces, in one pass and without encoding. All pieces keep the source's clock, moved
by `CLOCK_START` so that no time is negative: what is made of them needs no sums of durations,
which drift.
"""

from __future__ import annotations

from pathlib import Path

from functions.adapters.ffmpeg.commands import QUIET, source_words
from functions.adapters.ffmpeg.encode_commands import PRE_ROLL, READ_ON, divided, seek_words
from functions.adapters.ffmpeg.encoders import END_ENCODER
from functions.adapters.ffmpeg.picture_filters import tags
from functions.domain.cutting.job import CutJob
from functions.domain.cutting.plan import Plan, PlannedSegment

CLOCK_START = 10.0
TICKS = 90_000
"""A second on the clock of MPEG-TS, which pieces of H.264 are kept in."""
# A group of pictures is longer, as a rule; pieces are many where each picture is a keyframe.
_PIECE_SECONDS = 0.5
_SOUND_PIECE_SECONDS = 2
_TS = ("-mpegts_copyts", "1", "-mpegts_flags", "initial_discontinuity")
_TS_OPTIONS = "mpegts_copyts=1:mpegts_flags=initial_discontinuity"
_END_CRF = "18"
# Codecs that pieces of MPEG-TS hold, and how their keyframes come to be led by parameter sets.
_STREAMED = {
    "h264": ["-bsf:v", "h264_mp4toannexb,dump_extra=freq=keyframe"],
    "hevc": ["-bsf:v", "hevc_mp4toannexb,dump_extra=freq=keyframe"],
    "mpeg2video": [],
}


def in_stream(plan: Plan) -> bool:
    """Whether pieces are MPEG-TS, which can be read on from one to the next; else NUT."""
    return plan.video_codec in _STREAMED


def split_command(job: CutJob, *, list_fd: int, progress_fd: int) -> list[str]:
    """Pieces `v*` of the picture and `a*` of the sound, each announced when it is finished."""
    plan, listing = job.plan, ["-segment_list", f"pipe:{list_fd}", "-segment_list_type", "csv"]
    seek = [] if plan.one_pass else seek_words(job.segments[0].after)
    copied = ["-c", "copy", "-output_ts_offset", f"{CLOCK_START - plan.origin / 1000:.3f}"]
    # A keyframe that is no clean start comes without parameter sets, too.
    led = _STREAMED.get(plan.video_codec or "", [])
    kind = ("mpegts", "-segment_format_options", _TS_OPTIONS) if in_stream(plan) else ("nut",)
    sound = [
        "-map", f"0:{plan.audio_index}", *copied, "-f", "segment", "-segment_format", "nut",
        "-segment_time", str(_SOUND_PIECE_SECONDS), "-flush_packets", "1",
        *listing, str(job.folder / "a%06d.nut"),
    ]  # fmt: skip
    return [
        *QUIET, "-progress", f"pipe:{progress_fd}", "-stats_period", "0.5", "-copyts",
        *source_words(job), *seek, *_until(job), "-i", job.source_url,
        "-map", f"0:{plan.video_index}", *copied, *led, "-f", "segment", "-segment_format", *kind,
        "-segment_time", str(_PIECE_SECONDS), *listing, str(job.folder / "v%06d.piece"),
        *(sound if plan.audio_index is not None else []),
    ]  # fmt: skip


def _until(job: CutJob) -> list[str]:
    last = job.segments[-1]
    if last.number == len(job.plan.segments):
        return []
    if job.plan.one_pass:
        start = (job.reach.entered or 0) / 1000 if job.reach else 0
    else:
        start = max(0, job.segments[0].after / 1000 - PRE_ROLL)
    return ["-t", f"{last.end / 1000 - start + READ_ON:.3f}"]


def turned(plan: Plan) -> list[str]:
    """Pieces have lost how the picture is turned."""
    return ["-display_rotation:v:0", str(-plan.rotation)] if plan.rotation else []


def end_command(
    plan: Plan, target: Path, begin: int, end: int, *, sets_id: int, reorders: bool
) -> list[str]:
    """Encode the frames of one end, as ticks of the pieces' clock, to stand beside the copied."""
    return [
        *QUIET, "-copyts", "-f", "mpegts", "-i", "pipe:0", "-map", "0:v:0",
        "-vf", ",".join([f"trim=start_pts={begin}:end_pts={end}", *tags(plan)]),
        *END_ENCODER, "-crf", _END_CRF,
        "-bf", "2" if reorders else "0", "-x264-params", f"sps-id={sets_id}",
        "-fps_mode", "passthrough", "-enc_time_base", "1:90000",
        "-f", "mpegts", *_TS, str(target),
    ]  # fmt: skip


def sets_command() -> list[str]:
    """The parameter sets in front of the first picture, as a byte stream on stdout."""
    return [
        *QUIET, "-f", "mpegts", "-i", "pipe:0", "-map", "0:v:0", "-c", "copy", "-frames:v", "1",
        "-bsf:v", "filter_units=pass_types=7-8", "-f", "h264", "pipe:1",
    ]  # fmt: skip


def groups_command(clean: Path, sets: Path) -> list[str]:
    """List all packets on stdout, those that a decoder can begin at, and parameter sets."""
    one = ("-map", "0:v:0", "-c", "copy")
    return [
        *QUIET, "-copyts", "-f", "mpegts", "-i", "pipe:0", *one, "-f", "framecrc", "pipe:1",
        *one, "-bsf:v", "filter_units=pass_types=5", "-f", "framecrc", str(clean),
        *one, "-bsf:v", "filter_units=pass_types=7-8", "-f", "h264", str(sets),
    ]  # fmt: skip


def assemble_command(
    plan: Plan, segment: PlannedSegment, sound: list[str], target: Path
) -> list[str]:
    """The ends and what is copied, as one stream on stdin, with the segment's sound."""
    heard = ["-map", "1:a", "-bsf:a", divided(plan, segment, CLOCK_START)] if sound else []
    return [
        *QUIET, "-copyts", *turned(plan), "-f", "mpegts", "-i", "pipe:0", *sound,
        "-map", "0:v:0", *heard, "-c", "copy", "-bsf:v", "filter_units=remove_types=7-9",
        "-map_chapters", "-1", "-output_ts_offset", f"{-CLOCK_START - segment.start / 1000:.3f}",
        "-f", plan.format.muxer, str(target),
    ]  # fmt: skip
