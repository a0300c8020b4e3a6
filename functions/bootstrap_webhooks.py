"""The composition root of webhooks (see `bootstrap`)."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from functions.domain.ingests.addresses import AddressRules
from functions.domain.times import utc_now
from functions.domain.vault import Vault
from functions.domain.webhooks.ports import (
    DeliveryStore,
    EventReader,
    Posted,
    ReceiverHealth,
    Receivers,
    WebhookQueue,
    WebhookStore,
)
from functions.services.webhooks.deliveries import WebhookContext

if TYPE_CHECKING:
    from functions.runtime.api_settings import ApiSettings
    from functions.runtime.event_settings import WebhookSettings


@functools.cache
def webhook_store(table: str) -> WebhookStore:
    from functions.adapters.dynamo.webhooks import DynamoWebhookStore

    return DynamoWebhookStore(table)


@functools.cache
def receiver_health(table: str) -> ReceiverHealth:
    from functions.adapters.dynamo.receiver_health import DynamoReceiverHealth

    return DynamoReceiverHealth(table)


@functools.cache
def delivery_store(table: str) -> DeliveryStore:
    from functions.adapters.dynamo.webhook_deliveries import DynamoDeliveryStore

    return DynamoDeliveryStore(table)


@functools.cache
def event_reader(table: str) -> EventReader:
    from functions.adapters.dynamo.event_reader import DynamoEventReader

    return DynamoEventReader(table)


@functools.cache
def receivers(rules: AddressRules) -> Receivers:
    from functions.adapters.http_receivers import guarded_receivers

    return guarded_receivers(rules)


@dataclass(frozen=True, slots=True)
class _Later:
    """Receivers whose adapter is loaded when one is called: who matches events calls none."""

    rules: AddressRules

    def check(self, url: str) -> None:
        receivers(self.rules).check(url)

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Posted:
        return receivers(self.rules).post(url, headers, body)


@functools.cache
def secret_keeper(key_id: str) -> Vault:
    """Every delivery signs: a container asks once for a secret, and not once for a delivery."""
    from functions.adapters.kms_vault import KmsVault

    return KmsVault(key_id, remembered=512)


@functools.cache
def webhook_queue(sends: str, matches: str) -> WebhookQueue:
    from functions.adapters.sqs_webhook_queue import SqsWebhookQueue

    return SqsWebhookQueue(sends, matches)


def webhook_context(settings: WebhookSettings | ApiSettings) -> WebhookContext:
    return WebhookContext(
        webhooks=webhook_store(settings.webhooks_table),
        deliveries=delivery_store(settings.webhook_deliveries_table),
        health=receiver_health(settings.webhooks_table),
        events=event_reader(settings.events_table),
        receivers=_Later(settings.webhook_rules),
        keeper=secret_keeper(settings.webhook_key_id),
        queue=webhook_queue(settings.webhook_sends_url, settings.webhook_matches_url),
        clock=utc_now,
        waits=settings.webhook_waits,
    )
