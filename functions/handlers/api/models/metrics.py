"""Numbers that are pushed in: what is sent and what is answered."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field, StringConstraints

from functions.domain.posts.post import METRICS, Platform
from functions.handlers.api.models import analytics_examples as examples
from functions.handlers.api.models.common import Body, Id, Moment
from functions.handlers.api.models.examples import shown
from functions.handlers.api.models.social import PostId
from functions.services.posts.push_metrics import Fate

MAX_ITEMS = 100
Source = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9 _./:-]*$", max_length=50)
]


class PushedItem(Body):
    """One item, as it is held against by itself. Of `metrics` each is judged alone as well."""

    segment_id: Id
    platform: Platform
    post_id: PostId
    metrics: dict[str, Any] = Field(min_length=1, max_length=10)
    collected_at: Moment
    source: Source


_SAYS = {
    "segment_id": "A segment of yours",
    "platform": "youtube, instagram, tiktok, facebook or x",
    "post_id": "Of a post that the segment is linked to",
    "metrics": f"Whole numbers from 0 to 10^15, by name: {', '.join(METRICS)}",
    "collected_at": "Of when the numbers are: a date and a time as in RFC 3339",
    "source": "Who says so: a name of up to 50 letters, digits, spaces and _ . / : -",
}


class PushMetrics(Body):
    """Up to 100 items. Each is judged by itself, when it is there: what is wrong with one is told
    in its result, and takes nothing from the others."""

    model_config = shown(examples.PUSH)

    items: list[dict[str, Any]] = Field(
        min_length=1,
        max_length=MAX_ITEMS,
        json_schema_extra={
            "items": {
                "type": "object",
                "properties": {name: {"description": says} for name, says in _SAYS.items()},
            }
        },
    )


class RefusedNumber(BaseModel):
    """What was wrong with one number; the others of the item were kept."""

    pointer: str = Field(description="JSON pointer (RFC 6901) into the request")
    code: str
    detail: str


class PushedAnswer(BaseModel):
    """What became of one item, in the order in which they were sent."""

    index: int
    status: int = Field(description="As a call for this one item would have answered")
    segment_id: str | None = None
    version: int | None = Field(default=None, description="Of the segment, afterwards")
    numbers: dict[str, Fate] = Field(
        default_factory=dict,
        description="kept; unchanged: it was known; older: a newer one is known, or a higher one "
        "of the same time",
    )
    refused: list[RefusedNumber] = Field(default_factory=list)
    error: dict[str, Any] | None = Field(default=None, description="Problem details")


class PushAnswer(BaseModel):
    model_config = shown(examples.PUSHED)

    succeeded: int
    failed: int
    results: list[PushedAnswer]
