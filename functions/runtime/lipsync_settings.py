"""The environment of the functions that lip-sync (see `settings`)."""

from __future__ import annotations

from dataclasses import dataclass

from functions.domain.lipsync.rules import LipSyncRules
from functions.runtime.settings import StoreSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class LineSettings:
    """`lipsync_places` is how many jobs may be with the provider at once."""

    lipsync_jobs_table: str
    lipsync_gate_table: str
    lipsync_places: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PrepareLipSyncSettings:
    lipsync_jobs_table: str
    videos_table: str
    media_bucket: str
    lipsync_rules: LipSyncRules


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSettings(LineSettings):
    """The provider's address, and the secret that holds our key there."""

    sync_so_endpoint: str
    sync_so_secret_arn: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitLipSyncSettings(ProviderSettings):
    """`webhook_url` is where the provider may call us."""

    videos_table: str
    media_bucket: str
    webhook_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PollLipSyncSettings(ProviderSettings):
    """`tick_s` is how long one look around lasts."""

    tick_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectLipSyncSettings(ProviderSettings):
    """`handover_s` is kept free at the end, to give up in."""

    videos_table: str
    media_bucket: str
    handover_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodeLipSyncSettings:
    lipsync_jobs_table: str
    videos_table: str
    media_bucket: str
    handover_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishLipSyncSettings(StoreSettings):
    """`rekognition_endpoint` is where text is looked for in pictures."""

    lipsync_jobs_table: str
    rekognition_endpoint: str
    handover_s: int
