"""What the document shows of webhooks."""

from __future__ import annotations

from typing import Final

from pydantic.config import JsonDict

from functions.handlers.api.models.examples import NOON

WEBHOOK_ID: Final = "0197a1c5-11aa-7c10-8b6e-51f3a4a0c7d2"
_URL: Final = "https://hooks.example.com/cutroom"
_LATER: Final = "2026-03-02T12:00:00Z"

OPTIONS: Final[JsonDict] = {
    "url": _URL,
    "events": ["segment.*", "run.updated"],
    "description": "Our shop",
}
WEBHOOK: Final[JsonDict] = {
    "webhook_id": WEBHOOK_ID,
    **OPTIONS,
    "state": "active",
    "reason": None,
    "notice": None,
    "paused_at": None,
    "failures": 0,
    "failing_since": None,
    "delivered_at": NOON,
    "previous_secret_until": None,
    "replay": None,
    "created_at": NOON,
    "updated_at": NOON,
    "deliveries_url": f"/api/webhooks/{WEBHOOK_ID}/deliveries",
}
PAUSED: Final[JsonDict] = {
    **WEBHOOK,
    "state": "paused",
    "reason": "gone",
    "notice": "The receiver answered 410 Gone: it wants nothing more. Resume the webhook "
    "if it does.",
    "paused_at": _LATER,
    "updated_at": _LATER,
}
WITH_SECRET: Final[JsonDict] = {
    **WEBHOOK,
    "delivered_at": None,
    "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=",
}
REPLAY_ASKED: Final[JsonDict] = {"since": NOON, "until": _LATER, "deliveries": "undelivered"}
REPLAY: Final[JsonDict] = {
    "replay_id": "0197a1c9-02aa-7f10-8b6e-51f3a4a0c7d2",
    "since": NOON,
    "until": _LATER,
    "deliveries": "undelivered",
    "requested_at": _LATER,
    "finished_at": None,
    "count": 0,
}
DELIVERY: Final[JsonDict] = {
    "delivery_id": "0195517b-0c00-8a2e-9c55-7f7ce8a9a1b0",
    "webhook_id": WEBHOOK_ID,
    "event_id": "5b2c9d04-6a34-5e0f-9f0c-0a6d1be2f7c3",
    "event_type": "segment.created",
    "sequence": 12,
    "event_at": NOON,
    "state": "pending",
    "error": "status",
    "attempts": [{"at": NOON, "duration_ms": 84, "status_code": 503, "error": "status"}],
    "next_try_at": "2026-03-01T12:00:52Z",
    "created_at": NOON,
    "updated_at": NOON,
    "expires_at": "2026-03-15T12:00:00Z",
}
