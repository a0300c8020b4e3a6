"""Where in an MPEG-TS file lies what is shown between two times.

It has no index: places are found by seeking for times, and by reading on from there.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import islice, pairwise
from typing import Any, NamedTuple

from av.container import InputContainer
from av.packet import Packet

from functions.adapters.pyav.keyframes import container_start
from functions.adapters.pyav.tracks import picture_stream
from functions.adapters.range_file import RangeFile
from functions.adapters.transport import PACKET, is_whole, opens_picture
from functions.domain.media.probe import Probe
from functions.domain.media.reach import Reach
from functions.domain.times import Milliseconds

# Sound lies no further from its picture than decoders can hold it: a second.
_APART: Milliseconds = 2_000
_CLEAR: Milliseconds = 300
_HEAD_PICTURES = 3
_MOST_HEAD = 4 * 1024 * 1024
_MOST_PACKETS = 20_000
_POINTS = 8
# A picture goes on behind the place where it begins.
_BEHIND = 400 * PACKET


class _Seen(NamedTuple):
    """A packet that was read: where its PES begins, and when it is shown or heard."""

    place: int
    time: Milliseconds
    key: bool
    picture: bool


def transport_reach(
    container: InputContainer, file: RangeFile, probe: Probe, begin: Milliseconds, end: Milliseconds
) -> Reach | None:
    """From the keyframe at `begin` on; None where times do not rise all through the file, or its
    packets are not as they should be."""
    source = _Source(container, file, probe)
    last = source.end_of(end) if end < probe.media.duration else file.size
    first = source.start_of(begin) if begin > probe.keyframes.times[0] else 0
    head = source.head()
    if head is None or first is None or not source.rises():
        return None
    if head >= first:
        return Reach(first=0, last=last, size=file.size)
    return Reach(first=first, last=last, size=file.size, head=head)


class _Source:
    def __init__(self, container: InputContainer, file: RangeFile, probe: Probe) -> None:
        self._container, self._file = container, file
        self._picture = picture_stream(container)
        self._sound = probe.media.audio.index if probe.media.audio else None
        self._origin = container_start(container)
        self._known: list[_Seen] = []

    def head(self) -> int | None:
        """Where the first keyframe is over."""
        self._container.seek(0, unsupported_byte_offset=True)
        pictures = (one for one in self._packets() if one.picture)
        for one in pictures:
            if one.place > _MOST_HEAD:
                return None
            if one.key:
                later = [*islice(pictures, _HEAD_PICTURES)]
                end = max((one.place for one in later), default=0)
                return end if is_whole(self._read(0, end)) else None
        return None

    def start_of(self, time: Milliseconds) -> int | None:
        """Where all begins that belongs to the keyframe of that time or to what comes after it."""
        self._container.seek((time + self._origin - _APART) * 1000)
        places = list[int]()
        for one in self._packets():
            if one.key and one.picture and one.time == time:
                self._known.append(one)
                found = opens_picture(self._read(one.place, one.place + 3 * PACKET))
                return min([*places, one.place]) if found else None
            if not one.picture and one.time >= time - _CLEAR:
                places.append(one.place)
        return None

    def end_of(self, time: Milliseconds) -> int:
        """Where all has been that is shown or heard before a time."""
        self._container.seek((time + self._origin) * 1000)
        seen = heard = time - 1
        for one in self._packets():
            if one.picture:
                self._known += [one] if seen < time else []
                seen = max(seen, one.time)
            else:
                heard = max(heard, one.time)
            over = self._sound is None or heard >= time or seen >= time + _APART
            if seen >= time and over:
                return min(one.place + _BEHIND, self._file.size)
        return self._file.size

    def rises(self) -> bool:
        """Whether times rise with places, as far as looking here and there can tell."""
        found = [*self._known]
        for at in range(1, _POINTS):
            place = self._file.size * at // _POINTS // PACKET * PACKET
            self._container.seek(place, unsupported_byte_offset=True)
            found += [*islice((one for one in self._packets() if one.picture), 1)]
        # Pictures are not stored in the order they are shown in.
        return all(later.time >= one.time - _APART for one, later in pairwise(sorted(found)))

    def _packets(self) -> Iterator[_Seen]:
        wanted = [index for index in (self._index(), self._sound) if index is not None]
        streams = [self._container.streams[index] for index in wanted]
        for packet in islice(self._container.demux(*streams), _MOST_PACKETS):
            if packet.pts is not None and packet.pos is not None and packet.pos >= 0:
                yield self._seen(packet)

    def _index(self) -> int | None:
        return self._picture.index if self._picture else None

    def _seen(self, packet: Packet[Any]) -> _Seen:
        base = packet.time_base or Fraction(1, 90_000)
        time = int((packet.pts or 0) * base * 1000) - self._origin
        picture = packet.stream_index == self._index()
        return _Seen(packet.pos or 0, time, packet.is_keyframe, picture)

    def _read(self, first: int, end: int) -> bytes:
        """The container is not to notice that its file is read."""
        at = self._file.tell()
        self._file.seek(first)
        data = self._file.read(end - first)
        self._file.seek(at)
        return data
