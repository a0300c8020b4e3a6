"""Captions as files: SubRip, WebVTT, and plain text to read.

WebVTT (W3C) writes `&`, `<` and `>` as entities. SubRip has none: what players would take for a
tag or for a line of times is parted by a character that is not seen, and so are in both the styles
that some read out of braces.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from functions.domain.captions.lines import shown
from functions.domain.captions.making import Caption
from functions.domain.times import Milliseconds
from functions.domain.transcripts.languages import joined
from functions.domain.transcripts.sentences import PAUSE
from functions.domain.transcripts.transcript import Transcript, Word

WORD_JOINER: Final = "\u2060"
_STYLE: Final = re.compile(r"\{(?=\\)")
_TAKEN: Final = re.compile(rf"<(?=[\w/!?])|{_STYLE.pattern}|--(?=>)")


def srt(captions: Iterable[Caption]) -> str:
    return "\n".join(
        f"{number}\n{_clock(one.start, ',')} --> {_clock(one.end, ',')}\n"
        + "".join(f"{_parted(line, _TAKEN)}\n" for line in one.lines)
        for number, one in enumerate(captions, 1)
    )


def vtt(captions: Iterable[Caption]) -> str:
    """Who speaks is told by voice spans, where that is known."""
    return "\n".join(["WEBVTT\n", *(_vtt_cue(one) for one in captions)])


def _vtt_cue(one: Caption) -> str:
    voice = f"<v {_entities(shown(one.speaker))}>" if one.speaker else ""
    text = "\n".join(_entities(_parted(line, _STYLE)) for line in one.lines)
    return f"{_clock(one.start, '.')} --> {_clock(one.end, '.')}\n{voice}{text}\n"


def plain(said: Transcript) -> str:
    """Paragraphs: a new one where another speaks or nobody does; who, where that is known."""
    paragraphs = (_paragraph(words, said.language) for words in _paragraphs(said))
    return "\n".join(f"{paragraph}\n" for paragraph in paragraphs)


def _paragraph(words: Sequence[Word], language: str) -> str:
    name = words[0].speaker
    text = joined((shown(word.text) for word in words), language)
    return f"{shown(name)}: {text}" if name else text


def _paragraphs(said: Transcript) -> Iterator[list[Word]]:
    paragraph: list[Word] = []
    for sentence in said.sentences:
        words = said.words_of(sentence)
        last = paragraph[-1] if paragraph else None
        if last and (last.speaker != words[0].speaker or words[0].start - last.end >= PAUSE):
            yield paragraph
            paragraph = []
        paragraph += words
    if paragraph:
        yield paragraph


def _parted(line: str, what: re.Pattern[str]) -> str:
    return what.sub(lambda taken: taken[0] + WORD_JOINER, line)


def _entities(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _clock(at: Milliseconds, point: str) -> str:
    seconds, rest = divmod(at, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{point}{rest:03}"
