"""How many bytes of a source lie before its keyframes."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise

from functions.domain.errors import MediaError
from functions.domain.times import Milliseconds

# What a container adds to the streams: tables of a few bytes a packet, and a header.
_ROOM = 0.98
_HEADER = 64_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """For each keyframe, from the first on, the bytes of picture and sound before it; `total` is
    all of them."""

    times: tuple[Milliseconds, ...]
    before: tuple[int, ...]
    total: int

    def cuts(
        self,
        size: int,
        duration: Milliseconds,
        *,
        shortest: Milliseconds | None = None,
        longest: Milliseconds | None = None,
    ) -> list[Milliseconds]:
        """The fewest keyframes that leave no file larger than `size` bytes.

        Raises MediaError where that, or a shortest length, cannot be.
        """
        room = int(size * _ROOM) - _HEADER
        places = [0]
        while (later := self._next(places[-1], room, longest or duration, duration)) is not None:
            places.append(later)
        while (
            shortest and len(places) > 1 and duration - self.times[places[-1]] < shortest
            and places[-1] - 1 > places[-2]
        ):  # fmt: skip
            places[-1] -= 1
        self._require(places, room, duration, shortest or 0, size)
        return [self.times[place] for place in places[1:]]

    def _next(
        self, at: int, room: int, longest: Milliseconds, duration: Milliseconds
    ) -> int | None:
        """The latest keyframe to cut at, at least the next; None where the rest is small enough."""
        begin = self.times[at] if at else 0
        if self.total - self.before[at] <= room and duration - begin <= longest:
            return None
        by_size = bisect_right(self.before, self.before[at] + room) - 1
        by_length = bisect_right(self.times, begin + longest) - 1
        best = max(min(by_size, by_length), at + 1)
        return best if best < len(self.times) else None

    def _require(
        self, places: list[int], room: int, duration: Milliseconds, shortest: int, size: int
    ) -> None:
        sizes = [*(self.before[place] for place in places), self.total]
        times = [0, *(self.times[place] for place in places[1:]), duration]
        if any(later - before > room for before, later in pairwise(sizes)):
            raise _refused(
                f"{size} bytes are less than this video has between two keyframes. Ask for larger "
                "files, or for an accurate cut."
            )
        if len(places) > 1 and any(b - a < shortest for a, b in pairwise(times)):
            raise _refused(f"Files of {size} bytes are shorter than min_length_s. Change one.")


def _refused(detail: str) -> MediaError:
    return MediaError("segmentation.size_too_small", detail)
