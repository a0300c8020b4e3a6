"""Beside the cut, last: what was heard in all windows becomes the next version of the transcript.

The video's row is written last. What its owner has corrected meanwhile is left alone.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from functions.domain.runs.run import Run
from functions.domain.runs.stage import Stage
from functions.domain.transcripts.document import MadeBy
from functions.domain.transcripts.heard import Heard, read_heard
from functions.domain.transcripts.join import join_windows
from functions.domain.transcripts.options import IDENTIFY
from functions.domain.transcripts.plan import TranscriptPlan, transcription_id
from functions.domain.transcripts.ports import TranscriptionStore
from functions.domain.transcripts.sentences import sentences_of
from functions.domain.transcripts.transcript import Transcript
from functions.domain.transcripts.transcription import window_id
from functions.domain.video import Video
from functions.services.runs.stages import Context, StageWork, load
from functions.services.transcripts.keep_transcript import NewVersion, keep_transcript
from functions.services.transcripts.transcription import (
    heard_of,
    read_transcript_plan,
    transcript_missing,
)

READ_THREADS = 8
UNKNOWN_LANGUAGE = "und"
"""Undetermined (ISO 639): nobody speaks, and nobody has said in which language."""


def finish_transcript(
    context: Context,
    rows: TranscriptionStore,
    engine: str,
    *,
    video_id: str,
    run_id: str,
    transcription: str,
) -> int:
    """Returns the number of words, 0 also where nothing was left to do."""
    work = load(context, video_id, run_id)
    made = _made(context, rows, engine, work, transcription)
    if made is not None:
        new = NewVersion(
            change=lambda video, _: made if _wanted(video, work.run, transcription) else None,
            made_by=MadeBy.ENGINE,
            made_of=_options_of(transcription),
            now=context.clock(),
        )
        keep_transcript(context.videos, context.media, video_id, new)
    reused = made is None
    context.runs.stage_finished(work.run, Stage.TRANSCRIPT, context.clock(), reused=reused)
    return len(made.words) if made else 0


def _wanted(video: Video, run: Run, transcription: str) -> bool:
    """Still, of just these options, and by the run that holds the video."""
    source, asked = video.source, _options_of(transcription)
    same = source is not None and transcription_id(source, video.transcription) == asked
    return same and video.holder == run.run_id and transcript_missing(video, run)


def _options_of(transcription: str) -> str:
    """What is made again has the name of what it is made of, and of its run."""
    return transcription.partition("-")[0]


def _made(
    context: Context, rows: TranscriptionStore, engine: str, work: StageWork, transcription: str
) -> Transcript | None:
    video = work.video
    if not _wanted(video, work.run, transcription):
        return None
    plan = read_transcript_plan(context, video, transcription)

    def read(index: int) -> Heard:
        return read_heard(context.media.read_json(heard_of(video, transcription, index)))

    with ThreadPoolExecutor(READ_THREADS) as pool:
        heard = list(pool.map(read, [window.index for window in plan.windows]))
    words = join_windows(plan.windows, [one.words for one in heard], plan.duration)
    return Transcript(
        language=_language(rows, video, plan, heard),
        words=words,
        sentences=sentences_of(words),
        engine=engine,
    )


def _language(
    rows: TranscriptionStore, video: Video, plan: TranscriptPlan, heard: list[Heard]
) -> str:
    """As it was identified where most is said; else as it was asked for."""
    identified = [one for one in heard if one.language]
    if identified:
        return str(max(identified, key=lambda one: len(one.words)).language)
    for window in plan.windows:
        row = rows.get(video.video_id, window_id(plan.transcription_id, window.index))
        if row is not None and row.language != IDENTIFY:
            return row.language
    asked = video.transcription.language
    return UNKNOWN_LANGUAGE if asked == IDENTIFY else asked
