"""How many words the embedded transcriber hears rightly; `make bench NAME=speech` has all talks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local.paths import SPEECH
from infra.local.simulators.transcribe.listener import Listener, UnheardError
from tests.media.speech import said, usual, word_errors
from tests.media.talks import TALKS

GOAL = 0.10


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    one = Listener(SPEECH)
    yield one
    one.stop()


def test_given_a_talk_when_it_is_heard_then_nine_words_of_ten_are_right(
    listener: Listener, tmp_path: Path
) -> None:
    text = " ".join(TALKS["bees"])

    heard = listener.listen(said(text, tmp_path / "bees.flac"))

    told, written = usual([text, " ".join(word.text for word in heard)])
    assert word_errors(told, written) / len(told) <= GOAL


def test_given_two_ways_to_write_the_same_when_compared_then_they_are_the_same_words() -> None:
    one, other, third = usual(
        ["It's twenty-five thousand, um, grey colours.", "it is 25,000 gray colors", "it is 25,001"]
    )

    assert one == other
    assert word_errors(one, third) == 3


def test_given_an_interpreter_without_the_engine_when_it_hears_then_it_says_what_to_do(
    tmp_path: Path,
) -> None:
    bare = tmp_path / "python"
    bare.write_text('#!/bin/sh\nexec python3 -S -I "$@"\n')
    bare.chmod(0o755)
    listener = Listener(bare)

    with pytest.raises(UnheardError, match="make setup"):
        listener.listen(said("Nobody hears this.", tmp_path / "a.flac"))

    listener.stop()
