"""Moments: what is sent, and what is answered."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final

from pydantic import BaseModel, Field, ValidationInfo, field_validator, model_validator
from pydantic.config import JsonDict

from functions.domain.moments.generation import GenerationStatus
from functions.domain.moments.moment import MAX_COUNT, Edges, MomentStatus
from functions.handlers.api.models import moment_examples as examples
from functions.handlers.api.models.common import MAX_SECONDS, WHOLE, Body, FailureAnswer, Text
from functions.handlers.api.models.examples import shown

_Length = Annotated[float, Field(ge=1, le=600, allow_inf_nan=False, strict=True)]
_Seconds = Annotated[float, Field(ge=0, le=MAX_SECONDS, allow_inf_nan=False, strict=True)]
_ModelName = Annotated[
    str, Field(min_length=1, max_length=64, pattern=r"^[\w.-]+$", examples=["embedded"])
]
_MODEL: Final = "`embedded`, or a configured model's name; the usual one of the service if left out"


class GenerateMoments(Body):
    """What kind of moments, how many, and by what they are found."""

    model_config = shown(examples.GENERATE)

    count: Annotated[int, Field(ge=1, le=MAX_COUNT, strict=True), WHOLE] = 5
    min_length_s: _Length = Field(default=15.0, description="Seconds")
    max_length_s: _Length = Field(
        default=60.0, description="Seconds, `min_length_s` at the least", validate_default=True
    )
    topic: Annotated[Text, Field(max_length=200)] | None = Field(
        default=None, description="What they are to be about"
    )
    model: _ModelName | None = Field(default=None, description=_MODEL)
    regenerate: bool = Field(
        default=False,
        strict=True,
        description="Anew, though the same was asked of the same transcript before",
    )

    @field_validator("max_length_s")
    @classmethod
    def _not_less(cls, longest: float, read: ValidationInfo) -> float:
        if longest < read.data.get("min_length_s", 0):
            raise ValueError("must not be less than min_length_s")
        return longest


_NULL: Final[JsonDict] = {"type": "null"}
_TEXT: Final[JsonDict] = {"type": "string"}
_NUMBER: Final[JsonDict] = {"type": "number"}
_NO_TIMES: Final[JsonDict] = {"start": _NULL, "end": _NULL}


class RefineMoment(Body):
    """Exact times, or an instruction in words."""

    model_config = shown(
        examples.REFINE_WORDS,
        examples.REFINE_TIMES,
        oneOf=[
            {"required": ["instruction"], "properties": {"instruction": _TEXT, **_NO_TIMES}},
            {
                "required": ["start", "end"],
                "properties": {"start": _NUMBER, "end": _NUMBER, "instruction": _NULL},
            },
        ],
    )

    instruction: Annotated[Text, Field(max_length=500)] | None = None
    start: _Seconds | None = Field(default=None, description="Seconds from the video's start")
    end: _Seconds | None = Field(default=None, description="Seconds; goes with `start`")
    model: _ModelName | None = Field(default=None, description=f"Of an instruction. {_MODEL}")

    @model_validator(mode="after")
    def _one_way(self) -> RefineMoment:
        times = (self.start is not None, self.end is not None)
        if any(times) and not all(times):
            raise ValueError("start and end go together")
        if any(times) == (self.instruction is not None):
            raise ValueError("send either an instruction, or start and end")
        if self.start is not None and self.end is not None and self.end - self.start < 0.001:
            raise ValueError("end must be after start, by a millisecond at the least")
        return self


class JudgeMoment(Body):
    model_config = shown(examples.JUDGE)

    status: MomentStatus = Field(description="`proposed` takes a verdict back")


class QuoteAnswer(BaseModel):
    """Words as they stand in the transcript."""

    text: str
    start: float
    end: float


class UsageAnswer(BaseModel):
    """What a model service has counted, and what that costs by the prices that are configured."""

    calls: int
    input_tokens: int
    output_tokens: int
    cost_usd: float


class RefinementAnswer(BaseModel):
    """How a version came from the one before; `made_by` is `hand`, `embedded`, or a model."""

    instruction: str | None
    made_by: str
    model_id: str | None
    prompt_version: str | None
    usage: UsageAnswer
    notes: list[str]


class MomentAnswer(BaseModel):
    """`score` is made of `parts`, each 0 to 1; both are those of its first version unless a model
    has refined it. `version` counts refinements; `revision` is what its ETag tells."""

    model_config = shown(examples.MOMENT)

    moment_id: str
    video_id: str
    generation_id: str
    transcript_version: int
    start: float
    end: float
    duration: float
    edges: Edges = Field(description="What its ends lie at")
    first_word: int | None = Field(description="Index in that version of the transcript")
    last_word: int | None = Field(description="Index, included")
    title: str
    reason: str
    quote: QuoteAnswer | None
    score: float
    parts: dict[str, float]
    tags: list[str]
    source: str = Field(description="What proposed it: `embedded`, or a model's name")
    status: MomentStatus
    decided_at: datetime | None
    version: int
    parent_id: str | None
    superseded_by: str | None
    refinement: RefinementAnswer | None
    created_at: datetime
    updated_at: datetime
    revision: int


class GenerationOptions(BaseModel):
    count: int
    min_length_s: float
    max_length_s: float
    topic: str | None
    model: str


class GenerationAnswer(BaseModel):
    """One run over a transcript. `generator` is what has in fact made it, which is `embedded` where
    a model did not come to a usable answer: then `degraded`, and `notes` say why."""

    model_config = shown(examples.GENERATION)

    generation_id: str
    video_id: str
    run_id: str | None = Field(description="The run of the pipeline that has opened it, if one has")
    status: GenerationStatus
    options: GenerationOptions
    transcript_version: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    found: int | None = Field(description="New moments")
    kept: int | None = Field(description="Earlier ones that were left as they are")
    generator: str | None
    model_id: str | None
    prompt_version: str | None
    parameters: dict[str, float]
    usage: UsageAnswer
    reused: bool = Field(description="Proposals of an earlier one, which cost nothing again")
    degraded: bool
    notes: list[str]
    error: FailureAnswer | None
    status_url: str


class GenerationList(BaseModel):
    model_config = shown(examples.GENERATIONS)

    items: list[GenerationAnswer]
    next_cursor: str | None


class MomentList(BaseModel):
    """`generation` is the latest one, under way or ended."""

    model_config = shown(examples.MOMENTS)

    items: list[MomentAnswer]
    next_cursor: str | None
    generation: GenerationAnswer | None
