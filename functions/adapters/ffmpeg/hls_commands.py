"""ffmpeg's command line for the pieces of an HLS rendition, as a plain list.

As in the cut, one pass of the segment muxer decides which packet belongs where. Each piece comes
with a header of its own, which is taken off afterwards, and its times are those of the whole: no
piece has to know of another.
"""

from __future__ import annotations

from functions.adapters.ffmpeg.commands import NEVER, QUIET, READ_ON_SECONDS, opened_as
from functions.domain.hls.rendition import HlsJob, HlsPlan

FRAME = 1_024
"""Samples of an AAC packet."""
# One fragment a piece, unless it is so large that it would fill the memory.
_FRAGMENTS = (
    "movflags=+frag_custom+default_base_moof+skip_trailer+delay_moov+frag_discont"
    ":use_editlist=0:avoid_negative_ts=disabled:movie_timescale=1000:frag_size=16777216"
)
# Sound that is decoded from the middle needs a little until it is as it would be.
_SETTLED_SECONDS = 0.02
# Below a thousandth of a second silence is not led in to the sample.
_LEAST_SILENCE = 100


def hls_command(job: HlsJob, *, list_fd: int, progress_fd: int) -> list[str]:
    """Write pieces into the job's folder, announcing each on `list_fd`."""
    plan = job.plan
    return [
        *QUIET, "-progress", f"pipe:{progress_fd}", "-stats_period", "0.5",
        *_read(job), *_streams(job),
        "-dn", "-sn", "-map_chapters", "-1", "-map_metadata", "-1",
        "-output_ts_offset", f"{_offset(plan):.6f}", "-avoid_negative_ts", "disabled",
        "-f", "segment", "-segment_format", "mp4", "-segment_format_options", _FRAGMENTS,
        *_cuts(job), "-segment_list", f"pipe:{list_fd}", "-segment_list_type", "csv",
        str(job.folder / "%06d.mp4"),
    ]  # fmt: skip


def _read(job: HlsJob) -> list[str]:
    """Read through, ffmpeg mends jumps of the clock, as streams may have them; else the source's
    own times are kept, which windows share."""
    plan, window = job.plan, job.window
    words = opened_as(job.source_url, plan.container)
    if plan.one_pass:
        through = ["-fflags", "+ignidx"] if "mov" in plan.container else []
        return [*through, *words, "-i", job.source_url]
    start = window.seek if window.early else 0
    seek = ["-ss", f"{start / 1000:.6f}"] if window.early else []
    until: list[str] = []
    if window.until is not None:
        until = ["-t", f"{(window.until - start) / 1000 + READ_ON_SECONDS:.3f}"]
    return ["-copyts", *words, *seek, *until, "-i", job.source_url]


def _offset(plan: HlsPlan) -> float:
    """Read through, times count from the source's start already."""
    return (plan.clock - (0 if plan.one_pass else plan.origin)) / 1000


def _cuts(job: HlsJob) -> list[str]:
    """Times count from the first packet of the picture that is read."""
    if job.plan.one_pass:
        return ["-segment_time", f"{job.plan.length / 1000:.3f}"]
    times = [f"{(aim - job.window.enter) / 1000:.6f}" for aim in job.window.aims]
    return ["-segment_times", ",".join(times) or f"{NEVER:.0f}"]


def _streams(job: HlsJob) -> list[str]:
    plan, words = job.plan, list[str]()
    if plan.video_index is not None:
        words += ["-map", f"0:{plan.video_index}", "-c:v", "copy"]
        # The name under which Apple's players take it.
        words += ["-tag:v", "hvc1"] if plan.video_codec == "hevc" else []
    if plan.audio_index is not None:
        words += ["-map", f"0:{plan.audio_index}", *_sound(job)]
    return words


def _sound(job: HlsJob) -> list[str]:
    """Encoded sound is divided into packets at times that all windows share."""
    rate = job.plan.sound_rate
    if rate is None:
        return ["-c:a", "copy"]
    chain = [f"aresample={rate}", "aresample=async=1"]
    if job.window.early:
        chain.insert(1, f"atrim=start_pts={_next_frame(job, rate)}")
    elif not job.plan.one_pass:
        chain[1] += f":first_pts={_first_frame(job.plan, rate)}"
    return ["-af", ",".join(chain), "-c:a", "aac"]


def _next_frame(job: HlsJob, rate: int) -> int:
    """Where the first packet begins that is encoded of a window inside the source, in samples."""
    start = (job.window.seek + job.plan.origin) / 1000 + _SETTLED_SECONDS
    return -int(-start * rate // FRAME) * FRAME


def _first_frame(plan: HlsPlan, rate: int) -> int:
    """A little before the source's start."""
    return (plan.origin * rate // 1000 - _LEAST_SILENCE) // FRAME * FRAME
