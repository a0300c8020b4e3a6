"""Words to captions: at most two lines of 42 characters, shown for one to seven seconds, one after
the other.

Source: the common rules of subtitling (EBU-TT and large broadcasters' style guides): few and whole
captions, which end where a sentence or a clause does, in two lines of like length.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from functions.domain.captions.lines import LINE, Piece, Room, lines_of, pieces_of, text_of
from functions.domain.times import Milliseconds
from functions.domain.transcripts.transcript import Word

SHORTEST: Final[Milliseconds] = 1_000
LONGEST: Final[Milliseconds] = 7_000
PAUSE: Final[Milliseconds] = 1_500
"""Nothing is shown over a longer silence."""
_READ: Final = 20
"""Characters that are read in a second."""
_CUE, _IN_CLAUSE, _AT_CLAUSE, _FEW = 10, 11, 4, 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Caption:
    """One or two lines that one person says, shown from `start` to before `end`."""

    start: Milliseconds
    end: Milliseconds
    lines: tuple[str, ...]
    speaker: str | None = None


def captions_of(words: Sequence[Word], language: str, until: Milliseconds) -> tuple[Caption, ...]:
    """Captions of all words, in order. None lies past `until`. One is shorter than SHORTEST only
    where there is no room for as many."""
    groups = [
        group for run in _runs(pieces_of(words, language)) for group in _divided(run) if group
    ]
    times = _times([(it[0].start, it[-1].end, len(text_of(it))) for it in groups], until)
    return tuple(
        Caption(start=start, end=end, lines=lines_of(group), speaker=group[0].speaker)
        for group, (start, end) in zip(groups, times, strict=True)
    )


def _runs(pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
    """What one person says without a long pause."""
    run: list[Piece] = []
    for piece in pieces:
        if run and (piece.speaker != run[-1].speaker or piece.start - run[-1].end >= PAUSE):
            yield run
            run = []
        run.append(piece)
    if run:
        yield run


def _divided(run: Sequence[Piece]) -> list[list[Piece]]:
    """The best division of a run, of all that keep the rules: fewest captions, then the breaks that
    are read best. `best[end]` is the cost of all before `end`, and where the last begins."""
    room = Room(run)
    costs = [_CUE + _cost_of_break(piece) for piece in run[:-1]] + [_CUE]
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(run) + 1):
        options = []
        for begin in range(end - 1, -1, -1):
            lasts = run[end - 1].end - run[begin].start
            if end - begin > 1 and (lasts > LONGEST or not room.fits(begin, end)):
                break
            few = lasts < SHORTEST or room.letters(begin, end) < LINE // 3
            cost = best[begin][0] + costs[end - 1] + (_FEW if few else 0)
            options.append((cost, begin))
        best.append(min(options))
    groups: list[list[Piece]] = []
    end = len(run)
    while end:
        begin = best[end][1]
        groups.append(list(run[begin:end]))
        end = begin
    return groups[::-1]


def _cost_of_break(piece: Piece) -> int:
    if piece.ends_sentence:
        return 0
    return _AT_CLAUSE if piece.ends_clause else _IN_CLAUSE


Span = tuple[Milliseconds, Milliseconds]


def _times(
    said: Sequence[tuple[Milliseconds, Milliseconds, int]], until: Milliseconds
) -> list[Span]:
    """When each is shown: as it is said, longer where there is time to read, later where the one
    before needs its second."""
    shown: list[Span] = []
    before = 0
    starts = [start for start, _, _ in said] + [until]
    for (start, end, letters), after in zip(said, starts[1:], strict=True):
        shown.append(_shown(start, end, letters, before=before, after=after))
        before = shown[-1][1]
    return _brought_inside(shown, until)


def _shown(
    start: Milliseconds,
    end: Milliseconds,
    letters: int,
    *,
    before: Milliseconds,
    after: Milliseconds,
) -> Span:
    """One caption between the end of the one `before` and, if there is room, the start of the one
    `after`."""
    begin = max(start, before)
    wanted = max(SHORTEST, letters * 1000 // _READ)
    stop = max(min(end, max(after, begin)), min(begin + wanted, after))
    if stop - begin < SHORTEST:
        begin = max(before, min(begin, stop - SHORTEST))
        stop = max(stop, begin + SHORTEST)
    return begin, min(stop, begin + LONGEST)


def _brought_inside(shown: list[Span], until: Milliseconds) -> list[Span]:
    """What has drifted past the end is shown earlier; all shorter, if even that is too late."""
    if not shown or shown[-1][1] <= until:
        return shown
    if len(shown) * SHORTEST > until:
        bounds = [until * at // len(shown) for at in range(len(shown) + 1)]
        return list(pairwise(bounds))
    brought: list[Span] = []
    limit = until
    for begin, stop in reversed(shown):
        earlier = min(stop, limit)
        limit = min(begin, earlier - SHORTEST)
        brought.append((limit, earlier))
    return brought[::-1]
