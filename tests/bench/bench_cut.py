"""The cut beside raw ffmpeg: ten minutes of 1080p, both in turn, medians of the pairs.

Raw ffmpeg always reads a local copy. Ours is shown twice: on the same local copy, which is what
our planning, supervision and web-ready files cost, and over HTTP by ranges as in the cloud, where
receiving the bytes comes on top. What follows a cut (thumbnails, uploads, rows) is in the last two
rows, taken from the deployed pipeline on the local cloud.
"""

from __future__ import annotations

import resource
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from functions.adapters.ffmpeg.cutter import FfmpegCutter
from functions.domain.cutting.job import CutJob
from functions.domain.cutting.plan import Plan
from functions.domain.cutting.planning import make_plan
from functions.domain.cutting.segmentation import Segmentation
from functions.domain.media.probe import AudioTrack, KeyframeIndex, Media, Probe, VideoTrack
from infra.local.paths import LOCAL
from tests.bench.deployed import cloud_times
from tests.bench.range_server import serve
from tests.bench.rows import Row, compared, measured
from tests.media.make import FFMPEG, ffmpeg

PAIRS = 7
SECONDS = 600
GOP_S = 5


def run() -> list[Row]:
    source = _source()
    local = _local_pairs(source)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with serve(source) as server:
            served = [(_ours(server.url, folder), _raw(source, folder)) for _ in range(PAIRS)]
        windows, requests = _bytes_read(source, folder, per_window=10)
        whole, _ = _bytes_read(source, folder, per_window=20)
    first, finished = cloud_times(source)
    size = source.stat().st_size
    return [
        _ratio("full split of a local copy, wall", [(a[0], b[0]) for a, b in local], "s"),
        _ratio("full split of a local copy, CPU", [(a[1], b[1]) for a, b in local], "s"),
        _ratio("full split over HTTP, wall", [(a[0], b[0]) for a, b in served], "s"),
        _ratio("full split over HTTP, CPU", [(a[1], b[1]) for a, b in served], "s"),
        compared("bytes read, one window", whole / 1e6, size / 1e6, "file", unit="MB", goal=1.1),
        compared("bytes read, two windows", windows / 1e6, size / 1e6, "file", unit="MB", goal=1.1),
        measured("requests, two windows", requests, unit="requests"),
        measured("object created to first segment", first, unit="s"),
        measured("object created to finished", finished, unit="s"),
    ]


def split_row(goal: float) -> Row:
    """A full split of a local copy beside raw ffmpeg, in processor time."""
    pairs = [(a[1], b[1]) for a, b in _local_pairs(_source())]
    return _ratio("keyframe split of a local copy, CPU", pairs, "s", goal)


def _local_pairs(source: Path) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        return [(_ours(str(source), folder), _raw(source, folder)) for _ in range(PAIRS)]


def _ratio(name: str, pairs: list[tuple[float, float]], unit: str, goal: float = 1.15) -> Row:
    """The median of the pairs' ratios: noise of the machine meets both of a pair."""
    ours = statistics.median(a for a, _ in pairs)
    peer = statistics.median(b for _, b in pairs)
    ratio = statistics.median(a / b for a, b in pairs)
    return Row(name, round(ours, 3), round(peer, 3), "raw ffmpeg", round(ratio, 3), goal, unit)


def _source() -> Path:
    """Half a minute of noisy 1080p, repeated packet by packet to ten minutes."""
    target = LOCAL / "bench" / "source-1080p-600s.mp4"
    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    part, whole = target.with_name("part.mp4"), target.with_name("whole.mp4")
    noise = f"testsrc2=s=1920x1080:r=30:d={SECONDS // 20},noise=alls=6:allf=t"
    ffmpeg(
        "-f", "lavfi", "-i", noise, "-f", "lavfi", "-i", f"sine=f=440:r=48000:d={SECONDS // 20}",
        "-c:v", "libx264", "-preset", "ultrafast", "-g", str(GOP_S * 30), "-bf", "3",
        "-sc_threshold", "0", "-b:v", "6M", "-c:a", "aac", "-shortest", str(part),
    )  # fmt: skip
    ffmpeg(
        "-stream_loop", "19", "-i", str(part), "-c", "copy", "-movflags", "+faststart", str(whole)
    )
    part.unlink()
    return whole.rename(target)


def _plan(per_window: int) -> Plan:
    """What the probe of this file says, without the time it takes."""
    picture = VideoTrack(
        index=0, codec="h264", coded_width=1920, coded_height=1080, width=1920, height=1080,
        rotation=0, frame_rate=30, variable_frame_rate=False,
    )  # fmt: skip
    sound = AudioTrack(index=1, codec="aac", sample_rate=48_000, channels=1, tracks=1)
    media = Media(container="mov,mp4", duration=SECONDS * 1000, video=picture, audio=sound)
    keys = tuple(range(0, SECONDS * 1000, GOP_S * 1000))
    index = KeyframeIndex(times=keys, complete=True, seekable=True)
    probe = Probe(media=media, keyframes=index)
    return make_plan(
        probe, Segmentation(), find_keyframes=lambda _: index, segments_per_window=per_window
    )


def _cut(url: str, plan: Plan, folder: Path) -> int:
    """All windows, each file removed when it is there, as the service does once it is stored."""
    made = 0
    for window in plan.windows:
        job = CutJob(
            source_url=url,
            plan=plan,
            segments=plan.of_window(window),
            skip=frozenset(),
            folder=folder,
            disk_budget=1 << 31,
        )
        for file in FfmpegCutter().cut(job, lambda _: None, lambda: False):
            file.path.unlink()
            made += 1
    shutil.rmtree(folder)
    folder.mkdir()
    return made


def _ours(url: str, folder: Path) -> tuple[float, float]:
    plan = _plan(per_window=20)

    def cut() -> None:
        made = _cut(url, plan, folder)
        if made != len(plan.segments):
            raise AssertionError(f"{made} segments of {len(plan.segments)}")

    return timed(cut)


def _raw(source: Path, folder: Path) -> tuple[float, float]:
    times = ",".join(str(at) for at in range(30, SECONDS, 30))
    words = ["-nostdin", "-loglevel", "error", "-i", str(source), "-map", "0", "-c", "copy"]
    segment = ["-f", "segment", "-segment_times", times, "-reset_timestamps", "1"]

    def cut() -> None:
        subprocess.run([FFMPEG, *words, *segment, str(folder / "%d.mp4")], check=True)

    spent = timed(cut)
    shutil.rmtree(folder)
    folder.mkdir()
    return spent


def timed(work: Callable[[], None]) -> tuple[float, float]:
    """Wall time, and processor time of ffmpeg and of the supervision around it, in seconds."""
    before, began = _processor_seconds(), time.monotonic()
    work()
    return time.monotonic() - began, _processor_seconds() - before


def _processor_seconds() -> float:
    whose = (resource.RUSAGE_CHILDREN, resource.RUSAGE_SELF)
    usages = [resource.getrusage(who) for who in whose]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _bytes_read(source: Path, folder: Path, *, per_window: int) -> tuple[int, int]:
    with serve(source) as server:
        _cut(server.url, _plan(per_window), folder)
        return server.sent, server.requests
