"""The composition root of what reads, cuts and hears media (see `bootstrap`)."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from functions import bootstrap
from functions.domain.analyses.ports import Analyser
from functions.domain.hls.ports import HlsWriter
from functions.domain.ingests.addresses import AddressRules
from functions.domain.ingests.ports import SourceReader, SourceResolver
from functions.domain.media.ports import Cutter, Prober
from functions.domain.times import utc_now
from functions.domain.transcripts.ports import SpeechExtractor, TranscriptionStore

if TYPE_CHECKING:
    from functions.runtime.run_settings import AwaitSettings, ScribeSettings
    from functions.services.transcripts.transcription import Scribes


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
        media=bootstrap.media_store(settings.media_bucket),
        clock=utc_now,
        prefix=settings.job_prefix,
        recheck_s=settings.recheck_s,
    )


@functools.cache
def source_reader(rules: AddressRules) -> SourceReader:
    from functions.adapters.guarded_http import GuardedHttp
    from functions.adapters.http_source import HttpSourceReader

    return HttpSourceReader(GuardedHttp(rules), rules)


@functools.cache
def source_resolver() -> SourceResolver:
    from functions.adapters.direct_links import DirectLinks

    return DirectLinks()
