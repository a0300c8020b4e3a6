"""The environment of each function, as one frozen dataclass: the only place that reads it.

A field `videos_table` is the variable VIDEOS_TABLE. `infra` sets the same names, and a test holds
both sides against each other.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any, Final, TypeVar, get_type_hints

from functions.domain.codec import from_plain
from functions.domain.ingests.addresses import AddressRules, parse_rules
from functions.domain.lipsync.rules import LipSyncRules
from functions.domain.moments.models import Models
from functions.domain.platforms.cadence import Cadence, Step
from functions.domain.posts.post import Platform
from functions.domain.tiers import LimitsByTier, RatesByTier, SecondsByTier, Tier, TierLimits

T = TypeVar("T")


class SettingsError(Exception):
    """A variable is missing or unreadable; the message names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSettings:
    """Where rows and objects are."""

    videos_table: str
    runs_table: str
    segments_table: str
    counters_table: str
    snapshots_table: str
    media_bucket: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StartSettings:
    videos_table: str
    runs_table: str
    preferences_table: str
    deletions_table: str
    media_bucket: str
    state_machine_arn: str
    lipsync_jobs_table: str
    lipsync_machine_arn: str
    lipsync_rules: LipSyncRules


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimSettings(StoreSettings):
    user_pool_id: str
    tier_limits: LimitsByTier


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeSettings(StoreSettings):
    tier_limits: LimitsByTier


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSettings(StoreSettings):
    """What a run may use: `cut_seconds` of one invocation, `windows_at_once` functions at most
    and `account_percent` of those that the account may run; and prices in dollars."""

    segments_per_window: int
    windows_at_once: int
    account_percent: int
    cut_memory_mb: int
    cut_seconds: int
    join_disk_mb: int
    gb_second_usd: float
    request_usd: float
    transition_usd: float
    moments_table: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CutSettings(StoreSettings):
    """`disk_budget_mb` bounds finished files that wait; `handover_s` is kept free at the end."""

    disk_budget_mb: int
    handover_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinSettings(StoreSettings):
    """`join_disk_mb` is the disk; `handover_s` is kept free at the end, to give up in."""

    join_disk_mb: int
    handover_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedSettings(StoreSettings):
    """`handover_s` is kept free at the end, to give up in."""

    handover_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScribeSettings:
    """The transcriber's address; `job_prefix` begins the names of our jobs, so that stages of one
    account stay apart, and `recheck_s` is how long a job is left alone before somebody looks."""

    transcriptions_table: str
    media_bucket: str
    transcribe_endpoint: str
    job_prefix: str
    recheck_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AwaitSettings(StoreSettings):
    """The same, with where rows are."""

    transcriptions_table: str
    transcribe_endpoint: str
    job_prefix: str
    recheck_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishTranscriptSettings(StoreSettings):
    """`transcriber` is what transcripts say they were made by."""

    transcriptions_table: str
    transcriber: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRangeSettings(StoreSettings):
    """`range_limit_mb` bounds the one file that a range makes."""

    range_limit_mb: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowSettings(StoreSettings):
    range_machine_arn: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentSettings(StoreSettings):
    """`handover_s` is kept free at the end: a model is not asked any more then."""

    moments_table: str
    generations_table: str
    models: Models
    handover_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReapSettings(StoreSettings):
    """`reap_limit` bounds how many of a shard are looked at in one tick."""

    state_machine_arn: str
    range_machine_arn: str
    ingest_machine_arn: str
    reap_limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FailIngestSettings:
    videos_table: str
    media_bucket: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestSettings(FailIngestSettings):
    """`fetch_seconds` is what a source may take in all; `handover_s` is kept free at the end."""

    tier_limits: LimitsByTier
    fetch_seconds: SecondsByTier
    source_rules: AddressRules
    handover_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletionSettings(StoreSettings):
    """`settle_s`: how long requests may write that were let in before a video was marked;
    `worker_s`: how long a function may whose execution was stopped; `receipt_days`: how long a
    receipt outlives its video; `handover_s` is kept free at the end, to hand over in."""

    deletions_table: str
    idempotency_table: str
    transcriptions_table: str
    moments_table: str
    generations_table: str
    social_posts_table: str
    state_machine_arn: str
    range_machine_arn: str
    events_table: str
    moment_machine_arn: str
    ingest_machine_arn: str
    lipsync_jobs_table: str
    lipsync_gate_table: str
    lipsync_machine_arn: str
    transcribe_endpoint: str
    job_prefix: str
    settle_s: int
    worker_s: int
    receipt_days: int
    handover_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrphanSettings(StoreSettings):
    """A search begins `orphan_days` after the last; what was written within `grace_hours` before
    it is passed over; `handover_s` is kept free at the end."""

    deletions_table: str
    orphan_days: int
    grace_hours: int
    handover_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EndDeletionSettings:
    videos_table: str
    deletions_table: str


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


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowPostsSettings(StoreSettings):
    """`social_clock` is the clock of all who follow posts: `own`, or where it is asked."""

    social_posts_table: str
    social_clock: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowAccountsSettings(StoreSettings):
    social_accounts_table: str
    social_posts_table: str
    social_clock: str
    youtube_combined: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSyncSettings:
    """`sync_limit` bounds how many posts are planned in one tick."""

    social_posts_table: str
    budgets_table: str
    media_bucket: str
    sync_machine_arn: str
    sync_limit: int
    social_clock: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanAskedSettings(StoreSettings):
    social_clock: str
    social_accounts_table: str
    social_posts_table: str
    budgets_table: str
    syncs_table: str
    sync_cadence: Cadence


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncSettings(StoreSettings):
    """`sync_cadence` is how often posts are looked at, by their age. `social_endpoint` is where all
    platforms are stood in for, or `platforms` for their own hosts; `social_apps_arn` is the secret
    with our registrations."""

    social_posts_table: str
    budgets_table: str
    syncs_table: str
    social_accounts_table: str
    social_key: str
    social_apps_arn: str
    social_endpoint: str
    social_clock: str
    sync_cadence: Cadence
    youtube_combined: bool


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


def load(kind: type[T], environment: Mapping[str, str] | None = None) -> T:
    """Read a settings class. Raises SettingsError naming every variable that is wrong."""
    values = os.environ if environment is None else environment
    hints = get_type_hints(kind)
    read: dict[str, Any] = {}
    wrong: list[str] = []
    for item in fields(kind):  # type: ignore[arg-type]
        name = item.name.upper()
        try:
            read[item.name] = _parse(hints[item.name], values[name])
        except (KeyError, ValueError) as error:
            wrong.append(f"{name} ({type(error).__name__})")
    if wrong:
        raise SettingsError(f"{kind.__name__}: missing or unreadable: {', '.join(wrong)}")
    return kind(**read)


def _parse(hint: Any, text: str) -> Any:
    if hint is str:
        return text
    if hint in {int, float}:
        return hint(text)
    if hint is bool:
        return {"true": True, "false": False}[text]
    rows = json.loads(text)
    if hint == tuple[int, ...]:
        return tuple(int(one) for one in rows)
    if hint in _READERS:
        return _READERS[hint](rows)
    return _rates(rows) if hint == RatesByTier else _limits(rows)


def _models(rows: Any) -> Models:
    """The usual one must be one of them."""
    try:
        models = from_plain(Models, rows)
        models.named(models.usual)
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError("models are incomplete") from error
    return models


def _lipsync(rows: Any) -> LipSyncRules:
    try:
        return from_plain(LipSyncRules, rows)
    except (AttributeError, TypeError) as error:
        raise ValueError("rules are incomplete") from error


def _rules(rows: Any) -> AddressRules:
    try:
        return parse_rules([int(port) for port in rows["ports"]], rows["openings"])
    except (KeyError, TypeError) as error:
        raise ValueError("rules are incomplete") from error


def _cadence(rows: Any) -> Cadence:
    """Hours by hours of age, and the platforms that are looked at once a day."""
    try:
        steps = [
            Step(timedelta(hours=row["until_h"]), timedelta(hours=row["every_h"]))
            for row in rows["steps"]
        ]
        return Cadence(steps=steps, daily=frozenset(map(Platform, rows["daily"])))
    except (KeyError, TypeError) as error:
        raise ValueError("the cadence is incomplete") from error


def _rates(rows: Any) -> RatesByTier:
    try:
        return {tier: int(rows[tier.value]) for tier in Tier}
    except (KeyError, TypeError) as error:
        raise ValueError("tiers are incomplete") from error


def _limits(rows: Any) -> LimitsByTier:
    """Every tier, or none at all: a missing one would only be noticed by its users."""
    try:
        return {
            tier: TierLimits(
                max_bytes=int(rows[tier.value]["max_bytes"]),
                max_duration=int(rows[tier.value]["max_duration"]),
            )
            for tier in Tier
        }
    except (KeyError, TypeError) as error:
        raise ValueError("tiers are incomplete") from error


_READERS: Final[Mapping[Any, Callable[[Any], Any]]] = {
    Models: _models,
    AddressRules: _rules,
    Cadence: _cadence,
    LipSyncRules: _lipsync,
}
