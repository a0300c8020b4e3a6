"""The composition root: adapters from settings, made once per container.

Each adapter is imported where it is built, so that a function loads only what it uses.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from functions.domain.addresses import AddressRules
from functions.domain.analysis_ports import Analyser
from functions.domain.deletion_ports import DeletionStore, Executions
from functions.domain.hls_ports import HlsWriter
from functions.domain.ingest_ports import Ingests, IngestWatch, SourceReader, SourceResolver
from functions.domain.media_ports import Cutter, MediaStore, Prober
from functions.domain.models import Models
from functions.domain.moment_ports import (
    GenerationStore,
    Memory,
    MomentGenerator,
    MomentRefiner,
    MomentRuns,
    MomentStore,
)
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
from functions.domain.run_ports import Pipeline, RunLock, RunStore, RunWatch, RunWork
from functions.domain.times import utc_now
from functions.domain.transcript_ports import SpeechExtractor, TranscriptionStore
from functions.services.fence import fenced
from functions.services.moments import MomentContext
from functions.services.reap_ingests import IngestReaper
from functions.services.reap_ranges import RangeReaper
from functions.services.reap_runs import Reaper
from functions.services.stages import Context

if TYPE_CHECKING:
    from functions.adapters.dynamo.kept_answers import KeptAnswers
    from functions.runtime.settings import (
        ApiSettings,
        AwaitSettings,
        MomentSettings,
        ScribeSettings,
        StoreSettings,
    )
    from functions.services.transcription import Scribes


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
    from functions.services.transcription import Scribes

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
        media=fenced(media_store(settings.media_bucket), video_store(settings.videos_table)),
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
