"""What the analyses need from outside."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from functions.domain.analyses.analysis import AnalysisJob, WindowFiles
from functions.domain.cutting.job import StopRequested


class Analyser(Protocol):
    def analyse(self, job: AnalysisJob, stop: StopRequested) -> WindowFiles:
        """Look at one window. Raises MediaError where it cannot be decoded or takes too long,
        UnavailableError where the source cannot be read now."""

    def animate(self, pictures: Path, target: Path) -> None:
        """JPEG pictures one after the other, into an animated WebP."""
