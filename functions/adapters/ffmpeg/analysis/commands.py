"""The analyses' command lines, as plain lists.

Reading begins LEAD before a window and ends TAIL after it, so that what is measured over time is
settled where the window begins and known where it ends. Without `-copyts`, times count from where
reading was asked to begin.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from functions.adapters.ffmpeg.analysis.graph import (
    MEASURE,
    MJPEG,
    NOWHERE,
    PREVIEW_RATE,
    Branch,
    graph_words,
    heard,
    measured,
    moments,
    moving,
    tiled,
)
from functions.adapters.ffmpeg.commands import QUIET, opened_as
from functions.domain.analyses.analysis import AnalysisJob, AnalysisPlan
from functions.domain.analyses.boundaries import Stretch
from functions.domain.extras import Extra
from functions.domain.times import Milliseconds

LEAD: Final[Milliseconds] = 1_000
# Longer than a moment of the preview, which may begin at a window's very end.
TAIL: Final[Milliseconds] = 1_000
# What deblocking smooths is no change of scene.
ROUGHLY: Final = ("-skip_loop_filter", "all")
GROUP_AHEAD: Final[Milliseconds] = 1
PACKETS: Final = "packets.txt"
REFERENCES: Final = "references.txt"
_LIST: Final = ("-c", "copy", "-f", "framecrc")


def lead(job: AnalysisJob) -> Milliseconds:
    """How long before the window reading begins."""
    return min(LEAD + _group(job), job.window.start)


def by_groups(plan: AnalysisPlan) -> bool:
    """Whether keyframes and the sizes of packets tell where to look for changes of scene.

    Only what they leave open is decoded; black stretches, and tiles where keyframes are too few for
    them, want every picture.
    """
    sparse = plan.wants(Extra.STORYBOARD) and not plan.dense
    return plan.grouped and plan.wants(Extra.SCENES) and not (sparse or plan.wants(Extra.BLACK))


def _group(job: AnalysisJob) -> Milliseconds:
    """A window's first and last groups of pictures are read whole, where they are looked at."""
    length = job.plan.longest_group if by_groups(job.plan) else 0
    return -(-length // 100) * 100


def read_words(job: AnalysisJob, start: Milliseconds, end: Milliseconds | None) -> list[str]:
    """Read from `start` to before `end` on the video's clock, or to the end of the file."""
    seek = ("-ss", f"{start / 1000:.3f}") if start > 0 else ()
    until = () if end is None else ("-t", f"{(end - max(start, 0)) / 1000:.3f}")
    return [*opened_as(job.source_url, job.plan.container), *seek, *until, "-i", job.source_url]


def _window_words(job: AnalysisJob) -> list[str]:
    """The last window is read to the end: the stated length of a file may be short."""
    last = job.window.end >= job.plan.duration
    return read_words(job, job.window.start - lead(job), None if last else _after(job))


def _after(job: AnalysisJob) -> Milliseconds:
    return job.window.end + TAIL + _group(job)


def full_command(job: AnalysisJob) -> list[str]:
    """Decode everything once."""
    plan = job.plan
    shown = [*measured(plan), *tiled(job, lead(job)), *moments(job, lead(job))]
    words = graph_words([*shown, *heard(plan)], plan.audio_index)
    seen = plan.wants(Extra.STORYBOARD, Extra.PREVIEW, Extra.BLACK)
    return [*QUIET, *(() if seen else ROUGHLY), *_window_words(job), *words]


def keyframe_command(job: AnalysisJob) -> list[str]:
    """Decode only keyframes of the picture, and the sound, whose decoders know of none.

    Where these are looked at in place of all pictures, packets are listed, too.
    """
    plan = job.plan
    tiles = tiled(job, lead(job)) if plan.dense else []
    seen, listed = list[Branch](), list[str]()
    if by_groups(plan):
        seen = measured(plan) if plan.alone else []
        stream = ("-map", f"0:{plan.video_index}")
        only = ("-bsf:v", "filter_units=discard=nonref")
        listed = [*stream, *_LIST, PACKETS, *stream, *only, *_LIST, REFERENCES]
    words = graph_words([*seen, *tiles, *heard(plan)], plan.audio_index)
    return [*QUIET, "-skip_frame", "nokey", *_window_words(job), *words, *listed]


def group_command(
    job: AnalysisJob,
    start: Milliseconds,
    end: Milliseconds,
    unneeded: Sequence[tuple[float, float]] = (),
) -> list[str]:
    """Decode the pictures of a stretch that begins with a keyframe, but for those that are decoded
    in `unneeded` times (ms, from the start)."""
    drop = ["-bsf:v", f"noise=amount=0:drop='{_inside(unneeded)}'"] if unneeded else []
    # Times are whole milliseconds, below the keyframe's own: sought as they are, they would find
    # the keyframe before.
    sought = read_words(job, start + GROUP_AHEAD, end)
    return [
        *QUIET, *ROUGHLY, "-noaccurate_seek", *drop, *sought,
        "-map", f"0:{job.plan.video_index}", "-vf", MEASURE, *NOWHERE,
    ]  # fmt: skip


def _inside(spans: Sequence[tuple[float, float]]) -> str:
    """Whether a packet is decoded within one of them: by halves, for it is asked of each packet."""
    if len(spans) == 1:
        ((begin, end),) = spans
        return f"between(dts*tb,{begin / 1000:.6f},{end / 1000:.6f})"
    half = len(spans) // 2
    before, after = _inside(spans[:half]), _inside(spans[half:])
    return f"if(lt(dts*tb,{spans[half][0] / 1000:.6f}),{before},{after})"


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
