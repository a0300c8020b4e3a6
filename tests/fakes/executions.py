"""Executions of one machine, by name."""

from __future__ import annotations

from collections.abc import Mapping

from functions.domain.transcripts.transcription import Transcription


class FakeTranscriptionJobs:
    """`at_work` holds (window, attempt) of those that cannot be forgotten yet."""

    def __init__(self) -> None:
        self.at_work: set[tuple[str, int]] = set()
        self.forgotten: set[tuple[str, int]] = set()

    def forget(self, of: Transcription) -> bool:
        job = (of.window_id, of.attempt)
        if job not in self.at_work:
            self.forgotten.add(job)
        return job not in self.at_work


class FakeExecutions:
    def __init__(self) -> None:
        self.started: dict[str, Mapping[str, str]] = {}
        self.stopped: list[str] = []

    def start(self, name: str, ids: Mapping[str, str]) -> None:
        self.started.setdefault(name, ids)

    def stop(self, name: str, cause: str) -> None:
        assert cause
        self.stopped.append(name)
