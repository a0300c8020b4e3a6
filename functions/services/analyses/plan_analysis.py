"""Beside the cut: what is left to look for in a video, and by which windows."""

from __future__ import annotations

from dataclasses import dataclass, replace

from functions.domain.analyses.plan import plan_analysis
from functions.domain.codec import to_plain
from functions.domain.runs.run import Stage
from functions.services.analyses.left import missing, needed_first, plan_key_of
from functions.services.cutting.redo import work_name
from functions.services.hls.left import hls_wanted
from functions.services.runs.stages import Context, load, read_probe
from functions.services.transcripts.transcription import transcript_wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisToDo:
    """`first`: before the cut is planned. Without a `needed` nothing is to be looked for; `hls`:
    an HLS rendition is to be made, too; `transcript`: what is said is to be written down;
    `words_first`: and its moments found, before the cut is planned; `stages`: what the run goes
    through."""

    needed: bool
    first: bool = False
    analysis_id: str = ""
    windows: tuple[int, ...] = ()
    hls: bool = False
    transcript: bool = False
    words_first: bool = False
    stages: tuple[Stage, ...] = ()


def plan_analyses(context: Context, *, video_id: str, run_id: str) -> AnalysisToDo:
    """The same video with the same things missing gives the same plan."""
    work = load(context, video_id, run_id)
    asked, now = missing(work), context.clock()
    hls, transcript = hls_wanted(work), transcript_wanted(work)
    for stage, wanted in ((Stage.HLS, hls), (Stage.TRANSCRIPT, transcript)):
        if not wanted and work.run.does(stage):
            context.runs.stage_finished(work.run, stage, now, reused=True)
    words_first = work.video.segmentation.mode.follows_moments and work.run.does(Stage.MOMENTS)
    nothing = AnalysisToDo(
        needed=False,
        hls=hls,
        transcript=transcript,
        words_first=words_first,
        stages=work.run.todo,
    )
    if not work.run.does(Stage.ANALYSIS):
        return nothing
    context.runs.stage_started(work.run, Stage.ANALYSIS, now)
    if not asked:
        context.runs.stage_finished(work.run, Stage.ANALYSIS, context.clock(), reused=True)
        return nothing
    plan = plan_analysis(read_probe(context, work.video), asked)
    plan = replace(plan, analysis_id=work_name(plan.analysis_id, work.run, Stage.ANALYSIS))
    context.media.write_json(plan_key_of(work.video, plan.analysis_id), to_plain(plan))
    return replace(
        nothing,
        needed=True,
        first=needed_first(work),
        analysis_id=plan.analysis_id,
        windows=tuple(window.index for window in plan.windows),
    )
