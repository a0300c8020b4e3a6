"""Beside the cut, one window of it: look, keep the sheets, then what was found.

What was found is written last. So a worker that is killed leaves either a whole window or none.
"""

from __future__ import annotations

from pathlib import Path

from functions.domain.analyses.analysis import AnalysisJob, WindowFiles
from functions.domain.analyses.ports import Analyser
from functions.domain.codec import to_plain
from functions.domain.cutting.job import StopRequested
from functions.domain.runs.run import Stage
from functions.domain.video import Video
from functions.services.analyses.left import (
    findings_key,
    home_of,
    moving_key,
    read_analysis_plan,
    sheet_name,
)
from functions.services.cutting.cut_window import SOURCE_URL_SECONDS
from functions.services.runs.stages import Context, load, noted, require_open


def analyse_window(
    context: Context,
    analyser: Analyser,
    folder: Path,
    stop: StopRequested,
    *,
    video_id: str,
    run_id: str,
    analysis_id: str,
    index: int,
) -> bool:
    """Look at one window; False where this was done before."""
    work = load(context, video_id, run_id)
    key = findings_key(work.video, analysis_id, index)
    if context.media.find(key) is not None:
        return False
    plan = read_analysis_plan(context, work.video, analysis_id)
    job = AnalysisJob(
        source_url=context.media.sign_get(work.source, SOURCE_URL_SECONDS),
        plan=plan,
        window=plan.windows[index],
        folder=folder,
    )
    with noted(context, Stage.ANALYSIS, work):
        files = analyser.analyse(job, stop)
    require_open(context, work.run)
    _keep(context, work.video, analysis_id, index, files)
    context.media.write_json(key, to_plain(files.findings))
    return True


def _keep(context: Context, video: Video, analysis_id: str, index: int, files: WindowFiles) -> None:
    for number, sheet in enumerate(files.sheets):
        key = f"{home_of(video, analysis_id)}/{sheet_name(index, number)}"
        context.media.upload(sheet, key, "image/jpeg")
    if files.moving:
        context.media.upload(files.moving, moving_key(video, analysis_id, index), "video/x-mjpeg")
