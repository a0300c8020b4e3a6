"""The environment of the API's function (see `settings`)."""

from __future__ import annotations

from dataclasses import dataclass

from functions.domain.ingests.addresses import AddressRules
from functions.domain.lipsync.rules import LipSyncRules
from functions.domain.moments.models import Models
from functions.domain.platforms.cadence import Cadence
from functions.domain.tiers import LimitsByTier, RatesByTier
from functions.runtime.settings import StoreSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiSettings(StoreSettings):
    deletions_table: str
    deletion_machine_arn: str
    settle_s: int
    idempotency_table: str
    moments_table: str
    generations_table: str
    moment_machine_arn: str
    models: Models
    state_machine_arn: str
    ingest_machine_arn: str
    source_rules: AddressRules
    upload_queue: str
    events_table: str
    event_marks_table: str
    connections_table: str
    event_limits: RatesByTier
    cursor_secret_arn: str
    rates_table: str
    preferences_table: str
    transcriptions_table: str
    tier_limits: LimitsByTier
    rate_limits: RatesByTier
    youtube_combined: bool
    lipsync_jobs_table: str
    lipsync_gate_table: str
    lipsync_places: int
    lipsync_machine_arn: str
    lipsync_rules: LipSyncRules
    sync_so_secret_arn: str
    poll_function: str
    webhooks_table: str
    webhook_deliveries_table: str
    webhook_sends_url: str
    webhook_matches_url: str
    webhook_key_id: str
    webhook_rules: AddressRules
    webhook_waits: tuple[int, ...]
    webhook_limits: RatesByTier
    social_accounts_table: str
    social_posts_table: str
    budgets_table: str
    syncs_table: str
    sync_machine_arn: str
    sync_calls: RatesByTier
    sync_cadence: Cadence
    social_key: str
    social_apps_arn: str
    social_endpoint: str
    social_clock: str
    social_redirect_uri: str
    stage: str
