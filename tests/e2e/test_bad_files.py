"""Files that cannot be cut: each ends in one clear error, and none is lost."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.e2e.outcome import require_failed
from tests.media import odd
from tests.support.cloud import Cloud


def _text(target: Path) -> Path:
    target.write_text("Dear diary, today I renamed a letter.\n" * 200)
    return target


@pytest.mark.parametrize(
    ("make", "code"),
    [
        pytest.param(_text, "media.unreadable", id="text"),
        pytest.param(
            partial(odd.cut_off, index_first=True), "media.truncated", id="cut-off-after-its-index"
        ),
        pytest.param(
            partial(odd.cut_off, index_first=False),
            "media.unreadable",
            id="cut-off-before-its-index",
        ),
        pytest.param(odd.no_pictures_yet, "media.no_duration", id="only-a-head"),
        pytest.param(partial(odd.posing, kind="jpg"), "media.still_picture", id="jpg"),
        pytest.param(partial(odd.posing, kind="png"), "media.still_picture", id="png"),
        pytest.param(partial(odd.posing, kind="gif"), "media.still_picture", id="gif"),
    ],
)
def test_given_a_file_that_is_no_whole_video_when_it_is_probed_then_it_is_refused_and_kept(
    cloud: Cloud, tmp_path: Path, make: Callable[[Path], Path], code: str
) -> None:
    source = make(tmp_path / "holiday.mp4")

    video = cloud.finished(cloud.upload(source))

    require_failed(cloud, video, cloud.announced_key(video["video_id"]), code, "probe")
    page = cloud.call("GET", f"/api/videos/{video['video_id']}/segments").json
    assert page == {"items": [], "next_cursor": None, "partial": False}


def test_given_a_stream_that_is_cut_off_when_it_is_cut_then_it_is_refused_as_truncated_and_kept(
    cloud: Cloud, tmp_path: Path
) -> None:
    source = odd.cut_off_stream(tmp_path / "half.webm")

    video = cloud.finished(cloud.upload(source))

    key = cloud.announced_key(video["video_id"])
    require_failed(cloud, video, key, "media.truncated", "cut")


def test_given_a_file_of_no_bytes_when_it_is_dropped_then_it_is_refused_as_empty_and_kept(
    cloud: Cloud, tmp_path: Path
) -> None:
    source = tmp_path / "empty.mp4"
    source.touch()

    key = cloud.drop(source, source.name)
    video = cloud.finished(cloud.video_of(source.name)["video_id"])

    require_failed(cloud, video, key, "media.empty", "claim")


def test_given_a_refused_file_when_its_run_is_started_again_then_it_fails_the_same_way(
    cloud: Cloud, tmp_path: Path
) -> None:
    video_id = cloud.upload(_text(tmp_path / "again.mp4"))
    first = cloud.finished(video_id)

    assert cloud.call("POST", "/api/pipeline/start", {"video_id": video_id}).status == 202
    second = cloud.finished(video_id)

    assert second["run_id"] != first["run_id"]
    require_failed(cloud, second, cloud.announced_key(video_id), "media.unreadable", "probe")
