"""Forms with files: multipart/form-data (RFC 7578), as browsers and HTTP clients send them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final
from urllib.parse import unquote

MAX_PARTS: Final = 40
_BOUNDARY: Final = re.compile(r'boundary="?([\w\'()+,./:=? -]{1,70})"?', re.IGNORECASE)
_PARAMETER: Final = re.compile(r';\s*(name|filename|filename\*)=("(?:[^"\\]|\\.)*"|[^;]*)')
_MAX_HEAD: Final = 4_096


class FormError(ValueError):
    """It is no form, or one with too many parts; the message says which."""


@dataclass(frozen=True, slots=True)
class Part:
    """`file_name` is None for what is no file."""

    name: str
    body: bytes
    file_name: str | None = None
    content_type: str = "application/octet-stream"

    @property
    def text(self) -> str:
        """Raises FormError for bytes that are no text."""
        try:
            return self.body.decode()
        except UnicodeDecodeError as error:
            raise FormError(f"{self.name} is no text") from error


def read_form(content_type: str, body: bytes) -> list[Part]:
    """The parts in their order. Raises FormError."""
    found = _BOUNDARY.search(content_type)
    if found is None:
        raise FormError("the form names no boundary")
    pieces = _divided(b"\r\n" + body, b"\r\n--" + found[1].rstrip().encode())
    if len(pieces) > MAX_PARTS:
        raise FormError(f"the form has more than {MAX_PARTS} parts")
    return [_part(piece) for piece in pieces]


def _divided(body: bytes, mark: bytes) -> list[bytes]:
    """What stands between marks that have a line of their own; the last one ends in two dashes."""
    lines = list(re.finditer(re.escape(mark) + rb"(--)?[ \t]*(?:\r\n|\Z)", body))
    ends = next((at for at, line in enumerate(lines) if line[1]), None)
    if not ends:
        raise FormError("the form breaks off")
    return [body[one.end() : next_.start()] for one, next_ in pairwise(lines[: ends + 1])]


def _part(piece: bytes) -> Part:
    head, between, body = piece.partition(b"\r\n\r\n")
    if not between or len(head) > _MAX_HEAD:
        raise FormError("a part of the form has no head")
    fields = dict(_fields(head.decode("utf-8", errors="replace")))
    told = dict(_told(fields.get("content-disposition", "")))
    if "name" not in told:
        raise FormError("a part of the form has no name")
    kind = fields.get("content-type", "application/octet-stream").partition(";")[0].strip()
    file_name = told.get("filename*", told.get("filename"))
    return Part(told["name"], body, file_name, kind)


def _fields(head: str) -> Iterator[tuple[str, str]]:
    for line in head.split("\r\n"):
        name, colon, value = line.partition(":")
        if colon:
            yield name.strip().lower(), value.strip()


def _told(disposition: str) -> Iterator[tuple[str, str]]:
    for name, value in _PARAMETER.findall(disposition):
        text = value.strip()
        if text.startswith('"'):
            text = re.sub(r"\\(.)", r"\1", text[1:-1])
        if name.endswith("*"):
            text = unquote(text.rpartition("'")[2])
        yield name, text
