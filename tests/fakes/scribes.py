"""Who writes down, who waits, and what is noted of both: in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from functions.domain.cutting.job import StopRequested
from functions.domain.errors import CutroomError, StaleWriteError
from functions.domain.media.ports import MediaStore
from functions.domain.transcripts.ports import JobState, JobStatus, SpeechJob, TranscriptionJob
from functions.domain.transcripts.transcription import Transcription, WaitState
from functions.services.transcripts.transcription import Scribes
from tests.documents import spoken


@dataclass
class FakeTranscriber:
    """Jobs run until `complete` or `fail` ends them; `refuses` is raised by the next start."""

    media: MediaStore
    jobs: dict[str, TranscriptionJob] = field(default_factory=dict)
    states: dict[str, JobState] = field(default_factory=dict)
    refuses: CutroomError | None = None

    def start(self, job: TranscriptionJob) -> None:
        if self.refuses:
            refusal, self.refuses = self.refuses, None
            raise refusal
        if job.name not in self.jobs:
            self.jobs[job.name] = job
            self.states[job.name] = JobState(status=JobStatus.RUNNING)

    def state(self, name: str) -> JobState | None:
        return self.states.get(name)

    def complete(self, document: Any = None, *, name: str | None = None) -> None:
        """The last job, or one by name, ends well."""
        job = self.jobs[name or self.last]
        self.media.write_json(job.output_key, document or spoken("Hello there. How are you?"))
        self.states[job.name] = JobState(status=JobStatus.COMPLETED, language="en-US")

    def fail(self, reason: str) -> None:
        self.states[self.last] = JobState(status=JobStatus.FAILED, reason=reason)

    @property
    def last(self) -> str:
        return list(self.jobs)[-1]


@dataclass
class FakeTranscriptionStore:
    rows: dict[tuple[str, str], Transcription] = field(default_factory=dict)

    def get(self, video_id: str, window_id: str) -> Transcription | None:
        return self.rows.get((video_id, window_id))

    def save(self, row: Transcription) -> Transcription:
        known = self.rows.get((row.video_id, row.window_id))
        if (known.version if known else 0) != row.version:
            raise StaleWriteError("The transcription")
        saved = replace(row, version=row.version + 1)
        self.rows[row.video_id, row.window_id] = saved
        return saved

    def due(self, now: datetime, limit: int) -> list[Transcription]:
        waiting = [row for row in self.rows.values() if row.state is WaitState.WAITING]
        due = sorted((row for row in waiting if row.check_at <= now), key=lambda it: it.check_at)
        return due[:limit]


@dataclass
class FakeTokens:
    """What was told to whom. Those of `waiting` are told once; others have gone away."""

    waiting: set[str] = field(default_factory=set)
    told: list[tuple[str, Any]] = field(default_factory=list)

    def succeed(self, token: str, result: Mapping[str, Any]) -> bool:
        return self._tell(token, dict(result))

    def fail(self, token: str, error: CutroomError) -> bool:
        return self._tell(token, error.code)

    def _tell(self, token: str, what: Any) -> bool:
        if token not in self.waiting:
            return False
        self.waiting.discard(token)
        self.told.append((token, what))
        return True


@dataclass
class FakeSpeechExtractor:
    """`silent`: there is nothing to hear; `fails` is raised."""

    silent: bool = False
    fails: CutroomError | None = None
    jobs: list[SpeechJob] = field(default_factory=list)

    def extract(self, job: SpeechJob, stop: StopRequested) -> bool:
        self.jobs.append(job)
        if self.fails:
            raise self.fails
        if not self.silent:
            job.target.write_bytes(b"<flac>")
        return not self.silent


def scribes_of(
    transcriber: FakeTranscriber,
    rows: FakeTranscriptionStore,
    tokens: FakeTokens,
    clock: Callable[[], datetime],
) -> Scribes:
    return Scribes(
        transcriber=transcriber,
        rows=rows,
        tokens=tokens,
        media=transcriber.media,
        clock=clock,
        prefix="cutroom-test",
        recheck_s=60,
    )
