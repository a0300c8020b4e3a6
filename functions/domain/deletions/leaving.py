"""A user who leaves: what went in one call, and what is left to go."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared:
    """How many things went, and whether none is left."""

    count: int
    done: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Stuck:
    """A video whose deletion has failed before, with what its receipt said then; None where that
    is not known any more."""

    video_id: str
    deletion_id: str
    code: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """`videos` are not gone yet; all other numbers are of what went in this call."""

    accounts: int = 0
    webhooks: int = 0
    videos: int = 0
    rows: int = 0
    objects: int = 0
    stuck: tuple[Stuck, ...] = ()
    finished: bool = False
