"""What the first bytes of a source say, before any of it is kept.

Only what can be no media is refused here; the probe has the last word on the rest. The signs of a
page and of text are those of the WHATWG's MIME sniffing standard (sections 7.1 and 5.2).
"""

from __future__ import annotations

from typing import Final

from functions.domain.errors import MediaError

HEAD_BYTES: Final = 1_445
_MARKS = (b"\xef\xbb\xbf", b"\xfe\xff", b"\xff\xfe")
_PAGE = (
    b"<!doctype html", b"<html", b"<head", b"<script", b"<iframe", b"<h1", b"<div", b"<font",
    b"<table", b"<a", b"<style", b"<title", b"<b", b"<body", b"<br", b"<p", b"<!--",
)  # fmt: skip
_PAGE_TYPES = {"text/html", "application/xhtml+xml"}
_TEXT = bytes(range(0x20, 0x100)) + b"\t\n\x0c\r\x1b"
_OTHER = {
    b"%PDF-": "a PDF",
    b"PK\x03\x04": "an archive",
    b"\x1f\x8b": "an archive",
    b"7z\xbc\xaf\x27\x1c": "an archive",
    b"Rar!\x1a\x07": "an archive",
    b"\x89PNG\r\n": "a picture",
    b"\xff\xd8\xff": "a picture",
}


def refuse_other_files(head: bytes, content_type: str | None) -> None:
    """`head` are the first bytes, up to HEAD_BYTES. Raises MediaError for what is no media."""
    if not head:
        raise MediaError("media.empty", "The source has no bytes.")
    if _is_page(head, content_type):
        raise MediaError(
            "ingest.web_page",
            "The URL leads to a web page and not to a media file. Give the address of the file "
            "itself; if the page asks for a sign-in, a link that needs none.",
        )
    for sign, what in _OTHER.items():
        if head.startswith(sign):
            raise _no_media(what)
    if not head.translate(None, _TEXT):
        raise _no_media("a text")


def _is_page(head: bytes, content_type: str | None) -> bool:
    if any(head.startswith(mark) for mark in _MARKS[1:]):
        head = head[2:].replace(b"\x00", b"")
    text = head.removeprefix(_MARKS[0]).lstrip(b"\t\n\x0c\r ").lower()
    signed = any(
        text.startswith(sign) and text[len(sign) : len(sign) + 1] in {b" ", b">", b""}
        for sign in _PAGE
    )
    # A server's word counts for text only: many call a film a page, or nothing.
    named = (content_type or "").partition(";")[0].strip().lower() in _PAGE_TYPES
    return signed or text.startswith(b"<!--") or (named and not head.translate(None, _TEXT))


def _no_media(what: str) -> MediaError:
    says = f"The URL leads to {what} and not to a media file. Give the address of the file itself."
    return MediaError("ingest.not_media", says)
