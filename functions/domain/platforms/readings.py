"""What a platform tells of posts when it is asked: None is what it does not tell, 0 is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from functions.domain.posts.post import METRICS, NumberState


class PostState(StrEnum):
    """`missing`: gone, private, or never there; `forbidden`: there, for others; `failed`: not
    answered this time."""

    READ = "read"
    MISSING = "missing"
    FORBIDDEN = "forbidden"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PostRef:
    """A post to ask for. `details` is what an earlier reading has learned of it."""

    post_id: str
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Told:
    """One number: `ok` has a value, all else has none; `why` is a short code of ours."""

    value: int | None
    state: NumberState
    why: str | None = None


UNSUPPORTED = Told(None, NumberState.UNSUPPORTED)
NOT_YET = Told(None, NumberState.NOT_YET)


def told(value: int) -> Told:
    return Told(value, NumberState.OK)


def failed(why: str) -> Told:
    return Told(None, NumberState.ERROR, why)


@dataclass(frozen=True, slots=True, kw_only=True)
class PostReading:
    """`numbers` has all four metrics of a post that was read, and none of another; `extra` are
    numbers that not every platform has; `views_are` names what the platform counts as views;
    `details` are to be given with the next reading."""

    post_id: str
    state: PostState
    numbers: Mapping[str, Told] = field(default_factory=dict)
    extra: Mapping[str, int] = field(default_factory=dict)
    views_are: str | None = None
    details: Mapping[str, str] = field(default_factory=dict)
    why: str | None = None

    def __post_init__(self) -> None:
        wanted = set(METRICS) if self.state is PostState.READ else set()
        if set(self.numbers) != wanted:
            raise ValueError("a post that was read has all metrics, another one none")


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaNotice:
    """What an answer says of the limits: the share that is used, from 0 to 1 and above, and when
    there is more."""

    used: float
    resets_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchReading:
    """One reading for each post that was asked for, in that order; `calls` counts requests."""

    readings: tuple[PostReading, ...]
    calls: int
    quota: QuotaNotice | None = None
