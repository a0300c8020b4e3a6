"""One way to bring a source into the bucket, in a process of its own that tells what it took.

Usage: python -m tests.bench.ingest_work ours VIDEO USER | plain URL BUCKET KEY
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Iterator


def _ours(video_id: str, user_id: str) -> Callable[[], object]:
    """The handler as it is deployed, in a container that has started."""
    from functions import bootstrap, bootstrap_media
    from functions.adapters import aws
    from functions.handlers import ingest_source
    from tests.fakes.lambda_context import FakeLambdaContext

    aws.client("s3"), aws.client("dynamodb")
    settings = ingest_source.settings
    bootstrap.video_store(settings.videos_table)
    bootstrap.media_store(settings.media_bucket)
    bootstrap_media.source_reader(settings.source_rules)
    event = {"video_id": video_id, "user_id": user_id}
    return lambda: ingest_source.lambda_handler(event, FakeLambdaContext())


def _plain(url: str, bucket: str, key: str) -> Callable[[], object]:
    """As one writes it who only wants it there: nothing is checked, and nothing resumed."""
    import boto3
    import httpcore
    from botocore.config import Config

    s3 = boto3.client("s3", config=Config(signature_version="s3v4"))

    def work() -> object:
        with httpcore.stream("GET", url) as response:
            s3.upload_fileobj(_File(response.iter_stream()), bucket, key)
        return {"finished": True}

    return work


class _File:
    """An iterator of bytes as the library reads files."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks, self._left = chunks, b""

    def read(self, size: int) -> bytes:
        parts = [self._left]
        have = len(self._left)
        while have < size and (chunk := next(self._chunks, b"")):
            parts.append(chunk)
            have += len(chunk)
        whole = b"".join(parts)
        self._left = whole[size:]
        return whole[:size]


def main() -> None:
    work = {"ours": _ours, "plain": _plain}[sys.argv[1]](*sys.argv[2:])
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF)
    answer = work()
    seconds, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    told = {"seconds": seconds, "cpu": cpu, "before": before.ru_maxrss, "peak": after.ru_maxrss}
    sys.stdout.write(json.dumps({"answer": answer, **told}) + "\n")


if __name__ == "__main__":
    main()
