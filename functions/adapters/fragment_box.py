"""Boxes of an MP4 that lies elsewhere, and the fragments among them."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from functions.adapters.moof import Defaults, Part, parts_of
from functions.adapters.range_file import RangeFile

_PEEK = 4 * 1024
_PLAIN = 8
_MOST_INDEX = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Fragment:
    """At `place`; what belongs to it ends before `after`, which may be behind the file's end."""

    place: int
    after: int
    parts: dict[int, Part]

    def sounds(self) -> list[Part]:
        return [part for part in self.parts.values() if part.kind == b"soun"]


@dataclass(frozen=True, slots=True)
class Box:
    place: int
    kind: bytes
    head: int
    size: int

    @property
    def end(self) -> int:
        return self.place + self.size


def box_at(file: RangeFile, place: int) -> Box | None:
    return box_of(place, file.peek(place, 16), file.size)


def box_of(place: int, data: bytes, size: int) -> Box | None:
    if len(data) < _PLAIN:
        return None
    length, kind = struct.unpack_from(">I4s", data)
    head = _PLAIN
    if length == 1 and len(data) >= 16:
        (length,), head = struct.unpack_from(">Q", data, _PLAIN), 16
    if length == 0:
        length = size - place
    return Box(place, kind, head, length) if length >= head else None


def fragment_at(file: RangeFile, place: int, tracks: dict[int, Defaults]) -> Fragment | None:
    """None where there is none, or none that can be trusted."""
    data = file.peek(place, _PEEK)
    box = box_of(place, data, file.size)
    if box is None or box.kind != b"moof" or box.size > _MOST_INDEX or data[12:16] != b"mfhd":
        return None
    if len(data) < box.size + 16:
        data += file.peek(place + len(data), box.size + 16 - len(data))
    media = box_of(box.end, data[box.size :], file.size)
    parts = parts_of(data[box.head : box.size], tracks) if len(data) >= box.size else None
    if not parts or media is None or media.kind != b"mdat":
        return None
    return Fragment(place, media.end, parts)
