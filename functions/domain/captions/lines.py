"""What stands in a caption: pieces of text that belong together, in one or two lines."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from functions.domain.times import Milliseconds
from functions.domain.transcripts.languages import between_words
from functions.domain.transcripts.transcript import Word

LINE: Final = 42
LINES: Final = 2
_SENTENCE: Final = re.compile(r".*[.!?…。！？।؟۔][\"'”’»)\]]*", re.DOTALL)
_CLAUSE: Final = re.compile(r".*[,;:、，；：–—][\"'”’»)\]]*", re.DOTALL)
# A line break there is worth as much as lines that differ by so many characters.
_AT_CLAUSE: Final = 8
# Emoji and some scripts are put together by letters that are not seen.
_JOINERS: Final = frozenset("\u200c\u200d")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A word, or a part of one that is longer than a line; `space` stands before it."""

    text: str
    start: Milliseconds
    end: Milliseconds
    space: str
    speaker: str | None = None

    @property
    def ends_sentence(self) -> bool:
        return _SENTENCE.fullmatch(self.text) is not None

    @property
    def ends_clause(self) -> bool:
        return _CLAUSE.fullmatch(self.text) is not None


def shown(text: str) -> str:
    """Without what is no letter, mark or sign: a line's end would end the caption."""
    kept = (" " if _unseen(char) else char for char in text)
    return " ".join("".join(kept).split())


def _unseen(char: str) -> bool:
    return unicodedata.category(char)[0] in "CZ" and char not in _JOINERS


def pieces_of(words: Sequence[Word], language: str) -> list[Piece]:
    between = between_words(language)
    return [piece for word in words for piece in _pieces(word, between)]


def _pieces(word: Word, between: str) -> Iterator[Piece]:
    parts = list(_parts(shown(word.text), between))
    length = word.end - word.start
    for at, (space, part) in enumerate(parts):
        yield Piece(
            text=part,
            start=word.start + length * at // len(parts),
            end=word.start + length * (at + 1) // len(parts),
            space=space,
            speaker=word.speaker,
        )


def _parts(text: str, between: str) -> Iterator[tuple[str, str]]:
    """Texts that fit into a line, with what stands before each."""
    space = between
    for part in text.split():
        for at in range(0, len(part), LINE):
            yield space if at == 0 else "", part[at : at + LINE]
        space = " "


def text_of(group: Sequence[Piece]) -> str:
    first, *rest = group
    return first.text + "".join(piece.space + piece.text for piece in rest)


class Room:
    """How much of many pieces fits, told without putting their text together."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self._spaces = [len(piece.space) for piece in pieces]
        lengths = (len(piece.space) + len(piece.text) for piece in pieces)
        self._before = [0, *accumulate(lengths)]
        # Where the longest line that begins at each would end.
        self._reach: list[int] = []
        end = 0
        for begin in range(len(pieces)):
            end = max(end, begin + 1)
            while end < len(pieces) and self.letters(begin, end + 1) <= LINE:
                end += 1
            self._reach.append(end)

    def letters(self, begin: int, end: int) -> int:
        """Of pieces `begin` to before `end`, as one text."""
        return self._before[end] - self._before[begin] - self._spaces[begin]

    def fits(self, begin: int, end: int) -> bool:
        """Into two lines: as much as can be in the first."""
        middle = self._reach[begin]
        return end <= middle or self.letters(middle, end) <= LINE


def lines_of(group: Sequence[Piece]) -> tuple[str, ...]:
    """One line if it fits; else two that are alike in length, or end where a clause does."""
    at = min(_breaks(group), key=lambda at: _unevenness(group, at), default=len(group))
    parts = (group[:at], group[at:])
    return tuple(text_of(part) for part in parts if part)


def _breaks(group: Sequence[Piece]) -> list[int]:
    """Where a line may end, the whole being one line if that is enough."""
    if len(text_of(group)) <= LINE:
        return [len(group)]
    return [
        at
        for at in range(1, len(group))
        if len(text_of(group[:at])) <= LINE and len(text_of(group[at:])) <= LINE
    ]


def _unevenness(group: Sequence[Piece], at: int) -> float:
    """A second line that is a little longer than the first is read best."""
    if at == len(group):
        return 0.0
    upper, lower = len(text_of(group[:at])), len(text_of(group[at:]))
    last = group[at - 1]
    better = _AT_CLAUSE if last.ends_clause or last.ends_sentence else 0
    return abs(upper - lower) + (2 if upper > lower else 0) - better
