"""Beside the cut, last: what all windows found becomes one, and the video names it.

All files have names that follow from what was asked, and the video's row is written last: a run
that is killed half-way does the same again.
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from functions.domain.analyses.analysis import AnalysisPlan, WindowFindings
from functions.domain.analyses.ports import Analyser
from functions.domain.analyses.result import AnalysisResult, merged, whole_sound
from functions.domain.analyses.waveform import peaks_document, waveform_png
from functions.domain.codec import from_plain, to_plain
from functions.domain.extras import Extra
from functions.domain.ids import fingerprint
from functions.domain.runs.run import Stage
from functions.domain.video import Video
from functions.services.analyses.left import (
    findings_key,
    folder_of,
    home_of,
    missing,
    moving_key,
    read_analysis_plan,
    read_result,
)
from functions.services.runs.stages import Context, change_video, stage

READ_THREADS = 8


def finish_analysis(
    context: Context,
    analyser: Analyser,
    folder: Path,
    *,
    video_id: str,
    run_id: str,
    analysis_id: str,
) -> tuple[Extra, ...]:
    """Returns all that the video has now; nothing is done where nothing is missing."""
    with stage(context, Stage.ANALYSIS, video_id, run_id) as work:
        video = work.video
        if not missing(work):
            return video.analysed
        plan = read_analysis_plan(context, video, analysis_id)
        findings = _findings(context, video, plan)
        result = merged(plan, findings)
        home = home_of(video, analysis_id)
        if result.storyboard:
            result = replace(result, sheets=home)
        if plan.wants(Extra.WAVEFORM):
            result = _drawn(context, plan, findings, result, folder, home)
        if any(one.moving for one in findings):
            preview = _animated(context, analyser, video, plan, findings, folder, home)
            result = replace(result, preview=preview)
        whole = read_result(context.media, video).with_found(result)
        key = f"{folder_of(video)}/{fingerprint(*whole.made)}.json"
        context.media.write_json(key, to_plain(whole))
        now = context.clock()
        change_video(
            context,
            video_id,
            lambda read: read.with_analysis(key, whole.made, now),
            by=work.run,
        )
        return whole.made


def _findings(context: Context, video: Video, plan: AnalysisPlan) -> list[WindowFindings]:
    def read(index: int) -> WindowFindings:
        key = findings_key(video, plan.analysis_id, index)
        return from_plain(WindowFindings, context.media.read_json(key))

    with ThreadPoolExecutor(READ_THREADS) as pool:
        return list(pool.map(read, [window.index for window in plan.windows]))


def _drawn(
    context: Context,
    plan: AnalysisPlan,
    findings: list[WindowFindings],
    result: AnalysisResult,
    folder: Path,
    home: str,
) -> AnalysisResult:
    """The waveform as a picture and as numbers."""
    sound = whole_sound(plan, findings)
    picture, numbers = folder / "waveform.png", folder / "peaks.json"
    picture.write_bytes(waveform_png(sound.lows, sound.highs))
    document = peaks_document(sound.lows, sound.highs)
    numbers.write_text(json.dumps(document, separators=(",", ":")))
    context.media.upload(picture, f"{home}/{picture.name}", "image/png")
    context.media.upload(numbers, f"{home}/{numbers.name}", "application/json")
    return replace(result, waveform=f"{home}/{picture.name}", peaks=f"{home}/{numbers.name}")


def _animated(
    context: Context,
    analyser: Analyser,
    video: Video,
    plan: AnalysisPlan,
    findings: list[WindowFindings],
    folder: Path,
    home: str,
) -> str:
    """The moments of all windows, one after the other."""
    pictures, target = folder / "moving.mjpeg", folder / "preview.webp"
    with pictures.open("wb") as joined:
        for one in findings:
            if one.moving:
                piece = folder / "piece.mjpeg"
                context.media.download(moving_key(video, plan.analysis_id, one.index), piece)
                joined.write(piece.read_bytes())
    analyser.animate(pictures, target)
    key = f"{home}/{target.name}"
    context.media.upload(target, key, "image/webp")
    return key
