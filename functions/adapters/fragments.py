"""What is in a fragmented MP4: where its header ends, and the times and counts of its samples.

Source: ISO/IEC 14496-12, boxes mdhd, hdlr, tkhd, tfhd, tfdt, trun.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, NamedTuple

from functions.domain.errors import MediaError

_PLAIN = 8
_MAX_HEADER = 16 * 1024 * 1024
_DURATION, _SIZE, _FLAGS, _OFFSET = 0x100, 0x200, 0x400, 0x800


class MissingBoxError(LookupError):
    """The file is damaged, or none of this kind."""


class Inner(NamedTuple):
    """A box within bytes: what is in it lies from `start` to before `end`."""

    kind: bytes
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Run:
    """The samples of one track in a file, in ticks of `scale` a second.

    `begin` and `end` are decoding times. The first sample in that order, a keyframe, is shown at
    `opened`, and no picture before `shown`.
    """

    kind: bytes
    scale: int
    samples: int = 0
    begin: int = 0
    end: int = 0
    opened: int = 0
    shown: int = 0


@dataclass(frozen=True, slots=True)
class Fragments:
    """`header` is all before the first fragment; `runs` has the tracks that have samples."""

    header: bytes
    runs: tuple[Run, ...]

    def of(self, kind: bytes) -> Run | None:
        """The track of a kind: `vide` or `soun`."""
        return next((run for run in self.runs if run.kind == kind), None)


def read_fragments(path: Path) -> Fragments:
    """Read the boxes, not the media. Raises MediaError where there is nothing in it."""
    with path.open("rb") as file:
        header, tracks = b"", dict[int, _Track]()
        for box in _top(file, path.stat().st_size):
            if box.kind == b"moof":
                header = header or _read(file, 0, box.start - _PLAIN)
                tracks = tracks or _tracks(header)
                _count(_read(file, box.start, box.end), tracks)
    runs = tuple(track.run for track in tracks.values() if track.run.samples)
    if not runs:
        raise MediaError("hls.empty", "A piece of this file came out empty; save it as MP4.")
    return Fragments(header, runs)


@dataclass(slots=True)
class _Track:
    run: Run
    duration: int


def _top(file: BinaryIO, end: int) -> Iterator[Inner]:
    """The boxes of the file itself; media may take 64 bits for its size."""
    start = 0
    while start + _PLAIN <= end:
        file.seek(start)
        size, kind = struct.unpack(">I4s", file.read(_PLAIN))
        head = _PLAIN
        if size == 1:
            (size,) = struct.unpack(">Q", file.read(8))
            head = 16
        if size < head or start + size > end:
            return
        yield Inner(kind, start + head, start + size)
        start += size


def _read(file: BinaryIO, start: int, end: int) -> bytes:
    if end - start > _MAX_HEADER:
        raise MediaError("hls.too_many_samples", "A piece of this file has too many pictures.")
    file.seek(start)
    return file.read(end - start)


def inside(data: bytes, start: int = 0, end: int | None = None) -> Iterator[Inner]:
    end = len(data) if end is None else end
    while start + _PLAIN <= end:
        size, kind = struct.unpack_from(">I4s", data, start)
        if size < _PLAIN or start + size > end:
            return
        yield Inner(kind, start + _PLAIN, start + size)
        start += size


def find(data: bytes, within: Inner, *path: bytes) -> Inner | None:
    for kind in path:
        boxes = inside(data, within.start, within.end)
        found = next((box for box in boxes if box.kind == kind), None)
        if found is None:
            return None
        within = found
    return within


def need(data: bytes, within: Inner, *path: bytes) -> Inner:
    """Raises MissingBoxError where `find` finds none."""
    found = find(data, within, *path)
    if found is None:
        raise MissingBoxError(b"/".join(path).decode("latin-1"))
    return found


def _tracks(header: bytes) -> dict[int, _Track]:
    """By their ids, with the length of a sample unless it says otherwise."""
    tracks: dict[int, _Track] = {}
    index = next(box for box in inside(header) if box.kind == b"moov")
    for box in inside(header, index.start, index.end):
        if box.kind == b"trak":
            number, run = track_of(header, box)
            tracks[number] = _Track(run, 0)
        if box.kind == b"mvex":
            for one in inside(header, box.start, box.end):
                number, _, duration = struct.unpack_from(">III", header, one.start + 4)
                if one.kind == b"trex" and number in tracks:
                    tracks[number].duration = duration
    return tracks


def track_of(header: bytes, box: Inner) -> tuple[int, Run]:
    """Its number, and a run without samples. Raises MissingBoxError, IndexError or struct.error
    where it is damaged."""
    track, clock, kind = (
        need(header, box, *path) for path in ((b"tkhd",), (b"mdia", b"mdhd"), (b"mdia", b"hdlr"))
    )
    number_at = 20 if header[track.start] else 12
    scale_at = 20 if header[clock.start] else 12
    (number,) = struct.unpack_from(">I", header, track.start + number_at)
    (scale,) = struct.unpack_from(">I", header, clock.start + scale_at)
    return number, Run(header[kind.start + 8 : kind.start + 12], scale)


def _count(moof: bytes, tracks: dict[int, _Track]) -> None:
    for box in inside(moof):
        if box.kind == b"traf":
            _count_track(moof, box, tracks)


def _count_track(moof: bytes, traf: Inner, tracks: dict[int, _Track]) -> None:
    head, clock = need(moof, traf, b"tfhd"), need(moof, traf, b"tfdt")
    flags, number = struct.unpack_from(">II", moof, head.start)
    track = tracks[number]
    length = track.duration
    if flags & 0x8:
        at = head.start + 8 + (8 if flags & 0x1 else 0) + (4 if flags & 0x2 else 0)
        (length,) = struct.unpack_from(">I", moof, at)
    (now,) = struct.unpack_from(">Q" if moof[clock.start] else ">I", moof, clock.start + 4)
    for box in inside(moof, traf.start, traf.end):
        if box.kind == b"trun":
            track.run = _with(track.run, now, list(_samples(moof, box, length)))
            now = track.run.end


def _with(run: Run, begin: int, samples: list[tuple[int, int]]) -> Run:
    """A run with more samples: duration and composition offset of each."""
    if not samples:
        return run
    first, now, shown = run.samples == 0, begin, list[int]()
    for duration, offset in samples:
        shown.append(now + offset)
        now += duration
    return replace(
        run,
        samples=run.samples + len(samples),
        begin=begin if first else run.begin,
        end=now,
        opened=shown[0] if first else run.opened,
        shown=min(shown) if first else min(run.shown, *shown),
    )


def _samples(moof: bytes, box: Inner, length: int) -> Iterator[tuple[int, int]]:
    """Duration and composition offset of each."""
    flags, count = struct.unpack_from(">II", moof, box.start)
    at = box.start + 8 + (4 if flags & 0x1 else 0) + (4 if flags & 0x4 else 0)
    fields = [flag for flag in (_DURATION, _SIZE, _FLAGS, _OFFSET) if flags & flag]
    if not fields:
        yield from [(length, 0)] * count
        return
    row = struct.Struct(">" + "".join("i" if flag == _OFFSET else "I" for flag in fields))
    long = fields.index(_DURATION) if _DURATION in fields else None
    moved = fields.index(_OFFSET) if _OFFSET in fields else None
    for values in row.iter_unpack(moof[at : at + count * row.size]):
        yield (
            length if long is None else values[long],
            0 if moved is None else values[moved],
        )
