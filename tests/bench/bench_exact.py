"""Cuts at the frame: a minute of noisy 720p, cut at awkward moments, in processor time.

`smart` beside our own `accurate`, which encodes all; `accurate` beside raw ffmpeg with the same
settings, one command a segment. All read the same local copy, in turn; medians of the rounds.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from functions.adapters.ffmpeg.cutter import FfmpegCutter
from functions.domain.cutting.exactness import Exactness
from functions.domain.cutting.job import CutJob
from functions.domain.cutting.plan import Plan
from functions.domain.cutting.planning import make_plan
from functions.domain.cutting.segmentation import Segmentation
from functions.domain.media.probe import AudioTrack, KeyframeIndex, Media, Probe, VideoTrack
from infra.local.paths import LOCAL
from tests.bench.bench_cut import timed
from tests.bench.rows import Row, compared
from tests.media.make import FFMPEG, ffmpeg

ROUNDS = 2
SECONDS = 60
GOP_S = 5
LENGTH_MS = 19_370


def run() -> list[Row]:
    source = _source()
    smart, accurate = (_plan(cut) for cut in (Exactness.SMART, Exactness.ACCURATE))
    spent: dict[str, list[float]] = {"smart": [], "accurate": [], "raw": []}
    for _ in range(ROUNDS):
        spent["smart"].append(_processor(lambda folder: _ours(source, smart, folder)))
        spent["accurate"].append(_processor(lambda folder: _ours(source, accurate, folder)))
        spent["raw"].append(_processor(lambda folder: _raw(source, accurate, folder)))
    middle = {name: statistics.median(times) for name, times in spent.items()}
    return [
        compared("smart, CPU", middle["smart"], middle["accurate"], "our accurate",
                 unit="s", goal=0.45),
        compared("accurate, CPU", middle["accurate"], middle["raw"], "raw ffmpeg",
                 unit="s", goal=1.05),
    ]  # fmt: skip


def _source() -> Path:
    target = LOCAL / "bench" / f"exact-720p-{SECONDS}s.mp4"
    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name("exact-part.mp4")
    noise = f"testsrc2=s=1280x720:r=30:d={SECONDS},noise=alls=6:allf=t"
    ffmpeg(
        "-f", "lavfi", "-i", noise, "-f", "lavfi", "-i", f"sine=f=440:r=48000:d={SECONDS}",
        "-c:v", "libx264", "-preset", "ultrafast", "-g", str(GOP_S * 30), "-bf", "3",
        "-sc_threshold", "0", "-b:v", "4M", "-c:a", "aac", "-shortest", str(part),
    )  # fmt: skip
    return part.rename(target)


def _plan(cut: Exactness) -> Plan:
    """What the probe of this file says, without the time it takes."""
    picture = VideoTrack(
        index=0, codec="h264", coded_width=1280, coded_height=720, width=1280, height=720,
        rotation=0, frame_rate=30, variable_frame_rate=False,
    )  # fmt: skip
    sound = AudioTrack(index=1, codec="aac", sample_rate=48_000, channels=1, tracks=1)
    media = Media(container="mov,mp4", duration=SECONDS * 1000, video=picture, audio=sound)
    keys = tuple(range(0, SECONDS * 1000, GOP_S * 1000))
    index = KeyframeIndex(times=keys, complete=True, seekable=True)
    options = Segmentation(length=LENGTH_MS, cut=cut)
    return make_plan(
        Probe(media=media, keyframes=index),
        options,
        find_keyframes=lambda _: index,
        segments_per_window=20,
    )


def _processor(cut: Callable[[Path], None]) -> float:
    with tempfile.TemporaryDirectory() as name:
        return timed(lambda: cut(Path(name)))[1]


def _ours(source: Path, plan: Plan, folder: Path) -> None:
    made = 0
    for window in plan.windows:
        job = CutJob(
            source_url=str(source),
            plan=plan,
            segments=plan.of_window(window),
            skip=frozenset(),
            folder=folder,
            disk_budget=1 << 31,
        )
        for file in FfmpegCutter().cut(job, lambda _: None, lambda: False):
            if file.cut is not plan.cut:
                raise AssertionError(f"segment {file.segment.number} was not cut so")
            file.path.unlink()
            made += 1
        shutil.rmtree(folder)
        folder.mkdir()
    if made != len(plan.segments):
        raise AssertionError(f"{made} segments of {len(plan.segments)}")


def _raw(source: Path, plan: Plan, folder: Path) -> None:
    encoder = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-c:a", "aac"]
    for segment in plan.segments:
        length = (segment.end - segment.start) / 1000
        begin = ["-ss", str(segment.start / 1000), "-t", str(length)]
        target = str(folder / f"{segment.number}.mp4")
        words = ["-nostdin", "-loglevel", "error", *begin, "-i", str(source), *encoder, target]
        subprocess.run([FFMPEG, *words], check=True)
