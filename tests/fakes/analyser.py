"""An analyser that finds what it is told, and writes small files that say where they come from."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from pathlib import Path

from functions.domain.analyses.analysis import (
    STEP,
    AnalysisJob,
    SoundFindings,
    WindowFiles,
    WindowFindings,
)
from functions.domain.analyses.boundaries import SceneChange, Stretch
from functions.domain.cutting.job import StopRequested
from functions.domain.errors import CutroomError
from functions.domain.extras import Extra
from tests.fakes.cutter import WorkerKilledError


@dataclass
class FakeAnalyser:
    """A change of scene where each window begins, sound at -6 dBFS, and one sheet a window.

    `fails` is raised by every window; the worker is killed at the window `dies_at`.
    """

    fails: CutroomError | None = None
    dies_at: int | None = None
    jobs: list[AnalysisJob] = field(default_factory=list)

    def analyse(self, job: AnalysisJob, stop: StopRequested) -> WindowFiles:
        self.jobs.append(job)
        if self.fails:
            raise self.fails
        if job.window.index == self.dies_at:
            raise WorkerKilledError
        plan, window = job.plan, job.window
        sheet, moving = job.folder / "sheet-001.jpg", job.folder / "moving.mjpeg"
        sheet.write_bytes(f"<sheet {window.index}>".encode())
        moving.write_bytes(f"<moving {window.index}>".encode())
        tiled, moves = plan.wants(Extra.STORYBOARD), bool(plan.moments_of(window))
        findings = WindowFindings(
            index=window.index,
            scenes=(SceneChange(at=window.start, score=50.0),)
            if plan.wants(Extra.SCENES)
            else None,
            black=(Stretch(start=window.start, end=window.start + 1_000),)
            if plan.wants(Extra.BLACK)
            else None,
            sound=_sound(job) if plan.audio_index is not None else None,
            shown_until=window.end,
            sheets=1 if tiled else 0,
            moving=moves,
        )
        return WindowFiles(
            findings=findings, sheets=(sheet,) if tiled else (), moving=moving if moves else None
        )

    def animate(self, pictures: Path, target: Path) -> None:
        target.write_bytes(b"<webp>" + pictures.read_bytes())


def _sound(job: AnalysisJob) -> SoundFindings:
    steps = job.length // STEP
    levels, lows, highs = (
        base64.b64encode(bytes([value]) * steps).decode() for value in (12, 64, 192)
    )
    momentary = (-2_000,) * (job.length // 100)
    return SoundFindings(momentary=momentary, peak=-6.0, levels=levels, lows=lows, highs=highs)
