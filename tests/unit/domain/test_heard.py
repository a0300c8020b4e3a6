"""Documents as Amazon Transcribe writes them: its guide's own sample, older ones, and odd ones."""

from __future__ import annotations

from typing import Any

import pytest

from functions.domain.errors import MediaError
from functions.domain.transcripts.heard import NOTHING_SAID, read_heard
from functions.domain.transcripts.transcript import Word
from tests.documents import item, mark, transcribed

SAMPLE = {
    "jobName": "j",
    "accountId": "111122223333",
    "status": "COMPLETED",
    "results": {
        "transcripts": [{"transcript": "I've been on hold. Sorry."}],
        "speaker_labels": {
            "channel_label": "ch_0",
            "speakers": 2,
            "segments": [
                {
                    "start_time": "4.87",
                    "speaker_label": "spk_0",
                    "end_time": "6.88",
                    "items": [{"start_time": "4.87", "speaker_label": "spk_0", "end_time": "5.02"}],
                }
            ],
        },
        "items": [
            {
                "id": 0,
                "type": "pronunciation",
                "alternatives": [{"confidence": "0.998", "content": "I've"}],
                "start_time": "4.87",
                "end_time": "5.02",
                "speaker_label": "spk_0",
            },
            {
                "id": 1,
                "type": "punctuation",
                "alternatives": [{"confidence": "0.0", "content": "."}],
                "speaker_label": "spk_0",
            },
        ],
        "audio_segments": [{"id": 0, "transcript": "I've.", "items": [0, 1]}],
    },
}


def test_given_the_guides_sample_when_read_then_times_are_milliseconds_and_marks_are_glued():
    heard = read_heard(SAMPLE)

    assert heard.words == (
        Word(text="I've.", start=4_870, end=5_020, confidence=0.998, speaker="spk_0"),
    )


def test_given_an_older_document_when_read_then_speakers_are_found_by_their_times():
    first = item("Hello", "0.0", "0.51")
    labels = {
        "segments": [
            {"items": [{"start_time": "0.0", "end_time": "0.51", "speaker_label": "spk_1"}]}
        ]
    }

    heard = read_heard(transcribed(first, item("there", "0.6", "1"), speaker_labels=labels))

    assert [word.speaker for word in heard.words] == ["spk_1", None]
    assert [(word.start, word.end) for word in heard.words] == [(0, 510), (600, 1_000)]


def test_given_marks_that_open_and_close_when_read_then_each_is_at_its_word():
    heard = read_heard(
        transcribed(
            mark("¿"), item("Qué", "0", "0.2"), item("tal", "0.2", "0.5"), mark("?"),
            mark("("), item("dijo", "1", "1.5"), mark(")"), mark("."),
        )
    )  # fmt: skip

    assert [word.text for word in heard.words] == ["¿Qué", "tal?", "(dijo)."]


def test_given_a_mark_before_any_word_when_read_then_it_is_nobodys():
    assert [w.text for w in read_heard(transcribed(mark("."), item("So", "0", "1"))).words] == [
        "So"
    ]


@pytest.mark.parametrize("document", [NOTHING_SAID, transcribed()])
def test_given_no_speech_when_read_then_there_are_no_words(document: Any):
    assert read_heard(document).words == ()


def test_given_an_identified_language_when_read_then_it_is_told():
    assert read_heard(transcribed(language_code="de-DE")).language == "de-DE"
    assert read_heard(transcribed()).language is None


def test_given_items_out_of_order_when_read_then_words_are_in_order_of_time():
    heard = read_heard(transcribed(item("b", "1", "2"), item("a", "0", "1.2")))

    assert [word.text for word in heard.words] == ["a", "b"]


def test_given_a_word_that_ends_before_it_starts_when_read_then_it_has_no_length():
    (word,) = read_heard(transcribed(item("a", "1.5", "1.2"))).words

    assert (word.start, word.end) == (1_500, 1_500)


def test_given_no_confidence_when_read_then_it_is_not_known():
    bare = item("a", "0", "1")
    del bare["alternatives"][0]["confidence"]

    assert read_heard(transcribed(bare)).words[0].confidence is None


def test_given_kinds_of_items_that_are_new_when_read_then_they_are_passed_over():
    new = {"type": "laughter", "alternatives": [{"content": "ha"}]}

    assert [w.text for w in read_heard(transcribed(new, item("a", "0", "1"))).words] == ["a"]


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        {},
        {"results": None},
        {"results": {}},
        {"results": {"items": [{"type": "pronunciation"}]}},
        {"results": {"items": [{"type": "pronunciation", "alternatives": []}]}},
        transcribed(item("a", "soon", "1")),
        transcribed(item("a", "-1", "1")),
        transcribed(item("a", "0", "nan")),
        transcribed(item("a", "0", "1e12")),
    ],
)
def test_given_no_such_document_when_read_then_it_is_refused_by_a_code(document: Any):
    with pytest.raises(MediaError) as refused:
        read_heard(document)

    assert refused.value.code == "transcript.unreadable"
