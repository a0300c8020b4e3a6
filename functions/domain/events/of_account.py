"""What is told of an account on a platform: whether it is connected; nothing that opens it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from functions.domain.events.change import Change, Draft, Row, Schema, data_schema, one_of
from functions.domain.events.event import EventType
from functions.domain.platforms.accounts import AccountStatus
from functions.domain.posts.post import Platform

GONE: Final = "disconnected"
SCHEMAS: Final[Mapping[EventType, Schema]] = {
    EventType.ACCOUNT_UPDATED: data_schema(
        platform=one_of(Platform),
        status={"type": "string", "enum": [*(one.value for one in AccountStatus), GONE]},
        reason={"type": ["string", "null"]},
    ),
}


def drafts(change: Change) -> Iterator[Draft]:
    row = change.row
    if "connected_at" not in row:
        # A consent that is awaited stands beside the accounts.
        return
    told = _told(row) if change.after else {**_told(row), "status": GONE, "reason": None}
    if change.before is None or change.after is None or _told(change.before) != told:
        yield Draft(
            user_id=row["user_id"],
            type=EventType.ACCOUNT_UPDATED,
            subject_id=row["account_id"],
            data=told,
        )


def _told(row: Row) -> dict[str, Any]:
    return {
        "platform": row["platform"],
        "status": row.get("status", AccountStatus.CONNECTED.value),
        "reason": row.get("reason"),
    }
