"""Segments in memory. Services write here from several threads."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from functions.domain.codec import from_plain, to_plain
from functions.domain.deletions.ports import HiddenVideos
from functions.domain.errors import RunOverError, StaleWriteError
from functions.domain.paging import Page, Position
from functions.domain.posts.history import (
    Gain,
    PlatformSums,
    changed,
    flat_gain,
    gains,
    read_gain,
    read_sums,
    sums_of,
)
from functions.domain.posts.post import METRICS, Platform, Post
from functions.domain.posts.query import Snapshot
from functions.domain.runs.lease import watch_shard
from functions.domain.runs.run import Run
from functions.domain.segments.counts import SegmentCounts
from functions.domain.segments.query import SegmentQuery, SortBy
from functions.domain.segments.segment import Segment, SegmentStatus, SegmentType


class FakeSegmentStore:
    """`writes` counts rows that were written; a repeated write is none."""

    def __init__(self, hidden: HiddenVideos | None = None) -> None:
        self._hidden = hidden
        self._rows: dict[str, Segment] = {}
        self._deleted: dict[str, Segment] = {}
        self._closed: dict[str, int] = {}
        self._lock = threading.Lock()
        self.gains: list[tuple[Segment, Gain, tuple[Platform, str] | None]] = []
        self.snapshots: dict[tuple[str, Platform, str], dict[datetime, Snapshot]] = {}
        self.writes = 0
        self.largest_page = 1_000

    def get(self, segment_id: str) -> Segment | None:
        with self._lock:
            row = self._rows.get(segment_id)
        return None if row is None or self._is_hidden(row) else row

    def _is_hidden(self, row: Segment) -> bool:
        return self._hidden is not None and self._hidden.is_hidden(row.user_id, row.video_id)

    def get_many(self, segment_ids: Sequence[str]) -> list[Segment]:
        with self._lock:
            return [self._rows[one] for one in segment_ids if one in self._rows]

    def create(self, segment: Segment, by: Run | None = None) -> bool:
        with self._lock:
            self._require_not_closed(by)
            if segment.segment_id in {**self._rows, **self._deleted}:
                return False
            # Through the codec, so that only what can be stored comes back.
            self._rows[segment.segment_id] = from_plain(Segment, to_plain(segment))
            self.writes += 1
            return True

    def add(self, segments: Sequence[Segment], by: Run | None = None) -> None:
        for segment in segments:
            if not self.create(segment, by) and self.get(segment.segment_id) is None:
                raise StaleWriteError("The segment")

    def save(self, before: Segment, after: Segment, by: Run | None = None) -> Segment:
        with self._lock:
            self._require_not_closed(by)
            self._require(before)
            saved = replace(after, version=before.version + 1)
            self._rows[saved.segment_id] = from_plain(Segment, to_plain(saved))
            pairs = changed(before.social_media_usage, saved.social_media_usage)
            for was, now in pairs:
                self._posted(saved, was, now)
            self.writes += 1
            return saved

    def _posted(self, saved: Segment, was: Post | None, now: Post | None) -> None:
        if now is None:
            assert was
            self.snapshots.pop((saved.segment_id, *was.key), None)
            gone = saved.segment_id, was.key
            self.gains = [
                (row, gain, None if (row.segment_id, key) == gone else key)
                for row, gain, key in self.gains
            ]
            return
        self.gains += [(saved, gain, now.key) for gain in gains(was, now)]
        if now.last_synced:
            kept = self.snapshots.setdefault((saved.segment_id, *now.key), {})
            numbers = {metric: now.number(metric) for metric in METRICS}
            kept[now.last_synced] = Snapshot(now.last_synced, numbers)

    def delete(self, segment: Segment, now: datetime, by: Run | None = None) -> None:
        with self._lock:
            self._require_not_closed(by)
            self._require(segment)
            self._deleted[segment.segment_id] = self._rows.pop(segment.segment_id)

    def close(self, run: Run) -> None:
        with self._lock:
            self._closed[run.video_id] = max(run.number, self._closed.get(run.video_id, 0))

    def _require_not_closed(self, by: Run | None) -> None:
        if by is not None and by.number <= self._closed.get(by.video_id, 0):
            raise RunOverError

    def _require(self, read: Segment) -> None:
        known = self._rows.get(read.segment_id)
        if known is None or known.version != read.version:
            raise StaleWriteError("The segment")

    def remove(self, segment_id: str) -> bool:
        """With its video, past the mark; whether it was there."""
        with self._lock:
            self.gains = [pair for pair in self.gains if pair[0].segment_id != segment_id]
            return self._rows.pop(segment_id, None) is not None

    def all_deleted(self) -> list[Segment]:
        with self._lock:
            return list(self._deleted.values())

    def deleted(self, segment_id: str) -> Segment | None:
        with self._lock:
            return self._deleted.get(segment_id)

    def marked(self) -> list[str]:
        """Those that are deleted and not forgotten."""
        with self._lock:
            return list(self._deleted)

    def forget(self, segment: Segment) -> None:
        with self._lock:
            self._deleted.pop(segment.segment_id, None)
            self.gains = [pair for pair in self.gains if pair[0].segment_id != segment.segment_id]

    def forget_numbers(self, segment: Segment, platform: Platform) -> None:
        with self._lock:
            self.gains = [
                (one, gain, post)
                for one, gain, post in self.gains
                if (one.segment_id, gain.platform) != (segment.segment_id, platform)
            ]

    def search(self, query: SegmentQuery, *, limit: int, after: Position | None) -> Page[Segment]:
        with self._lock:
            rows = [row for row in self._rows.values() if query.matches(row)]
        rows = [row for row in rows if not self._is_hidden(row)]
        ranked = ranking(rows, query)
        if after is not None:
            ranked = [row for row in ranked if _beyond(row, query, after)]
        shown = tuple(ranked[:limit])
        more = len(ranked) > len(shown)
        return Page(shown, _mark(shown[-1], query) if more else None)

    def of_video(
        self, video_id: str, kind: SegmentType | None, *, limit: int, after: Position | None
    ) -> Page[Segment]:
        found = self._ordered(video_id, kind)
        if after is not None:
            place = (after["segment_order"], after["segment_id"])
            found = [segment for segment in found if _place(segment) > place]
        shown = found[:limit]
        more = len(found) > len(shown)
        return Page(tuple(shown), _position(shown[-1]) if more else None)

    def all_of(self, video_id: str, kind: SegmentType) -> Iterator[Segment]:
        yield from self._ordered(video_id, kind)

    def last_number(self, video_id: str, kind: SegmentType) -> int:
        return max((row.segment_number for row in self._ordered(video_id, kind)), default=0)

    def _ordered(self, video_id: str, kind: SegmentType | None) -> list[Segment]:
        rows = [row for row in self.all() if row.video_id == video_id]
        return sorted((r for r in rows if kind in {None, r.segment_type}), key=_place)

    def all(self) -> list[Segment]:
        with self._lock:
            return list(self._rows.values())


class FakeSegmentWatch:
    def __init__(self, segments: FakeSegmentStore) -> None:
        self._segments = segments

    def waiting(self, shard: str, before: datetime, limit: int) -> list[str]:
        rows = [
            row
            for row in self._segments.all()
            if row.status is SegmentStatus.PENDING
            and watch_shard(row.segment_id) == shard
            and row.created_at < before
        ]
        rows.sort(key=lambda row: (row.created_at, row.segment_id))
        return [row.segment_id for row in rows[:limit]]


class FakeSegmentCounters:
    """Counts what a fake store holds, each time anew."""

    def __init__(self, segments: FakeSegmentStore) -> None:
        self._segments = segments

    def of_user(self, user_id: str) -> SegmentCounts:
        return _counts([row for row in self._segments.all() if row.user_id == user_id])

    def of_video(self, video_id: str) -> SegmentCounts:
        return _counts([row for row in self._segments.all() if row.video_id == video_id])

    def sums(self, user_id: str) -> list[PlatformSums]:
        return _sums([row for row in self._segments.all() if row.user_id == user_id])

    def video_sums(self, video_id: str) -> list[PlatformSums]:
        return _sums([row for row in self._segments.all() if row.video_id == video_id])

    def user_days(self, user_id: str, first: date, last: date) -> list[Gain]:
        return _days(
            [gain for row, gain, _ in self._segments.gains if row.user_id == user_id], first, last
        )

    def segment_days(self, segment_id: str, first: date, last: date) -> list[Gain]:
        mine = [gain for row, gain, _ in self._segments.gains if row.segment_id == segment_id]
        return _days(mine, first, last)

    def video_days(self, video_id: str, first: date, last: date) -> list[Gain]:
        mine = [gain for row, gain, _ in self._segments.gains if row.video_id == video_id]
        return _days(mine, first, last)

    def post_days(self, segment_id: str, one: Post, first: date, last: date) -> list[Gain]:
        wanted = segment_id, one.key
        mine = [
            gain for row, gain, post in self._segments.gains if (row.segment_id, post) == wanted
        ]
        return _days(mine, first, last)


def _sums(rows: list[Segment]) -> list[PlatformSums]:
    posts = [post for row in rows for post in row.social_media_usage]
    found = []
    for platform in sorted({post.platform for post in posts}):
        some = [post for post in posts if post.platform is platform]
        flat: dict[str, int] = {}
        for post in some:
            for name, number in sums_of(post).items():
                flat[name] = flat.get(name, 0) + number
        synced = max((post.last_synced for post in some if post.last_synced), default=None)
        found.append(read_sums(platform, flat, synced))
    return found


def _counts(rows: list[Segment]) -> SegmentCounts:
    by_type = {kind: sum(row.segment_type is kind for row in rows) for kind in SegmentType}
    return SegmentCounts(
        by_type={kind: count for kind, count in by_type.items() if count},
        file_size=sum(row.file_size for row in rows),
    )


def _days(found: list[Gain], first: date, last: date) -> list[Gain]:
    sums: dict[tuple[date, Platform], dict[str, int]] = {}
    for gain in found:
        if first <= gain.day <= last:
            numbers = sums.setdefault((gain.day, gain.platform), {})
            for name, number in flat_gain(gain).items():
                numbers[name] = numbers.get(name, 0) + number
    kept = [read_gain(platform, day, numbers) for (day, platform), numbers in sorted(sums.items())]
    return [gain for gain in kept if gain.numbers or gain.lost]


def value_of(segment: Segment, by: SortBy) -> Any:
    """What a segment is sorted by, None where it is not known."""
    value = getattr(segment, by.value)
    return value.casefold() if isinstance(value, str) else value


def ranking(rows: Sequence[Segment], query: SegmentQuery) -> list[Segment]:
    """In the query's order: what is known, then what is not."""
    known = [row for row in rows if value_of(row, query.sort_by) is not None]
    unknown = [row for row in rows if value_of(row, query.sort_by) is None]
    known.sort(
        key=lambda row: (value_of(row, query.sort_by), row.segment_id), reverse=query.descending
    )
    unknown.sort(key=lambda row: row.segment_id, reverse=query.descending)
    return [*known, *unknown]


def _mark(segment: Segment, query: SegmentQuery) -> Position:
    value = value_of(segment, query.sort_by)
    plain = to_plain(value) if value is not None else ""
    return {"known": int(value is not None), "value": plain, "segment_id": segment.segment_id}


def _beyond(segment: Segment, query: SegmentQuery, after: Position) -> bool:
    mark = _mark(segment, query)
    if mark["known"] != after["known"]:
        return bool(after["known"])
    here, there = (mark["value"], mark["segment_id"]), (after["value"], after["segment_id"])
    return bool(here < there if query.descending else here > there)  # type: ignore[operator]


def _place(segment: Segment) -> tuple[str, str]:
    return segment.order, segment.segment_id


def _position(segment: Segment) -> Position:
    return {
        "video_id": segment.video_id,
        "segment_order": segment.order,
        "segment_id": segment.segment_id,
    }
