from __future__ import annotations

import unicodedata

import pytest

from functions.domain.segments.query import SegmentQuery, words_of
from tests.builders import USER, make_segment

TITLE = "Été à la plage"


def _finds(text: str, **segment: object) -> bool:
    query = SegmentQuery(user_id=USER, words=words_of(text))
    return query.matches(make_segment(**segment))


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
@pytest.mark.parametrize("stored", ["NFC", "NFD"])
def test_given_letters_composed_in_any_way_when_sought_then_they_are_the_same(
    form: str, stored: str
):
    sought = unicodedata.normalize(form, "été")  # type: ignore[arg-type]

    assert _finds(sought, title=unicodedata.normalize(stored, TITLE))


@pytest.mark.parametrize(
    ("text", "found"), [("pla", True), ("PLAGE ét", True), ("lage", False), ("plages", False)]
)
def test_given_words_when_sought_then_each_must_begin_a_word(text: str, found: bool):
    assert _finds(text, title=TITLE) is found


def test_given_words_in_different_places_when_sought_then_they_are_found_together():
    assert _finds("beach sum hol", title="Holiday", description="at the beach", tags=("summer",))
