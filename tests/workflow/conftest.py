"""The same local cloud as the end-to-end tests, a run that went well, one that failed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import cloud, cloud_home
from tests.media.make import talk
from tests.support.cloud import Cloud

__all__ = ["cloud", "cloud_home"]

ONE_SECOND = {"segmentation": {"length_s": 1}}


@pytest.fixture(scope="session")
def ready(cloud: Cloud, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A video whose run has succeeded: ten seconds, ten segments."""
    source = talk(tmp_path_factory.mktemp("ready") / "ready.mp4", gop=25)
    video = cloud.finished(cloud.upload(source, options=ONE_SECOND))
    assert video["status"] == "ready", video["error"]
    return video


@pytest.fixture(scope="session")
def failed(cloud: Cloud, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A video whose run has failed: the file is a text."""
    source = tmp_path_factory.mktemp("failed") / "notes.mp4"
    source.write_text("no video at all\n" * 500)
    video = cloud.finished(cloud.upload(source))
    assert video["status"] == "failed"
    return video


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return talk(tmp_path / "clip.mp4", seconds=4, gop=25)
