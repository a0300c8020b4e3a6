"""Files on this disk as the services see objects: probed, planned."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from functions.adapters import aws
from functions.adapters.pyav.prober import PyAvProber
from functions.domain.cutting.plan import Plan
from functions.domain.cutting.planning import make_plan
from functions.domain.cutting.segmentation import Segmentation
from functions.domain.media.source import Source
from infra.local.emulator import CREDENTIALS
from tests.bench.range_server import Counter, serve


def source_of(path: Path) -> Source:
    """As the bucket would name it."""
    tag = hashlib.md5(str(path).encode(), usedforsecurity=False).hexdigest()
    return Source(key=path.name, size=path.stat().st_size, etag=tag)


@contextmanager
def as_object(path: Path) -> Iterator[Counter]:
    """The file served by ranges to ffmpeg by its URL, and to our adapters in place of S3."""
    with serve(path) as server, s3_at(server.url):
        yield server


@contextmanager
def s3_at(url: str) -> Iterator[None]:
    """Our adapters' S3 is at `url` until the block ends."""
    settings = {**CREDENTIALS, "AWS_ENDPOINT_URL_S3": url}
    kept = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    forget_clients()
    try:
        yield
    finally:
        for name, value in kept.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
        forget_clients()


def forget_clients() -> None:
    aws.client.cache_clear()
    aws._session.cache_clear()


def plan_of(path: Path, options: Segmentation, *, per_window: int) -> Plan:
    """By the very probe that the pipeline makes."""
    source, prober = source_of(path), PyAvProber("bench")
    with as_object(path):
        return make_plan(
            prober.probe(source),
            options,
            find_keyframes=lambda times: prober.keyframes_after(source, times),
            segments_per_window=per_window,
        )
