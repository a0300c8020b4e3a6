"""The fragments of an MP4 by time, without going through all of them.

Each tells its time and its size, so that one can step from it to the next. Further on, a place is
guessed by what lies between, and the next fragment from there on is looked for by its mark.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterator
from itertools import islice, pairwise

from functions.adapters.fragment_box import Box, Fragment, box_at, box_of, fragment_at
from functions.adapters.moof import Defaults, defaults_of
from functions.adapters.range_file import BLOCK, RangeFile

_MOST_HEADER = 64 * 1024 * 1024
_MOST_BOXES = 64
# It costs less to step over so many than to look for a mark.
_STEPS = 12
_MOST_STEPS = 1_000
# At one place, and of one file: where there is nothing to be found, it is not looked for for ever.
_MOST_LOOKED_AT = 32 * 1024 * 1024
_MOST_LOOKED_THROUGH = 256 * 1024 * 1024
_LOOKS = 40
_END = 1 << 62
_BEGINNINGS = {b"ftyp", b"styp", b"moov", b"free", b"skip", b"wide", b"mdat", b"uuid", b"pnot"}
_AROUND = {b"styp", b"sidx", b"ssix", b"emsg", b"prft", b"free", b"skip", b"mdat", b"uuid", b"wide"}


class FragmentSearch:
    """`header` is how many bytes lie before the first fragment, `picture` the picture's track."""

    def __init__(
        self, file: RangeFile, tracks: dict[int, Defaults], first: Fragment, picture: int
    ) -> None:
        self._file, self._tracks, self.picture = file, tracks, picture
        self.header, self.first = first.place, first
        self._known = [(first.parts[picture].begin, first.place)]
        self._fragments = {first.place: first}
        self._left = _MOST_LOOKED_THROUGH

    def until(self, tick: int) -> Fragment | None:
        """The last with pictures that are decoded at or before a time; the first if there is none.
        None where it cannot be found, or times do not rise."""
        for _ in range(_LOOKS):
            if any(one[1] > later[1] for one, later in pairwise(self._known)):
                return None
            at = max(bisect_right(self._known, (tick, self._file.size)) - 1, 0)
            one, left = self._at(self._known[at][1]), _STEPS
            while one and left:
                later = self._with_pictures(one.after)
                if later is None or self._begin(later) > tick:
                    return one
                one, left = later, left - 1
            if one is None:
                return None
            self._guess(one, tick)
        return None

    def last(self) -> list[Fragment]:
        """The last one with pictures, and what comes after it; nothing if it cannot be found."""
        one = self.until(_END)
        return [one, *islice(self.after(one), _MOST_STEPS)] if one else []

    def after(self, one: Fragment) -> Iterator[Fragment]:
        """All that come after one, in the order they lie in."""
        while later := self._from(one.after):
            yield later
            one = later

    def before(self, one: Fragment) -> Fragment | None:
        """The one with pictures before one that has pictures, if there is any."""
        found = self.until(self._begin(one) - 1)
        return found if found and found.place < one.place else None

    def _guess(self, low: Fragment, tick: int) -> None:
        """Learn of a fragment on the way to a time, nearer to it than can be stepped; where there
        is none, it is stepped on from here."""
        begin, length = self._begin(low), low.after - low.place
        later = self._known[bisect_right(self._known, (begin, low.place)) :]
        end, rate = self._file.size, (low.place - self.header) / max(begin - self._known[0][0], 1)
        if later:
            end = later[0][1]
            rate = (end - low.place) / max(later[0][0] - begin, 1)
        guess = low.place + min(int((tick - begin) * rate), end - low.place) - 2 * length
        while guess > low.after:
            if self._looked_for(guess, end):
                return
            guess, end = low.after + (guess - low.after) // 2, guess

    def _looked_for(self, place: int, end: int) -> Fragment | None:
        tail, read = b"", 0
        while place < end and read < min(_MOST_LOOKED_AT, self._left):
            self._file.seek(place)
            data = self._file.read(BLOCK - place % BLOCK)
            if not data:
                return None
            row, start = tail + data, place - len(tail)
            at = row.find(b"moof")
            while at >= 0:
                found = self._at(start + at - 4)
                if found and self.picture in found.parts:
                    return found
                at = row.find(b"moof", at + 1)
            tail, place, read = row[-3:], place + len(data), read + len(data)
        self._left -= read
        return None

    def _begin(self, one: Fragment) -> int:
        return one.parts[self.picture].begin

    def _with_pictures(self, place: int) -> Fragment | None:
        one = self._from(place)
        while one and self.picture not in one.parts:
            one = self._from(one.after)
        return one

    def _from(self, place: int) -> Fragment | None:
        """The next fragment, what lies around fragments passed over."""
        for _ in range(_MOST_BOXES):
            one = self._at(place)
            if one:
                return one
            box = box_at(self._file, place)
            if box is None or box.kind not in _AROUND:
                return None
            place = box.end
        return None

    def _at(self, place: int) -> Fragment | None:
        if place not in self._fragments:
            found = fragment_at(self._file, place, self._tracks)
            if found is None:
                return None
            self._fragments[place] = found
            if self.picture in found.parts:
                insort(self._known, (self._begin(found), place))
        return self._fragments[place]


def search_of(file: RangeFile) -> FragmentSearch | None:
    """None where a file is no MP4 in fragments that have pictures and tell their times."""
    tracks: dict[int, Defaults] = {}
    for box in _top(file):
        if box.kind == b"moov":
            found = defaults_of(_all(file, box)) if box.size <= _MOST_HEADER else None
            if found is None:
                return None
            tracks = found
        if box.kind == b"moof":
            return _searched(file, box.place, tracks)
    return None


def _searched(file: RangeFile, place: int, tracks: dict[int, Defaults]) -> FragmentSearch | None:
    first = fragment_at(file, place, tracks)
    picture = next((number for number, one in tracks.items() if one.kind == b"vide"), None)
    if first is None or picture is None or picture not in first.parts:
        return None
    return FragmentSearch(file, tracks, first, picture)


def _top(file: RangeFile) -> Iterator[Box]:
    """Read as whoever opens the file reads it, too."""
    place = 0
    for _ in range(_MOST_BOXES):
        file.seek(place)
        box = box_of(place, file.read(16), file.size)
        if box is None or (place == 0 and box.kind not in _BEGINNINGS):
            return
        yield box
        place = box.end


def _all(file: RangeFile, box: Box) -> bytes:
    file.seek(box.place)
    return file.read(box.size)
