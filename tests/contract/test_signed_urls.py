"""URLs that the bucket signs, used as a browser and a media tool use them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.message import Message
from pathlib import Path
from urllib.parse import unquote

import botocore.auth
import pytest

from functions.adapters.s3_media_store import S3MediaStore
from functions.domain.media.source import Source
from tests.support.cloud import send

BODY = bytes(range(256)) * 16
TYPE = "video/mp4"


@pytest.fixture
def media(bucket: str) -> S3MediaStore:
    return S3MediaStore(bucket)


@pytest.fixture
def stored(media: S3MediaStore, fresh: str, tmp_path: Path) -> Source:
    path = tmp_path / "body"
    path.write_bytes(BODY)
    media.upload(path, fresh, TYPE)
    found = media.find(fresh)
    assert found
    return found


def signed_put(media: S3MediaStore, key: str, seconds: int = 60) -> str:
    return media.sign_put(
        key, size=100, content_type=TYPE, metadata={"file-name": "a%20b"}, seconds=seconds
    )


HEADERS = {"Content-Type": TYPE, "x-amz-meta-file-name": "a%20b"}


def test_given_a_url_to_put_to_when_the_announced_bytes_come_then_they_are_taken(
    media: S3MediaStore, fresh: str
) -> None:
    answer = send("PUT", signed_put(media, fresh), b"x" * 100, HEADERS)

    assert answer.status == 200
    found = media.find(fresh)
    assert found
    assert found.size == 100


@pytest.mark.parametrize("size", [0, 99, 101])
def test_given_a_url_to_put_to_when_another_number_of_bytes_comes_then_they_are_refused(
    media: S3MediaStore, fresh: str, size: int
) -> None:
    answer = send("PUT", signed_put(media, fresh), b"x" * size, HEADERS)

    assert answer.status == 403
    assert media.find(fresh) is None


@pytest.mark.parametrize(
    "headers", [{**HEADERS, "Content-Type": "text/html"}, {"Content-Type": TYPE}]
)
def test_given_a_url_to_put_to_when_other_headers_come_then_they_are_refused(
    media: S3MediaStore, fresh: str, headers: dict[str, str]
) -> None:
    answer = send("PUT", signed_put(media, fresh), b"x" * 100, headers)

    assert answer.status == 403
    assert media.find(fresh) is None


def test_given_a_url_for_one_key_when_it_is_used_for_another_then_it_is_refused(
    media: S3MediaStore, fresh: str
) -> None:
    url = signed_put(media, fresh).replace(fresh, f"{fresh}-other")

    answer = send("PUT", url, b"x" * 100, HEADERS)

    assert answer.status == 403
    assert media.find(f"{fresh}-other") is None


def test_given_a_url_when_its_time_is_over_then_it_is_refused(
    media: S3MediaStore, stored: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    hour_ago = datetime.now(UTC) - timedelta(hours=1)
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda *_, **__: hour_ago)
    over = media.sign_get(stored, seconds=3_500)
    alive = media.sign_get(stored, seconds=3_700)

    assert send("GET", over).status == 403
    assert send("GET", alive).status == 200


def test_given_a_url_to_read_when_ranges_are_asked_for_then_just_they_come(
    media: S3MediaStore, stored: Source
) -> None:
    url = media.sign_get(stored, seconds=60)

    middle = send("GET", url, headers={"Range": "bytes=10-19"})
    rest = send("GET", url, headers={"Range": f"bytes={len(BODY) - 5}-"})
    beyond = send("GET", url, headers={"Range": f"bytes={len(BODY)}-"})

    assert (middle.status, middle.body) == (206, BODY[10:20])
    assert middle.headers["content-range"] == f"bytes 10-19/{len(BODY)}"
    assert (rest.status, rest.body) == (206, BODY[-5:])
    assert beyond.status == 416
    assert send("GET", url).body == BODY


def test_given_a_url_to_read_when_it_is_written_to_then_it_is_refused(
    media: S3MediaStore, stored: Source
) -> None:
    answer = send("PUT", media.sign_get(stored, seconds=60), b"mine now")

    assert answer.status == 403
    assert media.find(stored.key) == stored


def test_given_a_pinned_version_when_the_object_is_written_over_then_its_url_reads_the_old(
    versioned_bucket: str, fresh: str, tmp_path: Path
) -> None:
    media = S3MediaStore(versioned_bucket)
    path = tmp_path / "body"
    path.write_bytes(b"old")
    media.upload(path, fresh, TYPE)
    source = media.find(fresh)
    assert source
    path.write_bytes(b"new")
    media.upload(path, fresh, TYPE)

    assert send("GET", media.sign_get(source, seconds=60)).body == b"old"


@pytest.mark.parametrize(
    "name",
    ["clip.mp4", "two words.mp4", "“quoted” 100%; a=b/..\\.mp4", "שלום 😀.mp4", 'a"b\r\n.mp4'],
)
def test_given_any_file_name_when_it_is_downloaded_then_a_browser_saves_it_under_it(
    media: S3MediaStore, stored: Source, name: str
) -> None:
    url = media.sign_download(stored.key, file_name=name, content_type="video/webm", seconds=60)

    answer = send("GET", url)

    said = Message()
    said["Content-Disposition"] = answer.headers["content-disposition"]
    assert answer.headers["content-disposition"].isascii()
    assert said.get_content_disposition() == "attachment"
    charset, _, encoded = (
        answer.headers["content-disposition"].partition("filename*=")[2].split("'")
    )
    assert unquote(encoded, charset) == name
    assert answer.headers["content-type"] == "video/webm"
    assert answer.body == BODY
