"""Which letters can be drawn into a picture: those of the one typeface that is there."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Final

_SCRIPTS: Final = ("LATIN", "GREEK", "CYRILLIC", "DEVANAGARI", "MODIFIER", "COMBINING")
# Below lie ASCII, Latin-1 and Latin Extended, signs such as º and µ included.
_LATIN_ENDS: Final = 0x250


def undrawn(words: Iterable[str]) -> str | None:
    """The first word that has a letter which no script of the typeface has."""
    return next((word for word in words if not all(map(_is_drawn, word))), None)


def _is_drawn(char: str) -> bool:
    if ord(char) < _LATIN_ENDS or not unicodedata.category(char).startswith("L"):
        return True
    return unicodedata.name(char, "").startswith(_SCRIPTS)
