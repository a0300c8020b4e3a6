"""What the steps of a transcription share: what is wanted, and where things lie."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from functions.domain.codec import from_plain
from functions.domain.keys import heard_key, speech_key
from functions.domain.media.ports import MediaStore
from functions.domain.runs.run import Run
from functions.domain.runs.stage import Stage
from functions.domain.transcripts.plan import TranscriptPlan, transcription_id
from functions.domain.transcripts.ports import (
    TaskTokens,
    Transcriber,
    TranscriptionJob,
    TranscriptionStore,
)
from functions.domain.transcripts.transcription import Transcription, job_name
from functions.domain.video import Video
from functions.services.runs.stages import Context, StageWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Scribes:
    """Who is asked to write down, who waits for it, and what is noted of both. `prefix` begins the
    names of our jobs, `recheck_s` is how long nobody looks at one by himself."""

    transcriber: Transcriber
    rows: TranscriptionStore
    tokens: TaskTokens
    media: MediaStore
    clock: Callable[[], datetime]
    prefix: str
    recheck_s: int


def transcript_wanted(work: StageWork) -> bool:
    """Left to make, or to be made again, and this run's to make."""
    return work.run.does(Stage.TRANSCRIPT) and transcript_missing(work.video, work.run)


def transcript_missing(video: Video, run: Run) -> bool:
    """Asked for, not made of just this before unless it is to be made again, and not corrected by
    its owner since."""
    if not video.transcribes or video.source is None or video.transcript_corrected:
        return False
    again = run.redoes(Stage.TRANSCRIPT) and video.transcript_run != run.run_id
    return again or video.transcript_of != transcription_id(video.source, video.transcription)


def plan_key_of(video: Video, transcription: str) -> str:
    """Beside the sound that is taken out by it."""
    return speech_of(video, transcription, 0).rpartition("/")[0] + "/plan.json"


def read_transcript_plan(context: Context, video: Video, transcription: str) -> TranscriptPlan:
    return from_plain(TranscriptPlan, context.media.read_json(plan_key_of(video, transcription)))


def heard_of(video: Video, transcription: str, index: int) -> str:
    return heard_key(video.user_id, video.video_id, transcription, index)


def speech_of(video: Video, transcription: str, index: int) -> str:
    return speech_key(video.user_id, video.video_id, transcription, index)


def job_of(row: Transcription, prefix: str) -> TranscriptionJob:
    """What the transcriber is asked for a row."""
    place = (row.user_id, row.video_id, row.transcription_id, row.index)
    return TranscriptionJob(
        name=job_name(prefix, row),
        media_key=speech_key(*place),
        output_key=heard_key(*place),
        language=row.language,
        speakers=row.speakers,
    )
