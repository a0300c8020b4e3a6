"""A proxy is made by windows and joins of its run's plan, just as long segments are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import pytest

from tests.media.make import talk
from tests.support.cloud import Cloud, send

OPTIONS = {"segmentation": {"length_s": 5}, "extras": ["proxy"]}


@pytest.fixture(scope="module")
def small(cloud: Cloud, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Ten seconds in two segments, and a proxy."""
    source = talk(tmp_path_factory.mktemp("proxy") / "proxy.mp4", gop=25)
    video = cloud.finished(cloud.upload(source, options=OPTIONS))
    assert video["status"] == "ready", video["error"]
    return video


def test_given_a_proxy_is_asked_for_when_the_run_has_ended_then_its_url_plays_all_of_the_video(
    cloud: Cloud, small: dict[str, Any], tmp_path: Path
) -> None:
    found = cloud.call("GET", f"/api/videos/{small['video_id']}/extras").json

    assert (found["made"], found["proxy_error"]) == (["proxy"], None)
    path = tmp_path / "proxy.mp4"
    path.write_bytes(send("GET", found["proxy_url"]).body)
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        # Never larger than the source.
        assert (stream.codec_context.name, stream.height) == ("h264", 180)
        assert sum(1 for _ in container.decode(video=0)) == round(small["media"]["duration"] * 25)
        assert len(container.streams.audio) == 1
    body = path.read_bytes()
    assert body.index(b"moov") < body.index(b"mdat")


def test_given_a_run_when_it_has_ended_then_what_was_expected_stands_beside_what_happened(
    cloud: Cloud, small: dict[str, Any]
) -> None:
    run = cloud.run_of(small["video_id"])

    # Claim, probe, plan, two windows, a join, the sound, the end.
    assert run["spent"]["calls"] == 8
    assert run["estimate"]["functions"] == 3
    assert run["estimate"]["at_once"] == 2
    assert run["estimate"]["seconds"] > 0
    assert run["spent"]["seconds"] > 0
    # Money is mostly steps in so short a run, and is known within a factor.
    assert 0.2 < run["spent"]["cost_usd"] / run["estimate"]["cost_usd"] < 5
