"""What is done with the decoded streams of a window: one graph, split where several look at one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from functions.domain.analyses.analysis import AnalysisJob, AnalysisPlan
from functions.domain.analyses.waveform import SAMPLE_RATE
from functions.domain.extras import Extra
from functions.domain.times import Milliseconds

PICTURES, LOUDNESS = "pictures.txt", "loudness.txt"
SHEETS, MOVING = "sheet-%03d.jpg", "moving.mjpeg"
PREVIEW_RATE: Final = 10
PREVIEW_WIDTH: Final = 320
NOWHERE: Final = ("-f", "null", "-")
MJPEG: Final = ("-c:v", "mjpeg", "-q:v", "3", "-fps_mode", "passthrough", "-f", "mjpeg", MOVING)
# Changes are told as well from a small picture, in three colours, for less.
MEASURE: Final = (
    "scale=160:90:flags=fast_bilinear:out_range=tv,format=yuv420p,blackframe=amount=0:threshold=32,"
    f"format=gbrp,scdet=threshold=100,metadata=print:file={PICTURES}"
)
# JPEG is full range and BT.601 whatever the source is.
_JPEG = ":out_range=pc:out_color_matrix=bt601,format=yuvj420p,setsar=1"


@dataclass(frozen=True, slots=True)
class Branch:
    """One use of a decoded stream: its filters, and the words of its output."""

    stream: int
    filters: str
    output: tuple[str, ...]


def measured(plan: AnalysisPlan) -> list[Branch]:
    """Changes and blackness of every picture."""
    if plan.video_index is None or not plan.wants(Extra.SCENES, Extra.BLACK):
        return []
    return [Branch(plan.video_index, MEASURE, NOWHERE)]


def tiled(job: AnalysisJob, ahead: Milliseconds) -> list[Branch]:
    """Sheets of tiles; `ahead` is what is read before the window."""
    plan, grid = job.plan, job.plan.tiles
    if plan.video_index is None or grid is None or not plan.wants(Extra.STORYBOARD):
        return []
    count = len(grid.times(job.window))
    rows = min(grid.rows, -(-count // grid.columns))
    begin = f"trim=start={ahead / 1000},setpts=PTS-{ahead / 1000}/TB," if ahead else ""
    # Each tile shows the picture of its time: the last one at or before it.
    filters = (
        f"{begin}fps=1000/{grid.interval}:start_time=0:round=up,trim=end_frame={count},"
        f"scale={grid.width}:{grid.height}{_JPEG},tile={grid.columns}x{rows}"
    )
    return [Branch(plan.video_index, filters, ("-q:v", "4", "-f", "image2", SHEETS))]


def moving(plan: AnalysisPlan) -> str:
    """Filters of the preview's pictures."""
    grid = plan.tiles
    height = PREVIEW_WIDTH * grid.height // grid.width // 2 * 2 if grid else -2
    return f"fps={PREVIEW_RATE},scale={PREVIEW_WIDTH}:{height}{_JPEG}"


def moments(job: AnalysisJob, ahead: Milliseconds) -> list[Branch]:
    """The preview's pictures out of a decode of all pictures."""
    plan, wanted = job.plan, job.plan.moments_of(job.window)
    if plan.video_index is None or not wanted:
        return []
    began = job.window.start - ahead
    spans = [((one.start - began) / 1000, (one.end - began) / 1000) for one in wanted]
    times = "+".join(f"gte(t,{start})*lt(t,{end})" for start, end in spans)
    rate, _, rest = moving(plan).partition(",")
    return [Branch(plan.video_index, f"{rate},select='{times}',{rest}", MJPEG)]


def heard(plan: AnalysisPlan) -> list[Branch]:
    """Loudness, and 16-bit samples of all channels on stdout, under a head that counts them."""
    if plan.audio_index is None:
        return []
    branches = []
    if plan.wants(Extra.LOUDNESS):
        meter = f"ebur128=metadata=1:peak=sample,ametadata=print:file={LOUDNESS}"
        branches.append(Branch(plan.audio_index, meter, NOWHERE))
    if plan.wants(Extra.WAVEFORM, Extra.SILENCE):
        # Gaps are filled, and what begins late is begun with silence: a sample's place is its time.
        samples = f"aresample={SAMPLE_RATE}:async=1:first_pts=0,aformat=sample_fmts=s16"
        branches.append(Branch(plan.audio_index, samples, ("-f", "au", "pipe:1")))
    return branches


def graph_words(branches: Sequence[Branch], sound: int | None) -> list[str]:
    """The graph and its outputs; `sound` is the stream whose branches are of sound."""
    if not branches:
        return []
    chains, outputs = [], list[str]()
    for stream in dict.fromkeys(branch.stream for branch in branches):
        own = [branch for branch in branches if branch.stream == stream]
        names = [f"s{stream}b{place}" for place in range(len(own))]
        split = "asplit" if stream == sound else "split"
        ends = "".join(f"[{name}]" for name in names)
        chains.append(f"[0:{stream}]{split}={len(own)}{ends}")
        for name, branch in zip(names, own, strict=True):
            chains.append(f"[{name}]{branch.filters}[{name}o]")
            outputs += ["-map", f"[{name}o]", *branch.output]
    return ["-filter_complex", ";".join(chains), *outputs]
