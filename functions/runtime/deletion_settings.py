"""The environment of the functions that delete videos, forget users, and look for what belongs to
nothing (see `settings`)."""

from __future__ import annotations

from dataclasses import dataclass

from functions.runtime.settings import StoreSettings


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
class ForgetUserSettings:
    """`settle_s` as for a deletion; `handover_s` is kept free at the end, to say how far it is."""

    user_pool_id: str
    videos_table: str
    deletions_table: str
    media_bucket: str
    deletion_machine_arn: str
    settle_s: int
    webhooks_table: str
    social_accounts_table: str
    social_key: str
    social_apps_arn: str
    social_endpoint: str
    social_clock: str
    counters_table: str
    preferences_table: str
    syncs_table: str
    connections_table: str
    events_table: str
    handover_s: int
