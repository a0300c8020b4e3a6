"""The stages: what each sets otherwise than `settings` does."""

from __future__ import annotations

import platform
import sys
from dataclasses import replace

from infra.bedrock_settings import SIMULATED
from infra.lipsync_settings import LipSyncSettings
from infra.settings import StageSettings
from infra.tier_settings import LOCAL_FOLLOWERS, LOCAL_RATES, LOCAL_TIERS

# Of the simulator on one machine: it takes any key, and signs as it is told here.
LOCAL_KEYS = {"api_key": "sk-local", "webhook_secret": "whsec_local"}
_STAGES = {
    "local": StageSettings(
        stage="local",
        local=True,
        python_version=f"{sys.version_info.major}.{sys.version_info.minor}",
        machine=platform.machine(),
        log_days=1,
        tiers=LOCAL_TIERS,
        rates=LOCAL_RATES,
        followers=LOCAL_FOLLOWERS,
        windows_at_once=2,
        analyses_at_once=1,
        hls_at_once=1,
        transcribe_endpoint="http://127.0.0.1:4577",
        transcriber="whisper-base",
        recheck_s=20,
        bedrock_models=(SIMULATED,),
        bedrock_endpoint="http://127.0.0.1:4578",
        moment_model="embedded",
        # Nobody waits a quarter of an hour for a test; new objects are refused before (`fence`).
        deletion_settle_s=3,
        deletion_worker_s=20,
        # The local cloud calls what is scheduled one after the other.
        lipsync=LipSyncSettings(tick_s=10),
        sync_so_endpoint="http://127.0.0.1:4579",
        sync_so_keys=LOCAL_KEYS,
        rekognition_endpoint="http://127.0.0.1:4580",
        # The schedule ticks once a minute; tests tick by hand.
        webhook_waits=(2, 4, 8),
        webhook_matchers=2,
        webhook_workers=6,
        social_endpoint="http://127.0.0.1:4581",
        social_redirect_uri="http://127.0.0.1:4580/social",
        sync_minutes=1,
        syncs_at_once=2,
    ),
    "dev": StageSettings(stage="dev"),
    "prod": StageSettings(
        stage="prod",
        protected=True,
        log_days=90,
        windows_at_once=40,
        analyses_at_once=20,
        followers_at_once=300,
    ),
}


def stage_settings(name: str) -> StageSettings:
    """Settings of a stage. Raises ValueError for a name that is none."""
    if name not in _STAGES:
        raise ValueError(f"unknown stage {name!r}: use one of {', '.join(_STAGES)}")
    return _STAGES[name]


def with_local_sources(settings: StageSettings, port: int) -> StageSettings:
    """One machine's sources of URLs are on loopback, at one port. Raises ValueError elsewhere."""
    if not settings.local:
        raise ValueError(f"sources of {settings.stage} are on the public internet only")
    return replace(settings, source_openings=(f"127.0.0.0/8:{port}",))
