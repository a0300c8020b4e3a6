"""The log of events in DynamoDB: a partition for each user, its head under the number 0.

sequence
0            the head: `last` is the number given last, `began` when the first was written
1, 2, 3 …    events; `video_id` is there where the event goes with its video

Marks are in a table of their own: they name rows by what tells nothing of them, and expire once
no stream can tell of the write any more.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from functions.adapters.dynamo.failures import ConditionFailedError
from functions.adapters.dynamo.items import decode_item
from functions.adapters.dynamo.table import Table
from functions.adapters.dynamo.transaction import Transaction
from functions.domain.deletions.deletion import Deletion
from functions.domain.deletions.leaving import Cleared
from functions.domain.errors import StaleWriteError
from functions.domain.events.body import from_json, to_json
from functions.domain.events.event import KEPT, Event
from functions.domain.events.ports import Entry, Known, Logged, Mark
from functions.domain.paging import Page, Position
from functions.domain.times import from_iso, to_iso, utc_now
from functions.domain.video import Video

BY_VIDEO: Final = "video_id-sequence-index"
_MARKS_KEPT: Final = timedelta(days=2)
"""A stream tells of a write for one."""
_AT_ONCE: Final = 100
_HEAD_KEPT: Final = KEPT + timedelta(days=1)


class DynamoEventLog:
    """`marks` is None for who only reads."""

    def __init__(self, events: str, marks: str | None = None) -> None:
        self._events = Table(events, "events")
        self._marks = Table(marks, "marks of events") if marks else None

    def known(self, subjects: Mapping[str, Collection[str]]) -> Mapping[str, Known]:
        """Two requests for up to a hundred users."""
        assert self._marks is not None  # noqa: S101  (who records has been given the table)
        heads = self._events.get_many([_head(user) for user in sorted(subjects)])
        last = {row["user_id"]: int(row["last"]) for row in heads}
        # After the heads: a mark that has moved on since then comes with a head that has, too.
        every = sorted({subject for some in subjects.values() for subject in some})
        rows = self._marks.get_many([{"subject": subject} for subject in every])
        marks = {row["subject"]: _mark(row) for row in rows}
        return {
            user: Known(last=last.get(user, 0), marks={it: marks[it] for it in some if it in marks})
            for user, some in subjects.items()
        }

    def append(
        self, user_id: str, last: int, entries: Sequence[Entry], marks: Sequence[Mark]
    ) -> None:
        assert self._marks is not None  # noqa: S101
        now = utc_now()
        writes = Transaction("events")
        for entry in entries:
            writes.put(self._events, _row(entry, now))
        for mark in marks:
            writes.put(self._marks, _mark_row(mark, now))
        self._move_head(writes, user_id, last, last + len(entries), now)
        try:
            writes.commit()
        except ConditionFailedError as error:
            raise StaleWriteError("The log of events") from error

    def _move_head(
        self, writes: Transaction, user_id: str, last: int, to: int, now: datetime
    ) -> None:
        """The head stays while its user does: numbers are never given again."""
        writes.update(
            self._events,
            _head(user_id),
            "SET #last = :to, began = if_not_exists(began, :now)",
            "#last = :last" if last else "attribute_not_exists(#last) OR #last = :last",
            {":to": to, ":now": to_iso(now), ":last": last},
            {"#last": "last"},
        )

    def last(self, user_id: str) -> int:
        row = self._events.get(_head(user_id))
        return int(row["last"]) if row else 0

    def began(self, user_id: str) -> datetime | None:
        row = self._events.get(_head(user_id))
        return from_iso(row["began"]) if row else None

    def after(
        self, user_id: str, sequence: int, *, limit: int, now: datetime, consistent: bool = False
    ) -> Sequence[Logged]:
        rows = self._events.query(
            "user_id = :user AND #sequence > :after",
            {":user": user_id, ":after": sequence},
            {"#sequence": "sequence"},
            limit=limit,
            consistent=consistent,
        )
        return _shown(rows.items, user_id, now)

    def before(self, user_id: str, sequence: int, now: datetime) -> Logged | None:
        if sequence < 1:
            return None
        rows = self._events.query(
            "user_id = :user AND #sequence BETWEEN :first AND :upto",
            {":user": user_id, ":first": 1, ":upto": sequence},
            {"#sequence": "sequence"},
            limit=1,
            forward=False,
            consistent=True,
        )
        shown = _shown(rows.items, user_id, now)
        return shown[0] if shown else None


class VideoEventRows:
    """The events of a video, for its deletion. They are not told of on the receipt."""

    def __init__(self, events: str) -> None:
        self._events = Table(events, "events")

    def page(self, video: Video, after: Position | None) -> Page[Mapping[str, Any]]:
        rows = self._events.query(
            "video_id = :video",
            {":video": video.video_id},
            index=BY_VIDEO,
            limit=_AT_ONCE,
            after=after,
        )
        return Page(tuple(rows.items), rows.next)

    def remove(self, deletion: Deletion, rows: Sequence[Mapping[str, Any]]) -> int:
        """As often as one likes."""
        keys = [{"user_id": row["user_id"], "sequence": row["sequence"]} for row in rows]
        self._events.delete_many(keys)
        return len(keys)


class UserEventRows:
    """The whole log of a user who has left. Its head stays until what is on its way to the log has
    been told, and expires then: by itself it would not."""

    def __init__(self, events: str) -> None:
        self._events = Table(events, "events")

    def forget(self, user_id: str, stop: Callable[[], bool]) -> Cleared:
        count = 0
        while not stop():
            rows = self._events.query(
                "user_id = :user AND #sequence > :head",
                {":user": user_id, ":head": 0},
                {"#sequence": "sequence"},
                limit=_AT_ONCE,
                consistent=True,
            )
            if not rows.items:
                self._let_expire(user_id)
                return Cleared(count=count, done=True)
            self._events.delete_many(
                [{name: row[name] for name in ("user_id", "sequence")} for row in rows.items]
            )
            count += len(rows.items)
        return Cleared(count=count, done=False)

    def _let_expire(self, user_id: str) -> None:
        now = utc_now()
        self._events.update(
            _head(user_id),
            "SET expires_at = :at, #last = if_not_exists(#last, :none), "
            "began = if_not_exists(began, :now)",
            None,
            {":at": int((now + _HEAD_KEPT).timestamp()), ":none": 0, ":now": to_iso(now)},
            {"#last": "last"},
        )


def _head(user_id: str) -> dict[str, str | int]:
    return {"user_id": user_id, "sequence": 0}


def event_of(row: Mapping[str, Any]) -> Logged:
    """An event out of its row, as a table's stream has it, too."""
    event = from_json(json.loads(row["body"]), row["user_id"])
    return Logged(event=event, written=datetime.fromtimestamp(float(row["written"]), UTC))


def events_of_stream(records: Iterable[Mapping[str, Any]]) -> list[Event]:
    """What was added to the log, as its table's stream tells it; heads and removals are passed
    over."""
    images = (decode_item(one["dynamodb"].get("NewImage") or {}) for one in records)
    return [event_of(image).event for image in images if "body" in image]


def _shown(rows: Sequence[Mapping[str, Any]], user_id: str, now: datetime) -> list[Logged]:
    """The table removes what has expired some time later."""
    return [event_of(row) for row in rows if row["expires_at"] > now.timestamp()]


def _row(entry: Entry, now: datetime) -> dict[str, Any]:
    event = entry.event
    found_by = {"video_id": event.video_id} if entry.with_video and event.video_id else {}
    return {
        "user_id": event.user_id,
        "sequence": event.sequence,
        "body": json.dumps(to_json(event), separators=(",", ":"), ensure_ascii=False),
        "written": round(now.timestamp(), 3),
        "expires_at": int((now + KEPT).timestamp()),
        **found_by,
    }


def _mark_row(mark: Mark, now: datetime) -> dict[str, Any]:
    row: dict[str, Any] = {
        "subject": mark.subject,
        "number": mark.number,
        "expires_at": int((now + _MARKS_KEPT).timestamp()),
    }
    if mark.percent is not None:
        row["percent"] = mark.percent
    if mark.progress_at is not None:
        row["progress_at"] = to_iso(mark.progress_at)
    return row


def _mark(row: Mapping[str, Any]) -> Mark:
    at = row.get("progress_at")
    percent = row.get("percent")
    return Mark(
        subject=row["subject"],
        number=row["number"],
        percent=None if percent is None else float(percent),
        progress_at=from_iso(at) if at else None,
    )
