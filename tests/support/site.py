"""Bare tables, a bucket and users at local endpoints, and the environment of handlers there."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from functions import bootstrap
from functions.adapters import aws
from functions.domain.cutting.segmentation import Segmentation
from functions.domain.ids import new_id
from functions.domain.keys import upload_key
from functions.domain.runs.lease import lease_from, watch_shard
from functions.domain.runs.run import Run, RunStatus
from functions.domain.times import utc_now
from functions.domain.video import Video, VideoStatus
from functions.runtime.settings import StoreSettings, load
from functions.services.runs.stages import Context
from infra.local.users import ensure_user
from tests.environment import FUNCTION_ENVIRONMENT

_KINDS = ("videos", "runs", "segments", "counters", "snapshots", "rates")
# Two are cut side by side; the sources are as large as these tests make them.
_TIERS = {"pro": {"max_bytes": 1 << 40, "max_duration": 1 << 40}}


@dataclass(frozen=True)
class Site:
    """`environment` is what handlers find; `folder` is theirs to work in."""

    environment: Mapping[str, str]
    folder: Path
    user_id: str

    @property
    def bucket(self) -> str:
        return self.environment["MEDIA_BUCKET"]

    def context(self) -> Context:
        """The same stores for this process; inside `reached` only."""
        return bootstrap.context(load(StoreSettings, self.environment))

    def queue(self, path: Path, options: Segmentation) -> Video:
        """The file in the bucket, with its video and a run about to start."""
        context, video_id = self.context(), new_id(utc_now())
        key = upload_key(self.user_id, video_id)
        aws.client("s3").upload_file(str(path), self.bucket, key)
        now, run_id = utc_now(), f"run-{video_id}"
        video = Video(
            video_id=video_id,
            user_id=self.user_id,
            status=VideoStatus.QUEUED,
            file_name=path.name,
            source=context.media.find(key),
            segmentation=options,
            run_id=run_id,
            runs=1,
            created_at=now,
            updated_at=now,
        )
        context.videos.create(video)
        context.runs.create(
            Run(
                video_id=video_id,
                run_id=run_id,
                user_id=self.user_id,
                status=RunStatus.QUEUED,
                created_at=now,
                lease_until=lease_from(now),
                watch_shard=watch_shard(video_id),
            )
        )
        return video


def make_site(
    endpoints: Mapping[str, str],
    tables: Mapping[str, str],
    bucket: str,
    cognito: Any,
    folder: Path,
    **settings: str,
) -> Site:
    """`endpoints` are variables that clients read; `tables` are names by what they hold;
    `settings` are variables that the handlers shall find otherwise than usual."""
    pool = cognito.create_user_pool(PoolName="site")["UserPool"]["Id"]
    cognito.create_group(UserPoolId=pool, GroupName="pro")
    scratch = folder / "scratch"
    scratch.mkdir(parents=True)
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith("AWS_")},
        **FUNCTION_ENVIRONMENT,
        **endpoints,
        **{f"{kind.upper()}_TABLE": tables[kind] for kind in _KINDS},
        "MEDIA_BUCKET": bucket,
        "USER_POOL_ID": pool,
        "TIER_LIMITS": json.dumps(dict.fromkeys(("free", "pro", "enterprise"), _TIERS["pro"])),
        "TMPDIR": str(scratch),
        **settings,
    }
    return Site(environment, folder, ensure_user(cognito, pool, "pro", "pro").user_id)


@contextmanager
def reached(environment: Mapping[str, str]) -> Iterator[None]:
    """This process's adapters work there until the block ends."""
    named = {name: text for name, text in environment.items() if name.startswith("AWS_")}
    kept = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("AWS_")}
    os.environ.update(named)
    forget_clients()
    try:
        yield
    finally:
        for name in named:
            os.environ.pop(name, None)
        os.environ.update(kept)
        forget_clients()


def forget_clients() -> None:
    aws.client.cache_clear()
    aws._session.cache_clear()
