"""One fragment of an MP4: when its samples are decoded and shown, and which are keyframes.

Source: ISO/IEC 14496-12, boxes trex, tfhd, tfdt, trun.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from functions.adapters.fragments import Inner, find, inside, track_of

_NOT_SYNC = 0x10000
_MOST_SAMPLES = 1_000_000
_FIRST_FLAGS = 0x4
_DURATION, _SIZE, _FLAGS, _OFFSET = 0x100, 0x200, 0x400, 0x800


@dataclass(frozen=True, slots=True)
class Defaults:
    """Of a track: `kind` as in `hdlr`, ticks a second, and what its samples are unless they say."""

    kind: bytes
    scale: int
    duration: int = 0
    flags: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """What a fragment holds of one track, in ticks: decoded from `begin` to before `end`, the first
    of `samples` for `first`; `keys` are when a picture's keyframes are shown."""

    kind: bytes
    scale: int
    begin: int
    end: int
    first: int
    samples: int
    keys: tuple[int, ...]


def defaults_of(header: bytes) -> dict[int, Defaults] | None:
    """By track; None where the file is not in fragments, or cannot be read."""
    try:
        tracks = _defaults(header)
    except (struct.error, LookupError):
        return None
    return tracks if tracks and all(track.scale for track in tracks.values()) else None


def _defaults(header: bytes) -> dict[int, Defaults] | None:
    index = next((box for box in inside(header) if box.kind == b"moov"), None)
    extends = index and find(header, index, b"mvex")
    if index is None or extends is None:
        return None
    tracks = dict[int, Defaults]()
    for box in inside(header, index.start, index.end):
        if box.kind == b"trak":
            number, run = track_of(header, box)
            tracks[number] = Defaults(run.kind, run.scale)
    for box in inside(header, extends.start, extends.end):
        number, _, duration, _, flags = struct.unpack_from(">IIIII", header, box.start + 4)
        if box.kind == b"trex" and number in tracks:
            tracks[number] = Defaults(tracks[number].kind, tracks[number].scale, duration, flags)
    return tracks


def parts_of(moof: bytes, tracks: Mapping[int, Defaults]) -> dict[int, Part] | None:
    """By track, from the inside of the box; None where it is damaged, or does not tell its time."""
    try:
        rows = [_part(moof, box, tracks) for box in inside(moof) if box.kind == b"traf"]
    except (struct.error, LookupError):
        return None
    known = {number: part for number, part in (row for row in rows if row) if part}
    return known if len(known) == len(rows) else None


def _part(
    moof: bytes, traf: Inner, tracks: Mapping[int, Defaults]
) -> tuple[int, Part | None] | None:
    head, clock = find(moof, traf, b"tfhd"), find(moof, traf, b"tfdt")
    if head is None or clock is None:
        return None
    number, usual = _usual(moof, head, tracks)
    (begin,) = struct.unpack_from(">Q" if moof[clock.start] else ">I", moof, clock.start + 4)
    runs = [box for box in inside(moof, traf.start, traf.end) if box.kind == b"trun"]
    samples = [sample for box in runs for sample in _samples(moof, box, usual)]
    if not samples:
        return None
    now, keys = begin, list[int]()
    for duration, flags, offset in samples:
        if usual.kind == b"vide" and not flags & _NOT_SYNC:
            keys.append(now + offset)
        now += duration
    return number, Part(
        usual.kind, usual.scale, begin, now, samples[0][0], len(samples), tuple(keys)
    )


def _usual(moof: bytes, head: Inner, tracks: Mapping[int, Defaults]) -> tuple[int, Defaults]:
    flags, number = struct.unpack_from(">II", moof, head.start)
    usual = tracks[number]
    at = head.start + 8 + (8 if flags & 0x1 else 0) + (4 if flags & 0x2 else 0)
    duration, sample_flags = usual.duration, usual.flags
    if flags & 0x8:
        (duration,) = struct.unpack_from(">I", moof, at)
        at += 4
    at += 4 if flags & 0x10 else 0
    if flags & 0x20:
        (sample_flags,) = struct.unpack_from(">I", moof, at)
    return number, Defaults(usual.kind, usual.scale, duration, sample_flags)


def _samples(moof: bytes, box: Inner, usual: Defaults) -> Iterator[tuple[int, int, int]]:
    """Duration, flags and composition offset of each."""
    said, count = struct.unpack_from(">II", moof, box.start)
    flags, at = said & 0xFFFFFF, box.start + 8 + (4 if said & 0x1 else 0)
    first: int | None = None
    if flags & _FIRST_FLAGS:
        (first,) = struct.unpack_from(">I", moof, at)
        at += 4
    fields = [flag for flag in (_DURATION, _SIZE, _FLAGS, _OFFSET) if flags & flag]
    # Offsets below zero are written by those of an older version, too.
    row = struct.Struct(">" + "".join("i" if flag == _OFFSET else "I" for flag in fields))
    if at + count * row.size > box.end or count > _MOST_SAMPLES:
        raise struct.error
    for number in range(count):
        told = dict(zip(fields, row.unpack_from(moof, at + number * row.size), strict=True))
        own = first if number == 0 and first is not None else told.get(_FLAGS, usual.flags)
        yield told.get(_DURATION, usual.duration), own, told.get(_OFFSET, 0)
