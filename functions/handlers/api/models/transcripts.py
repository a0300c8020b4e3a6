"""Transcripts: what is asked for, what is told, and what its owner makes of it."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, Field, model_validator

from functions.domain.transcripts.correction import MAX_NAME, MAX_SPEAKERS, MAX_TEXT, MAX_WORDS
from functions.domain.transcripts.languages import LANGUAGES, language_code
from functions.domain.transcripts.options import IDENTIFY, SPEAKERS
from functions.handlers.api.models import transcript_examples as examples
from functions.handlers.api.models.common import (
    MAX_SECONDS,
    WHOLE,
    Body,
    FailureAnswer,
    Text,
)
from functions.handlers.api.models.examples import shown

Format = Literal["json", "srt", "vtt", "txt"]
Status = Literal["not_asked", "pending", "ready", "failed"]


def _language(name: str) -> str:
    """Raises ValueError, with the code that may be meant."""
    if name == IDENTIFY or name in LANGUAGES:
        return name
    meant = language_code(name)
    raise ValueError(f"must be {meant}" if meant else f"must be a language's code, or {IDENTIFY}")


Language = Annotated[
    str,
    AfterValidator(_language),
    Field(
        json_schema_extra={"enum": [IDENTIFY, *LANGUAGES]},
        description="A code; `identify` finds out which it is",
    ),
]


class TranscriptChoice(Body):
    """Whether what is said is written down, and what is known of it."""

    wanted: bool = Field(default=True, strict=True)
    language: Language = IDENTIFY
    speakers: (
        Annotated[
            int,
            Field(
                ge=SPEAKERS[0],
                le=SPEAKERS[1],
                strict=True,
                description="Tell so many apart, at the most",
            ),
            WHOLE,
        ]
        | None
    ) = None


class TranscriptAnew(TranscriptChoice):
    replace_corrections: bool = Field(
        default=False,
        strict=True,
        description="Let a transcript that you have corrected be followed by a new one",
    )


class TranscriptSummary(BaseModel):
    """`version` is the latest, null while there is none."""

    status: Status
    language: str = Field(description="As it was asked for")
    speakers: int | None
    version: int | None
    corrected: bool = Field(description="The latest version is its owner's")
    error: FailureAnswer | None = Field(description="Why the last attempt has failed")
    url: str


Seconds = Annotated[float, Field(ge=0, le=MAX_SECONDS, allow_inf_nan=False)]


class WordAnswer(BaseModel):
    text: str
    start: float = Field(description="Seconds")
    end: float = Field(description="Seconds")
    confidence: float | None = Field(description="0 to 1; null after a correction")
    speaker: str | None


class SentenceAnswer(BaseModel):
    text: str
    start: float = Field(description="Seconds")
    end: float = Field(description="Seconds")
    speaker: str | None
    first_word: int = Field(description="Its place among the words, from 0")
    last_word: int


class TranscriptAnswer(BaseModel):
    """All of it, or what is said between `start` and `end`; its times count from `start`."""

    model_config = shown(examples.TRANSCRIPT)

    video_id: str
    version: int
    versions: list[int] = Field(description="That can be asked for; the latest is the last")
    language: str
    engine: str = Field(description="What made the first version")
    start: float = Field(description="Seconds of the video")
    end: float = Field(description="Seconds of the video")
    speakers: list[str]
    sentences: list[SentenceAnswer]
    words: list[WordAnswer]


class WordBody(Body):
    text: Text = Field(max_length=MAX_TEXT, description="As written, with its punctuation")
    start: Seconds
    end: Seconds = Field(description="Not before start, inside of the video")
    confidence: float | None = Field(default=None, ge=0, le=1, allow_inf_nan=False)
    speaker: Text | None = Field(default=None, max_length=MAX_NAME)


Name = Annotated[Text, Field(max_length=MAX_NAME)]
_ONE: Final = "give either words or speakers"


class ReplaceTranscript(Body):
    """Either all words anew, in order of their starts, or other names for who speaks."""

    model_config = shown(*examples.CORRECTIONS)

    words: Annotated[list[WordBody], Field(max_length=MAX_WORDS)] | None = None
    speakers: Annotated[dict[str, Name], Field(min_length=1, max_length=MAX_SPEAKERS)] | None = (
        Field(default=None, description="From the names there are to those there shall be")
    )

    @model_validator(mode="after")
    def _either(self) -> ReplaceTranscript:
        if (self.words is None) == (self.speakers is None):
            raise ValueError(_ONE)
        return self


class TranscriptChanged(BaseModel):
    model_config = shown(examples.CHANGED)

    video_id: str
    version: int
    language: str
    speakers: list[str]
    sentences: int = Field(description="How many")
    words: int = Field(description="How many")
    url: str
