"""A source of ten gigabytes, cut by the real handlers out of another's S3, a process a window.

Each worker may use 512 MB of /tmp and 2 GB of memory, ffmpeg's included; both are looked at while
it works. GB in the environment chooses another size.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from hashlib import blake2b
from pathlib import Path

from botocore.exceptions import ClientError

from functions.adapters import aws
from functions.domain.segment import SegmentType
from functions.domain.segmentation import Segmentation
from functions.domain.video import Video
from infra.local import emulator
from infra.local.deployment import client
from infra.local.paths import LOCAL
from tests.bench.big_peaks import Peaks, watched
from tests.bench.rows import MissedError, Row, compared, measured
from tests.bench.seaweed import Seaweed, seaweed
from tests.contract.tables import make_tables
from tests.media.make import FFMPEG, ffmpeg
from tests.support.execution import Execution
from tests.support.site import Site, make_site, reached

GB = 1_000_000_000
LOOP_S = 30
DISK_MB, MEMORY_MB = 512, 2_000
BUCKET = "big"


def run() -> list[Row]:
    """Raises MissedError where a packet is missing or doubled, or a worker took too much."""
    size = round(float(os.environ.get("GB") or 10) * GB)
    room = shutil.disk_usage(LOCAL).free
    if room < 2.5 * size:
        raise SystemExit(f"{2.5 * size / GB:.0f} GB of disk are needed, {room / GB:.0f} are free")
    folder = LOCAL / "bench"
    with tempfile.TemporaryDirectory(dir=folder, prefix="big-") as name, ExitStack() as stack:
        source = _source(Path(name) / "source.mp4", size)
        store = stack.enter_context(seaweed(Path(name) / "seaweed"))
        site = stack.enter_context(_site(Path(name), store))
        video = site.queue(source, Segmentation())
        size, wanted = source.stat().st_size, _digests([source])
        source.unlink()
        return _measured(site, video, store, size, wanted)


def _measured(
    site: Site, video: Video, store: Seaweed, size: int, wanted: dict[str, tuple[int, str]]
) -> list[Row]:
    execution, sent, asked = Execution(site, video), store.sent(), store.requests()
    windows = execution.plan()
    planned, sent, asked = store.sent() - sent, store.sent(), store.requests()
    began = time.monotonic()
    with watched(execution, Path(site.environment["TMPDIR"])) as peaks:
        execution.cut(windows)
    spent = time.monotonic() - began
    read, reads = store.sent() - sent, store.requests() - asked
    execution.close()
    made = _digests(_fetched(site, video))
    rows = [
        measured("size", size / GB, unit=f"GB in {len(windows)} windows"),
        measured("cut and stored", size / GB / spent, unit=f"GB/s ({spent:.0f} s)"),
        compared("read by the workers", read / GB, size / GB, "source", unit="GB", goal=1.2),
        measured("requests for it", reads, unit="requests"),
        measured("read to probe and plan", planned / 1e6, unit="MB"),
        _held("disk of one worker, peak", peaks.disk, DISK_MB),
        _held("memory of one worker, peak", peaks.memory, MEMORY_MB),
        *(_packets(stream, made[stream][0], wanted[stream][0]) for stream in sorted(made)),
    ]
    wrong = [*_too_much(peaks), *(f"tried again: {one}" for one in execution.retried)]
    if made != wanted:
        wrong.append(f"the segments' packets are not the source's: {made}, not {wanted}")
    if wrong:
        raise MissedError(rows, wrong)
    return rows


def _held(name: str, peak: int, allowed: int) -> Row:
    return compared(name, peak / 1e6, allowed, "allowed", unit="MB", goal=1)


def _packets(stream: str, made: int, wanted: int) -> Row:
    return compared(f"packets of stream {stream}", made, wanted, "source", unit="packets")


def _too_much(peaks: Peaks) -> Iterator[str]:
    if peaks.disk > DISK_MB * 1_000_000:
        yield f"a worker had {peaks.disk / 1e6:.0f} MB on its disk"
    if peaks.memory > MEMORY_MB * 1_000_000:
        yield f"a worker took {peaks.memory / 1e6:.0f} MB of memory"


def _source(path: Path, size: int) -> Path:
    """Half a minute of 24 Mb/s, again and again; the index comes last."""
    loop = LOCAL / "bench" / f"loop-1080p-{LOOP_S}s.mp4"
    if not loop.exists():
        part = loop.with_name("loop-1080p-part.mp4")
        noise = f"testsrc2=s=1920x1080:r=30:d={LOOP_S},noise=alls=12:allf=t"
        ffmpeg(
            "-f", "lavfi", "-i", noise, "-f", "lavfi", "-i", f"sine=f=440:r=48000:d={LOOP_S}",
            "-c:v", "libx264", "-preset", "ultrafast", "-g", "60", "-bf", "3",
            "-sc_threshold", "0", "-b:v", "24M", "-c:a", "aac", "-b:a", "192k", "-shortest",
            str(part),
        )  # fmt: skip
        part.rename(loop)
    again = -(-size // loop.stat().st_size)
    ffmpeg("-stream_loop", str(again - 1), "-i", str(loop), "-c", "copy", str(path))
    return path


@contextmanager
def _site(folder: Path, store: Seaweed) -> Iterator[Site]:
    """Objects in SeaweedFS, rows in the local tables."""
    cloud = emulator.start(folder / "cloud", keep_objects=False)
    try:
        endpoints = {
            **emulator.CREDENTIALS,
            "AWS_ENDPOINT_URL": cloud.endpoint,
            "AWS_ENDPOINT_URL_S3": store.endpoint,
        }
        tables = make_tables(client(cloud, "dynamodb"))
        cognito = client(cloud, "cognito-idp")
        budget = {"DISK_BUDGET_MB": str(DISK_MB // 2), "SEGMENTS_PER_WINDOW": "20"}
        site = make_site(endpoints, tables, BUCKET, cognito, folder / "site", **budget)
        with reached(site.environment):
            _make_bucket()
            yield site
    finally:
        cloud.stop()


def _make_bucket() -> None:
    """The store takes a while before it does."""
    for left in reversed(range(30)):
        try:
            aws.client("s3").create_bucket(Bucket=BUCKET)
        except ClientError:
            if not left:
                raise
            time.sleep(1)
        else:
            return


def _fetched(site: Site, video: Video) -> Iterator[Path]:
    """Each segment in order, gone from disk and bucket when the next is asked for."""
    for row in site.context().segments.all_of(video.video_id, SegmentType.PROCESSED):
        path = site.folder / "segment.mp4"
        aws.client("s3").download_file(site.bucket, row.s3_key, str(path))
        yield path
        path.unlink()


def _digests(files: Iterator[Path] | list[Path]) -> dict[str, tuple[int, str]]:
    """For each stream how many packets there are, and a digest of all, in order."""
    counts: dict[str, int] = {}
    digests: dict[str, blake2b] = {}
    for path in files:
        words = ["-loglevel", "error", "-ignore_editlist", "1", "-i", str(path), "-map", "0"]
        command = [FFMPEG, *words, "-c", "copy", "-f", "framecrc", "-"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as listing:
            assert listing.stdout
            for line in listing.stdout:
                if not line.startswith("#"):
                    columns = line.split(",")
                    stream = columns[0]
                    counts[stream] = counts.get(stream, 0) + 1
                    packet = (columns[4] + columns[5]).encode()
                    digests.setdefault(stream, blake2b()).update(packet)
        if listing.returncode:
            raise AssertionError(f"{path.name} cannot be read")
    return {stream: (counts[stream], digests[stream].hexdigest()) for stream in counts}
