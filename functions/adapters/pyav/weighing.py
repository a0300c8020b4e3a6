"""Weighing a source: how many bytes of its picture and sound lie before its keyframes."""

from __future__ import annotations

from bisect import bisect_left
from fractions import Fraction
from itertools import accumulate, islice
from typing import Any

from av.container import InputContainer
from av.video.stream import VideoStream

from functions.domain.media.probe import Probe
from functions.domain.media.weights import Weights
from functions.domain.times import Milliseconds

_POINTS = 600
_NEAREST: Milliseconds = 2_000
_PACKETS = 5_000


def weights(container: InputContainer, stream: VideoStream, probe: Probe, size: int) -> Weights:
    """By the sizes of all packets where the container's index tells them, else by where in the
    file keyframes lie."""
    if "mov" in probe.media.container and stream.frames:
        return _of_index(container, stream, probe)
    return _of_places(container, stream, probe, size)


def of_sound(probe: Probe, size: int) -> Weights:
    """Second by second, at the mean rate."""
    duration = max(probe.media.duration, 1)
    times = tuple(range(0, duration, 1_000))
    return Weights(times=times, before=tuple(size * time // duration for time in times), total=size)


def _of_index(container: InputContainer, stream: VideoStream, probe: Probe) -> Weights:
    """Sound is weighed with the picture that is decoded at the same time."""
    index, keys = probe.keyframes, probe.keyframes.times
    entries = [_entries(stream, index.origin)]
    if probe.media.audio is not None:
        entries.append(_entries(container.streams[probe.media.audio.index], index.origin))
    packets = sorted(packet for row in entries for packet in row)
    delay = keys[0] - entries[0][0][0] if entries[0] else 0
    sizes = [0, *accumulate(size for _, size in packets)]
    times = [time for time, _ in packets]
    before = [0, *(sizes[bisect_left(times, key - delay)] for key in keys[1:])]
    return Weights(times=keys, before=tuple(before), total=sizes[-1])


def _entries(stream: Any, origin: Milliseconds) -> list[tuple[Milliseconds, int]]:
    base = stream.time_base or Fraction(1, 1000)
    return [
        (int(entry.timestamp * base * 1000) - origin, entry.size) for entry in stream.index_entries
    ]


def _of_places(container: InputContainer, stream: VideoStream, probe: Probe, size: int) -> Weights:
    """A container's own bytes count, too: files that are made of it are rather smaller."""
    duration, index = probe.media.duration, probe.keyframes
    first = index.times[0] if index.times else 0
    step = max(_NEAREST, duration // _POINTS)
    found: dict[Milliseconds, int] = {first: 0}
    for time in range(first + step, duration, step):
        place = _place_after(container, stream, time, index.origin)
        if place is not None:
            found.setdefault(*place)
    rows = sorted(found.items())
    return Weights(
        times=tuple(time for time, _ in rows),
        before=tuple(accumulate((place for _, place in rows), max)),
        total=size,
    )


def _place_after(
    container: InputContainer, stream: VideoStream, time: Milliseconds, origin: Milliseconds
) -> tuple[Milliseconds, int] | None:
    base = stream.time_base or Fraction(1, 1000)
    container.seek((time + origin) * 1000)
    for packet in islice(container.demux(stream), _PACKETS):
        if packet.is_keyframe and packet.pts is not None and packet.pos is not None:
            shown = int(packet.pts * base * 1000) - origin
            if shown >= time:
                return shown, packet.pos
    return None
