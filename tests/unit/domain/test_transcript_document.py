from __future__ import annotations

import json
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from functions.domain.transcripts.document import (
    KeptTranscript,
    MadeBy,
    from_document,
    to_document,
)
from functions.domain.transcripts.transcript import Sentence, Transcript, Word
from tests.builders import make_transcript
from tests.fakes.clock import EPOCH

WORDS = st.builds(
    Word,
    text=st.text(min_size=1),
    start=st.integers(0, 10**9),
    end=st.integers(0, 10**9),
    confidence=st.none() | st.floats(0, 1),
    speaker=st.none() | st.text(min_size=1),
)
KEPT = st.builds(
    KeptTranscript,
    transcript=st.builds(
        Transcript,
        language=st.text(min_size=1),
        engine=st.text(min_size=1),
        version=st.integers(1, 10**6),
        words=st.lists(WORDS).map(tuple),
        sentences=st.lists(st.builds(Sentence, first=st.integers(), last=st.integers())).map(tuple),
    ),
    made_at=st.just(EPOCH),
    made_by=st.sampled_from(MadeBy),
)


@given(KEPT)
def test_given_a_version_when_it_goes_through_json_then_it_comes_back_equal(kept: KeptTranscript):
    assert from_document(json.loads(json.dumps(to_document(kept)))) == kept


def test_given_a_version_when_followed_by_another_then_that_names_where_the_first_lies():
    first = KeptTranscript(transcript=make_transcript(), made_at=EPOCH, made_by=MadeBy.ENGINE)
    later = EPOCH + timedelta(hours=1)

    second = first.followed_by(
        make_transcript("other"), key="one", made_at=later, made_by=MadeBy.USER
    )
    third = second.followed_by(
        make_transcript("again"), key="two", made_at=later, made_by=MadeBy.ENGINE
    )

    assert third.transcript.version == 3
    assert [(it.version, it.key, it.made_by, it.made_at) for it in third.earlier] == [
        (1, "one", MadeBy.ENGINE, EPOCH),
        (2, "two", MadeBy.USER, later),
    ]
    assert from_document(json.loads(json.dumps(to_document(third)))) == third


def test_given_no_speech_when_kept_then_it_is_a_transcript_without_words():
    kept = KeptTranscript(transcript=make_transcript(""), made_at=EPOCH, made_by=MadeBy.ENGINE)

    assert from_document(to_document(kept)).transcript.words == ()
