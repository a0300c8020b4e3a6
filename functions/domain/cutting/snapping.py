"""Moving wanted cuts to keyframes."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from functions.domain.cutting.plan import Cut, PlannedSegment, between
from functions.domain.cutting.spans import CLEAR
from functions.domain.media.keyframe_search import FindKeyframes, KeyframeSearch
from functions.domain.times import Milliseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How short and how long segments may be, as far as the keyframes allow."""

    duration: Milliseconds
    low: Milliseconds | None = None
    high: Milliseconds | None = None

    def allow(self, begin: Milliseconds, end: Milliseconds) -> bool:
        """Whether a segment is not too long."""
        return self.high is None or end - begin <= self.high

    def leaves_too_little(self, begin: Milliseconds, cut: Milliseconds) -> bool:
        """Whether a cut makes what is before or after it too short."""
        return self.low is not None and min(cut - begin, self.duration - cut) < self.low


def at_nearest(
    limits: Limits, targets: Sequence[Milliseconds], keys: Sequence[Milliseconds]
) -> list[PlannedSegment]:
    """Move each target to the nearest keyframe; targets that share one become one cut."""
    chosen: list[tuple[Milliseconds, int]] = []
    last = 0
    for target in targets:
        at = _nearest(keys, target, last, limits)
        if at > last:
            chosen.append((target, at))
            last = at
    # Cuts that had to be early may leave too much at the end.
    while limits.high and limits.duration - (keys[last] if last else 0) > limits.high:
        at = _nearest(keys, limits.duration, last, limits)
        if at <= last:
            break
        chosen.append((keys[at], at))
        last = at
    cuts = [(target, keys[at], keys[at - 1]) for target, at in chosen]
    return between(limits.duration, keys[0], cuts)


def at_found(
    limits: Limits, targets: Sequence[Milliseconds], first: Milliseconds, find: FindKeyframes
) -> list[PlannedSegment]:
    """Take the keyframes that are found after the targets, or before where those are too far."""
    search, cuts = KeyframeSearch(find), list[Cut]()
    search.look(targets)
    for target in targets:
        begin = cuts[-1][1] if cuts else first
        key = search.after(target)
        if key is None or not limits.allow(begin, key):
            cuts += _before(limits, begin, search, first)
        elif key > begin and not limits.leaves_too_little(begin, key):
            asked = max(t for t in targets if t <= key)
            cuts.append((asked, key, max(asked - 1, begin)))
    while rest := _before(limits, cuts[-1][1] if cuts else first, search, first):
        cuts += rest
    return between(limits.duration, first, cuts)


def _before(
    limits: Limits, begin: Milliseconds, search: KeyframeSearch, first: Milliseconds
) -> list[Cut]:
    """A cut at the last keyframe that a longest segment allows, where one is needed."""
    if limits.allow(begin, limits.duration):
        return []
    [key] = search.last_until([begin + (limits.high or 0)], first)
    return [(key, key, max(key - CLEAR, begin))] if key > begin else []


def _nearest(keys: Sequence[Milliseconds], target: Milliseconds, last: int, limits: Limits) -> int:
    """Among those that make the segment neither too short nor too long, if there are any."""
    at = _closest(keys, target)
    if limits.low is None and limits.high is None:
        return at
    begin = keys[last] if last else 0
    low = bisect_left(keys, begin + (limits.low or 1))
    high = bisect_right(keys, begin + limits.high) - 1 if limits.high else len(keys) - 1
    if limits.low:
        high = min(high, bisect_right(keys, limits.duration - limits.low) - 1)
    if low <= high:
        return min(max(at, low), high)
    # A longest length cannot hold where keyframes are too far apart; a shortest one always can.
    return at if limits.high else last


def _closest(keys: Sequence[Milliseconds], target: Milliseconds) -> int:
    at = bisect_left(keys, target)
    earlier = at == len(keys) or (at > 0 and target - keys[at - 1] <= keys[at] - target)
    return at - 1 if earlier else at
