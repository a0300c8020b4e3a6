"""Numbers that are kept beside the rows they count, and changed with them in one transaction.

counter_of          counter_name
user#{user_id}      segments#{shard}            segments by type, and their bytes
video#{video_id}    segments#{shard}            the same, and the fence: the runs that are closed
user#{user_id}      social#{platform}           sums over posts
user#{user_id}      day#{date}#{platform}       gains of a day
segment#{id}        day#{date}#{platform}
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import Any, Final

from functions.adapters.dynamo.failures import ConditionFailedError
from functions.adapters.dynamo.table import Table
from functions.adapters.dynamo.transaction import Condition, Transaction
from functions.domain.counts import SegmentCounts
from functions.domain.paging import Position
from functions.domain.run import Run
from functions.domain.segment import Segment, SegmentType
from functions.domain.social import METRICS, Platform
from functions.domain.social_history import (
    Gain,
    PlatformSums,
    changed,
    gains,
    read_sums,
    sums_change,
)
from functions.domain.times import from_iso, to_iso

# Transactions that meet at a row cancel each other, and many workers add segments at once.
SHARDS: Final = 8
KEYS: Final = frozenset({"counter_of", "counter_name"})
FENCE: Final = "fence"

user = "user#{}".format
video = "video#{}".format
segment = "segment#{}".format


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
        change, open_ = _difference(_counted(before), _counted(after)), _still_open(by)
        for owner, only in ((user(one.user_id), None), (video(one.video_id), open_)):
            key = {"counter_of": owner, "counter_name": _shard_of(one.segment_id)}
            writes.add(self._table, key, change, only=only)
        self._posts_changed(writes, one, before, after)

    def close(self, run: Run) -> None:
        """Runs up to this one write nothing any more. Each shard by itself: workers that still
        write would cancel one write of all."""
        for shard in range(SHARDS):
            key = {"counter_of": video(run.video_id), "counter_name": f"segments#{shard}"}
            open_ = _still_open(run)
            assert open_ is not None  # noqa: S101  (a run is given)
            with suppress(ConditionFailedError):
                self._table.update(key, f"SET {FENCE} = :run", open_.expression, open_.values)

    def is_closed(self, run: Run, segment_id: str) -> bool:
        """Whether the fence stands before a segment of this run."""
        owner = video(run.video_id)
        row = self._table.get({"counter_of": owner, "counter_name": _shard_of(segment_id)})
        return row is not None and int(row.get(FENCE, 0)) >= run.number

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
            _add(sums.setdefault(platform, {}), sums_change(was, now))
            for gain in gains(was, now) if now else ():
                _add(days.setdefault((gain.day, platform), {}), gain.numbers)
        owner = user(one.user_id)
        for platform, numbers in sums.items():
            key = {"counter_of": owner, "counter_name": f"social#{platform}"}
            writes.add(self._table, key, numbers)
        for (day, platform), numbers in days.items():
            for whose in (owner, segment(one.segment_id)):
                writes.add(self._table, _day_key(whose, day, platform), numbers)

    def synced(self, one: Segment) -> None:
        """Tell each platform of its newest number: a time only moves forward, which a transaction
        of sums cannot say."""
        newest: dict[Platform, datetime] = {}
        for post in one.social_media_usage:
            if post.last_synced:
                known = newest.get(post.platform, post.last_synced)
                newest[post.platform] = max(known, post.last_synced)
        for platform, at in newest.items():
            key = {"counter_of": user(one.user_id), "counter_name": f"social#{platform}"}
            later = "attribute_exists(counter_of) AND NOT synced_at >= :at"
            with suppress(ConditionFailedError):
                self._table.update(key, "SET synced_at = :at", later, {":at": to_iso(at)})

    def of_user(self, user_id: str) -> SegmentCounts:
        return self._counts(user(user_id))

    def of_video(self, video_id: str) -> SegmentCounts:
        return self._counts(video(video_id))

    def _counts(self, owner: str) -> SegmentCounts:
        total: dict[str, int] = {}
        for row in self._rows(owner, "segments#", "segments#~"):
            _add(total, {name: row[name] for name in row if name not in {*KEYS, FENCE}})
        size = total.pop("file_size", 0)
        return SegmentCounts(
            by_type={kind: total[kind] for kind in SegmentType if total.get(kind)}, file_size=size
        )

    def sums(self, user_id: str) -> list[PlatformSums]:
        rows = self._rows(user(user_id), "social#", "social#~")
        return [_sums(row) for row in rows if row.get("posts")]

    def user_days(self, user_id: str, first: date, last: date) -> list[Gain]:
        return self._days(user(user_id), first, last)

    def segment_days(self, segment_id: str, first: date, last: date) -> list[Gain]:
        return self._days(segment(segment_id), first, last)

    def _days(self, owner: str, first: date, last: date) -> list[Gain]:
        rows = self._rows(owner, f"day#{first.isoformat()}", f"day#{last.isoformat()}#~")
        return [gain for gain in map(_gain, rows) if gain.numbers]

    def forget_days(self, segment_id: str, user_id: str) -> None:
        """Take a deleted segment's days out of its owner's; safe to repeat."""
        owner = segment(segment_id)
        for row in self._rows(owner, "day#", "day#~"):
            gain = _gain(row)
            writes = Transaction("counters")
            key = {name: row[name] for name in KEYS}
            writes.delete(self._table, key, "attribute_exists(counter_of)")
            less = {name: -number for name, number in gain.numbers.items()}
            writes.add(self._table, _day_key(user(user_id), gain.day, gain.platform), less)
            with suppress(ConditionFailedError):
                writes.commit()

    def _rows(self, owner: str, low: str, high: str) -> Iterator[dict[str, Any]]:
        after: Position | None = None
        while True:
            rows = self._table.query(
                "counter_of = :owner AND counter_name BETWEEN :low AND :high",
                {":owner": owner, ":low": low, ":high": high},
                after=after,
            )
            yield from rows.items
            after = rows.next
            if after is None:
                return


def _shard_of(segment_id: str) -> str:
    return f"segments#{zlib.crc32(segment_id.encode()) % SHARDS}"


def _still_open(by: Run | None) -> Condition | None:
    """Numbers of runs only grow, so that one number closes all up to it."""
    if by is None:
        return None
    return Condition(f"attribute_not_exists({FENCE}) OR {FENCE} < :run", {":run": by.number})


def _counted(one: Segment | None) -> dict[str, int]:
    return {} if one is None else {one.segment_type.value: 1, "file_size": one.file_size}


def _difference(old: Mapping[str, int], new: Mapping[str, int]) -> dict[str, int]:
    return {name: new.get(name, 0) - old.get(name, 0) for name in {**old, **new}}


def _add(total: dict[str, int], numbers: Mapping[str, Any]) -> None:
    for name, number in numbers.items():
        total[name] = total.get(name, 0) + number


def _day_key(owner: str, day: date, platform: Platform) -> dict[str, str]:
    return {"counter_of": owner, "counter_name": f"day#{day.isoformat()}#{platform}"}


def _sums(row: Mapping[str, Any]) -> PlatformSums:
    platform = Platform(str(row["counter_name"]).partition("#")[2])
    synced = row.get("synced_at")
    return read_sums(platform, row, from_iso(synced) if synced else None)


def _gain(row: Mapping[str, Any]) -> Gain:
    _, day, platform = str(row["counter_name"]).split("#")
    return Gain(
        platform=Platform(platform),
        day=date.fromisoformat(day),
        numbers={metric: row[metric] for metric in METRICS if row.get(metric)},
    )
