"""What to call a moment and what to quote of it: only words that were said."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from functions.domain.moments.lines import Line
from functions.domain.moments.moment import MAX_TAGS, QUOTE_LENGTH, TAG_LENGTH, TITLE_LENGTH
from functions.domain.moments.text import is_content, is_english, stem, words_in

_WELL_SIZED: Final = 70
_FEWEST: Final = 3
_LEANS: Final = re.compile(
    r"(?:and|but|so|or|because|then|it|that|this|these|those|they|he|she|him|her|them|which|who"
    r"|there|also|yes|no|well|otherwise|if not|in that case)\b",
    re.IGNORECASE,
)
_PRONOUN: Final = re.compile(r"\b(?:it|they|he|she|them|this|that|these|those)\b", re.IGNORECASE)


def leans_back(text: str) -> bool:
    """Whether an English sentence goes on from the one before it."""
    return _LEANS.match(text.lstrip("\"'“‘—- ")) is not None


def best_line(lines: Sequence[Line], weights: Mapping[str, float]) -> Line:
    """The one that says most by itself of what they are about."""
    return max(lines, key=lambda line: (_worth(line, weights), -line.first))


def _worth(line: Line, weights: Mapping[str, float]) -> float:
    """Not the longest of all: what its words weigh, tempered by how many they are."""
    weight = sum(weights.get(stem, 0.0) for stem in set(line.stems))
    return weight / (6 + len(line.stems)) - (0.5 if leans_back(line.text) else 0.0)


def title_of(lines: Sequence[Line], weights: Mapping[str, float], language: str) -> str:
    """A sentence that fits, else what the best one is about, else its beginning."""
    fitting = [line for line in lines if _fits(line, english=is_english(language))]
    if fitting:
        return best_line(fitting, weights).text.rstrip(" .…,;:")
    best = best_line(lines, weights)
    named = ", ".join(tags_of(lines, weights, language)[:3])
    return sentence_case(named) if named else shortened(best.text, TITLE_LENGTH)


def _fits(line: Line, *, english: bool) -> bool:
    if len(line.text) > _WELL_SIZED or len(set(line.stems)) < _FEWEST:
        return False
    if not (line.opens and line.closes):
        return False
    return not english or not (leans_back(line.text) or _PRONOUN.search(line.text))


def quote_of(line: Line) -> str:
    """As much of it as a quote may have, in whole words."""
    return leading(line.text, QUOTE_LENGTH)


def leading(text: str, length: int) -> str:
    """The first words, nothing added."""
    if len(text) <= length:
        return text
    return text[: length + 1].rpartition(" ")[0] or text[:length]


def shortened(text: str, length: int) -> str:
    """The first words, with a mark where something was left out."""
    return text if len(text) <= length else leading(text, length - 2).rstrip(" .,;:—-") + " …"


def sentence_case(text: str) -> str:
    return text[:1].upper() + text[1:]


def tags_of(lines: Sequence[Line], weights: Mapping[str, float], language: str) -> tuple[str, ...]:
    """Words and pairs of neighbours that weigh most, as they are said most often."""
    english = is_english(language)
    spoken: dict[tuple[str, ...], Counter[str]] = {}
    for line in lines:
        for words in _runs(words_in(line.text)):
            for size in (1, 2):
                for at in range(len(words) - size + 1):
                    part = words[at : at + size]
                    key = tuple(stem(word, english=english) for word in part)
                    spoken.setdefault(key, Counter())[" ".join(part)] += 1
    found = sorted(spoken, key=lambda key: (-_weight(key, spoken, weights), key))
    return _apart((spoken[key].most_common(1)[0][0], key) for key in found)


def _runs(words: Sequence[str]) -> Iterable[list[str]]:
    """Neighbours without a word of no content between them."""
    run: list[str] = []
    for word in words:
        if is_content(word) and not word.isdigit():
            run.append(word)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _weight(
    key: tuple[str, ...], spoken: Mapping[tuple[str, ...], Counter[str]], of: Mapping[str, float]
) -> float:
    """A pair that is said once is no phrase yet."""
    times = sum(spoken[key].values())
    weight = sum(of.get(stem, 0.0) for stem in key) / len(key) * times
    return weight * (1.0 if len(key) == 1 else (1.5 if times > 1 else 0.5))


def _apart(found: Iterable[tuple[str, tuple[str, ...]]]) -> tuple[str, ...]:
    """None that shares a word with one before it."""
    tags: list[str] = []
    seen: set[str] = set()
    for text, key in found:
        if len(tags) == MAX_TAGS:
            break
        if len(text) <= TAG_LENGTH and seen.isdisjoint(key):
            tags.append(text)
            seen.update(key)
    return tuple(tags)
