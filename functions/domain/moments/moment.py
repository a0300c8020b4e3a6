"""A moment: a stretch of what was said that is worth to stand alone, and what was made of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from functions.domain.errors import ConflictError
from functions.domain.ids import derived_id
from functions.domain.moments.clip import Clip
from functions.domain.moments.usage import Usage
from functions.domain.times import Milliseconds

EMBEDDED: Final = "embedded"
"""The generator that needs no model service."""
TITLE_LENGTH: Final = 80
REASON_LENGTH: Final = 400
QUOTE_LENGTH: Final = 280
TAG_LENGTH: Final = 40
MAX_TAGS: Final = 5
MAX_COUNT: Final = 20
MAX_VERSIONS: Final = 40


class MomentStatus(StrEnum):
    """What its user thinks of it."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class Edges(StrEnum):
    """What its ends lie at: sentences, pauses inside of a very long sentence, or as was asked."""

    SENTENCE = "sentence"
    PAUSE = "pause"
    EXACT = "exact"


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentOptions:
    """What is looked for. `model` is EMBEDDED or the name of a configured model."""

    count: int = 5
    minimum: Milliseconds = 15_000
    maximum: Milliseconds = 60_000
    topic: str | None = None
    model: str = EMBEDDED

    def within(self, low: Milliseconds | None, high: Milliseconds | None) -> MomentOptions:
        """The same between a shortest and a longest length, as far as these leave it so."""
        usual = max(self.maximum, 2 * (low or 0))
        longest = usual if high is None else min(usual, high)
        shortest = max(low or 0, min(self.minimum, longest // 2))
        return replace(self, minimum=shortest, maximum=longest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """Words of the moment as they stand in the transcript."""

    text: str
    start: Milliseconds
    end: Milliseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What a generator says of words `first` to `last` (indexes, both included): not checked yet.

    `parts` are what its `score` is made of, `quote` is said to stand in those words.
    """

    first: int
    last: int
    score: float
    parts: Mapping[str, float]
    title: str = ""
    reason: str = ""
    quote: str = ""
    tags: tuple[str, ...] = ()
    source: str = EMBEDDED


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A proposal that was held against the transcript: all of it holds."""

    first: int
    last: int
    start: Milliseconds
    end: Milliseconds
    edges: Edges
    title: str
    reason: str
    quote: Quote
    score: float
    parts: Mapping[str, float]
    tags: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refinement:
    """How a version came from the one before: by an instruction, or by exact times. What was asked
    of a model, and what it cost, is told as a generation tells it."""

    instruction: str | None = None
    made_by: str = EMBEDDED
    model_id: str | None = None
    prompt_version: str | None = None
    usage: Usage = field(default_factory=Usage)
    cost_usd: float = 0.0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One moment of a video. Times in milliseconds from the video's start.

    `version` counts refinements from 1: each is a moment of its own that keeps its parent, and
    `superseded_by` leads from the parent to it; `clip` was cut of this one alone. `revision` counts
    writes. `first_word` and
    `last_word` are of the transcript's version that it was found in; None where none is inside.
    """

    video_id: str
    moment_id: str
    user_id: str
    generation_id: str
    transcript_version: int
    start: Milliseconds
    end: Milliseconds
    edges: Edges
    title: str
    reason: str
    score: float
    created_at: datetime
    updated_at: datetime
    first_word: int | None = None
    last_word: int | None = None
    quote: Quote | None = None
    parts: Mapping[str, float] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    source: str = EMBEDDED
    status: MomentStatus = MomentStatus.PROPOSED
    decided_at: datetime | None = None
    version: int = 1
    parent_id: str | None = None
    superseded_by: str | None = None
    refinement: Refinement | None = None
    clip: Clip | None = None
    revision: int = 1

    @property
    def current(self) -> bool:
        """The latest of its versions."""
        return self.superseded_by is None

    @property
    def kept(self) -> bool:
        """Somebody has made it theirs: a later generation leaves it alone."""
        judged = self.status is not MomentStatus.PROPOSED
        return judged or self.version > 1 or not self.current or self.clip is not None

    @property
    def length(self) -> Milliseconds:
        return self.end - self.start

    def decided(self, status: MomentStatus, now: datetime) -> Moment:
        """The same verdict again changes nothing. Raises ConflictError for an older version."""
        self.require_current()
        if status is self.status:
            return self
        decided = None if status is MomentStatus.PROPOSED else now
        return replace(self, status=status, decided_at=decided, updated_at=now)

    def require_current(self) -> None:
        if not self.current:
            raise ConflictError(
                "moment.superseded",
                f"This moment was refined; its latest version goes on from {self.superseded_by}.",
            )


def moment_id_of(video_id: str, generation_id: str, start: Milliseconds, end: Milliseconds) -> str:
    """The id that every attempt at a generation gives what it finds there."""
    return derived_id("moment", video_id, generation_id, start, end)


def refined_id_of(parent: Moment) -> str:
    """A moment has one refinement at most: the next one is of that."""
    return derived_id("refined", parent.video_id, parent.moment_id)


def to_cut(moments: Iterable[Moment]) -> list[Moment]:
    """The latest versions of all that was not rejected, in the order of the video."""
    wanted = [one for one in moments if one.current and one.status is not MomentStatus.REJECTED]
    return sorted(wanted, key=lambda one: (one.start, one.end, one.moment_id))


def overlap(first: Draft | Moment, second: Draft | Moment) -> float:
    """How much of the shorter one lies in the other, 0 to 1."""
    common = min(first.end, second.end) - max(first.start, second.start)
    shorter = min(first.end - first.start, second.end - second.start)
    return max(0.0, common / shorter) if shorter > 0 else 0.0


def likeness(first: Draft | Moment, second: Draft | Moment) -> float:
    """How much of what the two cover is common to both, 0 to 1."""
    common = max(0, min(first.end, second.end) - max(first.start, second.start))
    whole = max(first.end, second.end) - min(first.start, second.start)
    return common / whole if whole > 0 else 0.0
