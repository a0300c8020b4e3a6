"""A user's subscriptions: made, changed, given another secret, taken up again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from functions.domain.errors import (
    ConflictError,
    InvalidInputError,
    PreconditionError,
    StaleWriteError,
)
from functions.domain.ids import derived_id, new_id
from functions.domain.tiers import Tier
from functions.domain.vault import Vault
from functions.domain.webhooks.ports import WebhookStore
from functions.domain.webhooks.signature import new_secret
from functions.domain.webhooks.webhook import (
    OVERLAP,
    PauseReason,
    SealedSecret,
    Webhook,
    WebhookState,
    webhook_id_of,
)
from functions.services.ownership import Caller, is_id, require_owner

ATTEMPTS = 5
LimitsOfWebhooks = Mapping[Tier, int]
Versions = frozenset[int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a user says of a subscription; the URL has been checked."""

    url: str
    events: tuple[str, ...]
    description: str | None = None


def create_webhook(
    caller: Caller,
    wanted: Wanted,
    *,
    webhooks: WebhookStore,
    keeper: Vault,
    limit: int,
    now: datetime,
    key: str | None = None,
) -> Webhook:
    """`key`, the caller's Idempotency-Key, makes a repeat find the same one with the same secret.

    Raises ConflictError at the tier's limit."""
    webhook_id = webhook_id_of(caller.user_id, key) if key else new_id(now)
    made = Webhook(
        webhook_id=webhook_id,
        user_id=caller.user_id,
        url=wanted.url,
        events=wanted.events,
        description=wanted.description,
        secrets=(_secret(keeper, caller.user_id, webhook_id, new_id(now), now),),
        created_at=now,
        updated_at=now,
    )
    if webhooks.create(made, limit):
        return replace(made, version=1)
    known = own_webhook(caller, webhooks, webhook_id)
    if Wanted(url=known.url, events=known.events, description=known.description) != wanted:
        raise InvalidInputError(
            "idempotency.key_reused", "This Idempotency-Key was used with another request."
        )
    return known


def own_webhook(caller: Caller, webhooks: WebhookStore, webhook_id: str) -> Webhook:
    known = webhooks.get(caller.user_id, webhook_id) if is_id(webhook_id) else None
    return require_owner(caller, known, "webhook")


def change_webhook(
    caller: Caller,
    webhook_id: str,
    wanted: Wanted,
    *,
    webhooks: WebhookStore,
    now: datetime,
    accepted: Versions = None,
) -> Webhook:
    """Raises PreconditionError if it is at no accepted version."""

    def change(known: Webhook) -> Webhook:
        return replace(known, url=wanted.url, events=wanted.events, description=wanted.description)

    return _changed(caller, webhooks, webhook_id, change, now, accepted)


def delete_webhook(
    caller: Caller, webhook_id: str, *, webhooks: WebhookStore, accepted: Versions = None
) -> None:
    """What waits for it is dropped when its time comes. Raises PreconditionError."""
    for left in reversed(range(ATTEMPTS)):
        known = own_webhook(caller, webhooks, webhook_id)
        _require(known, accepted)
        try:
            return webhooks.delete(known)
        except StaleWriteError:
            if not left:
                raise
    raise AssertionError("unreachable")


def rotate_secret(
    caller: Caller,
    webhook_id: str,
    *,
    webhooks: WebhookStore,
    keeper: Vault,
    now: datetime,
    key: str | None = None,
) -> Webhook:
    """A new secret; the one before signs beside it for OVERLAP. A third ends the first at once."""
    secret_id = derived_id("webhook-secret", webhook_id, key) if key else new_id(now)
    fresh = _secret(keeper, caller.user_id, webhook_id, secret_id, now)

    def change(known: Webhook) -> Webhook:
        if any(one.secret_id == secret_id for one in known.secrets):
            return known
        former = replace(known.secrets[0], until=now + OVERLAP)
        return replace(known, secrets=(fresh, former))

    return _changed(caller, webhooks, webhook_id, change, now)


def resume_webhook(
    caller: Caller, webhook_id: str, *, webhooks: WebhookStore, now: datetime
) -> Webhook:
    """Events are told again from now on; what happened meanwhile can be replayed."""

    def change(known: Webhook) -> Webhook:
        return replace(known, state=WebhookState.ACTIVE, reason=None, paused_at=None)

    return _changed(caller, webhooks, webhook_id, change, now, well=True)


def pause_webhook(
    webhooks: WebhookStore,
    webhook: Webhook,
    reason: PauseReason,
    now: datetime,
    still: Callable[[Webhook], bool] = lambda _: True,
) -> bool:
    """Stop telling it anything, if `still` holds of it; False where it is paused, changed or
    gone."""
    for _ in range(ATTEMPTS):
        known = webhooks.get(webhook.user_id, webhook.webhook_id)
        if known is None or not known.active or not still(known):
            return False
        paused = replace(
            known, state=WebhookState.PAUSED, reason=reason, paused_at=now, updated_at=now
        )
        try:
            webhooks.save(paused)
        except StaleWriteError:
            continue
        return True
    return False


def require_active(webhook: Webhook) -> None:
    """Raises ConflictError."""
    if not webhook.active:
        says = "This webhook is paused; resume it first: POST …/resume."
        raise ConflictError("webhook.paused", says)


def _changed(
    caller: Caller,
    webhooks: WebhookStore,
    webhook_id: str,
    change: Callable[[Webhook], Webhook],
    now: datetime,
    accepted: Versions = None,
    *,
    well: bool = False,
) -> Webhook:
    for left in reversed(range(ATTEMPTS)):
        known = own_webhook(caller, webhooks, webhook_id)
        _require(known, accepted)
        wanted = change(known)
        if wanted == known:
            return known
        try:
            return webhooks.save(replace(wanted, updated_at=now), well=well)
        except StaleWriteError:
            if not left:
                raise
    raise AssertionError("unreachable")


def _require(known: Webhook, accepted: Versions) -> None:
    if accepted is not None and known.version not in accepted:
        raise PreconditionError("The webhook", known.version)


def _secret(
    keeper: Vault, user_id: str, webhook_id: str, secret_id: str, now: datetime
) -> SealedSecret:
    sealed = keeper.seal(new_secret(), user_id=user_id, webhook_id=webhook_id)
    return SealedSecret(secret_id=secret_id, sealed=sealed, created_at=now)
