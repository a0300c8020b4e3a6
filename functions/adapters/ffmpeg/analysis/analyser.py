"""The Analyser port on ffmpeg."""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from functions.adapters.ffmpeg.analysis.commands import (
    animate_command,
    by_groups,
    full_command,
    keyframe_command,
    lead,
    moving_command,
)
from functions.adapters.ffmpeg.analysis.graph import LOUDNESS, MOVING, PICTURES
from functions.adapters.ffmpeg.analysis.groups import scenes_by_groups
from functions.adapters.ffmpeg.analysis.process import (
    EmptyStreamsError,
    run_through,
    undecodable,
)
from functions.adapters.ffmpeg.analysis.readings import loudness, pictures
from functions.adapters.ffmpeg.analysis.samples import Peaks
from functions.adapters.ffmpeg.run import StoppedError
from functions.domain.analyses.analysis import (
    STEP,
    AnalysisJob,
    AnalysisPlan,
    SoundFindings,
    WindowFiles,
    WindowFindings,
)
from functions.domain.analyses.boundaries import SceneChange, Stretch
from functions.domain.analyses.scene_scores import Picture, scene_changes
from functions.domain.cutting.job import StopRequested
from functions.domain.errors import MediaError
from functions.domain.extras import Extra

PREVIEW_BYTES = 300_000
_QUALITIES = (70, 50, 30, 10)
_BLACK_PERCENT = 98


class FfmpegAnalyser:
    def analyse(self, job: AnalysisJob, stop: StopRequested) -> WindowFiles:
        """One decode for all that is wanted; of keyframes alone, where these can tell."""
        try:
            return _analyse(job, stop)
        except StoppedError as error:
            raise MediaError(
                "analysis.too_long",
                "This video takes longer to look through than is allowed at once; ask for fewer "
                "extras, or save it again as MP4, which can be looked through in pieces.",
            ) from error

    def animate(self, pictures: Path, target: Path) -> None:
        """As good as fits into PREVIEW_BYTES."""
        for quality in _QUALITIES:
            words = animate_command(pictures, target, quality)
            run_through(words, folder=target.parent, stop=lambda: False)
            if target.stat().st_size <= PREVIEW_BYTES:
                return


def _analyse(job: AnalysisJob, stop: StopRequested) -> WindowFiles:
    job, peaks = _decoded(job, stop)
    plan = job.plan
    seen = pictures(job.folder / PICTURES, job.window.start - lead(job))
    scenes = _scenes(job, seen, stop) if plan.wants(Extra.SCENES) else None
    if plan.moments_of(job.window) and not needs_all(plan):
        with suppress(EmptyStreamsError):
            run_through(_moving(job), folder=job.folder, stop=stop)
    moving, sheets = job.folder / MOVING, tuple(sorted(job.folder.glob("sheet-*.jpg")))
    has_moving = moving.exists() and moving.stat().st_size > 0
    findings = WindowFindings(
        index=job.window.index,
        scenes=scenes,
        black=_black(job, seen) if plan.wants(Extra.BLACK) else None,
        sound=_sound(job, peaks) if plan.audio_index is not None else None,
        shown_until=_shown_until(job, seen),
        sheets=len(sheets),
        moving=has_moving,
    )
    return WindowFiles(findings=findings, sheets=sheets, moving=moving if has_moving else None)


def _decoded(job: AnalysisJob, stop: StopRequested) -> tuple[AnalysisJob, Peaks]:
    """Run ffmpeg over the window; again without a stream that has nothing there, as where sound
    lasts longer than the picture. Returns the job as it was done."""
    peaks, plan = Peaks(), job.plan
    command = full_command(job) if needs_all(plan) else keyframe_command(job)
    if "-map" not in command:
        return job, peaks
    try:
        run_through(command, folder=job.folder, stop=stop, take=peaks.take)
    except EmptyStreamsError as empty:
        for path in job.folder.iterdir():
            path.unlink()
        return _decoded(replace(job, plan=_without(plan, empty)), stop)
    peaks.end()
    return job, peaks


def _without(plan: AnalysisPlan, empty: EmptyStreamsError) -> AnalysisPlan:
    """Raises MediaError where the stream had been left out already."""
    if empty.pictures and plan.moments:
        # It may be the preview's moments alone that lie past the last picture.
        return replace(plan, moments=())
    if empty.pictures and plan.video_index is not None:
        return replace(plan, video_index=None, grouped=False)
    if empty.sound and plan.audio_index is not None:
        return replace(plan, audio_index=None)
    raise undecodable()


def needs_all(plan: AnalysisPlan) -> bool:
    """Whether every picture has to be decoded, not only keyframes and what lies around cuts."""
    if plan.wants(Extra.BLACK) or plan.video_index is None:
        return True
    if plan.wants(Extra.SCENES) and not by_groups(plan):
        return True
    sparse = plan.wants(Extra.STORYBOARD) and not plan.dense
    unreachable = plan.wants(Extra.PREVIEW, Extra.STORYBOARD) and not plan.enterable
    return sparse or unreachable


def _moving(job: AnalysisJob) -> list[str]:
    return moving_command(job, job.plan.moments_of(job.window))


def _scenes(job: AnalysisJob, seen: list[Picture], stop: StopRequested) -> tuple[SceneChange, ...]:
    window = job.window
    if by_groups(job.plan):
        return scenes_by_groups(job, seen, stop)
    return tuple(one for one in scene_changes(seen) if window.start <= one.at < _end(job))


def _end(job: AnalysisJob) -> float:
    """The stated length may be short of the last pictures."""
    return math.inf if job.window.end >= job.plan.duration else job.window.end


def _black(job: AnalysisJob, seen: list[Picture]) -> tuple[Stretch, ...]:
    """From a black picture to the next that is none."""
    window, found, begun = job.window, list[Stretch](), -1
    for picture in seen:
        if picture.at < window.start:
            continue
        if picture.at >= window.end:
            break
        if picture.black >= _BLACK_PERCENT:
            begun = picture.at if begun < 0 else begun
        elif begun >= 0:
            found.append(Stretch(start=begun, end=picture.at))
            begun = -1
    if begun >= 0:
        found.append(Stretch(start=begun, end=window.end))
    return tuple(found)


def _shown_until(job: AnalysisJob, seen: list[Picture]) -> int | None:
    """Where not every picture was looked at, the window's end stands for its last one."""
    if not needs_all(job.plan) or not seen:
        return job.window.end
    return min(seen[-1].at + 1, job.window.end)


def _sound(job: AnalysisJob, peaks: Peaks) -> SoundFindings:
    ahead, length = lead(job), job.length
    skipped, steps = ahead // STEP, -(-job.window.end // STEP) - job.window.start // STEP
    levels, lows, highs = peaks.text(skipped, skipped + steps)
    momentary, peak = loudness(job.folder / LOUDNESS, ahead, ahead + length)
    return SoundFindings(
        momentary=tuple(momentary),
        peak=round(20 * math.log10(peak), 2) if peak > 0 else None,
        levels=levels,
        lows=lows,
        highs=highs,
    )
