"""A window of a video that was handed to the transcriber, and who waits for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final


class WaitState(StrEnum):
    """`waiting`: a task's token is good for it. `over`: it was told how it ended."""

    WAITING = "waiting"
    OVER = "over"


KEPT: Final = timedelta(days=90)
"""As long as Transcribe remembers a job of a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcription:
    """`window_id` is of what was asked and of the window. `attempt` counts jobs, whose names are
    taken once; `language` is what this one was told. `check_at` is when somebody should look."""

    video_id: str
    window_id: str
    user_id: str
    run_id: str
    transcription_id: str
    index: int
    language: str
    speakers: int | None = None
    attempt: int = 1
    state: WaitState = WaitState.WAITING
    task_token: str | None = None
    started_at: datetime
    check_at: datetime
    version: int = 0

    def taken_over(self, new: Transcription) -> Transcription:
        """Another task waits for it. What is over has no result: that takes another job."""
        if self.state is WaitState.OVER:
            return replace(new, attempt=self.attempt + 1, version=self.version)
        token, check_at = new.task_token, new.check_at
        return replace(self, run_id=new.run_id, task_token=token, check_at=check_at)

    def again_in(self, language: str, now: datetime) -> Transcription:
        """The next job, in another language; the same task waits."""
        return replace(self, attempt=self.attempt + 1, language=language, started_at=now)

    def looked_at(self, check_at: datetime) -> Transcription:
        """It goes on; look again then."""
        return replace(self, check_at=check_at)

    def over(self) -> Transcription:
        return replace(self, state=WaitState.OVER, task_token=None)


def window_id(transcription_id: str, index: int) -> str:
    return f"{transcription_id}#{index:04d}"


def job_name(prefix: str, row: Transcription) -> str:
    """`{prefix}.{video}.{transcription}.{window}.{attempt}`: an event of a job names its row."""
    return f"{prefix}.{row.video_id}.{row.transcription_id}.{row.index}.{row.attempt}"


@dataclass(frozen=True, slots=True)
class JobName:
    """A name taken apart."""

    video_id: str
    window_id: str
    attempt: int


def parse_job_name(prefix: str, name: str) -> JobName | None:
    """None for a job of somebody else's."""
    if not name.startswith(f"{prefix}."):
        return None
    parts = name.removeprefix(f"{prefix}.").split(".")
    if len(parts) != 4 or not (parts[2].isdecimal() and parts[3].isdecimal()):
        return None
    video_id, transcription_id, index, attempt = parts
    return JobName(video_id, window_id(transcription_id, int(index)), int(attempt))
