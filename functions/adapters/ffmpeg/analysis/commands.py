"""The analyses' command lines, as plain lists.

Reading begins LEAD before a window and ends TAIL after it, so that what is measured over time is
settled where the window begins and known where it ends. Without `-copyts`, times count from where
reading was asked to begin.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from functions.adapters.ffmpeg.analysis.graph import (
    MJPEG,
    PREVIEW_RATE,
    graph_words,
    heard,
    measured,
    moments,
    moving,
    tiled,
)
from functions.adapters.ffmpeg.commands import QUIET, opened_as
from functions.domain.analysis import AnalysisJob
from functions.domain.boundaries import Stretch
from functions.domain.times import Milliseconds

LEAD: Final[Milliseconds] = 1_000
TAIL: Final[Milliseconds] = 500


def lead(job: AnalysisJob) -> Milliseconds:
    """How long before the window reading begins."""
    return min(LEAD, job.window.start)


def read_words(job: AnalysisJob, start: Milliseconds, end: Milliseconds | None) -> list[str]:
    """Read from `start` to before `end` on the video's clock, or to the end of the file."""
    seek = ("-ss", f"{start / 1000:.3f}") if start > 0 else ()
    until = () if end is None else ("-t", f"{(end - max(start, 0)) / 1000:.3f}")
    return [*opened_as(job.source_url, job.plan.container), *seek, *until, "-i", job.source_url]


def _window_words(job: AnalysisJob) -> list[str]:
    """The last window is read to the end: the stated length of a file may be short."""
    last = job.window.end >= job.plan.duration
    return read_words(job, job.window.start - lead(job), None if last else job.window.end + TAIL)


def full_command(job: AnalysisJob) -> list[str]:
    """Decode everything once."""
    plan = job.plan
    shown = [*measured(plan), *tiled(job, lead(job))]
    if not plan.enterable:
        shown += moments(job)
    words = graph_words([*shown, *heard(plan)], plan.audio_index)
    return [*QUIET, *_window_words(job), *words]


def keyframe_command(job: AnalysisJob) -> list[str]:
    """Decode only keyframes of the picture, and the sound, whose decoders know of none."""
    tiles = tiled(job, lead(job)) if job.plan.dense else []
    words = graph_words([*tiles, *heard(job.plan)], job.plan.audio_index)
    return [*QUIET, "-skip_frame", "nokey", *_window_words(job), *words]


def moving_command(job: AnalysisJob, wanted: tuple[Stretch, ...]) -> list[str]:
    """Decode only the moments of the preview, each from the keyframe before it."""
    words = [word for one in wanted for word in read_words(job, one.start, one.end)]
    stream, names = job.plan.video_index, [f"[m{place}]" for place in range(len(wanted))]
    chains = [f"[{place}:{stream}]{moving(job.plan)}{name}" for place, name in enumerate(names)]
    joined = f"{''.join(names)}concat=n={len(names)}:v=1:a=0[out]"
    graph = ";".join([*chains, joined])
    return [*QUIET, *words, "-filter_complex", graph, "-map", "[out]", *MJPEG]


def animate_command(pictures: Path, target: Path, quality: int) -> list[str]:
    """JPEG pictures one after the other to an animated WebP that repeats."""
    return [
        *QUIET, "-f", "mjpeg", "-framerate", str(PREVIEW_RATE), "-i", str(pictures),
        "-c:v", "libwebp_anim", "-quality", str(quality), "-compression_level", "4",
        "-loop", "0", "-f", "webp", str(target),
    ]  # fmt: skip
