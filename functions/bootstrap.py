"""The composition root: adapters from settings, made once per container.

Each adapter is imported where it is built, so that a function loads only what it uses.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from datetime import tzinfo
from typing import TYPE_CHECKING

from functions.domain.analyses.ports import Analyser
from functions.domain.deletions.ports import DeletionStore, Executions
from functions.domain.hls.ports import HlsWriter
from functions.domain.ingests.addresses import AddressRules
from functions.domain.ingests.ports import Ingests, IngestWatch, SourceReader, SourceResolver
from functions.domain.media.ports import Cutter, MediaStore, Prober
from functions.domain.moments.models import Models
from functions.domain.moments.ports import (
    GenerationStore,
    Memory,
    MomentGenerator,
    MomentRefiner,
    MomentRuns,
    MomentStore,
)
from functions.domain.platforms.accounts import AccountStore
from functions.domain.platforms.demands import DemandRuns, Demands
from functions.domain.platforms.ports import Consents, PostNumbers
from functions.domain.platforms.syncing import Budgets, SyncPosts, SyncRuns
from functions.domain.ports import (
    Account,
    PreferenceStore,
    RangeCuts,
    RequestCounts,
    SegmentCounters,
    SegmentStore,
    SegmentWatch,
    UserDirectory,
    VideoStore,
)
from functions.domain.posts.post import Platform
from functions.domain.posts.query import PostLists
from functions.domain.runs.ports import Pipeline, RunLock, RunStore, RunWatch, RunWork
from functions.domain.times import utc_now
from functions.domain.transcripts.ports import SpeechExtractor, TranscriptionStore
from functions.domain.vault import Vault
from functions.runtime.clock import clock_at
from functions.services.cutting.reap_ranges import RangeReaper
from functions.services.ingests.reap_ingests import IngestReaper
from functions.services.moments.context import MomentContext
from functions.services.runs.fence import fenced
from functions.services.runs.reap_runs import Reaper
from functions.services.runs.stages import Context

if TYPE_CHECKING:
    from functions.adapters.dynamo.kept_answers import KeptAnswers
    from functions.adapters.step_functions_syncs import S3SyncLists
    from functions.runtime.settings import (
        ApiSettings,
        AwaitSettings,
        FollowAccountsSettings,
        MomentSettings,
        PlanAskedSettings,
        ScribeSettings,
        StoreSettings,
        SyncSettings,
    )
    from functions.services.posts.ask_for_sync import DemandWork
    from functions.services.posts.follow_account import AccountWork
    from functions.services.posts.fresh_tokens import Keyring
    from functions.services.posts.sync_posts import SyncTools
    from functions.services.transcripts.transcription import Scribes


@functools.cache
def video_store(table: str) -> VideoStore:
    from functions.adapters.dynamo.videos import DynamoVideoStore

    return DynamoVideoStore(table)


@functools.cache
def run_store(table: str) -> RunStore:
    from functions.adapters.dynamo.runs import DynamoRunStore

    return DynamoRunStore(table)


@functools.cache
def run_lock(videos: str, runs: str) -> RunLock:
    from functions.adapters.dynamo.run_lock import DynamoRunLock

    return DynamoRunLock(videos, runs)


@functools.cache
def run_watch(table: str) -> RunWatch:
    from functions.adapters.dynamo.run_watch import DynamoRunWatch

    return DynamoRunWatch(table)


@functools.cache
def segment_store(table: str, counters: str, snapshots: str) -> SegmentStore:
    from functions.adapters.dynamo.segments import DynamoSegmentStore

    return DynamoSegmentStore(table, counters, snapshots)


@functools.cache
def segment_watch(table: str) -> SegmentWatch:
    from functions.adapters.dynamo.segment_watch import DynamoSegmentWatch

    return DynamoSegmentWatch(table)


@functools.cache
def ingest_watch(table: str) -> IngestWatch:
    from functions.adapters.dynamo.ingest_watch import DynamoIngestWatch

    return DynamoIngestWatch(table)


@functools.cache
def segment_counters(table: str) -> SegmentCounters:
    from functions.adapters.dynamo.counters import DynamoSegmentCounters

    return DynamoSegmentCounters(table)


@functools.cache
def request_counts(table: str) -> RequestCounts:
    from functions.adapters.dynamo.request_counts import DynamoRequestCounts

    return DynamoRequestCounts(table)


@functools.cache
def preference_store(table: str) -> PreferenceStore:
    from functions.adapters.dynamo.preferences import DynamoPreferenceStore

    return DynamoPreferenceStore(table)


@functools.cache
def media_store(bucket: str) -> MediaStore:
    from functions.adapters.s3_media_store import S3MediaStore

    return S3MediaStore(bucket)


@functools.cache
def prober(bucket: str) -> Prober:
    from functions.adapters.pyav.prober import PyAvProber

    return PyAvProber(bucket)


@functools.cache
def cutter() -> Cutter:
    from functions.adapters.ffmpeg.cutter import FfmpegCutter

    return FfmpegCutter()


@functools.cache
def analyser() -> Analyser:
    from functions.adapters.ffmpeg.analysis.analyser import FfmpegAnalyser

    return FfmpegAnalyser()


@functools.cache
def hls_writer() -> HlsWriter:
    from functions.adapters.ffmpeg.hls import FfmpegHlsWriter

    return FfmpegHlsWriter()


@functools.cache
def speech_extractor() -> SpeechExtractor:
    from functions.adapters.ffmpeg.speech import FfmpegSpeechExtractor

    return FfmpegSpeechExtractor()


@functools.cache
def transcription_store(table: str) -> TranscriptionStore:
    from functions.adapters.dynamo.transcriptions import DynamoTranscriptionStore

    return DynamoTranscriptionStore(table)


def scribes(settings: ScribeSettings | AwaitSettings) -> Scribes:
    """Who writes down what is said, and who waits for it."""
    from functions.adapters.amazon_transcriber import AmazonTranscriber
    from functions.adapters.step_functions_tokens import StepFunctionsTokens
    from functions.services.transcripts.transcription import Scribes

    return Scribes(
        transcriber=AmazonTranscriber(settings.media_bucket, settings.transcribe_endpoint),
        rows=transcription_store(settings.transcriptions_table),
        tokens=StepFunctionsTokens(),
        media=media_store(settings.media_bucket),
        clock=utc_now,
        prefix=settings.job_prefix,
        recheck_s=settings.recheck_s,
    )


@functools.cache
def pipeline(state_machine_arn: str) -> Pipeline:
    from functions.adapters.step_functions_pipeline import StepFunctionsPipeline

    return StepFunctionsPipeline(state_machine_arn)


@functools.cache
def range_cuts(state_machine_arn: str) -> RangeCuts:
    from functions.adapters.step_functions_range_cuts import StepFunctionsRangeCuts

    return StepFunctionsRangeCuts(state_machine_arn)


@functools.cache
def moment_store(table: str) -> MomentStore:
    from functions.adapters.dynamo.moments import DynamoMomentStore

    return DynamoMomentStore(table)


@functools.cache
def generation_store(table: str, moments: str) -> GenerationStore:
    from functions.adapters.dynamo.generations import DynamoGenerationStore

    return DynamoGenerationStore(table, moments)


@functools.cache
def moment_runs(state_machine_arn: str) -> MomentRuns:
    from functions.adapters.step_functions_moments import StepFunctionsMoments

    return StepFunctionsMoments(state_machine_arn)


def moment_generator(
    models: Models, name: str, memory: Memory, stop: Callable[[], bool]
) -> MomentGenerator:
    """The generator of a model's name; `stop` says when there is no time to ask a model."""
    from functions.domain.moments.embedded import EmbeddedGenerator

    model = models.named(name)
    if model is None:
        return EmbeddedGenerator()
    from functions.adapters.bedrock.converse import Converse
    from functions.adapters.bedrock.generator import BedrockGenerator

    converse = Converse(models.endpoint)
    return BedrockGenerator(converse, model, instead=EmbeddedGenerator(), memory=memory, stop=stop)


def moment_refiner(models: Models, name: str) -> MomentRefiner:
    """The refiner of a model's name. Somebody waits for its answer: a model has less time."""
    model = models.named(name)
    if model is None:
        from functions.domain.moments.refining import EmbeddedRefiner

        return EmbeddedRefiner()
    from functions.adapters.bedrock.converse import Converse
    from functions.adapters.bedrock.refiner import BedrockRefiner

    return BedrockRefiner(Converse(models.endpoint, read_seconds=10, attempts=2), model)


@functools.cache
def ingests(state_machine_arn: str) -> Ingests:
    from functions.adapters.step_functions_ingests import StepFunctionsIngests

    return StepFunctionsIngests(state_machine_arn)


@functools.cache
def source_reader(rules: AddressRules) -> SourceReader:
    from functions.adapters.guarded_http import GuardedHttp
    from functions.adapters.http_source import HttpSourceReader

    return HttpSourceReader(GuardedHttp(rules), rules)


@functools.cache
def source_resolver() -> SourceResolver:
    from functions.adapters.direct_links import DirectLinks

    return DirectLinks()


@functools.cache
def user_directory(user_pool_id: str) -> UserDirectory:
    from functions.adapters.cognito_user_directory import CognitoUserDirectory

    return CognitoUserDirectory(user_pool_id)


@functools.cache
def cursor_secret(secret_arn: str) -> bytes:
    from functions.adapters.secrets import read_secret

    return read_secret(secret_arn)


@functools.cache
def deletion_store(table: str, videos: str) -> DeletionStore:
    from functions.adapters.dynamo.deletions import DynamoDeletionStore

    return DynamoDeletionStore(table, videos)


@functools.cache
def kept_answers(table: str) -> KeptAnswers:
    from functions.adapters.dynamo.kept_answers import KeptAnswers

    return KeptAnswers(table)


@functools.cache
def executions(state_machine_arn: str, what: str) -> Executions:
    from functions.adapters.executions import Executions as StepFunctionsExecutions

    return StepFunctionsExecutions(what, state_machine_arn)


@functools.cache
def shown_video_store(table: str, deletions: str) -> VideoStore:
    """Videos as their users see them: without those that are being deleted."""
    from functions.adapters.dynamo.videos import DynamoVideoStore

    return DynamoVideoStore(table, deletion_store(deletions, table))


@functools.cache
def shown_segment_store(
    table: str, counters: str, snapshots: str, deletions: str, videos: str
) -> SegmentStore:
    """Segments as their users see them: without those of videos that are being deleted."""
    from functions.adapters.dynamo.segments import DynamoSegmentStore

    return DynamoSegmentStore(table, counters, snapshots, deletion_store(deletions, videos))


@functools.cache
def post_lists(snapshots: str, deletions: str, videos: str) -> PostLists:
    """Posts as their users see them: without those of videos that are being deleted."""
    from functions.adapters.dynamo.post_lists import DynamoPostLists

    return DynamoPostLists(snapshots, deletion_store(deletions, videos))


def time_zone(name: str) -> tzinfo | None:
    from functions.adapters import time_zones

    return time_zones.time_zone(name)


def shown_segments_of(settings: ApiSettings) -> SegmentStore:
    return shown_segment_store(
        settings.segments_table,
        settings.counters_table,
        settings.snapshots_table,
        settings.deletions_table,
        settings.videos_table,
    )


def health_checks(tables: Mapping[str, str], bucket: str, queue: str) -> Mapping[str, bool]:
    from functions.adapters.health import reach

    return reach(tables, bucket, queue)


def segments_of(settings: StoreSettings) -> SegmentStore:
    """Segments with the tables that change together with them."""
    return segment_store(settings.segments_table, settings.counters_table, settings.snapshots_table)


def spending(settings: StoreSettings) -> Callable[[str, str, int, int], None]:
    """What each step of a run took is added up on the run."""

    def tell(video_id: str, run_id: str, milliseconds: int, memory_mb: int) -> None:
        store = run_store(settings.runs_table)
        store.spent(video_id, run_id, milliseconds=milliseconds, memory_mb=memory_mb)

    return tell


@functools.cache
def account_store(table: str) -> AccountStore:
    from functions.adapters.dynamo.social_accounts import DynamoAccountStore

    return DynamoAccountStore(table)


@functools.cache
def vault(key_id: str) -> Vault:
    from functions.adapters.kms_vault import KmsVault

    return KmsVault(key_id)


@functools.cache
def consents(platform: Platform, endpoint: str, apps_arn: str) -> Consents:
    from functions.adapters.social.making import app_of, make_consents

    return make_consents(platform, endpoint, lambda: app_of(apps_arn, platform))


def keyring(settings: SyncSettings | ApiSettings) -> Keyring:
    """What tokens of accounts are had with."""
    from functions.services.posts.fresh_tokens import Keyring

    return Keyring(
        accounts=account_store(settings.social_accounts_table),
        vault=vault(settings.social_key),
        consents=lambda one: consents(one, settings.social_endpoint, settings.social_apps_arn),
        clock=clock_at(settings.social_clock),
    )


@functools.cache
def sync_posts(table: str) -> SyncPosts:
    from functions.adapters.dynamo.sync_posts import DynamoSyncPosts

    return DynamoSyncPosts(table)


@functools.cache
def budgets(table: str) -> Budgets:
    from functions.adapters.dynamo.budgets import DynamoBudgets

    return DynamoBudgets(table)


@functools.cache
def sync_runs(state_machine_arn: str, bucket: str) -> SyncRuns:
    from functions.adapters.step_functions_syncs import StepFunctionsSyncs

    return StepFunctionsSyncs(state_machine_arn, bucket)


@functools.cache
def post_numbers(platform: Platform, endpoint: str) -> PostNumbers:
    from functions.adapters.social.making import make_numbers

    return make_numbers(platform, endpoint)


def sync_tools(settings: SyncSettings) -> SyncTools:
    """What a batch of posts is looked at with."""
    from functions.services.posts.sync_posts import SyncTools

    return SyncTools(
        posts=sync_posts(settings.social_posts_table),
        segments=segments_of(settings),
        budgets=budgets(settings.budgets_table),
        keyring=keyring(settings),
        numbers=lambda one: post_numbers(one, settings.social_endpoint),
        cadence=settings.sync_cadence,
        with_youtube=settings.youtube_combined,
        clock=clock_at(settings.social_clock),
    )


def account_work(settings: FollowAccountsSettings) -> AccountWork:
    """What follows from connecting accounts, and from disconnecting them."""
    from functions.services.posts.follow_account import AccountWork

    return AccountWork(
        accounts=account_store(settings.social_accounts_table),
        posts=sync_posts(settings.social_posts_table),
        segments=segments_of(settings),
        with_youtube=settings.youtube_combined,
        clock=clock_at(settings.social_clock),
    )


@functools.cache
def sync_lists(bucket: str) -> S3SyncLists:
    from functions.adapters.step_functions_syncs import S3SyncLists

    return S3SyncLists(bucket)


@functools.cache
def demand_runs(state_machine_arn: str) -> DemandRuns:
    from functions.adapters.step_functions_syncs import StepFunctionsDemands

    return StepFunctionsDemands(state_machine_arn)


@functools.cache
def demands(table: str) -> Demands:
    from functions.adapters.dynamo.demands import DynamoDemands

    return DynamoDemands(table)


def demand_work(settings: ApiSettings | PlanAskedSettings) -> DemandWork:
    """What looks on demand are granted and planned with."""
    from functions.services.posts.ask_for_sync import DemandWork

    return DemandWork(
        demands=demands(settings.syncs_table),
        accounts=account_store(settings.social_accounts_table),
        posts=sync_posts(settings.social_posts_table),
        segments=segments_of(settings),
        budgets=budgets(settings.budgets_table),
        cadence=settings.sync_cadence,
        clock=clock_at(settings.social_clock),
    )


def outside_work() -> tuple[RunWork, ...]:
    """What may go on for a run outside of its own execution: whoever begins such work adds here
    what ends it. It is ended with the run, however that ends but well."""
    return ()


def all_work(state_machine_arn: str) -> tuple[RunWork, ...]:
    """The run's execution, and all that may go on beside it."""
    return (pipeline(state_machine_arn), *outside_work())


def reaper(settings: StoreSettings, state_machine_arn: str) -> Reaper:
    """Brings runs that stopped without an end to one."""
    return Reaper(
        context=context(settings),
        pipeline=pipeline(state_machine_arn),
        watch=run_watch(settings.runs_table),
        works=all_work(state_machine_arn),
    )


def range_reaper(settings: StoreSettings, range_machine_arn: str) -> RangeReaper:
    """The same for ranges."""
    return RangeReaper(
        context=context(settings),
        cuts=range_cuts(range_machine_arn),
        watch=segment_watch(settings.segments_table),
    )


def ingest_reaper(settings: StoreSettings, ingest_machine_arn: str) -> IngestReaper:
    """The same for videos that are fetched."""
    return IngestReaper(
        context=context(settings),
        ingests=ingests(ingest_machine_arn),
        watch=ingest_watch(settings.videos_table),
    )


def fenced_store(bucket: str, videos: str) -> MediaStore:
    """For who may go on after a video was deleted."""
    return fenced(media_store(bucket), video_store(videos))


@functools.cache
def account() -> Account:
    from functions.adapters.lambda_account import LambdaAccount

    return LambdaAccount()


def context(settings: StoreSettings) -> Context:
    """What every stage of the pipeline works with."""
    return Context(
        videos=video_store(settings.videos_table),
        runs=run_store(settings.runs_table),
        segments=segments_of(settings),
        media=fenced_store(settings.media_bucket, settings.videos_table),
        clock=utc_now,
    )


def moment_context(settings: MomentSettings | ApiSettings) -> MomentContext:
    """What work on moments works with, beside that."""
    return MomentContext(
        context=context(settings),
        moments=moment_store(settings.moments_table),
        generations=generation_store(settings.generations_table, settings.moments_table),
        models=settings.models,
    )
