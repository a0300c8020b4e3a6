"""What is told of a webhook: that it was paused, or taken up again; neither URL nor secret."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from functions.domain.events.change import Change, Draft, Row, Schema, data_schema, one_of
from functions.domain.events.event import EventType
from functions.domain.webhooks.webhook import PauseReason, WebhookState

SCHEMAS: Final[Mapping[EventType, Schema]] = {
    EventType.WEBHOOK_UPDATED: data_schema(
        state=one_of(WebhookState),
        reason={"type": ["string", "null"], "enum": [*(one.value for one in PauseReason), None]},
    ),
}


def drafts(change: Change) -> Iterator[Draft]:
    """One that is paused is told nothing, of itself neither; others of its user are."""
    was, now = change.before, change.after
    if was is None or now is None or "url" not in now or _told(was) == _told(now):
        # Made or deleted by its user; or how many there are, or how deliveries go.
        return
    yield Draft(
        user_id=now["user_id"],
        type=EventType.WEBHOOK_UPDATED,
        subject_id=now["webhook_id"],
        data=_told(now),
    )


def _told(row: Row) -> dict[str, Any]:
    return {"state": row.get("state"), "reason": row.get("reason")}
