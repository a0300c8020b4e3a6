"""The words of all windows as one list, on the video's clock.

Neighbours have both heard the seconds around their join. The words change over in the middle of the
longest pause that both have there, so that no word is cut in two, lost or doubled; and who speaks
there is known to both, which tells whose labels in one are whose in the other.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from functions.domain.times import Milliseconds
from functions.domain.transcripts.plan import SpeechWindow
from functions.domain.transcripts.transcript import Word

_SAME_WORD: Final[Milliseconds] = 300
_LABEL: Final = re.compile(r"spk_(\d+)")


def join_windows(
    windows: Sequence[SpeechWindow], heard: Sequence[Sequence[Word]], duration: Milliseconds
) -> tuple[Word, ...]:
    """`heard` are the words of each window on its own clock."""
    moved = [
        [_moved(word, window.hears_from) for word in words]
        for window, words in zip(windows, heard, strict=True)
    ]
    for at, (earlier, later) in enumerate(pairwise(windows), 1):
        moved[at] = _named_alike(moved[at - 1], moved[at], later.hears_from, earlier.hears_to)
    seams = [
        _seam(moved[at], moved[at + 1], earlier, later)
        for at, (earlier, later) in enumerate(pairwise(windows))
    ]
    if not windows:
        return ()
    bounds = [None, *seams, None]
    kept = [
        word
        for words, (low, high) in zip(moved, pairwise(bounds), strict=True)
        for word in words
        if (low is None or low <= _middle(word)) and (high is None or _middle(word) < high)
    ]
    return tuple(_inside(word, duration) for word in sorted(kept, key=lambda it: it.start))


def _moved(word: Word, by: Milliseconds) -> Word:
    return replace(word, start=word.start + by, end=word.end + by)


def _middle(word: Word) -> float:
    return (word.start + word.end) / 2


def _inside(word: Word, duration: Milliseconds) -> Word:
    """Sound may last a little longer than what the file says of itself."""
    return replace(word, start=min(word.start, duration), end=min(word.end, duration))


def _seam(
    before: Sequence[Word], after: Sequence[Word], earlier: SpeechWindow, later: SpeechWindow
) -> Milliseconds:
    """A time at which neither has a word; where they were to meet, if there is none."""
    low, high = later.hears_from, earlier.hears_to
    pauses = [(a.end, b.start) for a, b in pairwise(_between(before, low, high))]
    pauses.sort(key=lambda it: it[0] - it[1])
    for start, end in pauses:
        middle = (start + end) // 2
        if start < end and not any(word.start < middle < word.end for word in after):
            return middle
    return later.start


def _between(words: Iterable[Word], low: Milliseconds, high: Milliseconds) -> list[Word]:
    return [word for word in words if low <= word.start and word.end <= high]


def _named_alike(
    before: Sequence[Word], after: Sequence[Word], low: Milliseconds, high: Milliseconds
) -> list[Word]:
    """Labels of the later window in those of the earlier; who is new there gets a new one."""
    labels = list(dict.fromkeys(word.speaker for word in after if word.speaker))
    if not labels:
        return list(after)
    names = _same_people(_between(before, low, high), _between(after, low, high))
    known = {word.speaker for word in before if word.speaker}
    fresh = 1 + max((int(m[1]) for name in known if (m := _LABEL.fullmatch(name))), default=-1)
    for label in labels:
        if label not in names:
            names[label] = f"spk_{fresh}"
            fresh += 1
    return [replace(word, speaker=names[word.speaker] if word.speaker else None) for word in after]


def _same_people(before: Sequence[Word], after: Sequence[Word]) -> dict[str, str]:
    """Later labels to earlier ones: those who say the same words at the same time, most first."""
    votes = Counter(
        (there.speaker, here.speaker)
        for here in before
        for there in after
        if here.speaker and there.speaker and abs(here.start - there.start) <= _SAME_WORD
    )
    names: dict[str, str] = {}
    for (there_label, here_label), _ in votes.most_common():
        new = there_label not in names and here_label not in names.values()
        if there_label and here_label and new:
            names[there_label] = here_label
    return names
