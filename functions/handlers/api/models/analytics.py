"""How posts do: what is asked and what is answered."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from functions.domain.posts.post import NumberState, Platform
from functions.domain.segments.segment import SegmentType
from functions.handlers.api.models import analytics_examples as examples
from functions.handlers.api.models.common import Day
from functions.handlers.api.models.definitions import Definitions
from functions.handlers.api.models.examples import shown
from functions.handlers.api.models.segment_answers import PostAnswer

MAX_DAYS = 365
MAX_TOP = 20


class RankBy(StrEnum):
    VIEWS = "views"
    ENGAGEMENT_RATE = "engagement_rate"


class Interval(StrEnum):
    """Of a series; `none` leaves it out."""

    NONE = "none"
    DAY = "day"


class FineInterval(StrEnum):
    NONE = "none"
    DAY = "day"
    HOUR = "hour"


class TableFormat(StrEnum):
    """As Accept would say it."""

    JSON = "json"
    CSV = "csv"


class PeriodQuery(BaseModel):
    """Either `days`, or both `from` and `to`."""

    model_config = ConfigDict(extra="forbid")

    days: int | None = Field(
        default=None,
        ge=1,
        le=MAX_DAYS,
        description="Whole days in UTC up to today, which counts; 28 unless told, by hour 7",
    )
    first: Day | None = Field(
        default=None,
        alias="from",
        description="The first day, in UTC; goes with `to`. At most 1,096 days back",
    )
    last: Day | None = Field(
        default=None,
        alias="to",
        description="The last day, which counts; goes with `from`. At most 366 days in all",
    )


class OverviewQuery(PeriodQuery):
    platform: Platform | None = Field(default=None, description="This one alone")
    interval: Interval = Field(default=Interval.DAY, description="Of the series")
    format: TableFormat | None = Field(default=None, description="As Accept would say it")


class SegmentAnalyticsQuery(PeriodQuery):
    platform: Platform | None = Field(default=None, description="This one alone")
    interval: FineInterval = Field(
        default=FineInterval.DAY,
        description="Of the series; `hour` for up to 14 days, of the last 90",
    )
    format: TableFormat | None = Field(default=None, description="As Accept would say it")


class PostAnalyticsQuery(PeriodQuery):
    interval: FineInterval = Field(
        default=FineInterval.DAY,
        description="Of the series; `hour` for up to 14 days, of the last 90",
    )
    format: TableFormat | None = Field(default=None, description="As Accept would say it")


class AnalyticsQuery(OverviewQuery):
    metric: RankBy = Field(default=RankBy.VIEWS, description="What makes best and worst")
    top: int = Field(default=5, ge=1, le=MAX_TOP, description="How many best and worst")


class PeriodAnswer(BaseModel):
    first_day: date
    last_day: date
    days: int


class FigureAnswer(BaseModel):
    state: NumberState
    states: dict[NumberState, int]
    total: int | None
    known_posts: int
    gained: int | None
    lost: int | None
    gained_before: int | None
    lost_before: int | None
    change: int | None
    change_rate: float | None


class PointAnswer(BaseModel):
    gained: int | None
    lost: int | None
    total: int | None


class SeriesPoint(BaseModel):
    """A day or an hour, by its start."""

    start: datetime
    views: PointAnswer
    likes: PointAnswer
    shares: PointAnswer
    comments: PointAnswer


class TotalsAnswer(BaseModel):
    """Null is not known, which is not zero."""

    posts: int
    views: FigureAnswer
    likes: FigureAnswer
    shares: FigureAnswer
    comments: FigureAnswer
    engagement_rate: float | None
    period_engagement_rate: float | None
    period_engagement_rate_before: float | None
    last_synced: datetime | None
    oldest_sync: datetime | None
    series: list[SeriesPoint]


class PlatformAnswer(BaseModel):
    """Null is not known, which is not zero."""

    platform: Platform
    posts: int
    views: FigureAnswer
    likes: FigureAnswer
    shares: FigureAnswer
    comments: FigureAnswer
    engagement_rate: float | None
    period_engagement_rate: float | None
    period_engagement_rate_before: float | None
    last_synced: datetime | None
    series: list[SeriesPoint]


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


class PostAnalyticsAnswer(OverviewAnswer):
    """`post` tells of each number its state, and of when it is."""

    model_config = shown(examples.POST_ANALYTICS)

    segment_id: str
    video_id: str
    post: PostAnswer


class VideoAnalyticsAnswer(OverviewAnswer):
    """Of the posts of all segments of a video."""

    model_config = shown(examples.VIDEO_ANALYTICS)

    video_id: str


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
