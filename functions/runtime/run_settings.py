"""The environment of the functions that work for a run, and for a range (see `settings`)."""

from __future__ import annotations

from dataclasses import dataclass

from functions.domain.ingests.addresses import AddressRules
from functions.domain.lipsync.rules import LipSyncRules
from functions.domain.moments.models import Models
from functions.domain.tiers import LimitsByTier, SecondsByTier
from functions.runtime.settings import StoreSettings


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
