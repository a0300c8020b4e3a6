"""Cuts at the frame beside peers: two minutes of 720p, four segments, awkward ends.

Processor time is user and system with all children, and frames are told by their numbers. Each
peer runs as it comes, in one process for all segments where it can; where it encodes all it is
told our encoder's settings (x264 veryfast, CRF 20). smartcut has no setting for its encoder.
ROUNDS in the environment chooses how many.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from functions.adapters.ffmpeg.cutter import FfmpegCutter
from functions.domain.cutting.exactness import Exactness
from functions.domain.cutting.job import CutJob
from functions.domain.cutting.plan import Plan
from functions.domain.cutting.segmentation import Segmentation
from infra.local.paths import LOCAL
from tests.bench.bench_cut import timed
from tests.bench.media_files import plan_of
from tests.bench.media_frames import frames_of, numbered_source, wrong_frames
from tests.bench.rows import MissedError, Row, compared, measured
from tests.media.make import FFMPEG

ROUNDS = int(os.environ.get("ROUNDS") or 2)
LENGTH_MS = 29_370
PEERS = LOCAL / "bench" / "peers" / "bin" / "python"
SCRIPTS = Path(__file__).parent / "media_peers"
EXACT = ("smart", "accurate")


@dataclass
class _Measured:
    spent: list[float] = field(default_factory=list)
    wrong: int = 0

    @property
    def middle(self) -> float:
        return statistics.median(self.spent)


Cut = Callable[[Path], None]


def exact_rows() -> list[Row]:
    """Raises MissedError where one of our cuts is not exact."""
    found = _measure(numbered_source())
    cpu = {name: one.middle for name, one in found.items()}
    rows = [
        compared("smart, CPU", cpu["smart"], cpu["accurate"], "our accurate", unit="s", goal=0.45),
        compared("smart, CPU", cpu["smart"], cpu["smartcut"], "smartcut 1.7", unit="s", goal=0.6),
        compared("accurate, CPU", cpu["accurate"], cpu["raw"], "raw ffmpeg", unit="s", goal=1.05),
        compared("accurate, CPU", cpu["accurate"], cpu["moviepy"], "moviepy 2.2.1", unit="s"),
        *(measured(f"wrong frames, {name}", one.wrong, unit="of 3600")
          for name, one in found.items()),
    ]  # fmt: skip
    wrong = [f"{name}: {found[name].wrong} frames are wrong" for name in EXACT if found[name].wrong]
    if wrong:
        raise MissedError(rows, wrong)
    return rows


def _measure(source: Path) -> dict[str, _Measured]:
    """All in turn, round by round, so that the machine's noise meets all of them."""
    plans = {name: _plan(source, Exactness(name)) for name in EXACT}
    spans = [(one.start / 1000, one.end / 1000) for one in plans["smart"].segments]
    ways: dict[str, Cut] = {
        "smart": lambda folder: cut_by_us(source, plans["smart"], folder),
        "accurate": lambda folder: cut_by_us(source, plans["accurate"], folder),
        "smartcut": lambda folder: cut_by_peer("smartcut_cut.py", source, folder, spans),
        "raw": lambda folder: _raw(source, folder, spans),
        "moviepy": lambda folder: cut_by_peer("moviepy_cut.py", source, folder, spans),
    }
    found = {name: _Measured() for name in ways}
    for turn in range(ROUNDS):
        for name, cut in ways.items():
            with _folder() as folder:
                found[name].spent.append(timed(lambda cut=cut, at=folder: cut(at))[1])
                if turn == 0:
                    found[name].wrong = _wrong(folder, spans)
    return found


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def _wrong(folder: Path, spans: list[tuple[float, float]]) -> int:
    files = sorted(folder.glob("*.mp4"))
    if len(files) != len(spans):
        raise AssertionError(f"{len(files)} segments of {len(spans)}")
    pairs = zip(files, spans, strict=True)
    return sum(wrong_frames(frames_of(path), *span) for path, span in pairs)


def _plan(source: Path, cut: Exactness) -> Plan:
    return plan_of(source, Segmentation(length=LENGTH_MS, cut=cut), per_window=80)


def cut_by_us(source: Path, plan: Plan, folder: Path, *, as_asked: bool = True) -> None:
    """As the service calls it, window by window, though what is made is kept to be looked at.
    Raises where a segment was not cut `as_asked`."""
    for window in plan.windows:
        work = folder / f"window-{window.index}"
        work.mkdir()
        job = CutJob(
            source_url=str(source),
            plan=plan,
            segments=plan.of_window(window),
            skip=frozenset(),
            folder=work,
            disk_budget=1 << 40,
        )
        for file in FfmpegCutter().cut(job, lambda _: None, lambda: False):
            if as_asked and file.cut is not plan.cut:
                raise AssertionError(f"segment {file.segment.number} was not cut so")
            file.path.rename(folder / f"{file.segment.number}.mp4")
        shutil.rmtree(work)


def cut_by_peer(script: str, source: Path, folder: Path, spans: list[tuple[float, float]]) -> None:
    words = [f"{start},{end}" for start, end in spans]
    subprocess.run(
        [str(PEERS), str(SCRIPTS / script), str(source), str(folder), *words],
        env={"IMAGEIO_FFMPEG_EXE": FFMPEG, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        check=True,
    )


def _raw(source: Path, folder: Path, spans: list[tuple[float, float]]) -> None:
    encoder = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-c:a", "aac"]
    for number, (start, end) in enumerate(spans, 1):
        cut = ["-ss", str(start), "-t", str(end - start), "-i", str(source)]
        target = str(folder / f"{number}.mp4")
        subprocess.run([FFMPEG, "-nostdin", "-loglevel", "error", *cut, *encoder, target],
                       check=True)  # fmt: skip
