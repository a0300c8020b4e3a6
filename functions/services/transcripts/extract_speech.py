"""Beside the cut, one window of it: take the sound out, as the transcriber wants it."""

from __future__ import annotations

from pathlib import Path

from functions.domain.cutting.job import StopRequested
from functions.domain.runs.stage import Stage
from functions.domain.transcripts.heard import NOTHING_SAID
from functions.domain.transcripts.plan import SpeechWindow, TranscriptPlan
from functions.domain.transcripts.ports import SpeechExtractor, SpeechJob
from functions.domain.video import Video
from functions.services.cutting.cut_window import SOURCE_URL_SECONDS
from functions.services.runs.stages import Context, StageWork, load, noted, require_open
from functions.services.transcripts.transcription import heard_of, read_transcript_plan, speech_of

CONTENT_TYPE = "audio/flac"


def extract_speech(
    context: Context,
    extractor: SpeechExtractor,
    folder: Path,
    stop: StopRequested,
    *,
    video_id: str,
    run_id: str,
    transcription_id: str,
    index: int,
) -> bool:
    """Whether there is something to write down. Of what is silent, nobody is asked."""
    work = load(context, video_id, run_id)
    if context.media.find(heard_of(work.video, transcription_id, index)) is not None:
        return False
    key = speech_of(work.video, transcription_id, index)
    if context.media.find(key) is not None:
        return True
    plan = read_transcript_plan(context, work.video, transcription_id)
    job = _job(context, work, plan, plan.windows[index], folder)
    with noted(context, Stage.TRANSCRIPT, work):
        heard = extractor.extract(job, stop)
    if not heard:
        note_silence(context, work.video, transcription_id, index)
        return False
    require_open(context, work.run)
    context.media.upload(job.target, key, CONTENT_TYPE)
    return True


def note_silence(context: Context, video: Video, transcription_id: str, index: int) -> None:
    """As the transcriber would have written it."""
    context.media.write_json(heard_of(video, transcription_id, index), NOTHING_SAID)


def _job(
    context: Context, work: StageWork, plan: TranscriptPlan, window: SpeechWindow, folder: Path
) -> SpeechJob:
    """The last window is heard to the end: the stated length of a file may be short."""
    last = window.hears_to >= plan.duration
    return SpeechJob(
        source_url=context.media.sign_get(work.source, SOURCE_URL_SECONDS),
        container=plan.container,
        audio_index=plan.audio_index or 0,
        start=window.hears_from,
        end=None if last else window.hears_to,
        enterable=plan.enterable,
        target=folder / "speech.flac",
    )
