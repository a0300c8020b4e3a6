"""Talks that are spoken by espeak-ng and heard by what hears speech on one machine."""

from __future__ import annotations

import resource
import tempfile
import time
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from functions.domain.times import Milliseconds
from functions.domain.transcripts.heard import read_heard
from functions.domain.transcripts.sentences import sentences_of
from functions.domain.transcripts.transcript import Transcript
from infra.local.footage import speak
from infra.local.paths import SPEECH
from infra.local.simulators.transcribe.document import document
from infra.local.simulators.transcribe.listener import Listener
from tests.media.talks import Talk

PAUSE_S = 0.48


@dataclass(frozen=True)
class HeardTalk:
    """`changes` are when each topic but the first begins to be said."""

    text: str
    said: Transcript
    changes: tuple[Milliseconds, ...]


@dataclass(frozen=True)
class Effort:
    """Seconds, with all that belongs to it: decoding, and loading the model."""

    sound: float
    wall: float
    processor: float


def hear(talks: Sequence[Talk]) -> tuple[list[HeardTalk], Effort]:
    """By the simulator of Amazon Transcribe's own listener, read as its results are."""
    with tempfile.TemporaryDirectory() as folder:
        spoken = [_spoken(talk, Path(folder) / f"{at}.wav") for at, talk in enumerate(talks)]
        used, began, listener = _processor(), time.monotonic(), Listener(SPEECH)
        try:
            said = [_heard(listener, one.path) for one in spoken]
        finally:
            listener.stop()
        effort = Effort(
            sound=sum(one.seconds for one in spoken),
            wall=time.monotonic() - began,
            processor=_processor() - used,
        )
    heard = [
        HeardTalk(" ".join(talk), words, one.changes)
        for talk, one, words in zip(talks, spoken, said, strict=True)
    ]
    return heard, effort


@dataclass(frozen=True)
class _Spoken:
    path: Path
    seconds: float
    changes: tuple[Milliseconds, ...]


def _spoken(talk: Talk, target: Path) -> _Spoken:
    """Topic after topic, with as much of a pause between two as the voice makes after a sentence:
    no pause tells where a topic ends."""
    lengths = []
    with wave.open(str(target), "wb") as whole:
        for at, topic in enumerate(talk):
            part = target.with_name("topic.wav")
            lengths.append(speak(topic, part) + PAUSE_S)
            with wave.open(str(part)) as file:
                if at == 0:
                    whole.setparams(file.getparams())
                whole.writeframes(file.readframes(file.getnframes()))
                whole.writeframes(bytes(2 * round(PAUSE_S * file.getframerate())))
    changes = tuple(round(at * 1000) for at in accumulate(lengths[:-1]))
    return _Spoken(target, sum(lengths), changes)


def _heard(listener: Listener, path: Path) -> Transcript:
    told = document("bench", listener.listen(path), "en-US")
    words = read_heard(told).words
    return Transcript(
        language="en-US", words=words, sentences=sentences_of(words), engine="whisper-base"
    )


def _processor() -> float:
    """Of processes that were started here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
