"""Which rows tell what a post's numbers were: one for each hour, and in the end for each day.

An hour's row tells what was known at its end. The first of a day in UTC stays for good, the others
go after `FINE`: so that thinning needs nobody who looks for rows, the end is written with the row.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from functions.domain.posts.post import METRICS, Post

FINE: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A row to be written. Where it is not `new`, it is there since earlier in its hour, and is
    to be moved on with its end as it is."""

    hour: datetime
    new: bool
    ends: datetime | None


def snapshot_of(was: Post | None, now: Post) -> Snapshot | None:
    """None where nothing new was told."""
    at, before = now.last_synced, was.last_synced if was else None
    numbers_alike = was is not None and all(was.number(m) == now.number(m) for m in METRICS)
    if at is None or numbers_alike:
        return None
    hour = _hour(at)
    if before is not None and _hour(before) == hour:
        return Snapshot(hour=hour, new=False, ends=None)
    is_first = before is None or _hour(before).date() != hour.date()
    return Snapshot(hour=hour, new=True, ends=None if is_first else hour + FINE)


def _hour(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
