"""Runs whose workers are killed at chosen requests: whole afterwards, and nothing doubled."""

from __future__ import annotations

from pathlib import Path

import pytest

from functions.domain.cutting.segmentation import Segmentation
from infra.local.deployment import client
from infra.local.emulator import Emulator
from tests.media.make import heavy
from tests.support.execution import Execution
from tests.support.site import Site, make_site
from tests.support.whole import faults

SECONDS = 4


@pytest.fixture(scope="module")
def site(
    bare_cloud: Emulator,
    dynamodb_environment: dict[str, str],
    tables: dict[str, str],
    bucket: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Site:
    endpoints = {**dynamodb_environment, "AWS_ENDPOINT_URL": bare_cloud.endpoint}
    cognito = client(bare_cloud, "cognito-idp")
    folder = tmp_path_factory.mktemp("site")
    return make_site(endpoints, tables, bucket, cognito, folder, SEGMENTS_PER_WINDOW="4")


@pytest.fixture(scope="module")
def source(site: Site) -> Path:
    return heavy(site.folder / "noise.mov", SECONDS, "320x180")


# Before which request an attempt ends: between an object and its row, between two rows.
KILLS = {
    "probe_source": (9,),
    "plan_segments": (8,),
    "cut_window": (7, 14, 9),
    "join_audio": (22, 24),
    "finish_run": (8, 10, 12),
}


def test_given_workers_that_are_killed_between_their_writes_when_they_run_again_then_all_is_whole(
    site: Site, source: Path
) -> None:
    video = site.queue(source, Segmentation(length=1_000))
    left = {handler: iter(numbers) for handler, numbers in KILLS.items()}
    execution = Execution(
        site, video, killed_at=lambda handler: next(left.get(handler, iter(())), None)
    )

    execution.run()

    assert len(execution.retried) == sum(map(len, KILLS.values()))
    assert faults(site, video, source, SECONDS) == []
