"""The composition root of lip-sync (see `bootstrap`)."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from functions import bootstrap
from functions.domain.lipsync.job_ports import (
    LipSyncGate,
    LipSyncHints,
    LipSyncJobStore,
    LipSyncResults,
    LipSyncRuns,
    LipSyncTools,
    TextDetector,
)
from functions.domain.lipsync.ports import LipSyncProvider
from functions.domain.lipsync.rules import LipSyncRules
from functions.domain.times import utc_now
from functions.services.lipsync.jobs import LipSyncDesk, LipSyncLine

if TYPE_CHECKING:
    from functions.adapters.sync_so.keys import SecretKeys
    from functions.runtime.lipsync_settings import LineSettings, ProviderSettings


# As many as the client has connections.
AT_ONCE = 32


@functools.cache
def job_store(table: str) -> LipSyncJobStore:
    from functions.adapters.dynamo.lipsync_jobs import DynamoLipSyncJobStore

    return DynamoLipSyncJobStore(table)


@functools.cache
def gate(table: str, places: int) -> LipSyncGate:
    from functions.adapters.dynamo.lipsync_gate import DynamoLipSyncGate

    return DynamoLipSyncGate(table, places)


@functools.cache
def runs(state_machine_arn: str) -> LipSyncRuns:
    from functions.adapters.step_functions_lipsyncs import StepFunctionsLipSyncs

    return StepFunctionsLipSyncs(state_machine_arn)


@functools.cache
def tools() -> LipSyncTools:
    from functions.adapters.ffmpeg.lipsync import FfmpegLipSyncTools

    return FfmpegLipSyncTools()


@functools.cache
def text_detector(endpoint: str) -> TextDetector:
    from functions.adapters.rekognition_text import RekognitionTextDetector

    return RekognitionTextDetector(endpoint)


@functools.cache
def keys(secret_arn: str) -> SecretKeys:
    from functions.adapters.sync_so.keys import SecretKeys

    return SecretKeys(secret_arn)


def provider(settings: ProviderSettings) -> LipSyncProvider:
    return _provider(settings.sync_so_endpoint, settings.sync_so_secret_arn)


@functools.cache
def _provider(endpoint: str, secret_arn: str) -> LipSyncProvider:
    from functions.adapters.sync_so.client import SyncSoClient
    from functions.adapters.sync_so.provider import SyncSoProvider

    return SyncSoProvider(SyncSoClient(endpoint, keys(secret_arn)), at_once=AT_ONCE)


@functools.cache
def results(endpoint: str) -> LipSyncResults:
    from functions.adapters.sync_so.results import SyncSoResults, rules_for

    return SyncSoResults(rules_for(endpoint))


@functools.cache
def hints(poll_function: str) -> LipSyncHints:
    from functions.adapters.lambda_hints import LambdaHints

    return LambdaHints(poll_function)


def line(settings: LineSettings) -> LipSyncLine:
    """Places at the provider, and who waits for one."""
    from functions.adapters.step_functions_tokens import StepFunctionsTokens

    return LipSyncLine(
        jobs=job_store(settings.lipsync_jobs_table),
        gate=gate(settings.lipsync_gate_table, settings.lipsync_places),
        tokens=StepFunctionsTokens(),
        clock=utc_now,
    )


def desk(jobs_table: str, videos_table: str, bucket: str, rules: LipSyncRules) -> LipSyncDesk:
    """Jobs, their files, and the rules for them."""
    return LipSyncDesk(
        jobs=job_store(jobs_table),
        videos=bootstrap.video_store(videos_table),
        media=bootstrap.media_store(bucket),
        rules=rules,
        clock=utc_now,
    )
