"""Webhooks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from functions.domain.webhooks.webhook import Attempt, Delivery, PauseReason, Replay, Webhook
from functions.handlers.api.models import webhooks as models

_NOTICES: Final[Mapping[PauseReason, str]] = {
    PauseReason.GONE: "The receiver answered 410 Gone: it wants nothing more. Resume the webhook "
    "if it does.",
    PauseReason.FAILING: "The receiver took nothing for a day. Mend it, resume the webhook, and "
    "replay what it missed.",
}


def webhook(item: Webhook, now: datetime) -> models.WebhookAnswer:
    return models.WebhookAnswer(**_told(item, now))


def with_secret(item: Webhook, now: datetime) -> models.WebhookSecretAnswer:
    """Sealed: it is opened on its way out, so that an answer that is kept holds none."""
    return models.WebhookSecretAnswer(**_told(item, now), secret=item.secrets[0].sealed)


def _told(item: Webhook, now: datetime) -> dict[str, Any]:
    former = [one.until for one in item.valid_secrets(now) if one.until]
    return {
        "webhook_id": item.webhook_id,
        "url": item.url,
        "events": list(item.events),
        "description": item.description,
        "state": item.state,
        "reason": item.reason,
        "notice": _NOTICES[item.reason] if item.reason else None,
        "paused_at": item.paused_at,
        "failures": item.failures,
        "failing_since": item.failing_since,
        "delivered_at": item.delivered_at,
        "previous_secret_until": former[0] if former else None,
        "replay": replay(item.replay) if item.replay else None,
        "created_at": item.created_at,
        "updated_at": item.updated_at,
        "deliveries_url": f"{webhook_url(item)}/deliveries",
    }


def webhook_url(item: Webhook) -> str:
    return f"/api/webhooks/{item.webhook_id}"


def replay(item: Replay) -> models.ReplayAnswer:
    return models.ReplayAnswer(
        replay_id=item.replay_id,
        since=item.start,
        until=item.end,
        deliveries="all" if item.every else "undelivered",
        requested_at=item.asked_at,
        finished_at=item.finished_at,
        count=item.told,
    )


def delivery(item: Delivery) -> models.DeliveryAnswer:
    return models.DeliveryAnswer(
        delivery_id=item.delivery_id,
        webhook_id=item.webhook_id,
        event_id=item.event_id,
        event_type=item.event_type,
        sequence=item.sequence,
        event_at=item.event_at,
        state=item.state,
        error=item.fault,
        attempts=[_attempt(one) for one in item.attempts],
        next_try_at=item.next_try_at,
        created_at=item.created_at,
        updated_at=item.updated_at,
        expires_at=datetime.fromtimestamp(item.expires_at, UTC),
    )


def delivery_url(item: Delivery) -> str:
    return f"/api/webhooks/{item.webhook_id}/deliveries/{item.delivery_id}"


def _attempt(item: Attempt) -> models.AttemptAnswer:
    return models.AttemptAnswer(
        at=item.at, duration_ms=item.duration_ms, status_code=item.code, error=item.fault
    )
