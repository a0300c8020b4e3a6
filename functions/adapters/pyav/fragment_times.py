"""What is shown when in an MP4 in fragments, by what its fragments tell of themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice

from av.container import InputContainer

from functions.adapters.fragment_box import Fragment
from functions.adapters.fragment_search import FragmentSearch
from functions.adapters.moof import Part
from functions.adapters.pyav.keyframes import container_start
from functions.adapters.pyav.tracks import picture_stream
from functions.domain.errors import MediaError
from functions.domain.media.reach import Reach
from functions.domain.times import Milliseconds

_MOST_FRAGMENTS = 400
_EARLIER = 8
# Pictures are decoded before they are shown, by less than this.
_DELAY_S = 2


@dataclass(frozen=True, slots=True)
class Told:
    """What the first and the last fragments tell of all: the length, and pictures a second."""

    duration: Milliseconds
    rate: float | None


def told_by(container: InputContainer, search: FragmentSearch, size: int) -> Told | None:
    """Raises MediaError: truncated."""
    rows, firsts = search.last(), search.first.parts
    if not rows:
        return None
    if rows[-1].after > size:
        raise MediaError(
            "media.truncated",
            f"The file is cut off: {size} bytes of at least {rows[-1].after}. "
            "Upload all of it again.",
        )
    lasts = {number: part for row in rows for number, part in row.parts.items()}
    ends = [
        _end(container, firsts[number], lasts[number], number) for number in firsts.keys() & lasts
    ]
    known = [end for end in ends if end is not None]
    length = int(max(known) * 1000) - container_start(container) if known else 0
    pictures = [firsts[search.picture], rows[0].parts[search.picture]]
    ticks = sum(part.end - part.begin for part in pictures)
    count = sum(part.samples for part in pictures)
    return Told(length, round(count * pictures[0].scale / ticks, 3) if ticks else None)


def _end(container: InputContainer, first: Part, last: Part, number: int) -> Fraction | None:
    """In seconds on the file's clock: a stream's id is its track's number."""
    stream = next((one for one in container.streams if one.id == number), None)
    if stream is None or stream.start_time is None or stream.time_base is None:
        return None
    start = stream.start_time * stream.time_base
    return start + Fraction(last.end - first.begin, last.scale)


def _moved(container: InputContainer, track: int, first: Part) -> int | None:
    """By how much an edit list moves the picture, in its ticks: all of it is moved alike."""
    picture = picture_stream(container)
    if picture is None or picture.id != track or picture.time_base != Fraction(1, first.scale):
        return None
    packets = (one for one in container.demux(picture) if one.is_keyframe)
    shown = next((one.pts for one in packets if one.pts is not None), None)
    return shown - first.keys[0] if shown is not None and first.keys else None


class FragmentTimes:
    """A container as it was opened, at its first fragment, and all that come after."""

    def __init__(self, container: InputContainer, search: FragmentSearch) -> None:
        self._search, self._container = search, container
        self.origin = container_start(container)
        first = search.first.parts[search.picture]
        self._base = Fraction(1, first.scale)
        self._moved = _moved(container, search.picture, first)

    def keyframe_after(self, time: Milliseconds) -> Milliseconds | None:
        """Raises LookupError where it cannot be told."""
        early = self._until(time)
        for fragment in islice(self._on(early), _MOST_FRAGMENTS):
            found = [shown for shown in self._keys(fragment) if shown >= time]
            if found:
                return min(found)
        return None

    def reach(self, begin: Milliseconds, end: Milliseconds, size: int) -> Reach | None:
        """From the fragment of the keyframe at `begin` on, or the one before where that may hold
        sound that belongs to it."""
        try:
            opened, closed = self._opening(begin), self._closing(end, size)
        except LookupError:
            return None
        opened = opened or self._search.first
        entered = min(self._keys(opened), default=None)
        head, place = self._search.header, opened.place
        return Reach(first=place, last=closed, size=size, head=head, entered=entered)

    def _opening(self, time: Milliseconds) -> Fragment | None:
        rows = islice(self._on(self._until(time)), _MOST_FRAGMENTS)
        one = next((row for row in rows if time in self._keys(row)), None)
        if one is None:
            raise LookupError
        for _ in range(_EARLIER):
            keys = self._keys(one)
            if keys and (min(keys) < time or self._holds_sound(one)):
                return one
            earlier = self._search.before(one)
            if earlier is None:
                return None
            one = earlier
        raise LookupError

    def _holds_sound(self, one: Fragment) -> bool:
        """Whether all sound that is decoded with its pictures, or after, is in it or behind."""
        decoded = Fraction(self._picture(one).begin, self._picture(one).scale)
        heard = one.sounds()
        before = [Fraction(sound.begin - sound.first, sound.scale) for sound in heard]
        return len(heard) == len(self._container.streams.audio) and all(
            time < decoded for time in before
        )

    def _closing(self, time: Milliseconds, size: int) -> int:
        """Where the first fragment lies of which only the beginning is read, if any of it."""
        for one in islice(self._on(self._until(time)), _MOST_FRAGMENTS):
            if all(self._ends(part) >= time for part in one.parts.values()):
                return one.place
        return size

    def _ends(self, part: Part) -> Fraction:
        """When a part ends, in milliseconds from the source's start, about."""
        moved = (self._moved or 0) * self._base
        return (Fraction(part.end, part.scale) + moved) * 1000 - self.origin

    def _until(self, time: Milliseconds) -> Fragment:
        if self._moved is None:
            raise LookupError
        tick = int(Fraction(time + self.origin, 1000) / self._base) - self._moved
        found = self._search.until(tick - int(_DELAY_S / self._base))
        if found is None:
            raise LookupError
        return found

    def _on(self, one: Fragment) -> Iterator[Fragment]:
        yield one
        yield from self._search.after(one)

    def _keys(self, fragment: Fragment) -> Sequence[Milliseconds]:
        moved, part = self._moved or 0, fragment.parts.get(self._search.picture)
        keys = part.keys if part else ()
        return [int((key + moved) * self._base * 1000) - self.origin for key in keys]

    def _picture(self, fragment: Fragment) -> Part:
        return fragment.parts[self._search.picture]
