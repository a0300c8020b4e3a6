"""A source of a gigabyte, from a server on this machine into the local S3: what the worker takes.

Beside it a plain program that streams the same into the same bucket by boto3's `upload_fileobj`, in
turn with ours. GB in the environment chooses another size.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from functions.adapters import aws
from functions.domain.ids import new_id
from functions.domain.keys import upload_key
from functions.domain.tiers import Tier
from functions.domain.times import utc_now
from functions.domain.video import Video
from functions.services.ingests.uploads import UPLOAD_LIFE, part_size
from infra.local import emulator
from infra.local.deployment import client
from infra.local.simulators.sources import Source, Sources, serving
from infra.stages import stage_settings
from infra.tier_settings import CLOUD_TIERS
from tests.bench.rows import MissedError, Row, compared, measured
from tests.builders import make_ingesting_video, make_upload
from tests.contract.tables import make_tables
from tests.support.site import Site, make_site, reached

MB = 1_000_000
TIMES = 2
LARGEST = max(tier.max_bytes for tier in CLOUD_TIERS.values())


def run() -> list[Row]:
    """Raises MissedError where a worker takes more memory than it has."""
    size = round(float(os.environ.get("GB") or 1) * 1000) * MB
    with tempfile.TemporaryDirectory() as name, serving() as sources:
        film = _film(Path(name) / "film.mp4", size)
        with _site(Path(name), sources) as site:
            pairs = [
                (_ours(site, sources, film), _plain(site, sources, film)) for _ in range(TIMES)
            ]
            unsized = _ours(site, sources, film, length=False)
    ours = {key: min(one[key] for one, _ in pairs) for key in ("seconds", "cpu", "peak", "before")}
    peer = {key: min(one[key] for _, one in pairs) for key in ("seconds", "cpu", "peak")}
    plain, gb = "boto3's upload_fileobj", size / MB / 1000
    small, large = part_size(size) / MB, part_size(LARGEST) / MB
    rows = [
        compared("processor time", ours["cpu"] / gb, peer["cpu"] / gb, plain, unit="s a GB"),
        compared("time", ours["seconds"] / gb, peer["seconds"] / gb, plain, unit="s a GB"),
        compared(f"memory, parts of {small:.0f} MB", _mb(ours), _mb(peer), plain, unit="MB"),
        measured("of it before the first byte", ours["before"] / 1000, unit="MB"),
        measured(f"memory, parts of {large:.0f} MB (no length told)", _mb(unsized), unit="MB"),
    ]
    given = stage_settings("prod").ingest_memory_mb
    if _mb(unsized) > given:
        raise MissedError(rows, [f"a worker of {given} MB would not have been enough"])
    return rows


def _mb(told: dict[str, float]) -> float:
    return told["peak"] / 1000


def _film(path: Path, size: int) -> Path:
    """The beginning of a film, then bytes of no kind."""
    block = os.urandom(8 * MB)
    with path.open("wb") as file:
        file.write(b"\x00\x00\x00\x20ftypisom")
        while file.tell() < size:
            file.write(block[: size - file.tell()])
    return path


@contextmanager
def _site(folder: Path, sources: Sources) -> Iterator[Site]:
    cloud = emulator.start(folder / "cloud", keep_objects=False)
    port = int(sources.base.rpartition(":")[2])
    rules = {"ports": [80, 443], "openings": [f"127.0.0.0/8:{port}"]}
    limits = {tier.value: {"max_bytes": LARGEST, "max_duration": 1} for tier in Tier}
    try:
        endpoints = {**emulator.CREDENTIALS, "AWS_ENDPOINT_URL": cloud.endpoint}
        client(cloud, "s3").create_bucket(Bucket="ingest")
        tables = make_tables(client(cloud, "dynamodb"))
        settings = {"SOURCE_RULES": json.dumps(rules), "TIER_LIMITS": json.dumps(limits)}
        cognito = client(cloud, "cognito-idp")
        site = make_site(endpoints, tables, "ingest", cognito, folder / "site", **settings)
        with reached(site.environment):
            yield site
    finally:
        cloud.stop()


def _ours(site: Site, sources: Sources, film: Path, *, length: bool = True) -> dict[str, Any]:
    url = sources.put("film.mp4", Source(path=film, length=length))
    video = _submitted(site, url)
    told = _worked(site, "ours", video.video_id, video.user_id)
    assert video.upload
    _require_there(site, video.upload.key, film)
    return told


def _submitted(site: Site, url: str) -> Video:
    now = utc_now()
    video_id = new_id(now)
    key = upload_key(site.user_id, video_id)
    video = make_ingesting_video(
        url=url,
        video_id=video_id,
        user_id=site.user_id,
        upload=make_upload(key=key, expires_at=now + UPLOAD_LIFE),
        created_at=now,
        updated_at=now,
    )
    site.context().videos.create(video)
    return video


def _plain(site: Site, sources: Sources, film: Path) -> dict[str, Any]:
    url = sources.put("film.mp4", Source(path=film))
    told = _worked(site, "plain", url, site.bucket, "plain")
    _require_there(site, "plain", film)
    return told


def _worked(site: Site, *words: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.ingest_work", *words],
        env=dict(site.environment),
        capture_output=True,
        text=True,
        check=True,
    )
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert told["answer"] == {"finished": True}
    return told


def _require_there(site: Site, key: str, film: Path) -> None:
    """All of it has come; it goes again, since the local S3 keeps it in memory."""
    s3 = aws.client("s3")
    assert s3.head_object(Bucket=site.bucket, Key=key)["ContentLength"] == film.stat().st_size
    s3.delete_object(Bucket=site.bucket, Key=key)
