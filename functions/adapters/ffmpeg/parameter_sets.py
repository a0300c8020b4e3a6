"""H.264 parameter sets: what a decoder must know before the first picture.

A file whose ends were encoded anew has two encoders' sets. Those of our ends have ids of their own,
and all of them stand in the file's one decoder configuration (`avcC`), where every player looks
for them. Source: ITU-T H.264 7.3.2, ISO/IEC 14496-15 5.3.3, ISO/IEC 14496-12 (boxes).
"""

from __future__ import annotations

import functools
import io
import operator
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from functions.adapters.ffmpeg.sequence_header import is_lossless_profile, may_interlace
from functions.domain.media.probe import VideoTrack

_SPS, _PPS = 7, 8
_PATH = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd", b"avc1", b"avcC")
# Bytes between a box's head and the boxes inside it.
_HEADS = {b"stsd": 8, b"avc1": 78}
_IDS = 32
_UNSPECIFIED = 2
_HIGH = {100, 110, 122, 144}
# 4:2:0 with eight bits, and no extensions.
_PLAIN_COLOUR = bytes([0xFD, 0xF8, 0xF8, 0])


@dataclass(frozen=True, slots=True)
class ParameterSets:
    """Sequence and picture parameter sets, each once, in order."""

    sequence: tuple[bytes, ...] = ()
    picture: tuple[bytes, ...] = ()

    @property
    def change(self) -> bool:
        """Whether one id stands for different sets, so that the later replaces the earlier."""
        kinds = (_sequence_ids(self.sequence), _picture_ids(self.picture))
        return any(len(set(ids)) < len(ids) for ids in kinds)

    @property
    def interlaced(self) -> bool:
        """Whether pictures may be made of fields."""
        return any(may_interlace(unit) for unit in self.sequence)

    @property
    def lossless(self) -> bool:
        """Whether pictures may be coded without loss, which decoders do not take up half-way."""
        return any(is_lossless_profile(unit) for unit in self.sequence)

    def free_id(self) -> int:
        """An id that none of these has."""
        used = {*_sequence_ids(self.sequence), *_picture_ids(self.picture)}
        return next(number for number in reversed(range(_IDS)) if number not in used)

    def joined(self, other: ParameterSets) -> ParameterSets:
        return ParameterSets(
            tuple(dict.fromkeys((*self.sequence, *other.sequence))),
            tuple(dict.fromkeys((*self.picture, *other.picture))),
        )


def _sequence_ids(units: Iterable[bytes]) -> list[int]:
    return [_golomb(unit[4:]) for unit in units]


def _picture_ids(units: Iterable[bytes]) -> list[int]:
    return [_golomb(unit[1:]) for unit in units]


def parse_sets(stream: bytes) -> ParameterSets:
    """From a byte stream with start codes (Annex B)."""
    units = [unit.rstrip(b"\0") for unit in stream.split(b"\0\0\1")[1:]]
    return ParameterSets(_of_kind(units, _SPS), _of_kind(units, _PPS))


def _of_kind(units: Iterable[bytes], kind: int) -> tuple[bytes, ...]:
    return tuple(dict.fromkeys(unit for unit in units if unit and unit[0] & 0x1F == kind))


def _golomb(data: bytes) -> int:
    """The unsigned Exp-Golomb number at the front; ids are short."""
    bits = "".join(f"{byte:08b}" for byte in data[:8])
    zeros = bits.index("1")
    return int(bits[zeros : 2 * zeros + 1], 2) - 1


def write_sets(path: Path, sets: ParameterSets, picture: VideoTrack | None = None) -> None:
    """Put all sets into an MP4 whose index comes last, as ffmpeg leaves it; and what of the
    picture's colours and pixels only the source's container has told."""
    told = _told(picture) if picture else {}
    with path.open("r+b") as file:
        start = _last_box(file)
        file.seek(start)
        changed = _with_sets(file.read(), sets, _PATH, told)
        file.seek(start)
        file.write(changed)


def _last_box(file: BinaryIO) -> int:
    """Where the file's last box begins."""
    at, last, end = 0, 0, file.seek(0, io.SEEK_END)
    while at < end:
        file.seek(at)
        size, _ = struct.unpack(">I4s", file.read(8))
        if size == 1:
            (size,) = struct.unpack(">Q", file.read(8))
        last, at = at, at + max(size, 8)
    return last


def _told(picture: VideoTrack) -> dict[bytes, bytes]:
    """Boxes of a picture's description, by their kind."""
    colour, boxes = picture.colour, {}
    points = (colour.primaries, colour.transfer, colour.matrix)
    if any(points):
        numbers = [point or _UNSPECIFIED for point in points]
        content = struct.pack(">4s3HB", b"nclx", *numbers, 0x80 if colour.full else 0)
        boxes[b"colr"] = _boxed(b"colr", content)
    if picture.pixel_aspect:
        across, down = (int(part) for part in picture.pixel_aspect.split(":"))
        boxes[b"pasp"] = _boxed(b"pasp", struct.pack(">II", across, down))
    return boxes


def _kinds(data: bytes) -> set[bytes]:
    at, kinds = 0, set()
    while at + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        kinds.add(kind)
        at += max(size, 8)
    return kinds


def _with_sets(
    data: bytes, sets: ParameterSets, path: Sequence[bytes], told: Mapping[bytes, bytes]
) -> bytes:
    """The boxes with another `avcC`; those around it grow with it."""
    made, at = b"", 0
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        box = data[at : at + size]
        if kind == path[0] and len(path) == 1:
            there = _kinds(data)
            more = (box for kind, box in told.items() if kind not in there)
            box = _boxed(kind, _configuration(box[8:], sets)) + b"".join(more)
        elif kind == path[0]:
            inside = 8 + _HEADS.get(kind, 0)
            box = _boxed(kind, box[8:inside] + _with_sets(box[inside:], sets, path[1:], told))
        made, at = made + box, at + max(size, 8)
    return made


def _boxed(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", len(content) + 8, kind) + content


def _configuration(old: bytes, sets: ParameterSets) -> bytes:
    """The highest profile and level of all, then the sets, then what the old one ends with."""
    profile = max(unit[1] for unit in sets.sequence)
    level = max(unit[3] for unit in sets.sequence)
    compatible = functools.reduce(operator.and_, (unit[2] for unit in sets.sequence))
    rest = _after_sets(old) or (_PLAIN_COLOUR if profile in _HIGH else b"")
    return b"".join(
        [
            bytes([1, profile, compatible, level, old[4], 0xE0 | len(sets.sequence)]),
            *(struct.pack(">H", len(unit)) + unit for unit in sets.sequence),
            bytes([len(sets.picture)]),
            *(struct.pack(">H", len(unit)) + unit for unit in sets.picture),
            rest,
        ]
    )


def _after_sets(configuration: bytes) -> bytes:
    at = 5
    for mask in (0x1F, 0xFF):
        count = configuration[at] & mask
        at += 1
        for _ in range(count):
            at += 2 + int.from_bytes(configuration[at : at + 2], "big")
    return configuration[at:]
