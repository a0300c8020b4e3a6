"""The one body in which an event goes out: over the bus, the WebSocket, SSE and to webhooks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from functions.domain.events.event import Event, EventType
from functions.domain.times import from_iso, to_iso


def to_json(event: Event) -> dict[str, Any]:
    """As its user is told it."""
    return {
        "id": event.event_id,
        "sequence": event.sequence,
        "type": event.type.value,
        "version": event.version,
        "at": to_iso(event.at),
        "video_id": event.video_id,
        "subject_id": event.subject_id,
        "data": dict(event.data),
    }


def to_detail(event: Event) -> dict[str, Any]:
    """As the bus carries it, where events of all users are."""
    return {**to_json(event), "user_id": event.user_id}


def from_json(body: Mapping[str, Any], user_id: str | None = None) -> Event:
    """The event of a body; the bus's tells whose it is, for others `user_id` does. Raises
    ValueError for what is none."""
    try:
        return Event(
            event_id=str(body["id"]),
            user_id=str(body["user_id"] if user_id is None else user_id),
            sequence=int(body["sequence"]),
            type=EventType(body["type"]),
            version=int(body["version"]),
            at=from_iso(body["at"]),
            video_id=None if body["video_id"] is None else str(body["video_id"]),
            subject_id=str(body["subject_id"]),
            data=dict(body["data"]),
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"no event: {error}") from error
