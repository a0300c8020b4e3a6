"""A model that cannot read: it takes the stretches with most long words, as the request allows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_SENTENCE = re.compile(r"^\[(\d+)\] \(([\d.]+)-([\d.]+)\) (.*)$", re.MULTILINE)
_LIMITS = re.compile(r"Each lasts ([\d.]+) to ([\d.]+) seconds")
_COUNT = re.compile(r"Report up to (\d+) moments")
_ABOUT = re.compile(r"They are to be about: (.*?)\. If none")
_NOW = re.compile(r"sentences (\d+) to (\d+)\. Report exactly one")
_EDITOR = re.compile(r"The editor says: (.*)")
_LONG = re.compile(r"[^\W\d_]{5,}")


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence as it stands in the request."""

    number: int
    start: float
    end: float
    text: str

    @property
    def words(self) -> set[str]:
        return {word.casefold() for word in _LONG.findall(self.text)}


def sentences_in(prompt: str) -> list[Said]:
    return [
        Said(int(number), float(start), float(end), text)
        for number, start, end, text in _SENTENCE.findall(prompt)
    ]


def choose(prompt: str) -> list[dict[str, Any]]:
    """What is filled into the tool's list."""
    said = sentences_in(prompt)
    now = _NOW.search(prompt)
    if now and said:
        return [_refined(said, int(now[1]), int(now[2]), prompt)]
    return _best(said, prompt)


def _best(said: Sequence[Said], prompt: str) -> list[dict[str, Any]]:
    limits, count = _LIMITS.search(prompt), _COUNT.search(prompt)
    low, high = (float(limits[1]), float(limits[2])) if limits else (15.0, 60.0)
    about = _ABOUT.search(prompt)
    wanted = {word.casefold() for word in _LONG.findall(about[1])} if about else set()
    ranked: list[tuple[float, int, int]] = []
    for first in range(len(said)):
        words: set[str] = set()
        for last in range(first, len(said)):
            length = said[last].end - said[first].start
            if length > high:
                break
            words |= said[last].words
            if length >= low and (not wanted or wanted & words):
                ranked.append((len(words) / length, first, last))
    ranked.sort(key=lambda one: (-one[0], one[1]))
    chosen: list[tuple[float, int, int]] = []
    for one in ranked:
        if all(one[1] > other[2] or one[2] < other[1] for other in chosen):
            chosen.append(one)
    most = int(count[1]) if count else 3
    return [_reported(said[first : last + 1], rate) for rate, first, last in chosen[:most]]


def _refined(said: Sequence[Said], first: int, last: int, prompt: str) -> dict[str, Any]:
    """It knows two words of its editor's: shorter, and before."""
    editor = _EDITOR.search(prompt)
    wish = editor[1].casefold() if editor else ""
    if "shorter" in wish:
        last = max(first, last - 1)
    elif "before" in wish or "earlier" in wish:
        first = max(said[0].number, first - 1)
    else:
        last = min(said[-1].number, last + 1)
    return _reported([one for one in said if first <= one.number <= last], 1.0)


def _reported(part: Sequence[Said], rate: float) -> dict[str, Any]:
    densest = max(part, key=lambda one: len(one.words))
    score = round(min(1.0, rate / 2), 3)
    return {
        "first_sentence": part[0].number,
        "last_sentence": part[-1].number,
        "title": " ".join(densest.text.split()[:8]).rstrip(" .,;:!?"),
        "reason": f"It has {rate:.2f} long words a second.",
        "quote": " ".join(densest.text.split()[:12]),
        "hook": score,
        "standalone": 0.5,
        "value": score,
        "tags": sorted(densest.words)[:3],
    }
