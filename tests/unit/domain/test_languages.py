from __future__ import annotations

import re

import pytest

from functions.domain.transcripts.languages import LANGUAGES, joined, language_code


@pytest.mark.parametrize(
    ("name", "code"),
    [("en-US", "en-US"), ("EN_us", "en-US"), ("en", "en-US"), ("pt", "pt-BR"), ("ja", "ja-JP"),
     ("da", "da-DK"), (" de ", "de-DE"), ("english", None), ("", None), ("en-ZZ", None)],
)  # fmt: skip
def test_given_a_language_by_any_of_its_names_when_looked_up_then_its_code_is_found(
    name: str, code: str | None
):
    assert language_code(name) == code


def test_given_the_codes_when_read_then_each_is_one_and_there_once():
    assert len(set(LANGUAGES)) == len(LANGUAGES) > 100
    assert [code for code in LANGUAGES if not re.fullmatch(r"[a-z]{2,3}-[A-Z]{2}", code)] == []


def test_given_words_when_joined_then_as_their_language_is_written():
    assert joined(["Hello", "there"], "en-US") == "Hello there"
    assert joined(["안녕", "하세요"], "ko-KR") == "안녕 하세요"
    assert joined(["今日", "は"], "ja-JP") == "今日は"
