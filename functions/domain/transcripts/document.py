"""A version of a transcript as it is kept: one object, with the names of the versions before it.

Words are lists, not objects: of an hour of speech there are ten thousand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from functions.domain.codec import from_plain, to_plain
from functions.domain.times import from_iso, to_iso
from functions.domain.transcripts.transcript import Sentence, Transcript, Word

FORMAT: Final = 1


class MadeBy(StrEnum):
    """Who a version comes from."""

    ENGINE = "engine"
    USER = "user"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """A version that was there before, and where it lies."""

    version: int
    key: str
    made_at: datetime
    made_by: MadeBy


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptTranscript:
    """One version, and all `earlier` ones by number."""

    transcript: Transcript
    made_at: datetime
    made_by: MadeBy
    earlier: tuple[Edition, ...] = ()

    def followed_by(
        self, transcript: Transcript, *, key: str, made_at: datetime, made_by: MadeBy
    ) -> KeptTranscript:
        """The version after this one, which lies at `key`."""
        kept, version = self.transcript, self.transcript.version
        before = Edition(version=version, key=key, made_at=self.made_at, made_by=self.made_by)
        return KeptTranscript(
            transcript=replace(transcript, version=kept.version + 1),
            made_at=made_at,
            made_by=made_by,
            earlier=(*self.earlier, before),
        )


def to_document(kept: KeptTranscript) -> dict[str, Any]:
    """Plain values for JSON."""
    said = kept.transcript
    return {
        "format": FORMAT,
        "language": said.language,
        "engine": said.engine,
        "version": said.version,
        "made_at": to_iso(kept.made_at),
        "made_by": kept.made_by.value,
        "words": [[w.text, w.start, w.end, w.confidence, w.speaker] for w in said.words],
        "sentences": [[one.first, one.last] for one in said.sentences],
        "earlier": [to_plain(edition) for edition in kept.earlier],
    }


def from_document(document: Mapping[str, Any]) -> KeptTranscript:
    """What `to_document` made."""
    said = Transcript(
        language=document["language"],
        engine=document["engine"],
        version=document["version"],
        words=tuple(_word(*row) for row in document["words"]),
        sentences=tuple(Sentence(first=row[0], last=row[1]) for row in document["sentences"]),
    )
    return KeptTranscript(
        transcript=said,
        made_at=from_iso(document["made_at"]),
        made_by=MadeBy(document["made_by"]),
        earlier=tuple(from_plain(Edition, row) for row in document["earlier"]),
    )


def _word(text: str, start: int, end: int, confidence: float | None, speaker: str | None) -> Word:
    return Word(text=text, start=start, end=end, confidence=confidence, speaker=speaker)
