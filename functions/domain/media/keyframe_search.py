"""Finding keyframes in a source: many at a time, since each call opens it anew."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence

from functions.domain.media.probe import KeyframeIndex
from functions.domain.times import Milliseconds

FindKeyframes = Callable[[Sequence[Milliseconds]], KeyframeIndex]
"""For each time the first keyframe at or after it, where there is one."""

_LOOK_BACK = (2_000, 8_000, 32_000, 128_000)
_LOOKS = 5
_POINTS = 8


class KeyframeSearch:
    """Remembers what was found; times are asked for with `look` before they are asked after."""

    def __init__(self, find: FindKeyframes) -> None:
        self._find = find
        self._asked: set[Milliseconds] = set()
        self._found: list[Milliseconds] = []

    def look(self, times: Iterable[Milliseconds]) -> None:
        new = sorted(set(times) - self._asked)
        if new:
            self._asked.update(new)
            self._found = sorted({*self._found, *self._find(new).times})

    def after(self, time: Milliseconds) -> Milliseconds | None:
        """The first keyframe from a time on that was looked at."""
        at = bisect_left(self._found, time)
        return self._found[at] if at < len(self._found) else None

    def between(self, first: Milliseconds, last: Milliseconds) -> list[Milliseconds]:
        """What is known from `first` to before `last`."""
        return self._found[bisect_left(self._found, first) : bisect_left(self._found, last)]

    def last_until(self, times: Sequence[Milliseconds], first: Milliseconds) -> list[Milliseconds]:
        """For each time the last keyframe up to it: looked for further and further back, then ever
        closer. `first` is the source's first."""
        for far in _LOOK_BACK:
            self.look(
                time - far
                for time in times
                if time - far > first and not self.between(time - far, time + 1)
            )
        known = [self._known_until(time, first) for time in times]
        for _ in range(_LOOKS):
            self.look(
                point
                for at, time in zip(known, times, strict=True)
                # The first of these finds the next keyframe, wherever it is.
                for point in range(at + 1, time + 1, max((time - at) // _POINTS, 1))
            )
            closer = [self._known_until(time, first) for time in times]
            if closer == known:
                break
            known = closer
        return known

    def _known_until(self, time: Milliseconds, first: Milliseconds) -> Milliseconds:
        at = bisect_left(self._found, time + 1)
        return max(first, self._found[at - 1]) if at else first
