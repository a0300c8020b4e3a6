"""Which pictures of a stretch can stay undecoded while changes of scene are looked for.

A change costs bits, so packets that stand out name the places to look at closely. Elsewhere
pictures that no other is decoded from are left out, and so is what follows the last such place of
a group: the next keyframe then tells whether something was missed (`missed`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from statistics import median
from typing import Final, TypeAlias

from functions.domain.analyses.scene_groups import SAME, outstanding
from functions.domain.analyses.scene_scores import AROUND, Picture
from functions.domain.times import Milliseconds

# How much more than the ones before it a packet takes where it is looked at closely; less than what
# makes a group be looked at at all, for here it is the place that is asked for.
_MORE: Final = 1.3
_BEFORE_IT: Final = 4
# Two pictures more show whether a change at the end of what is looked at stands out.
AFTER: Final[Milliseconds] = 120
Gap: TypeAlias = tuple[Milliseconds, Milliseconds]
"""A picture that was decoded, and the next one that was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """One coded picture: when it is shown and when decoded (ms), its bytes, whether decoding can
    begin with it, and whether others are decoded from it."""

    at: Milliseconds
    decoded: float
    size: int
    key: bool
    reference: bool = True


@dataclass(frozen=True, slots=True)
class Stretch:
    """Groups that follow each other, whether each is needed `through` to its end, and the group
    after them, if there is one. Packets are in the order they are decoded in."""

    groups: Sequence[Sequence[Packet]]
    through: Sequence[bool]
    next: Sequence[Packet] = ()

    @property
    def start(self) -> Milliseconds:
        return self.groups[0][0].at

    @property
    def end(self) -> Milliseconds:
        """When the next keyframe is shown, or the last picture is over."""
        return self.next[0].at if self.next else max(one.at for one in self.groups[-1]) + 1

    @property
    def packets(self) -> list[Packet]:
        return [packet for group in [*self.groups, self.next] for packet in group]

    def closer(self, gaps: Sequence[Gap]) -> list[bool]:
        """For each packet, whether a closer look at the pictures in `gaps` can do without it: it
        needs what they are decoded from, and what follows soon after."""
        starts = [group[0].at for group in self.groups]
        looks = [(starts[max(bisect_right(starts, gap[0]) - 1, 0)], gap) for gap in gaps]
        return [
            not any(_serves(packet, start, gap) for start, gap in looks) for packet in self.packets
        ]


def _serves(packet: Packet, start: Milliseconds, gap: Gap) -> bool:
    if not start <= packet.at <= gap[1] + AFTER:
        return False
    return packet.reference or gap[0] < packet.at <= gap[1]


def groups_of(packets: Sequence[Packet]) -> Iterator[Sequence[Packet]]:
    """Each begins with a keyframe."""
    keys = [place for place, packet in enumerate(packets) if packet.key]
    return (packets[first:after] for first, after in pairwise([*keys, len(packets)]))


def left_out(stretch: Stretch) -> list[bool]:
    """For each packet, whether it can stay undecoded."""
    out, cut_short = list[bool](), False
    through = [*stretch.through, True]
    for group, whole in zip([*stretch.groups, stretch.next], through, strict=True):
        unneeded = _left_out_of(group, through=whole)
        # What is shown before a keyframe was decoded from what may not be there.
        pairs = zip(group, unneeded, strict=True)
        out += [gone or (cut_short and packet.at < group[0].at) for packet, gone in pairs]
        cut_short = not whole and unneeded[-1]
    return out


def _left_out_of(group: Sequence[Packet], *, through: bool) -> list[bool]:
    steps = _steps_up(group)
    close = {near for place in steps for near in _until_shown(group, place)}
    until = len(group) if through else _last_needed(group, steps)
    return [
        place > until or not (packet.reference or place in close)
        for place, packet in enumerate(group)
    ]


def _steps_up(group: Sequence[Packet]) -> list[int]:
    """Where packets become larger, of those that are decoded in the order they are shown in."""
    found, sizes, latest = list[int](), list[int](), group[0].at if group else 0
    for place, packet in enumerate(group[1:], 1):
        if packet.at < latest:
            continue
        usual = median(sizes[-_BEFORE_IT:]) if sizes else group[0].size / 2
        if packet.size >= _MORE * usual:
            found.append(place)
        sizes.append(packet.size)
        latest = packet.at
    return found


def _until_shown(group: Sequence[Packet], place: int) -> range:
    """A picture, and those after it that are shown before it."""
    last = place
    while last + 1 < len(group) and group[last + 1].at < group[place].at:
        last += 1
    return range(place, last + 1)


def _last_needed(group: Sequence[Packet], steps: Sequence[int]) -> int:
    """The last place that may be a change; the end, where none may."""
    sizes = [packet.size for packet in group[1:]]
    least = outstanding(group[0].size, sizes) if sizes else 0
    places = [place for place, packet in enumerate(group) if place and packet.size >= least]
    places = sorted({*places[-1:], *steps[-1:]})
    return _until_shown(group, places[-1])[-1] if places else len(group)


def spans_of(packets: Sequence[Packet], out: Sequence[bool]) -> list[tuple[float, float]]:
    """When what is left out would be decoded: from, to, each half-way between two packets."""
    spans = list[tuple[float, float]]()
    for gone, run in groupby(range(len(packets)), key=lambda place: out[place]):
        if not gone:
            continue
        places = list(run)
        first, last = packets[places[0]].decoded, packets[places[-1]].decoded
        before = packets[places[0] - 1].decoded if places[0] else first - 1
        after = packets[places[-1] + 1].decoded if places[-1] + 1 < len(packets) else last + 1
        spans.append(((before + first) / 2, (last + after) / 2))
    return spans


def on_the_clock(pictures: Sequence[Picture], times: Sequence[Milliseconds]) -> list[Picture]:
    """At the times of packets that are nearest: entering a file rounds its clock."""
    return [replace(picture, at=_nearest(times, picture.at)) for picture in pictures]


def _nearest(times: Sequence[Milliseconds], at: Milliseconds) -> Milliseconds:
    place = bisect_right(times, at)
    return min(times[max(0, place - 1) : place + 1], key=lambda time: abs(time - at), default=at)


def evened(pictures: Sequence[Picture], times: Sequence[Milliseconds]) -> list[Picture]:
    """Pictures after others that were left out share their change with them. `times`: of all
    pictures, in order."""
    return [
        replace(picture, change=picture.change / steps)
        for picture, steps in zip(pictures, _steps(pictures, times), strict=True)
    ]


def missed(pictures: Sequence[Picture], times: Sequence[Milliseconds]) -> list[Gap]:
    """Where something happened unseen."""
    steps, even = _steps(pictures, times), evened(pictures, times)
    return [
        (pictures[place - 1].at, picture.at)
        for place, picture in enumerate(pictures)
        if place and steps[place] > 1 and picture.change - _around(even, place) >= SAME
    ]


def _around(even: Sequence[Picture], place: int) -> float:
    near = [*even[max(0, place - AROUND) : place], *even[place + 1 : place + 1 + AROUND]]
    return sum(picture.change for picture in near) / len(near) if near else 0.0


def _steps(pictures: Sequence[Picture], times: Sequence[Milliseconds]) -> list[int]:
    """How many pictures each is after the one before it, of all there are."""
    places = [bisect_right(times, picture.at) for picture in pictures]
    return [1, *(max(after - before, 1) for before, after in pairwise(places))][: len(pictures)]
