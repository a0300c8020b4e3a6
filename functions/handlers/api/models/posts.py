"""Lists of posts, and when posts do best: what is asked and what is answered."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from functions.domain.analytics.best_times import LeftOut
from functions.domain.posts.post import Platform
from functions.domain.posts.query import PostSort
from functions.domain.segments.query import SortOrder
from functions.handlers.api.models import analytics_examples as examples
from functions.handlers.api.models.analytics import (
    PeriodAnswer,
    PeriodQuery,
    RankBy,
    TableFormat,
)
from functions.handlers.api.models.common import Id
from functions.handlers.api.models.definitions import (
    AllDefinitions,
    BestTimeDefinitions,
    PostDefinitions,
)
from functions.handlers.api.models.examples import shown
from functions.handlers.api.models.segment_answers import PostAnswer

MAX_POSTS = 500


class PostFilters(PeriodQuery):
    """Of posts that were posted in the period; without one, of all."""

    days: int | None = Field(
        default=None, ge=1, le=365, description="Posted on the last so many days in UTC"
    )
    platform: Platform | None = Field(default=None, description="This one alone")
    video_id: Id | None = Field(default=None, description="Of this video's segments alone")
    segment_id: Id | None = Field(default=None, description="Of this segment alone")
    sort_by: PostSort = Field(
        default=PostSort.VIEWS, description="Posts of which it is not known are not listed"
    )
    sort_order: SortOrder = SortOrder.DESC
    limit: int = Field(default=20, ge=1, le=MAX_POSTS, description="How many a page has")
    cursor: str | None = Field(
        default=None, max_length=4_000, description="`next_cursor` of the page before"
    )
    format: TableFormat | None = Field(default=None, description="As Accept would say it")


class ListedPost(BaseModel):
    segment_id: str
    video_id: str
    post: PostAnswer


class PostList(BaseModel):
    """`partial`: the call's read budget was spent before the page was full; go on with
    `next_cursor`. A null cursor is the end."""

    model_config = shown(examples.POSTS)

    definitions: PostDefinitions = PostDefinitions()
    apart: list[Platform]
    items: list[ListedPost]
    next_cursor: str | None
    partial: bool = False


class BestTimesQuery(PeriodQuery):
    days: int | None = Field(
        default=None,
        ge=1,
        le=365,
        description="Posted on the last so many days, by the time zone; 90 unless it is told",
    )
    time_zone: str = Field(
        default="UTC",
        min_length=1,
        max_length=64,
        description="The IANA name of where the user is",
        examples=["Europe/Berlin"],
    )
    metric: RankBy = Field(default=RankBy.ENGAGEMENT_RATE, description="What makes a time good")
    platform: Platform | None = Field(default=None, description="This one alone")
    video_id: Id | None = Field(default=None, description="Of this video's segments alone")


class TimeAnswer(BaseModel):
    """A null weekday is any, and so is a null hour."""

    weekday: int | None
    hour: int | None
    posts: int
    index: float


class BestTimesAnswer(BaseModel):
    """`slots` are by weekday and hour; times without a post are not listed."""

    model_config = shown(examples.BEST_TIMES)

    definitions: BestTimeDefinitions = BestTimeDefinitions()
    time_zone: str
    metric: RankBy
    period: PeriodAnswer
    platform: Platform | None
    apart: list[Platform]
    enough: bool
    whole: bool
    posts: int
    left_out: dict[LeftOut, int]
    first_posted: datetime | None
    last_posted: datetime | None
    best: list[TimeAnswer]
    slots: list[TimeAnswer]
    weekdays: list[TimeAnswer]
    hours: list[TimeAnswer]


class DefinitionsAnswer(AllDefinitions):
    model_config = shown(AllDefinitions().model_dump())
