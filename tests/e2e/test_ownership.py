"""Another user's things: on every route they look like things that are not there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.media import odd
from tests.support.cloud import Cloud


@dataclass(frozen=True)
class Owned:
    """Ids of a video, of one of its segments and of an open upload."""

    video: str
    segment: str
    upload: str


ABSENT = Owned("no-such-video", "no-such-segment", "no-such-upload")
ROUTES = [
    ("GET", "/api/videos/{0.video}"),
    ("GET", "/api/videos/{0.video}/segments"),
    ("GET", "/api/segments/{0.segment}"),
    ("GET", "/api/segments/{0.segment}/download"),
    ("GET", "/api/videos/uploads/{0.upload}"),
    ("PUT", "/api/videos/uploads/{0.upload}"),
    ("DELETE", "/api/videos/uploads/{0.upload}"),
    ("GET", "/api/pipeline/status/{0.video}"),
]


@pytest.fixture(scope="module")
def theirs(cloud: Cloud, tmp_path_factory: pytest.TempPathFactory) -> Owned:
    """What `pro` owns."""
    folder: Path = tmp_path_factory.mktemp("theirs")
    video_id = cloud.upload(odd.tiny(folder / "mine.mp4"))
    cloud.finished(video_id)
    (segment,) = cloud.segments(video_id, "processed")
    return Owned(video_id, segment["segment_id"], cloud.announce(1000)["video_id"])


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_given_another_users_id_when_a_route_is_called_with_it_then_it_looks_absent(
    cloud: Cloud, theirs: Owned, method: str, path: str
) -> None:
    foreign = cloud.call(method, path.format(theirs), user="pro2")

    absent = cloud.call(method, path.format(ABSENT), user="pro2")
    assert foreign.status == absent.status == 404
    assert foreign.headers["content-type"] == "application/problem+json"
    assert foreign.json == absent.json


def test_given_another_users_video_when_its_pipeline_is_started_then_it_looks_absent(
    cloud: Cloud, theirs: Owned
) -> None:
    before = cloud.call("GET", f"/api/videos/{theirs.video}").json

    foreign, absent = (
        cloud.call("POST", "/api/pipeline/start", {"video_id": video_id}, user="pro2")
        for video_id in (theirs.video, ABSENT.video)
    )

    assert foreign.status == absent.status == 404
    assert foreign.json == absent.json
    assert cloud.call("GET", f"/api/videos/{theirs.video}").json == before


def test_given_another_users_upload_when_it_was_tried_to_end_it_then_it_is_open_as_before(
    cloud: Cloud, theirs: Owned
) -> None:
    path = f"/api/videos/uploads/{theirs.upload}"

    for method in ("PUT", "DELETE"):
        cloud.call(method, path, user="pro2")

    assert cloud.call("GET", path).json["status"] == "uploading"


def test_given_another_users_video_when_videos_are_listed_then_it_is_not_among_them(
    cloud: Cloud, theirs: Owned
) -> None:
    page = cloud.call("GET", "/api/videos?limit=100", user="pro2").json

    assert theirs.video not in {video["video_id"] for video in page["items"]}
