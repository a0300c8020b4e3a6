"""What one pass over a kind of things of a video works with, and what it has met."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from functions.domain.deletions.deletion import Deletion, Leftover
from functions.domain.deletions.ports import DeletionStore
from functions.domain.video import Video


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """`stop` says when time is up; `longest` is how long a worker may write that was stopped."""

    video: Video
    deletion: Deletion
    deletions: DeletionStore
    stop: Callable[[], bool]
    clock: Callable[[], datetime]
    longest: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """`unfinished`: time was up before all was looked at."""

    removed: int = 0
    refused: tuple[Leftover, ...] = ()
    unfinished: bool = False


Sweeping: TypeAlias = Callable[[Sweep], Found]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of things that go with a video; `sweep` removes what is there, and may be repeated."""

    name: str
    sweep: Sweeping
