from __future__ import annotations

import pytest

from functions.domain.errors import MediaError
from functions.domain.media.sniffing import HEAD_BYTES, refuse_other_files

MP4 = b"\x00\x00\x00\x20ftypisom"
PAGES = [
    b"<!DOCTYPE html><html>", b"\n\t <html lang=en>", b"\xef\xbb\xbf<!doctype HTML>", b"<HEAD>",
    b"<!-- hello -->", b"<script src=x>", b"<p>", "<html>".encode("utf-16"),
    b"<!DOCTYPE html>\x00\x01binary",
]  # fmt: skip
OTHERS = [
    b"%PDF-1.7\n\x00", b"PK\x03\x04\x14\x00", b"\x1f\x8b\x08\x00", b"7z\xbc\xaf\x27\x1c\x00",
    b'{"error": "not found"}', b"#EXTM3U\n#EXT-X-VERSION:3\n", b"plain words " * 500,
    "ein Text, kein Film: äöü".encode(), b"<?xml version='1.0'?>", b"\xff\xd8\xff\xe0\x00",
    b"\x89PNG\r\n\x1a\n",
]  # fmt: skip
MEDIA = [
    MP4, b"\x1a\x45\xdf\xa3\x01\x00", b"G@\x00\x10\x00", b"RIFF\x00\x00\x00\x00AVI ",
    b"FLV\x01\x05\x00", b"OggS\x00\x02", b"ID3\x04\x00", b"\x00\x00\x01\xba\x44",
    b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", b"\xff\xfb\x90\x64\x00", b"RIFF\x24\x08\x00\x00WAVE",
]  # fmt: skip


def _code(head: bytes, content_type: str | None = "video/mp4") -> str:
    with pytest.raises(MediaError) as caught:
        refuse_other_files(head, content_type)
    return caught.value.code


@pytest.mark.parametrize("head", PAGES)
def test_given_a_page_when_its_first_bytes_are_seen_then_it_is_called_one(head: bytes):
    assert _code(head) == "ingest.web_page"


@pytest.mark.parametrize("kind", ["text/html", "text/html; charset=utf-8", "application/xhtml+xml"])
def test_given_a_text_that_its_server_calls_a_page_when_seen_then_it_is_called_one(kind: str):
    assert _code(b"Please sign in", kind) == "ingest.web_page"


@pytest.mark.parametrize("head", OTHERS)
def test_given_a_file_of_another_kind_when_its_first_bytes_are_seen_then_it_is_refused(
    head: bytes,
):
    assert _code(head[:HEAD_BYTES]) == "ingest.not_media"


def test_given_no_bytes_when_seen_then_it_is_said_that_there_are_none():
    assert _code(b"") == "media.empty"


@pytest.mark.parametrize("kind", ["video/mp4", "text/html", "text/plain", None])
@pytest.mark.parametrize("head", MEDIA)
def test_given_media_when_its_first_bytes_are_seen_then_it_passes_whatever_its_server_calls_it(
    head: bytes, kind: str | None
):
    refuse_other_files(head, kind)
