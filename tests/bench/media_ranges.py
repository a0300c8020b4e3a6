"""What 30 seconds of a 1.5 GB source cost over HTTP, in bytes and requests, container by container.

A range on request is cut out of the middle by itself; a window of the pipeline makes twenty
segments in one pass. What is wanted of a source is the segment and, once, its index.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from functions.adapters.ffmpeg.cutter import FfmpegCutter
from functions.adapters.mp4 import _boxes
from functions.adapters.pyav.prober import PyAvProber
from functions.domain.cutting.job import CutJob
from functions.domain.cutting.plan import Plan
from functions.domain.cutting.planning import make_plan
from functions.domain.cutting.range_plan import Range, make_range_plan
from functions.domain.cutting.segmentation import Segmentation
from infra.local.paths import LOCAL
from tests.bench.media_files import as_object, source_of
from tests.bench.range_server import Counter
from tests.bench.rows import Row, compared, measured
from tests.media.make import ffmpeg

LOOP_S, LOOPS, RATE = 60, 80, 30
LENGTH_MS, AT_MS = 30_000, 2_000_000
GOAL = 1.2
PIECE_BYTES = 256 * 1024 * 1024

KINDS = {
    "MP4, index at the end": ("end.mp4",),
    "MP4, index first": ("first.mp4", "-movflags", "+faststart"),
    "MKV": ("whole.mkv",),
    "fragmented MP4": ("fragments.mp4", "-movflags", "frag_keyframe+empty_moov"),
    "MPEG-TS": ("whole.ts",),
}


def range_rows() -> list[Row]:
    return [row for name, how in KINDS.items() for row in _rows(name, *how)]


def _rows(name: str, file: str, *words: str) -> Iterator[Row]:
    with _made(file, *words) as path, as_object(path) as server:
        meter, source, index = _Meter(server), source_of(path), _index_bytes(path)
        probe = PyAvProber("bench").probe(source)
        yield meter.row(f"{name}: probe")
        # Each step is a function of its own.
        prober = PyAvProber("bench")
        alone = make_range_plan(
            probe,
            Range(start=AT_MS, end=AT_MS + LENGTH_MS),
            find_keyframes=partial(prober.keyframes_after, source),
            find_reach=partial(prober.reach, source, probe),
            piece=probe.media.duration * PIECE_BYTES // source.size,
        )
        yield meter.row(f"{name}: plan of a range")
        yield _cut(f"{name}: a range", meter, alone, index, source.size)
        find = partial(PyAvProber("bench").keyframes_after, source)
        plan = make_plan(probe, Segmentation(), find_keyframes=find, segments_per_window=20)
        yield meter.row(f"{name}: plan of all")
        yield _cut(f"{name}: a window", meter, plan, index, source.size)


class _Meter:
    """What was served since it was last asked for."""

    def __init__(self, server: Counter) -> None:
        self._server = server
        self._sent = self._requests = 0

    @property
    def url(self) -> str:
        return self._server.url

    @property
    def requests(self) -> int:
        return self._server.requests - self._requests

    @property
    def sent(self) -> int:
        return self._server.sent - self._sent

    def again(self) -> None:
        self._sent, self._requests = self._server.sent, self._server.requests

    def row(self, name: str) -> Row:
        row = measured(f"{name}, {self.requests} requests", self.sent / 1e6, unit="MB")
        self.again()
        return row


def _cut(name: str, meter: _Meter, plan: Plan, index: int, size: int) -> Row:
    """A window from the plan's middle."""
    window = plan.windows[len(plan.windows) // 2]
    with tempfile.TemporaryDirectory() as folder:
        job = CutJob(
            source_url=meter.url,
            plan=plan,
            segments=plan.of_window(window),
            skip=frozenset(),
            folder=Path(folder),
            disk_budget=1 << 40,
            reach=window.reach or plan.whole_reach(size),
        )
        sizes = []
        for file in FfmpegCutter().cut(job, lambda _: None, lambda: False):
            sizes.append(file.path.stat().st_size)
            file.path.unlink()
    kept = sizes[-1:] if name.endswith("range") else sizes
    row = compared(
        f"{name}, {meter.requests} requests",
        meter.sent / len(kept) / 1e6,
        (sum(kept) + index) / len(kept) / 1e6,
        "segment + index",
        unit="MB",
        goal=GOAL,
    )
    meter.again()
    return row


@contextmanager
def _made(file: str, *words: str) -> Iterator[Path]:
    """Copied from a minute of 2.5 Mb/s, and gone afterwards."""
    with tempfile.TemporaryDirectory(dir=LOCAL / "bench") as name:
        path = Path(name) / file
        loop = ["-stream_loop", str(LOOPS - 1), "-i", str(_loop())]
        ffmpeg(*loop, "-c", "copy", *words, str(path))
        yield path


def _loop() -> Path:
    target = LOCAL / "bench" / f"loop-720p-{LOOP_S}s.mp4"
    if target.exists():
        return target
    part = target.with_name("loop-part.mp4")
    noise = f"testsrc2=s=1280x720:r={RATE}:d={LOOP_S},noise=alls=6:allf=t"
    ffmpeg(
        "-f", "lavfi", "-i", noise, "-f", "lavfi", "-i", f"sine=f=440:r=48000:d={LOOP_S}",
        "-c:v", "libx264", "-preset", "ultrafast", "-g", str(5 * RATE), "-bf", "3",
        "-sc_threshold", "0", "-b:v", "2400k", "-maxrate", "2400k", "-bufsize", "2400k",
        "-c:a", "aac", "-b:a", "128k", "-shortest", str(part),
    )  # fmt: skip
    return part.rename(target)


def _index_bytes(path: Path) -> int:
    """An MP4's index; others' indexes are counted as nothing."""
    if path.suffix != ".mp4":
        return 0
    with path.open("rb") as file:
        boxes = _boxes(file, 0, path.stat().st_size)
        return sum(box.size for box in boxes if box.kind in {b"moov", b"mfra"})
