"""Numbers that are kept beside the rows they count, and changed with them in one transaction."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import Any, Final

from functions.adapters.dynamo.counter_rows import (
    FENCE,
    KEYS,
    SEGMENTS,
    SHARDS,
    add,
    counted,
    day_key,
    difference,
    gain_in,
    posting,
    segment,
    segments_key,
    social_key,
    sums_in,
    user,
    video,
)
from functions.adapters.dynamo.failures import ConditionFailedError
from functions.adapters.dynamo.table import Table
from functions.adapters.dynamo.transaction import Condition, Transaction
from functions.domain.paging import Position
from functions.domain.posts.history import (
    Gain,
    PlatformSums,
    changed,
    flat_gain,
    gains,
    sums_change,
)
from functions.domain.posts.post import METRICS, Platform, Post
from functions.domain.runs.run import Run
from functions.domain.segments.counts import SegmentCounts
from functions.domain.segments.segment import Segment, SegmentType
from functions.domain.times import to_iso

# Each is three writes of a transaction, which holds a hundred.
_DAYS_AT_ONCE: Final = 33
_KEPT: Final = (*METRICS, *(f"{metric}_lost" for metric in METRICS))


class DynamoSegmentCounters:
    def __init__(self, table: str) -> None:
        self._table = Table(table, "counters")

    def segment_changed(
        self,
        writes: Transaction,
        before: Segment | None,
        after: Segment | None,
        by: Run | None = None,
    ) -> None:
        """Count a segment that comes, changes or goes; of a run, only while it is not closed."""
        one = after or before
        assert one is not None  # noqa: S101  (one of the two is given)
        change, open_ = difference(counted(before), counted(after)), _still_open(by)
        for owner, only in ((user(one.user_id), None), (video(one.video_id), open_)):
            writes.add(self._table, segments_key(owner, one.segment_id), change, only=only)
        self._posts_changed(writes, one, before, after)

    def close(self, run: Run) -> None:
        """Runs up to this one write nothing any more. Each shard by itself: workers that still
        write would cancel one write of all."""
        for shard in range(SHARDS):
            key = {"counter_of": video(run.video_id), "counter_name": f"{SEGMENTS}{shard}"}
            open_ = _still_open(run)
            assert open_ is not None  # noqa: S101  (a run is given)
            with suppress(ConditionFailedError):
                self._table.update(key, f"SET {FENCE} = :run", open_.expression, open_.values)

    def is_closed(self, run: Run, segment_id: str) -> bool:
        """Whether the fence stands before a segment of this run."""
        row = self._table.get(segments_key(video(run.video_id), segment_id))
        return row is not None and int(row.get(FENCE, 0)) >= run.number

    def segments_gone(self, writes: Transaction, segments: Sequence[Segment]) -> None:
        """Take many of one user's out of what counts them, in one row and one for each platform:
        those of the video go as a whole."""
        change: dict[str, int] = {}
        sums: dict[Platform, dict[str, int]] = {}
        for one in segments:
            add(change, difference(counted(one), {}))
            for post in one.social_media_usage:
                add(sums.setdefault(post.platform, {}), sums_change(post, None))
        owner = user(segments[0].user_id)
        writes.add(self._table, segments_key(owner, segments[0].segment_id), change)
        for platform, numbers in sums.items():
            writes.add(self._table, social_key(owner, platform), numbers)

    def _posts_changed(
        self, writes: Transaction, one: Segment, before: Segment | None, after: Segment | None
    ) -> None:
        pairs = changed(
            before.social_media_usage if before else (), after.social_media_usage if after else ()
        )
        sums: dict[Platform, dict[str, int]] = {}
        days: dict[tuple[date, Platform], dict[str, int]] = {}
        for was, now in pairs:
            platform = (now or was).platform  # type: ignore[union-attr]  # one of them is a post
            add(sums.setdefault(platform, {}), sums_change(was, now))
            for gain in gains(was, now) if now else ():
                numbers = flat_gain(gain)
                add(days.setdefault((gain.day, platform), {}), numbers)
                whose = posting(one.segment_id, now)  # type: ignore[arg-type]  # it has gains
                writes.add(self._table, day_key(whose, gain.day, platform), numbers)
        owners = (user(one.user_id), video(one.video_id))
        for platform, numbers in sums.items():
            for whose in owners:
                writes.add(self._table, social_key(whose, platform), numbers)
        for (day, platform), numbers in days.items():
            for whose in (*owners, segment(one.segment_id)):
                writes.add(self._table, day_key(whose, day, platform), numbers)

    def synced(self, one: Segment) -> None:
        """Tell each platform of its newest number: a time only moves forward, which a transaction
        of sums cannot say."""
        newest: dict[Platform, datetime] = {}
        for post in one.social_media_usage:
            if post.last_synced:
                known = newest.get(post.platform, post.last_synced)
                newest[post.platform] = max(known, post.last_synced)
        later = "attribute_exists(counter_of) AND NOT synced_at >= :at"
        for platform, at in newest.items():
            for owner in (user(one.user_id), video(one.video_id)):
                key = social_key(owner, platform)
                with suppress(ConditionFailedError):
                    self._table.update(key, "SET synced_at = :at", later, {":at": to_iso(at)})

    def of_user(self, user_id: str) -> SegmentCounts:
        return self._counts(user(user_id))

    def of_video(self, video_id: str) -> SegmentCounts:
        return self._counts(video(video_id))

    def _counts(self, owner: str) -> SegmentCounts:
        total: dict[str, int] = {}
        for row in self._rows(owner, SEGMENTS, f"{SEGMENTS}~"):
            add(total, {name: row[name] for name in row if name not in {*KEYS, FENCE}})
        size = total.pop("file_size", 0)
        return SegmentCounts(
            by_type={kind: total[kind] for kind in SegmentType if total.get(kind)}, file_size=size
        )

    def sums(self, user_id: str) -> list[PlatformSums]:
        return self._sums(user(user_id))

    def video_sums(self, video_id: str) -> list[PlatformSums]:
        return self._sums(video(video_id))

    def _sums(self, owner: str) -> list[PlatformSums]:
        rows = self._rows(owner, "social#", "social#~")
        return [sums_in(row) for row in rows if row.get("posts")]

    def user_days(self, user_id: str, first: date, last: date) -> list[Gain]:
        return self._days(user(user_id), first, last)

    def video_days(self, video_id: str, first: date, last: date) -> list[Gain]:
        return self._days(video(video_id), first, last)

    def segment_days(self, segment_id: str, first: date, last: date) -> list[Gain]:
        return self._days(segment(segment_id), first, last)

    def post_days(self, segment_id: str, one: Post, first: date, last: date) -> list[Gain]:
        return self._days(posting(segment_id, one), first, last)

    def _days(self, owner: str, first: date, last: date) -> list[Gain]:
        rows = self._rows(owner, f"day#{first.isoformat()}", f"day#{last.isoformat()}#~")
        return [gain for gain in map(gain_in, rows) if gain.numbers or gain.lost]

    def forget_posts(self, segment_id: str, posts: Iterable[Post]) -> None:
        """Remove the days of some posts, which nothing else sums up; safe to repeat."""
        for one in posts:
            rows = self._rows(posting(segment_id, one), "day#", "day#~", consistent=True)
            while some := list(itertools.islice(rows, 100)):
                writes = Transaction("counters")
                for row in some:
                    writes.delete(self._table, {name: row[name] for name in KEYS})
                writes.commit()

    def forget_days(
        self, segment_id: str, user_id: str, video_id: str, platform: Platform | None = None
    ) -> None:
        """Take a deleted segment's days out of its owner's and its video's, or those of one
        platform; safe to repeat."""
        owners = (user(user_id), video(video_id))
        every = self._rows(segment(segment_id), "day#", "day#~", consistent=True)
        rows = (row for row in every if platform in {None, gain_in(row).platform})
        while some := list(itertools.islice(rows, _DAYS_AT_ONCE)):
            try:
                self._forget(some, owners)
            except ConditionFailedError:
                # Another worker has forgotten some of them, or added to them.
                for row in some:
                    with suppress(ConditionFailedError):
                        self._forget([row], self._still_there(row, owners))

    def _still_there(self, row: Mapping[str, Any], owners: Sequence[str]) -> list[str]:
        """Those that have this day: of a video that was deleted meanwhile nothing is made anew."""
        name = row["counter_name"]
        return [owner for owner in owners if any(self._rows(owner, name, name, consistent=True))]

    def _forget(self, rows: Sequence[Mapping[str, Any]], owners: Sequence[str]) -> None:
        """All of some days or none."""
        writes = Transaction("counters")
        there = Condition("attribute_exists(counter_of)", {})
        for row in rows:
            gain = gain_in(row)
            key = {name: row[name] for name in KEYS}
            writes.delete(self._table, key, *_unchanged(row))
            less = {name: -number for name, number in flat_gain(gain).items()}
            for owner in owners if less else ():
                writes.add(self._table, day_key(owner, gain.day, gain.platform), less, only=there)
        writes.commit()

    def _rows(
        self, owner: str, low: str, high: str, *, consistent: bool = False
    ) -> Iterator[dict[str, Any]]:
        after: Position | None = None
        while True:
            rows = self._table.query(
                "counter_of = :owner AND counter_name BETWEEN :low AND :high",
                {":owner": owner, ":low": low, ":high": high},
                after=after,
                consistent=consistent,
            )
            yield from rows.items
            after = rows.next
            if after is None:
                return


def _still_open(by: Run | None) -> Condition | None:
    """Numbers of runs only grow, so that one number closes all up to it."""
    if by is None:
        return None
    return Condition(f"attribute_not_exists({FENCE}) OR {FENCE} < :run", {":run": by.number})


def _unchanged(row: Mapping[str, Any]) -> tuple[str, dict[str, int], dict[str, str]]:
    """A condition, its values and names: what is taken from the owner is what is removed."""
    known = {name: row[name] for name in _KEPT if name in row}
    parts = [f"#{m} = :{m}" if m in known else f"attribute_not_exists(#{m})" for m in _KEPT]
    condition = " AND ".join(["attribute_exists(counter_of)", *parts])
    values = {f":{name}": value for name, value in known.items()}
    return condition, values, {f"#{name}": name for name in _KEPT}
