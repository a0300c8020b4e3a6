"""The environment of the functions that tell of events (see `settings`)."""

from __future__ import annotations

from dataclasses import dataclass

from functions.domain.ingests.addresses import AddressRules
from functions.domain.tiers import RatesByTier


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSettings:
    """The tables whose changes are told of, by the names of their kinds, and where they are."""

    videos_table: str
    runs_table: str
    segments_table: str
    moments_table: str
    generations_table: str
    deletions_table: str
    lipsync_jobs_table: str
    social_accounts_table: str
    webhooks_table: str
    events_table: str
    event_marks_table: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishSettings:
    event_bus: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PushSettings:
    """`socket_endpoint` is the address of the WebSocket API's stage, or its path."""

    events_table: str
    connections_table: str
    socket_endpoint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketSettings(PushSettings):
    """`event_limits`: connections, and tickets, of one user at once."""

    event_limits: RatesByTier


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizeSettings:
    connections_table: str
    user_pool_id: str
    user_pool_client_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamSettings:
    events_table: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSettings:
    """`webhook_sends_url` and `webhook_matches_url` are queues: of single tries, and of events.
    `webhook_waits` are seconds between the tries of one delivery."""

    webhooks_table: str
    webhook_deliveries_table: str
    events_table: str
    webhook_sends_url: str
    webhook_matches_url: str
    webhook_key_id: str
    webhook_rules: AddressRules
    webhook_waits: tuple[int, ...]
