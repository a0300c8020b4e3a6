"""Transcripts: the words of the API, and those of the domain."""

from __future__ import annotations

from collections.abc import Iterable

from functions.domain.captions.files import plain, srt, vtt
from functions.domain.captions.making import captions_of
from functions.domain.times import Milliseconds, seconds
from functions.domain.transcripts.document import KeptTranscript
from functions.domain.transcripts.options import TranscriptOptions
from functions.domain.transcripts.transcript import Sentence, Transcript, Word
from functions.domain.video import Video, VideoStatus
from functions.handlers.api.models import transcripts as models
from functions.handlers.api.views.common import failure
from functions.services.transcripts.tell_transcript import Told

TYPES = {
    "json": "application/json",
    "srt": "application/x-subrip; charset=utf-8",
    "vtt": "text/vtt; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
}


def asked(choice: models.TranscriptChoice) -> TranscriptOptions:
    return TranscriptOptions(
        wanted=choice.wanted, language=choice.language, speakers=choice.speakers
    )


def chosen(kept: TranscriptOptions) -> models.TranscriptChoice:
    """As it would be sent."""
    return models.TranscriptChoice(
        wanted=kept.wanted, language=kept.language, speakers=kept.speakers
    )


def summary(item: Video) -> models.TranscriptSummary:
    return models.TranscriptSummary(
        status=_status(item),
        language=item.transcription.language,
        speakers=item.transcription.speakers,
        version=item.transcript_version or None,
        corrected=item.transcript_corrected,
        error=failure(item.transcript_error),
        url=url_of(item.video_id),
    )


def _status(item: Video) -> models.Status:
    if item.transcript_key:
        return "ready"
    if not item.transcribes:
        return "not_asked"
    failed = item.transcript_error is not None or item.status is VideoStatus.FAILED
    return "failed" if failed else "pending"


def url_of(video_id: str) -> str:
    return f"/api/videos/{video_id}/transcript"


def transcript(video_id: str, told: Told) -> models.TranscriptAnswer:
    said = told.said
    return models.TranscriptAnswer(
        video_id=video_id,
        version=said.version,
        versions=list(told.versions),
        language=said.language,
        engine=said.engine,
        start=seconds(told.start),
        end=seconds(told.end),
        speakers=speakers(said.words),
        sentences=[_sentence(said, one) for one in said.sentences],
        words=[_word(word) for word in said.words],
    )


def text(told: Told, kind: str) -> str:
    """Captions, or text to read."""
    if kind == "txt":
        return plain(told.said)
    captions = captions_of(told.said.words, told.said.language, told.end - told.start)
    return srt(captions) if kind == "srt" else vtt(captions)


def changed(video_id: str, kept: KeptTranscript) -> models.TranscriptChanged:
    said = kept.transcript
    return models.TranscriptChanged(
        video_id=video_id,
        version=said.version,
        language=said.language,
        speakers=speakers(said.words),
        sentences=len(said.sentences),
        words=len(said.words),
        url=url_of(video_id),
    )


def speakers(words: Iterable[Word]) -> list[str]:
    """In the order in which they begin."""
    return list(dict.fromkeys(word.speaker for word in words if word.speaker))


def words(bodies: Iterable[models.WordBody]) -> list[Word]:
    return [
        Word(
            text=body.text.strip(),
            start=_milliseconds(body.start),
            end=_milliseconds(body.end),
            confidence=body.confidence,
            speaker=body.speaker.strip() if body.speaker else None,
        )
        for body in bodies
    ]


def _milliseconds(value: float) -> Milliseconds:
    return round(value * 1000)


def _word(word: Word) -> models.WordAnswer:
    return models.WordAnswer(
        text=word.text,
        start=seconds(word.start),
        end=seconds(word.end),
        confidence=word.confidence,
        speaker=word.speaker,
    )


def _sentence(said: Transcript, one: Sentence) -> models.SentenceAnswer:
    first, last = said.words[one.first], said.words[one.last]
    return models.SentenceAnswer(
        text=said.text_of(one),
        start=seconds(first.start),
        end=seconds(max(last.end, first.end)),
        speaker=first.speaker,
        first_word=one.first,
        last_word=one.last,
    )
