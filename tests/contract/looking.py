"""Files on this disk, looked at as the pipeline would."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import av

from functions.adapters.ffmpeg.analysis.analyser import FfmpegAnalyser
from functions.adapters.pyav.keyframes import keyframes
from functions.adapters.pyav.tracks import audio_track, duration, picture_stream, video_track
from functions.domain.analyses.analysis import (
    AnalysisJob,
    AnalysisPlan,
    AnalysisWindow,
    WindowFiles,
)
from functions.domain.analyses.plan import ANALYSES, plan_analysis
from functions.domain.analyses.result import AnalysisResult, merged
from functions.domain.extras import Extra
from functions.domain.media.probe import Media, Probe
from functions.domain.media.source import Source
from functions.domain.times import Milliseconds


@dataclass(frozen=True)
class Looked:
    """What came of it, and the files of each window."""

    plan: AnalysisPlan
    result: AnalysisResult
    files: list[WindowFiles]

    @property
    def cuts(self) -> list[Milliseconds]:
        return [scene.at for scene in self.result.boundaries.scenes or () if scene.score >= 10]


def look(
    path: Path,
    wanted: Sequence[Extra] = ANALYSES,
    *,
    window: Milliseconds | None = None,
    url: str | None = None,
) -> Looked:
    """`window` divides the file where that can be entered; `url` is read in place of it."""
    plan = plan_analysis(probed(path), wanted)
    if window and plan.enterable:
        plan = replace(plan, windows=_divided(plan.duration, window))
    files = []
    for one in plan.windows:
        folder = path.with_name(f"{path.name}-{window}-{one.index}")
        folder.mkdir()
        job = AnalysisJob(source_url=url or str(path), plan=plan, window=one, folder=folder)
        files.append(FfmpegAnalyser().analyse(job, lambda: False))
    return Looked(plan, merged(plan, [one.findings for one in files]), files)


def _divided(duration: Milliseconds, length: Milliseconds) -> tuple[AnalysisWindow, ...]:
    return tuple(
        AnalysisWindow(index=index, start=start, end=min(start + length, duration))
        for index, start in enumerate(range(0, duration, length))
    )


def probed(path: Path) -> Probe:
    with av.open(str(path)) as container:
        picture = picture_stream(container)
        media = Media(
            container=container.format.name,
            duration=duration(container),
            video=video_track(container, picture) if picture else None,
            audio=audio_track(container),
        )
        source = Source(key="source", size=path.stat().st_size, etag="etag")
        return Probe(media=media, keyframes=keyframes(container, picture, source))
