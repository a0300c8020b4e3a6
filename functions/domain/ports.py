"""What the services need from outside: each has an adapter, and a fake under tests/fakes.

A room with ports of its own has them in its `ports.py`, or `…_ports.py`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Protocol

from functions.domain.paging import Page, Position
from functions.domain.posts.history import Gain, PlatformSums
from functions.domain.posts.post import Platform, Post
from functions.domain.preferences import Preferences
from functions.domain.runs.ports import ExecutionState
from functions.domain.runs.run import Run
from functions.domain.segments.counts import SegmentCounts
from functions.domain.segments.query import SegmentQuery
from functions.domain.segments.segment import Segment, SegmentType
from functions.domain.tiers import Tier
from functions.domain.video import Video


class VideoStore(Protocol):
    def get(self, video_id: str) -> Video | None:
        """The video, read consistently."""

    def create(self, video: Video) -> bool:
        """False if the id is taken: the first write stays."""

    def save(self, video: Video) -> Video:
        """Write over the version that was read; raises StaleWriteError if it moved on."""

    def of_user(self, user_id: str, *, limit: int, after: Position | None) -> Page[Video]:
        """Newest first."""

    def of_source(
        self, user_id: str, digest: str, *, limit: int, after: Position | None
    ) -> Page[Video]:
        """Those of a user that were fetched from one URL, newest first."""


class SegmentStore(Protocol):
    """Every write also moves what counts segments and sums up their posts, or nothing at all. A
    write for a run (`by`) raises RunOverError once the run is closed."""

    def get(self, segment_id: str) -> Segment | None:
        """The segment, read consistently; None once it is deleted."""

    def get_many(self, segment_ids: Sequence[str]) -> list[Segment]:
        """Those that exist, in any order, read consistently."""

    def create(self, segment: Segment, by: Run | None = None) -> bool:
        """False if the id is taken: the first write stays."""

    def add(self, segments: Sequence[Segment], by: Run | None = None) -> None:
        """Write those that are not there; a repeated write changes nothing."""

    def save(self, before: Segment, after: Segment, by: Run | None = None) -> Segment:
        """Write over the version that was read; raises StaleWriteError if it moved on."""

    def delete(self, segment: Segment, now: datetime, by: Run | None = None) -> None:
        """Gone for every reader at once; raises StaleWriteError if it moved on."""

    def close(self, run: Run) -> None:
        """From now on nothing is written for this run of its video, nor for earlier ones."""

    def deleted(self, segment_id: str) -> Segment | None:
        """A deleted segment of which something may be left."""

    def forget(self, segment: Segment) -> None:
        """Remove the rest of a deleted segment's rows; safe to repeat."""

    def forget_numbers(self, segment: Segment, platform: Platform) -> None:
        """Remove what was kept of its posts there whenever they were told; safe to repeat."""

    def search(self, query: SegmentQuery, *, limit: int, after: Position | None) -> Page[Segment]:
        """In the query's order, what is unknown last; pages are filled within a read budget."""

    def of_video(
        self, video_id: str, kind: SegmentType | None, *, limit: int, after: Position | None
    ) -> Page[Segment]:
        """By type, then number."""

    def all_of(self, video_id: str, kind: SegmentType) -> Iterator[Segment]:
        """Every segment of one type, by number."""

    def last_number(self, video_id: str, kind: SegmentType) -> int:
        """The highest number among a video's segments of a type, 0 if there are none."""


class SegmentWatch(Protocol):
    def waiting(self, shard: str, before: datetime, limit: int) -> list[str]:
        """Ids of segments that were asked for before then and wait to be cut, the oldest first."""


class SegmentCounters(Protocol):
    """What is counted with every write of a segment."""

    def of_user(self, user_id: str) -> SegmentCounts:
        """All of a user's segments."""

    def of_video(self, video_id: str) -> SegmentCounts:
        """All of a video's segments."""

    def sums(self, user_id: str) -> list[PlatformSums]:
        """A user's posts, summed up by platform."""

    def video_sums(self, video_id: str) -> list[PlatformSums]:
        """Those of a video's segments."""

    def user_days(self, user_id: str, first: date, last: date) -> list[Gain]:
        """What a user's posts gained by day and platform, both days included."""

    def segment_days(self, segment_id: str, first: date, last: date) -> list[Gain]:
        """The same of one segment."""

    def video_days(self, video_id: str, first: date, last: date) -> list[Gain]:
        """The same of a video's segments."""

    def post_days(self, segment_id: str, one: Post, first: date, last: date) -> list[Gain]:
        """The same of one post of a segment."""


class RangeCuts(Protocol):
    def start(self, segment_id: str) -> None:
        """Start cutting; starting it again changes nothing."""

    def state(self, segment_id: str) -> ExecutionState:
        """Whether the cut's execution goes on."""


class Account(Protocol):
    def concurrency(self) -> int | None:
        """How many functions may run at once that no other has reserved; None where unknown."""


class UserDirectory(Protocol):
    def tier(self, user_id: str) -> Tier | None:
        """The user's tier, None if there is no such user."""


class PreferenceStore(Protocol):
    def get(self, user_id: str) -> Preferences:
        """A user's, read consistently; those of everybody where none were saved."""

    def save(self, preferences: Preferences) -> Preferences:
        """Write over the version that was read; raises StaleWriteError if it moved on."""


class RequestCounts(Protocol):
    def hit(self, key: str, expires_at: int) -> int:
        """Add one to a key's count, kept until then (Unix seconds); returns the count."""
