"""How posts do: what is asked and what is answered."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from functions.domain.segment import SegmentType
from functions.domain.social import Platform
from functions.handlers.api.models import segment_examples as examples
from functions.handlers.api.models.examples import shown
from functions.handlers.api.models.segment_answers import PostAnswer

MAX_DAYS = 365
MAX_TOP = 20


class RankBy(StrEnum):
    VIEWS = "views"
    ENGAGEMENT_RATE = "engagement_rate"


class SegmentAnalyticsQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    days: int = Field(
        default=28, ge=1, le=MAX_DAYS, description="Whole days in UTC up to today, which counts"
    )


class AnalyticsQuery(SegmentAnalyticsQuery):
    metric: RankBy = Field(default=RankBy.VIEWS, description="What makes best and worst")
    top: int = Field(default=5, ge=1, le=MAX_TOP, description="How many best and worst")


class Definitions(BaseModel):
    """What the numbers mean."""

    engagement_rate: str = (
        "(likes + shares + comments) / views, over those posts of which all of these are known and "
        "views are not 0; what a platform never tells is left out of the sum. Of all time, not of "
        "the period. 0.05 is 5 %."
    )
    total: str = "The sum over those posts of which the number is known; known_posts counts them."
    gained: str = (
        "What the number grew by on the period's days. A growth counts on the day it was told; "
        "what a post had when it was first told counts on the day it was posted, if that is known."
    )
    change: str = "gained - gained_before, the gain of as many days just before the period."
    change_rate: str = "change / gained_before; null unless gained_before is above 0."
    null: str = (
        "Not known, which is not 0. A gain is null if the number was not known by the end of its "
        "period, or if nothing was told since its period began."
    )
    totals: str = (
        "Over all platforms but those in apart, and over those of which the number is known."
    )
    apart: str = (
        "Platforms that are listed, but whose numbers are put together with no others: in no "
        "total, in no rate and in no ranking."
    )
    last_synced: str = "When the newest number was told."
    oldest_sync: str = "When the platform that has waited longest was last told of."


class PeriodAnswer(BaseModel):
    first_day: date
    last_day: date
    days: int


class FigureAnswer(BaseModel):
    total: int | None
    known_posts: int
    gained: int | None
    gained_before: int | None
    change: int | None
    change_rate: float | None


class TotalsAnswer(BaseModel):
    """Null is not known, which is not zero."""

    posts: int
    views: FigureAnswer
    likes: FigureAnswer
    shares: FigureAnswer
    comments: FigureAnswer
    engagement_rate: float | None
    last_synced: datetime | None
    oldest_sync: datetime | None


class PlatformAnswer(BaseModel):
    """Null is not known, which is not zero."""

    platform: Platform
    posts: int
    views: FigureAnswer
    likes: FigureAnswer
    shares: FigureAnswer
    comments: FigureAnswer
    engagement_rate: float | None
    last_synced: datetime | None


class OverviewAnswer(BaseModel):
    definitions: Definitions = Definitions()
    period: PeriodAnswer
    previous_period: PeriodAnswer
    apart: list[Platform]
    totals: TotalsAnswer
    platforms: list[PlatformAnswer]


class SegmentAnalyticsAnswer(OverviewAnswer):
    """`posts` tell of each number its state, and of when it is."""

    model_config = shown(examples.SEGMENT_ANALYTICS)

    segment_id: str
    video_id: str
    posts: list[PostAnswer]


class SegmentCountsAnswer(BaseModel):
    """`file_size` in bytes."""

    total: int
    by_type: dict[SegmentType, int]
    file_size: int


class CardAnswer(BaseModel):
    segment_id: str
    video_id: str
    title: str | None
    views: int | None
    engagement_rate: float | None


class AnalyticsAnswer(OverviewAnswer):
    """`best` and `worst` are by `ranked_by`, of the segments of which it is known; of few segments
    one may be in both."""

    model_config = shown(examples.ANALYTICS)

    segments: SegmentCountsAnswer
    ranked_by: RankBy
    best: list[CardAnswer]
    worst: list[CardAnswer]
