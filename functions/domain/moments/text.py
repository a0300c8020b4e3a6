"""Words of a text as they are compared: without case, endings, and what every text is full of."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

_WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
# Cutting words short is a fair stemmer where nothing is known of a language (McNamee & Mayfield
# 2004 compare it with n-grams and stemmers).
_OTHERS_LENGTH: Final = 6
_OFTEN: Final = """\
    a about above actually after again against ago all almost along already also although always
    am an and another any anybody anyone anything are around as at away back be because been before
    being below between both but by came can cannot come comes could did do does doing done down
    each either else enough even ever every everybody everyone everything exactly far few first for
    from gave get gets getting give given gives go goes going gone got had hardly has have having he
    hence her here hers herself him himself his how however i if in indeed instead into is it its
    itself just keep kept kind know known last later least less let lets like little look lot made
    make makes making many may maybe me mean means might mine more most much must my myself near
    nearly need needs neither never next no nobody none nor not nothing now of off often oh ok okay
    on once one ones only onto or other others our ours ourselves out over own per perhaps please
    probably put quite rather really right said same saw say says second see seem seems seen several
    shall she should show since so some somebody someone something sometimes soon still such take
    taken takes tell than thank thanks that the their theirs them themselves then there therefore
    these they thing things think third this those though through thus to together told too took
    toward two three four five six seven eight nine ten twenty hundred thousand million under until
    up upon us use used very via want wants was way we well went were what whatever when whenever
    where whether which while who whole whom whose why will with within without would yeah yes yet
    you your yours yourself yourselves hello good today anyway basically course"""
_STOP: Final = frozenset(_OFTEN.split())
_HALVES: Final = {"ain", "aren", "couldn", "didn", "doesn", "don", "hadn", "hasn", "haven"}


def words_in(text: str) -> list[str]:
    """Words without case and punctuation, in order."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold().replace("’", "'"))


def content(text: str, language: str) -> list[str]:
    """Stems of the words that say what a text is about, in order."""
    english = is_english(language)
    return [stem(word, english=english) for word in words_in(text) if is_content(word)]


def is_content(word: str) -> bool:
    """Whether a word of `words_in` says what a text is about, as far as a list can tell."""
    plain = word.partition("'")[0]
    return len(plain) > 1 and plain not in _STOP and plain not in _HALVES


def is_english(language: str) -> bool:
    """By a tag such as `en` or `en-GB`."""
    return language.casefold().replace("_", "-").partition("-")[0] == "en"


@lru_cache(maxsize=50_000)
def stem(word: str, *, english: bool) -> str:
    """`glued` and `glues` are one; a light form of the first steps of Porter (1980)."""
    plain = word.partition("'")[0]
    if not english:
        return plain[:_OTHERS_LENGTH]
    for ending, instead in _ENDINGS:
        if plain.endswith(ending) and len(plain) - len(ending) >= 3:
            return _undoubled(plain[: len(plain) - len(ending)]) + instead
    return plain[:-1] if plain.endswith("e") and len(plain) > 4 else plain


_ENDINGS: Final = (
    ("ational", "at"), ("ations", "at"), ("ation", "at"), ("ments", ""), ("ment", ""),
    ("nesses", ""), ("ness", ""), ("fully", ""), ("ingly", ""), ("edly", ""),
    ("sses", "ss"), ("ies", "y"), ("ied", "y"), ("ings", ""), ("ing", ""), ("ers", ""),
    ("ed", ""), ("es", ""), ("ly", ""), ("er", ""), ("ss", "ss"), ("us", "us"), ("s", ""),
)  # fmt: skip


def _undoubled(text: str) -> str:
    """`stopp` is `stop`, but `fall` stays."""
    return text[:-1] if len(text) > 3 and text[-1] == text[-2] and text[-1] not in "lsz" else text
