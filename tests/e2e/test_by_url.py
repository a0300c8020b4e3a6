"""Videos by URL, from a server on this machine to segments."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from infra.local.simulators.sources import Source, Sources
from tests.media import odd
from tests.support.cloud import PATIENCE_S, Answer, Cloud
from tests.support.raw_server import raw_server, saying
from tests.support.sources import sources_of

MIB = 1024 * 1024
SIGNED = "?X-Amz-Signature=e2e"


@pytest.fixture
def sources(cloud: Cloud) -> Iterator[Sources]:
    with sources_of(cloud.outputs) as serving:
        yield serving


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three parts, two of them whole: 150 frames, and a long stretch of nothing."""
    return odd.padded(tmp_path_factory.mktemp("film") / "film.mp4", 20 * MIB)


def _post(cloud: Cloud, url: str, user: str = "pro", key: str | None = None) -> Answer:
    headers = {"Idempotency-Key": key} if key else {}
    answer = cloud.call("POST", "/api/videos", {"url": url}, user=user, headers=headers)
    assert answer.status == 202, answer.body
    return answer


def _submit(cloud: Cloud, url: str, user: str = "pro") -> str:
    return str(_post(cloud, url, user).json["video_id"])


def _failed(cloud: Cloud, url: str, user: str = "pro") -> dict[str, str]:
    video = cloud.finished(_submit(cloud, url, user), user)
    assert video["status"] == "failed", video
    assert video["run_id"] is None
    assert not cloud.holds(cloud.announced_key(video["video_id"], user))
    assert not _unfinished(cloud, video["video_id"], user)
    return dict(video["error"])


def _unfinished(cloud: Cloud, video_id: str, user: str = "pro") -> bool:
    """Whether the bucket has an upload to the video's place that is not over."""
    listed = cloud.client("s3").list_multipart_uploads(Bucket=cloud.outputs.media_bucket)
    key = cloud.announced_key(video_id, user)
    return key in {upload["Key"] for upload in listed.get("Uploads", [])}


def _until(question: Callable[[], Any], what: str) -> Any:
    until = time.monotonic() + PATIENCE_S
    while not (answer := question()):
        assert time.monotonic() < until, what
        time.sleep(0.05)
    return answer


def _stored(cloud: Cloud, video_id: str) -> bytes:
    key, bucket = cloud.announced_key(video_id), cloud.outputs.media_bucket
    return bytes(cloud.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())


def test_given_a_url_when_posted_then_it_becomes_a_video_that_is_cut(
    cloud: Cloud, sources: Sources, film: Path
) -> None:
    url = sources.put("my film.mp4", Source(path=film)) + SIGNED
    accepted = _post(cloud, url)

    video = cloud.finished(accepted.json["video_id"])

    assert accepted.headers["location"] == f"/api/videos/{video['video_id']}"
    assert video["status"] == "ready", video["error"]
    assert (video["file_name"], video["file_size"]) == ("my film.mp4", film.stat().st_size)
    assert video["ingest"] == {
        "url": url.removesuffix(SIGNED),
        "received_bytes": film.stat().st_size,
        "total_bytes": film.stat().st_size,
        "percent": 100.0,
    }
    segments = cloud.segments(video["video_id"], "processed")
    assert sum(row["frame_count"] for row in segments) == 150
    assert _stored(cloud, video["video_id"]) == film.read_bytes()
    (answer,) = sources.served("my film.mp4")
    assert (answer.status, answer.sent) == (200, film.stat().st_size)
    assert not _unfinished(cloud, video["video_id"])


def test_given_a_connection_that_is_lost_when_fetched_then_only_the_rest_is_asked_for(
    cloud: Cloud, sources: Sources, film: Path
) -> None:
    breaks = [9 * MIB + 7, 5 * MIB]
    url = sources.put("film.mp4", Source(path=film, breaks_after=list(breaks)))

    video = cloud.finished(_submit(cloud, url))

    assert video["status"] == "ready", video["error"]
    served = sources.served("film.mp4")
    assert [one.status for one in served] == [200, 206, 206]
    assert [one.start for one in served] == [0, breaks[0], sum(breaks)]
    assert sum(one.sent for one in served) == film.stat().st_size
    assert _stored(cloud, video["video_id"]) == film.read_bytes()


@pytest.mark.parametrize(
    "manners", [{"length": False}, {"ranges": False}, {"validators": ()}, {"validators": ("etag",)}]
)
def test_given_a_plain_server_when_fetched_then_the_video_is_cut(
    cloud: Cloud, sources: Sources, film: Path, manners: dict[str, Any]
) -> None:
    url = sources.put("film.mp4", Source(path=film, **manners))

    video = cloud.finished(_submit(cloud, sources.put("link", Source(redirect=url))))

    assert video["status"] == "ready", video["error"]
    assert _stored(cloud, video["video_id"]) == film.read_bytes()


def test_given_a_source_without_ranges_when_its_connection_is_lost_then_it_begins_again(
    cloud: Cloud, sources: Sources, film: Path
) -> None:
    source = Source(path=film, ranges=False, breaks_after=[9 * MIB])

    video = cloud.finished(_submit(cloud, sources.put("film.mp4", source)))

    assert video["status"] == "ready", video["error"]
    assert [one.sent for one in sources.served("film.mp4")] == [9 * MIB, film.stat().st_size]
    assert not _unfinished(cloud, video["video_id"])


def test_given_a_slow_source_when_it_comes_then_the_video_tells_how_far_it_is(
    cloud: Cloud, sources: Sources, film: Path
) -> None:
    video_id = _submit(cloud, sources.put("film.mp4", Source(path=film, rate=6 * MIB)))
    seen: list[tuple[str, int, float | None]] = []

    def there() -> bool:
        video = cloud.call("GET", f"/api/videos/{video_id}").json
        told = video["ingest"]
        seen.append((video["status"], told["received_bytes"], told["percent"]))
        return video["status"] != "ingesting"

    _until(there, "it never came")

    coming = [(received, percent) for status, received, percent in seen if status == "ingesting"]
    assert (8 * MIB, 40.0) in coming
    assert sorted(received for received, _ in coming) == [received for received, _ in coming]
    assert cloud.finished(video_id)["status"] == "ready"


def test_given_a_slow_source_when_it_is_given_up_then_nothing_is_left(
    cloud: Cloud, sources: Sources, film: Path
) -> None:
    video_id = _submit(cloud, sources.put("film.mp4", Source(path=film, rate=4 * MIB)))
    _until(lambda: _unfinished(cloud, video_id), "it never began")

    assert cloud.call("DELETE", f"/api/videos/uploads/{video_id}").status == 204

    assert cloud.call("GET", f"/api/videos/{video_id}").status == 404
    _until(lambda: sources.served("film.mp4"), "it is fetched on")
    _until(lambda: not _unfinished(cloud, video_id), "its parts are kept")
    (answer,) = sources.served("film.mp4")
    assert answer.sent < film.stat().st_size
    time.sleep(1)
    assert not cloud.holds(cloud.announced_key(video_id))
    assert not _unfinished(cloud, video_id)


def test_given_a_url_when_asked_for_then_its_videos_are_found_by_their_owner(
    cloud: Cloud, sources: Sources, tmp_path: Path
) -> None:
    name = f"{uuid.uuid4()}.mp4"
    url = sources.put(name, Source(path=odd.tiny(tmp_path / "a.mp4"))) + SIGNED
    key = str(uuid.uuid4())
    first, again = _post(cloud, url, key=key), _post(cloud, url, key=key)
    other = _submit(cloud, url)

    def found(wanted: str, user: str = "pro") -> list[str]:
        path = f"/api/videos?source_url={quote(wanted, safe='')}"
        answer = cloud.call("GET", path, user=user)
        assert answer.status == 200, answer.body
        return [video["video_id"] for video in answer.json["items"]]

    assert first.json["video_id"] == again.json["video_id"]
    assert found(url) == [other, first.json["video_id"]]
    assert found(url.removesuffix(SIGNED)) == []
    assert found(url, "pro2") == []
    for video_id in (other, first.json["video_id"]):
        assert cloud.finished(video_id)["status"] == "ready"
    assert found(url) == [other, first.json["video_id"]]


def test_given_a_page_when_fetched_then_its_user_is_told_that_it_is_one(
    cloud: Cloud, sources: Sources, tmp_path: Path
) -> None:
    page = tmp_path / "watch.html"
    page.write_text("<!DOCTYPE html><html><title>A film</title>" + "<p>words</p>" * 10_000)

    error = _failed(cloud, sources.put("watch", Source(path=page, content_type="text/html")))

    assert (error["code"], error["stage"]) == ("ingest.web_page", "ingest")


def test_given_bytes_of_no_kind_when_fetched_then_the_probe_refuses_them(
    cloud: Cloud, sources: Sources, tmp_path: Path
) -> None:
    noise = tmp_path / "noise"
    noise.write_bytes(bytes(range(256)) * 400)

    video = cloud.finished(_submit(cloud, sources.put("noise", Source(path=noise))))

    assert (video["status"], video["error"]["code"]) == ("failed", "media.unreadable")


def test_given_a_file_above_the_tier_when_fetched_then_none_of_it_is_stored(
    cloud: Cloud, sources: Sources, tmp_path: Path
) -> None:
    large = tmp_path / "large.mp4"
    with large.open("wb") as file:
        file.truncate(101 * MIB)

    error = _failed(cloud, sources.put("large.mp4", Source(path=large)), "free")

    assert error["code"] == "ingest.too_large"
    assert sources.served("large.mp4")[0].sent < 20 * MIB


@pytest.mark.parametrize(
    "to",
    [
        "http://169.254.169.254/latest/meta-data/iam/security-credentials/",
        "http://[fd00:ec2::254]/latest/meta-data/",
        "http://[::ffff:127.0.0.1]/",
        "http://127.0.0.1/",
        "http://localhost/",
        "http://10.0.0.1/",
    ],
)
def test_given_a_redirect_to_where_only_we_are_when_followed_then_it_is_refused(
    cloud: Cloud, sources: Sources, to: str
) -> None:
    error = _failed(cloud, sources.put("link", Source(redirect=to)))

    assert error["code"] == "ingest.refused_address"


def test_given_another_port_of_this_machine_when_named_or_redirected_to_then_nobody_calls_there(
    cloud: Cloud, sources: Sources
) -> None:
    with raw_server(saying(b"HTTP/1.1 200 OK\r\n\r\nsecret")) as inside:
        refused = cloud.call("POST", "/api/videos", {"url": inside.url()})
        error = _failed(cloud, sources.put("link", Source(redirect=inside.url())))

    assert refused.json["errors"][0]["code"] == "url_port"
    assert error["code"] == "ingest.refused_address"
    assert inside.requests == []


def test_given_the_cloud_s_own_endpoint_when_named_then_it_is_refused(cloud: Cloud) -> None:
    refused = cloud.call("POST", "/api/videos", {"url": cloud.outputs.aws_endpoint_url})

    assert (refused.status, refused.json["errors"][0]["code"]) == (422, "url_port")


def test_given_a_file_that_is_not_there_when_fetched_then_its_status_is_told(
    cloud: Cloud, sources: Sources
) -> None:
    error = _failed(cloud, f"{sources.base}/nowhere.mp4")

    assert error["code"] == "ingest.http_status"
    assert "404" in error["detail"]
