"""What a video gets beside its segments, and cuts that follow what was found."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.media.known import BLACK, CUTS, SILENCE, known
from tests.support.cloud import Cloud, send

JPEG, PNG, WEBP = b"\xff\xd8\xff", b"\x89PNG", b"RIFF"


def _fetched(url: str) -> bytes:
    answer = send("GET", url, None, {})
    assert answer.status == 200, answer.body
    return answer.body


def _extras(cloud: Cloud, video_id: str) -> dict[str, Any]:
    answer = cloud.call("GET", f"/api/videos/{video_id}/extras")
    assert answer.status == 200, answer.body
    return dict(answer.json)


def test_given_an_upload_when_it_is_ready_then_its_extras_tell_the_truth_and_can_be_fetched(
    cloud: Cloud, tmp_path: Path
) -> None:
    video = cloud.finished(cloud.upload(known(tmp_path / "known.mp4")))

    assert video["status"] == "ready", video["error"]
    found = _extras(cloud, video["video_id"])
    assert (found["error"], found["made"]) == (None, found["asked"])
    assert found["black"] == [{"start": BLACK[0] / 1000, "end": BLACK[1] / 1000}]
    (silent,) = found["silent"]
    assert silent["start"] == pytest.approx(SILENCE[0] / 1000, abs=0.05)
    assert silent["end"] == pytest.approx(SILENCE[1] / 1000, abs=0.05)
    assert _fetched(found["preview_url"]).startswith(WEBP)
    assert _fetched(found["waveform_url"]).startswith(PNG)
    assert json.loads(_fetched(found["peaks_url"]))["version"] == 2
    addresses = re.findall(r"^(http\S+)#xywh=", found["storyboard"]["vtt"], re.MULTILINE)
    assert len(addresses) == 14
    assert _fetched(addresses[0]).startswith(JPEG)


@pytest.mark.parametrize(
    ("mode", "ends"),
    [("scenes", [cut / 1000 for cut in CUTS]), ("silence", [6.0])],
)
def test_given_a_cut_that_follows_what_is_found_when_ready_then_segments_end_there(
    cloud: Cloud, tmp_path: Path, mode: str, ends: list[float]
) -> None:
    asked = {"segmentation": {"mode": mode, "cut": "smart"}, "extras": []}

    video = cloud.finished(cloud.upload(known(tmp_path / "known.mp4"), options=asked))

    assert video["status"] == "ready", video["error"]
    segments = cloud.segments(video["video_id"], "processed")
    assert [row["end"] for row in segments[:-1]] == pytest.approx(ends, abs=0.05)
    assert _extras(cloud, video["video_id"])["made"] == [mode]


def test_given_nothing_asked_for_when_ready_then_nothing_was_made(
    cloud: Cloud, tmp_path: Path
) -> None:
    video = cloud.finished(cloud.upload(known(tmp_path / "known.mp4"), options={"extras": []}))

    assert video["status"] == "ready", video["error"]
    assert _extras(cloud, video["video_id"])["made"] == []
