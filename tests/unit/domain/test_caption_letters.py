from __future__ import annotations

import pytest

from functions.domain.captions.letters import undrawn


@pytest.mark.parametrize(
    "words",
    [
        ["Grüße,", "naïve", "№", "5º", "µm", "—", "😀", "50,000"],
        ["Ελλάδα", "Привет", "नमस्ते", "e\u0301"],
        [],
    ],
)
def test_given_letters_of_the_typeface_when_asked_then_all_can_be_drawn(words: list[str]):
    assert undrawn(words) is None


@pytest.mark.parametrize("word", ["こんにちは", "你好", "مرحبا", "שלום", "안녕", "ไทย", "x你"])
def test_given_other_letters_when_asked_then_the_first_such_word_is_named(word: str):
    assert undrawn(["Hello,", word, "和"]) == word
