"""A source of ten gigabytes, cut by the real handlers out of another's S3, a process a window.

Each worker may use 512 MB of /tmp and 2 GB of memory, ffmpeg's included, and is held to both (see
`tests/support/limits.py`); that this holds anything is shown with too little of either, which has
to fail. GB in the environment chooses another size.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from botocore.exceptions import ClientError

from functions.adapters import aws
from functions.domain.cutting.segmentation import Segmentation
from functions.domain.segments.segment import SegmentType
from functions.domain.video import Video
from infra.local import emulator
from infra.local.deployment import client
from infra.local.paths import LOCAL
from tests.bench.big_source import digests, loop, make_source
from tests.bench.rows import MissedError, Row, compared, measured
from tests.bench.seaweed import Seaweed, seaweed
from tests.contract.tables import make_tables
from tests.support.execution import Execution
from tests.support.lambdas import FailedError
from tests.support.limits import Limits
from tests.support.site import Site, make_site, reached
from tests.support.warden import Peaks, warden

MB, GB = 1_000_000, 1_000_000_000
ALLOWED = Limits(disk=512 * MB, memory=2 * GB)
# A segment of the loop has 90 MB; of memory a worker has more before it does anything.
TOO_LITTLE = {"disk": replace(ALLOWED, disk=64 * MB), "memory": replace(ALLOWED, memory=64 * MB)}
BUCKET = "big"


def run() -> list[Row]:
    """Raises MissedError where a packet is missing or doubled, or a worker took too much."""
    size = round(float(os.environ.get("GB") or 10) * GB)
    room = shutil.disk_usage(LOCAL).free
    if room < 2.5 * size:
        raise SystemExit(f"{2.5 * size / GB:.0f} GB of disk are needed, {room / GB:.0f} are free")
    folder = LOCAL / "bench"
    with tempfile.TemporaryDirectory(dir=folder, prefix="big-") as name, ExitStack() as stack:
        source = make_source(Path(name) / "source.mp4", size)
        store = stack.enter_context(seaweed(Path(name) / "seaweed"))
        site = stack.enter_context(_site(Path(name), store))
        video = site.queue(source, Segmentation())
        size, wanted = source.stat().st_size, digests([source])
        source.unlink()
        rows, wrong = _measured(site, video, store, size, wanted)
        for row, missed in map(partial(_held_to, site), TOO_LITTLE):
            rows.append(row)
            wrong += missed
    if wrong:
        raise MissedError(rows, wrong)
    return rows


def _measured(
    site: Site, video: Video, store: Seaweed, size: int, wanted: dict[str, tuple[int, str]]
) -> tuple[list[Row], list[str]]:
    execution, sent = Execution(site, video, limits=lambda _: ALLOWED), store.sent()
    with warden(execution.calls) as peaks:
        windows = execution.plan()
        planned, sent, asked = store.sent() - sent, store.sent(), store.requests()
        began = time.monotonic()
        execution.cut(windows)
        spent = time.monotonic() - began
        read, reads = store.sent() - sent, store.requests() - asked
        execution.close()
    disk = "the kernel" if execution.own_disks == {True} else "a warden"
    made = digests(_fetched(site, video))
    rows = [
        measured("size", size / GB, unit=f"GB in {len(windows)} windows"),
        measured("cut and stored", size / GB / spent, unit=f"GB/s ({spent:.0f} s)"),
        compared("read by the workers", read / GB, size / GB, "source", unit="GB", goal=1.2),
        measured("requests for it", reads, unit="requests"),
        measured("read to probe and plan", planned / 1e6, unit="MB"),
        _peak("disk", peaks.disk, ALLOWED.disk, disk),
        _peak("memory", peaks.memory, ALLOWED.memory, "a warden"),
        *(_packets(stream, made[stream][0], wanted[stream][0]) for stream in sorted(made)),
    ]
    wrong = [*_too_much(peaks), *(f"tried again: {one}" for one in execution.retried)]
    if made != wanted:
        wrong.append(f"the segments' packets are not the source's: {made}, not {wanted}")
    return rows, wrong


def _peak(name: str, peak: int, allowed: int, by: str) -> Row:
    unit = f"MB, held by {by}"
    return compared(
        f"{name} of one worker, peak", peak / MB, allowed / MB, "allowed", unit=unit, goal=1
    )


def _packets(stream: str, made: int, wanted: int) -> Row:
    return compared(f"packets of stream {stream}", made, wanted, "source", unit="packets")


def _too_much(peaks: Peaks) -> Iterator[str]:
    """Whatever slipped by between two looks."""
    if peaks.disk > ALLOWED.disk:
        yield f"a worker had {peaks.disk / MB:.0f} MB on its disk"
    if peaks.memory > ALLOWED.memory:
        yield f"a worker took {peaks.memory / MB:.0f} MB of memory"


def _held_to(site: Site, name: str) -> tuple[Row, list[str]]:
    """The loop alone: with too little it must fail, and with what is allowed be cut."""
    video = site.queue(loop(), Segmentation())
    said = _failure(site, video, TOO_LITTLE[name])
    later = _failure(site, video, ALLOWED)
    little = getattr(TOO_LITTLE[name], name) / MB
    wrong = [f"not cut with all that is allowed: {later}"] if later else []
    if said is None:
        wrong.append(f"a worker of {little:.0f} MB of {name} was not stopped")
    return measured(f"cut with too little {name}", little, unit=f"MB: {said}"), wrong


def _failure(site: Site, video: Video, limits: Limits) -> str | None:
    """What its window failed with, tried once; None if it was cut."""
    execution = Execution(
        site, video, limits=lambda task: limits if task == "cut_window" else ALLOWED, tries=0
    )
    try:
        with warden(execution.calls):
            execution.cut(execution.plan())
    except FailedError as error:
        return str(error)
    return None


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
        budget = {"DISK_BUDGET_MB": "256", "SEGMENTS_PER_WINDOW": "20"}
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
