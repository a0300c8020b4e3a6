"""What ffmpeg's framecrc output tells of a file: its packets, stream by stream."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from functions.domain.times import Milliseconds

_KEY = 0x1
_DISCARD = 0x4


@dataclass(frozen=True, slots=True)
class PacketCount:
    """Packets that are shown or heard, and how long they last."""

    packets: int
    duration: Milliseconds


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet; times in ticks of its stream's clock, `key` where decoding can begin; `shown`
    unless an edit list hides it."""

    pts: int
    dts: int
    key: bool
    digest: str
    shown: bool = True


@dataclass(frozen=True, slots=True)
class Listing:
    """A stream's packets in the order they are decoded in, how long a tick is, and the size of
    a picture."""

    tick: Fraction
    packets: list[Packet]
    size: tuple[int, int] | None = None


def list_packets(text: str, kind: str = "video") -> Listing:
    """The first stream of a kind."""
    bases: dict[str, Fraction] = {}
    kinds: dict[str, str] = {}
    found: dict[str, list[Packet]] = {}
    sizes: dict[str, tuple[int, int]] = {}
    for line in text.splitlines():
        fields = [field.strip() for field in line.split(",")]
        if line.startswith("#"):
            _head(line, bases, kinds)
            _size(line, sizes)
        elif len(fields) >= 6:
            flags = _flags(fields)
            packet = Packet(
                pts=int(fields[2]),
                dts=int(fields[1]),
                key=flags & _KEY > 0,
                digest=fields[5],
                shown=not flags & _DISCARD,
            )
            found.setdefault(fields[0], []).append(packet)
    stream = next((stream for stream, name in sorted(kinds.items()) if name == kind), None)
    if stream is None:
        return Listing(Fraction(1), [])
    return Listing(bases[stream], found.get(stream, []), sizes.get(stream))


def count_packets(text: str) -> dict[str, PacketCount]:
    """By stream kind, "video" and "audio". Source: the framecrc muxer's lines
    `stream, dts, pts, duration, size, checksum[, F=flags]` under `#tb` and `#media_type` heads."""
    bases: dict[str, Fraction] = {}
    kinds: dict[str, str] = {}
    rows: dict[str, list[tuple[int, int]]] = {}
    for line in text.splitlines():
        if line.startswith("#"):
            _head(line, bases, kinds)
        elif (row := _row(line)) is not None:
            rows.setdefault(row[0], []).append(row[1:])
    return {
        kinds[stream]: PacketCount(len(spans), _length(spans, bases[stream]))
        for stream, spans in rows.items()
        if stream in kinds
    }


def _head(line: str, bases: dict[str, Fraction], kinds: dict[str, str]) -> None:
    name, _, rest = line[1:].partition(" ")
    stream, _, value = rest.partition(": ")
    if name == "tb":
        bases[stream] = Fraction(value)
    elif name == "media_type":
        kinds[stream] = value


def _size(line: str, sizes: dict[str, tuple[int, int]]) -> None:
    name, _, rest = line[1:].partition(" ")
    if name == "dimensions":
        stream, _, value = rest.partition(": ")
        width, _, height = value.partition("x")
        sizes[stream] = (int(width), int(height))


def _row(line: str) -> tuple[str, int, int] | None:
    fields = [field.strip() for field in line.split(",")]
    if len(fields) < 6:
        return None
    return None if _flags(fields) & _DISCARD else (fields[0], int(fields[2]), int(fields[3]))


def _flags(fields: list[str]) -> int:
    """They are listed where they are not those of a plain keyframe."""
    return next((int(f[2:], 16) for f in fields[6:] if f.startswith("F=")), _KEY)


def _length(spans: list[tuple[int, int]], base: Fraction) -> Milliseconds:
    """From the first shown moment to the end of the last; a missing last duration is guessed."""
    first = max(0, min(pts for pts, _ in spans))
    pts, duration = max(spans)
    if duration <= 0 and len(spans) > 1:
        duration = (pts - first) // (len(spans) - 1)
    return round((pts + duration - first) * base * 1000)
