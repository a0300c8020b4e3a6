"""Beside the cut: hand a window to the transcriber; a task waits until it is told how that ended.

The token is noted before the job is started, so that nothing can end unheard. A task that is tried
again takes the wait over; a job is never started twice.
"""

from __future__ import annotations

from datetime import timedelta

from functions.domain.transcripts.transcription import Transcription, window_id
from functions.services.runs.stages import Context, load
from functions.services.transcripts.settle_transcription import settle
from functions.services.transcripts.transcription import Scribes, job_of


def await_transcription(
    context: Context,
    scribes: Scribes,
    *,
    video_id: str,
    run_id: str,
    transcription_id: str,
    index: int,
    token: str,
) -> bool:
    """Whether it has ended by now. Raises MediaError where the transcriber refuses it."""
    video = load(context, video_id, run_id).video
    options, now = video.transcription, context.clock()
    new = Transcription(
        video_id=video_id,
        window_id=window_id(transcription_id, index),
        user_id=video.user_id,
        run_id=run_id,
        transcription_id=transcription_id,
        index=index,
        language=options.language,
        speakers=options.speakers,
        task_token=token,
        started_at=now,
        check_at=now + timedelta(seconds=scribes.recheck_s),
    )
    known = scribes.rows.get(video_id, new.window_id)
    row = scribes.rows.save(known.taken_over(new) if known else new)
    scribes.transcriber.start(job_of(row, scribes.prefix))
    return settle(scribes, row)
