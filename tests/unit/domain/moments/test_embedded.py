"""Moments by counting: what the embedded generator can be held to."""

from __future__ import annotations

import base64

import pytest

from functions.domain.analyses.boundaries import Envelope
from functions.domain.moments.embedded import EmbeddedGenerator
from functions.domain.moments.moment import MomentOptions, Proposal
from functions.domain.moments.salience import WEIGHTS
from functions.domain.transcripts.transcript import Transcript
from tests.media.talks import KEPT_APART, TRIED_ON, Talk, transcript_of
from tests.unit.domain.moments.said import say

FEW = MomentOptions(count=3, minimum=8_000, maximum=40_000)
TALKS = pytest.mark.parametrize("talk", [*TRIED_ON, *KEPT_APART])


def _text(said: Transcript, one: Proposal) -> str:
    return " ".join(word.text for word in said.words[one.first : one.last + 1])


@TALKS
def test_given_a_talk_when_looked_through_then_each_moment_is_of_sentences_and_its_title_was_said(
    talk: Talk,
):
    said = transcript_of(talk)

    found = EmbeddedGenerator().generate(said, FEW).items

    assert len(found) >= FEW.count
    opens = {sentence.first for sentence in said.sentences}
    closes = {sentence.last for sentence in said.sentences}
    for one in found:
        assert one.first in opens
        assert one.last in closes
        spoken = _text(said, one).casefold()
        assert all(part.strip() in spoken for part in one.title.casefold().split(","))
        assert one.quote in _text(said, one)
        assert all(tag in spoken for tag in one.tags)


@TALKS
def test_given_a_talk_when_looked_through_then_the_score_is_made_of_the_parts(talk: Talk):
    found = EmbeddedGenerator().generate(transcript_of(talk), FEW).items

    for one in found:
        every = sum(WEIGHTS[name] for name in one.parts)
        score = sum(WEIGHTS[name] * value for name, value in one.parts.items()) / every
        assert one.score == pytest.approx(score, abs=0.001)
        assert "topic" not in one.parts
        assert "energy" not in one.parts


def test_given_the_same_talk_twice_when_looked_through_then_the_same_is_found():
    said = transcript_of(TRIED_ON[0])

    assert EmbeddedGenerator().generate(said, FEW) == EmbeddedGenerator().generate(said, FEW)


def test_given_a_topic_when_asked_for_then_the_first_moment_is_about_it():
    said = transcript_of(TRIED_ON[0])
    wanted = MomentOptions(count=2, minimum=8_000, maximum=40_000, topic="mites and treatment")

    found = EmbeddedGenerator().generate(said, wanted).items

    assert "mite" in _text(said, found[0])
    assert found[0].parts["topic"] == 1.0
    assert all(one.parts["topic"] > 0 for one in found)


def test_given_a_topic_that_nobody_mentions_when_asked_for_then_nothing_is_found():
    wanted = MomentOptions(count=2, minimum=8_000, maximum=40_000, topic="submarine warfare")

    assert EmbeddedGenerator().generate(transcript_of(TRIED_ON[0]), wanted).items == ()


def test_given_sound_when_one_topic_is_louder_then_its_energy_is_higher():
    said = transcript_of(TRIED_ON[0])
    half = said.words[len(said.words) // 2].start
    length = said.words[-1].end
    loud = bytes([20] * (half // 10)) + bytes([60] * ((length - half) // 10 + 2))
    audio = Envelope(step=10, levels=base64.b64encode(loud).decode())

    found = EmbeddedGenerator().generate(said, FEW, audio).items

    energy = {one.first: one.parts["energy"] for one in found}
    early = [value for first, value in energy.items() if said.words[first].start < half // 2]
    late = [value for first, value in energy.items() if said.words[first].start > half]
    assert min(early) > max(late)


def test_given_sound_of_no_length_when_looked_through_then_energy_is_left_out():
    found = EmbeddedGenerator().generate(
        transcript_of(TRIED_ON[0]), FEW, Envelope(step=10, levels="")
    )

    assert all("energy" not in one.parts for one in found.items)


def test_given_another_language_when_looked_through_then_english_parts_are_left_out():
    said = say(
        "Bienen leben in Kästen. Die Kästen stehen hinter dem Haus. Die Königin legt Eier.",
        "Brot braucht Zeit. Der Teig ruht über Nacht. Salz und Wasser und Mehl sind alles.",
        language="de-DE",
    )

    found = EmbeddedGenerator().generate(said, MomentOptions(minimum=4_000, maximum=20_000)).items

    assert found
    assert all({"opening", "commitment"}.isdisjoint(one.parts) for one in found)


def test_given_less_speech_than_a_moment_takes_when_looked_through_then_nothing_is_found():
    assert EmbeddedGenerator().generate(say("Too short."), FEW).items == ()


def test_given_a_moment_when_told_why_then_the_reason_does_not_pretend_to_understand():
    found = EmbeddedGenerator().generate(transcript_of(TRIED_ON[0]), FEW).items

    assert all(one.reason.endswith("by counting, not by understanding.") for one in found)
