"""Segments that overlap or leave something out, laid in lanes.

Segments that do not touch each other lie in one lane. Where a source has to be read from its start,
what is between them is cut into pieces, too, so that it can be thrown away as it comes and never
fills a disk.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from functions.domain.cutting.plan import Cut, Lane, between
from functions.domain.cutting.spans import REST, Ends, Span, ends_of, free_cut, keyframe_cut
from functions.domain.media.keyframe_search import FindKeyframes, KeyframeSearch
from functions.domain.media.probe import Probe
from functions.domain.times import Milliseconds

Gap = tuple[Milliseconds, Milliseconds]


def make_lanes(
    probe: Probe,
    spans: Sequence[Span],
    *,
    find_keyframes: FindKeyframes,
    piece: Milliseconds,
    exact: bool = False,
) -> tuple[Lane, ...]:
    """Lanes that hold the spans, numbered from 1 in the order they are given.

    `piece` is how long a piece may be that is read and thrown away. `exact` cuts at the frame.
    """
    search = KeyframeSearch(find_keyframes)
    free = exact or probe.media.video is None
    first = 0 if free or not probe.keyframes.times else probe.keyframes.times[0]
    rows = _Rows(
        spans=spans,
        ends=ends_of(probe, spans, search, exact=exact),
        first=first,
        duration=probe.media.duration,
    )
    shared = rows.shared_out()
    read_through = probe.media.video is None or not probe.keyframes.complete
    gaps = [gap for row in shared for gap in rows.gaps(row)] if read_through else []
    cut_up = _cut_freely(gaps, piece) if free else _cut_at_keyframes(gaps, piece, search)
    return tuple(rows.lane(row, cut_up) for row in shared)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """Spans by their place in what was asked."""

    spans: Sequence[Span]
    ends: Sequence[Ends]
    first: Milliseconds
    duration: Milliseconds

    def shared_out(self) -> list[list[int]]:
        """Places of spans that do not touch each other, in as few rows as can be."""
        rows: list[list[int]] = []
        closed: list[Milliseconds] = []
        for place in sorted(range(len(self.ends)), key=self._opens):
            opens = self._opens(place)
            row = next((at for at, time in enumerate(closed) if time <= opens), len(rows))
            if row == len(rows):
                rows.append([])
                closed.append(0)
            rows[row].append(place)
            closed[row] = self._closes(place)
        return rows

    def gaps(self, row: Sequence[int]) -> list[Gap]:
        """What lies before, and between, the spans of a row."""
        ends = [self.first, *(self._closes(place) for place in row)]
        starts = [self._opens(place) for place in row]
        return [gap for gap in zip(ends, starts, strict=False) if gap[0] < gap[1]]

    def lane(self, row: Sequence[int], cut_up: Mapping[Gap, Sequence[Cut]]) -> Lane:
        """A row's spans and what is between them, each piece with the number it is kept under."""
        head, opened, at = 0, list[tuple[Cut, int]](), self.first
        for place in row:
            ends = self.ends[place]
            if ends.opening is None:
                head = place + 1
            else:
                opened += [(cut, 0) for cut in cut_up.get((at, ends.opening[1]), ())]
                if opened and opened[-1][0][1] == ends.opening[1]:
                    opened.pop()
                opened.append((ends.opening, place + 1))
            opened += [(cut, 0) for cut in (ends.closing,) if cut]
            at = self._closes(place)
        rest = self.ends[row[-1]].rest
        opened += [(rest, 0)] if rest else []
        pieces = between(self.duration, self.first, [cut for cut, _ in opened])
        kept = (head, *(number for _, number in opened))
        spans = [self.spans[number - 1] if number else None for number in kept]
        return Lane(
            pieces=tuple(
                replace(piece, start=span.start, end=span.end, title=span.title) if span else piece
                for piece, span in zip(pieces, spans, strict=True)
            ),
            kept=kept,
        )

    def _opens(self, place: int) -> Milliseconds:
        opening = self.ends[place].opening
        return opening[1] if opening else self.first

    def _closes(self, place: int) -> Milliseconds:
        closing = self.ends[place].closing
        return closing[1] if closing else self.duration


def _cut_freely(gaps: Sequence[Gap], piece: Milliseconds) -> dict[Gap, list[Cut]]:
    return {
        gap: [free_cut(time) for time in range(gap[0] + piece, gap[1] - REST, piece)]
        for gap in gaps
    }


def _cut_at_keyframes(
    gaps: Sequence[Gap], piece: Milliseconds, search: KeyframeSearch
) -> dict[Gap, list[Cut]]:
    times = {gap: range(gap[0] + piece, gap[1], piece) for gap in gaps}
    search.look(time for row in times.values() for time in row)
    found = {gap: {search.after(time) for time in row} for gap, row in times.items()}
    return {
        gap: [
            keyframe_cut(key, key) for key in sorted(k for k in keys if k and gap[0] < k < gap[1])
        ]
        for gap, keys in found.items()
    }
