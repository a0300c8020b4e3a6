"""What a browser needs: preflights, readable headers, ranges and file names."""

from __future__ import annotations

from urllib.parse import unquote

import pytest

from tests.media import odd
from tests.support.cloud import Cloud, send

ORIGIN = "https://studio.example.com"
NAME = "two nights + 50% “off” 😀 שלום.mp4"


def _names(header: str) -> set[str]:
    return {name.strip().lower() for name in header.split(",")}


@pytest.fixture(scope="module")
def video_id(cloud: Cloud, tmp_path_factory: pytest.TempPathFactory) -> str:
    source = odd.tiny(tmp_path_factory.mktemp("browser") / "source.mp4")
    uploaded = cloud.upload(source, file_name=NAME)
    assert cloud.finished(uploaded)["status"] == "ready"
    return uploaded


def _download_url(cloud: Cloud, video_id: str, kind: str = "processed") -> str:
    segment = cloud.segments(video_id, kind)[0]
    answer = cloud.call("GET", f"/api/segments/{segment['segment_id']}/download")
    return str(answer.json["url"])


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_given_another_origin_when_the_api_is_preflighted_then_it_may_call(
    cloud: Cloud, method: str
) -> None:
    asked = {
        "Origin": ORIGIN,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "authorization,content-type,idempotency-key",
    }

    answer = cloud.call("OPTIONS", "/api/videos/uploads", user=None, headers=asked)

    assert answer.status in {200, 204}
    assert answer.headers["access-control-allow-origin"] in {"*", ORIGIN}
    methods = _names(answer.headers["access-control-allow-methods"])
    assert {"*", method.lower()} & methods
    allowed = _names(answer.headers["access-control-allow-headers"])
    assert {"authorization", "content-type", "idempotency-key"} <= allowed


def test_given_another_origin_when_the_api_is_called_then_its_headers_may_be_read(
    cloud: Cloud,
) -> None:
    answer = cloud.call("GET", "/api/videos", headers={"Origin": ORIGIN})

    assert answer.headers["access-control-allow-origin"] in {"*", ORIGIN}
    exposed = _names(answer.headers["access-control-expose-headers"])
    assert {"etag", "location", "retry-after", "x-request-id"} <= exposed


def test_given_another_origin_when_a_part_is_preflighted_then_it_may_be_put(cloud: Cloud) -> None:
    ticket = cloud.announce(20 * 1024 * 1024)
    asked = {
        "Origin": ORIGIN,
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "content-type,x-amz-meta-file-name",
    }

    answer = send("OPTIONS", ticket["parts"][0]["url"], headers=asked)

    assert answer.status in {200, 204}
    assert answer.headers["access-control-allow-origin"] in {"*", ORIGIN}
    assert "put" in _names(answer.headers["access-control-allow-methods"])


def test_given_another_origin_when_a_part_is_put_then_its_etag_may_be_read(cloud: Cloud) -> None:
    ticket = cloud.announce(20 * 1024 * 1024)

    answer = send("PUT", ticket["parts"][-1]["url"], b"part", {"Origin": ORIGIN})

    assert answer.status == 200
    assert answer.headers["etag"]
    assert "etag" in _names(answer.headers["access-control-expose-headers"])


def test_given_another_origin_when_a_segment_is_fetched_then_its_etag_may_be_read(
    cloud: Cloud, video_id: str
) -> None:
    answer = send("GET", _download_url(cloud, video_id), headers={"Origin": ORIGIN})

    assert answer.status == 200
    exposed = _names(answer.headers["access-control-expose-headers"])
    assert {"etag", "content-range"} <= exposed


def test_given_a_download_when_a_range_is_asked_for_then_only_that_is_sent(
    cloud: Cloud, video_id: str
) -> None:
    url = _download_url(cloud, video_id)
    whole = send("GET", url).body

    answer = send("GET", url, headers={"Range": "bytes=0-9"})

    assert (answer.status, answer.body) == (206, whole[:10])
    assert answer.headers["content-range"] == f"bytes 0-9/{len(whole)}"


def test_given_a_download_when_a_range_beyond_its_end_is_asked_for_then_it_is_refused(
    cloud: Cloud, video_id: str
) -> None:
    answer = send("GET", _download_url(cloud, video_id), headers={"Range": "bytes=99999999-"})

    assert answer.status == 416


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("original", NAME),
        ("processed", NAME.replace(".mp4", "-segment-001.mp4")),
        ("audio", NAME.replace(".mp4", "-audio.m4a")),
    ],
)
def test_given_a_name_of_any_script_when_a_file_is_downloaded_then_it_is_saved_under_it(
    cloud: Cloud, video_id: str, kind: str, name: str
) -> None:
    answer = send("GET", _download_url(cloud, video_id, kind))

    word, _, quoted = answer.headers["content-disposition"].partition("filename*=UTF-8''")
    assert word.startswith("attachment")
    assert unquote(quoted) == name


def test_given_a_download_when_its_signature_is_changed_then_it_is_forbidden(
    cloud: Cloud, video_id: str
) -> None:
    url = _download_url(cloud, video_id)
    changed = url.replace("X-Amz-Expires=900", "X-Amz-Expires=604800")

    assert changed != url
    assert send("GET", changed).status == 403
