"""The environment of each function, as one frozen dataclass: the only place that reads it.

A field `videos_table` is the variable VIDEOS_TABLE. `infra` sets the same names, and a test holds
both sides against each other.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeVar, get_type_hints

from functions.domain.addresses import AddressRules, parse_rules
from functions.domain.codec import from_plain
from functions.domain.models import Models
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
    state_machine_arn: str
    range_machine_arn: str
    moment_machine_arn: str
    ingest_machine_arn: str
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
    cursor_secret_arn: str
    rates_table: str
    preferences_table: str
    transcriptions_table: str
    tier_limits: LimitsByTier
    rate_limits: RatesByTier
    youtube_combined: bool
    stage: str


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
    if hint is Models:
        return _models(rows)
    if hint is AddressRules:
        return _rules(rows)
    return _rates(rows) if hint == RatesByTier else _limits(rows)


def _models(rows: Any) -> Models:
    """The usual one must be one of them."""
    try:
        models = from_plain(Models, rows)
        models.named(models.usual)
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError("models are incomplete") from error
    return models


def _rules(rows: Any) -> AddressRules:
    try:
        return parse_rules([int(port) for port in rows["ports"]], rows["openings"])
    except (KeyError, TypeError) as error:
        raise ValueError("rules are incomplete") from error


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
