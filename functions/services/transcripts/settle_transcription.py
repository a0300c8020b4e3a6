"""Whoever hears that a job may have ended looks himself, and tells the task that waits.

Events are delivered at least once or not at all, so everybody may look at any time: who comes
second finds nobody waiting.
"""

from __future__ import annotations

import logging
import re
from datetime import timedelta
from typing import Final

from functions.domain.errors import (
    CutroomError,
    MediaError,
    StaleWriteError,
    UnavailableError,
)
from functions.domain.transcripts.heard import NOTHING_SAID
from functions.domain.transcripts.options import IDENTIFY
from functions.domain.transcripts.ports import JobState, JobStatus
from functions.domain.transcripts.transcription import (
    Transcription,
    WaitState,
    job_name,
    parse_job_name,
)
from functions.services.transcripts.transcription import Scribes, job_of

logger = logging.getLogger(__name__)
AT_ONCE: Final = 100
"""Rows that one look around takes."""
GIVEN_UP: Final = timedelta(hours=12)
"""No execution waits as long."""
FALLBACK: Final = "en-US"
"""What is heard where somebody speaks too little for his language to be told."""
# Source: what Amazon Transcribe gives as reasons for short sound; it names no codes.
_TOO_LITTLE: Final = re.compile(
    r"speech segment long enough|file length is too small|audio duration", re.IGNORECASE
)
_LANGUAGE: Final = re.compile(r"\blanguage\b", re.IGNORECASE)


def settle(scribes: Scribes, row: Transcription) -> bool:
    """Whether it is over; then who waits has been told."""
    if row.state is WaitState.OVER or row.task_token is None:
        return True
    state = scribes.transcriber.state(job_name(scribes.prefix, row))
    if state is None:
        return _lost(scribes, row, row.task_token)
    if state.status is JobStatus.RUNNING:
        return False
    if state.status is JobStatus.FAILED and _TOO_LITTLE.search(state.reason):
        if row.language == IDENTIFY:
            return _heard_again(scribes, row)
        scribes.media.write_json(job_of(row, scribes.prefix).output_key, NOTHING_SAID)
        state = JobState(status=JobStatus.COMPLETED)
    if state.status is JobStatus.FAILED:
        scribes.tokens.fail(row.task_token, _refused(row, state.reason))
    else:
        scribes.tokens.succeed(row.task_token, {"heard": True})
    _close(scribes, row)
    return True


def follow(scribes: Scribes, name: str) -> bool:
    """A job of this name is said to have ended. False where it is none of ours, or an old one."""
    named = parse_job_name(scribes.prefix, name)
    row = scribes.rows.get(named.video_id, named.window_id) if named else None
    if named is None or row is None or row.attempt != named.attempt:
        return False
    return settle(scribes, row)


def look_around(scribes: Scribes) -> int:
    """Look at all that nobody has looked at for a while; returns how many were over.

    Raises the first error after all were tried.
    """
    now, over, errors = scribes.clock(), 0, list[CutroomError]()
    for row in scribes.rows.due(now, AT_ONCE):
        try:
            over += _look_at(scribes, row)
        except CutroomError as error:
            logger.warning("transcription not looked at", extra={"code": error.code})
            errors.append(error)
    if errors:
        raise errors[0]
    return over


def _look_at(scribes: Scribes, row: Transcription) -> bool:
    now = scribes.clock()
    if settle(scribes, row):
        return True
    if now - row.started_at > GIVEN_UP:
        _close(scribes, row)
        return True
    _save(scribes, row.looked_at(now + timedelta(seconds=scribes.recheck_s)))
    return False


def _lost(scribes: Scribes, row: Transcription, token: str) -> bool:
    """Whoever was to start it died before; if the task still waits, it is tried again."""
    lost = UnavailableError("transcript.lost", "The transcription was not started; trying again.")
    if not scribes.tokens.fail(token, lost):
        _close(scribes, row)
    return True


def _heard_again(scribes: Scribes, row: Transcription) -> bool:
    """Short speech is speech, too."""
    again = _save(scribes, row.again_in(FALLBACK, scribes.clock()))
    if again:
        scribes.transcriber.start(job_of(again, scribes.prefix))
    return False


def _close(scribes: Scribes, row: Transcription) -> None:
    _save(scribes, row.over())


def _save(scribes: Scribes, row: Transcription) -> Transcription | None:
    """None where another has been here meanwhile, who has done the same."""
    try:
        return scribes.rows.save(row)
    except StaleWriteError:
        return None


def _refused(row: Transcription, reason: str) -> MediaError:
    if _LANGUAGE.search(reason):
        return MediaError(
            "transcript.language_unsupported",
            f"The language {row.language} cannot be written down here. Start the pipeline again "
            "with another language for the transcript.",
        )
    return MediaError(
        "transcript.refused",
        "The sound of this video cannot be written down. Save it again as MP4 with AAC, or start "
        "the pipeline again with another language for the transcript.",
    )
