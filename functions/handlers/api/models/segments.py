"""Segments: what is sent."""

from __future__ import annotations

import unicodedata
from typing import Annotated, Final

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic.config import JsonValue

from functions.domain.cutting.exactness import Exactness
from functions.domain.posts.post import Platform
from functions.domain.segments.query import SortBy, SortOrder, TagMatch
from functions.domain.segments.segment import SegmentType
from functions.handlers.api.models import segment_examples as examples
from functions.handlers.api.models.common import (
    MAX_SECONDS,
    WHOLE,
    Body,
    Id,
    Lines,
    Moment,
    Text,
    one_line,
)
from functions.handlers.api.models.examples import shown
from functions.handlers.api.models.segmentation import EncodeTargetOptions

MAX_TAGS = 30
MAX_BATCH = 100
_WORDS: Final = ("title", "description", "tags")
_SOME: Final[list[JsonValue]] = [{"required": [name]} for name in _WORDS]


def _tag(text: str) -> str:
    if "," in text:
        raise ValueError("must not hold a comma")
    return plain_tag(text)


def plain_tag(text: str) -> str:
    """As tags are kept and compared."""
    return unicodedata.normalize("NFC", text.strip())


def _different(tags: list[str]) -> list[str]:
    if len({tag.casefold() for tag in tags}) < len(tags):
        raise ValueError("must not hold a tag twice, whatever its case")
    return tags


Title = Annotated[Text, Field(max_length=200, examples=["The opening"])]
Description = Annotated[Lines, Field(max_length=2_000, examples=["How it all began."])]
Tag = Annotated[
    Text,
    Field(max_length=50, json_schema_extra={"pattern": one_line(but=",")}),
    AfterValidator(_tag),
]
Tags = Annotated[
    list[Tag],
    Field(
        max_length=MAX_TAGS,
        examples=[["intro", "interview"]],
        json_schema_extra={"uniqueItems": True},
    ),
    AfterValidator(_different),
]
_Seconds = Annotated[float, Field(ge=0, le=MAX_SECONDS, allow_inf_nan=False, examples=[12.5])]
Seconds = Annotated[_Seconds, Field(strict=True)]
Version = Annotated[int, Field(ge=1, strict=True, description="The version that was read"), WHOLE]


class SegmentWords(Body):
    """What a user says of a segment."""

    title: Title | None = None
    description: Description | None = None
    tags: Tags = Field(default_factory=list)


class CreateSegment(SegmentWords):
    """A range of a video, cut in the background, or with no range the whole upload as it is."""

    model_config = shown(
        examples.RANGE,
        examples.WHOLE,
        dependentRequired={"start": ["end"], "end": ["start"]},
    )

    video_id: Id
    start: Seconds | None = Field(default=None, description="Seconds from the video's start")
    end: Seconds | None = Field(
        default=None, description="Seconds; goes with `start`", validate_default=True
    )
    cut: Exactness = Field(
        default=Exactness.KEYFRAME, description="How exactly a range is cut; see the upload"
    )
    target: EncodeTargetOptions | None = Field(default=None, description="Of an accurate cut")

    @field_validator("end")
    @classmethod
    def _a_range(cls, end: float | None, read: ValidationInfo) -> float | None:
        """Told at `end`, beside whatever else is wrong; a wrong `start` has been told by then."""
        if "start" not in read.data:
            return end
        start: float | None = read.data["start"]
        if (start is None) != (end is None):
            raise ValueError("start and end go together")
        if start is not None and end is not None and round(end * 1000) <= round(start * 1000):
            raise ValueError("end must be after start, by a millisecond at the least")
        return end

    @field_validator("cut")
    @classmethod
    def _of_a_range(cls, cut: Exactness, read: ValidationInfo) -> Exactness:
        if cut is not Exactness.KEYFRAME and read.data.get("start", 0) is None:
            raise ValueError("only a range is cut")
        return cut

    @field_validator("target")
    @classmethod
    def _of_accurate(
        cls, target: EncodeTargetOptions | None, read: ValidationInfo
    ) -> EncodeTargetOptions | None:
        if target is not None and read.data.get("cut", Exactness.ACCURATE) != Exactness.ACCURATE:
            raise ValueError("only an accurate cut has a target")
        return target


class ReplaceSegment(SegmentWords):
    """All of a user's words at once: what is left out is cleared."""

    model_config = shown(examples.WORDS)


class EditSegment(Body):
    """Some of a user's words: what is left out stays, null clears."""

    model_config = shown(examples.SOME_WORDS, anyOf=_SOME)

    title: Title | None = None
    description: Description | None = None
    tags: Tags | None = None

    @model_validator(mode="after")
    def _something(self) -> EditSegment:
        if not self.model_fields_set & set(_WORDS):
            raise ValueError("name at least one of title, description and tags")
        return self


class EditOne(EditSegment):
    model_config = shown({**examples.ONE, **examples.SOME_WORDS}, anyOf=_SOME)

    segment_id: Id
    version: Version | None = None


class DeleteOne(Body):
    model_config = shown(examples.ONE)

    segment_id: Id
    version: Version | None = None


class CreateMany(Body):
    model_config = shown({"segments": [examples.RANGE, examples.WHOLE]})

    segments: list[CreateSegment] = Field(min_length=1, max_length=MAX_BATCH)


class EditMany(Body):
    model_config = shown({"segments": [{**examples.ONE, **examples.SOME_WORDS}]})

    segments: list[EditOne] = Field(min_length=1, max_length=MAX_BATCH)


class DeleteMany(Body):
    model_config = shown({"segments": [examples.ONE]})

    segments: list[DeleteOne] = Field(min_length=1, max_length=MAX_BATCH)


class SegmentFilters(BaseModel):
    """Every filter narrows the list; all may be combined, with every sort order."""

    model_config = ConfigDict(extra="forbid")

    segment_type: SegmentType | None = None
    video_id: Id | None = None
    min_duration: _Seconds | None = Field(default=None, description="Seconds, included")
    max_duration: _Seconds | None = Field(default=None, description="Seconds, included")
    tags: list[str] | None = Field(
        default=None, max_length=MAX_TAGS, description="Repeat it, or put commas between"
    )
    tags_match: TagMatch = TagMatch.ANY
    has_social_media: bool | None = None
    platform: Platform | None = None
    created_after: Moment | None = Field(default=None, description="Included")
    created_before: Moment | None = Field(default=None, description="Not included")
    q: str | None = Field(
        default=None,
        max_length=200,
        description="Each word must begin a word of the title, the description or a tag",
    )
    sort_by: SortBy = SortBy.CREATED_AT
    sort_order: SortOrder = SortOrder.DESC
    limit: int = Field(default=50, ge=1, le=100, description="How many a page has")
    cursor: str | None = Field(
        default=None, max_length=4_000, description="`next_cursor` of the page before"
    )
