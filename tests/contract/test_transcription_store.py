"""Rows of transcriptions: what holds for the table and for the fake alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from functions.adapters.dynamo.transcriptions import DynamoTranscriptionStore
from functions.domain.errors import StaleWriteError
from functions.domain.transcripts.ports import TranscriptionStore
from functions.domain.transcripts.transcription import Transcription, window_id
from tests.fakes.clock import EPOCH
from tests.fakes.scribes import FakeTranscriptionStore


def _row(video_id: str, **overrides: object) -> Transcription:
    values = {
        "video_id": video_id,
        "window_id": window_id("t", 0),
        "user_id": "user",
        "run_id": "run",
        "transcription_id": "t",
        "index": 0,
        "language": "identify",
        "task_token": "x" * 1_000,
        "started_at": EPOCH,
        "check_at": EPOCH,
    }
    return Transcription(**{**values, **overrides})  # type: ignore[arg-type]


@pytest.fixture(params=["fake", "dynamodb"])
def rows(request: pytest.FixtureRequest, tables: dict[str, str]) -> TranscriptionStore:
    if request.param == "fake":
        return FakeTranscriptionStore()
    return DynamoTranscriptionStore(tables["transcriptions"])


class TestTranscriptionStore:
    def test_given_no_row_when_read_then_there_is_none(
        self, rows: TranscriptionStore, fresh: str
    ) -> None:
        assert rows.get(fresh, "t#0000") is None

    def test_given_a_row_when_saved_then_it_reads_back(
        self, rows: TranscriptionStore, fresh: str
    ) -> None:
        saved = rows.save(_row(fresh, speakers=3))

        assert rows.get(fresh, "t#0000") == saved == replace(_row(fresh, speakers=3), version=1)

    def test_given_two_writers_when_saved_then_the_first_wins(
        self, rows: TranscriptionStore, fresh: str
    ) -> None:
        first = rows.save(_row(fresh))
        with pytest.raises(StaleWriteError):
            rows.save(_row(fresh))
        rows.save(replace(first, task_token="next"))

        with pytest.raises(StaleWriteError):
            rows.save(first.over())

    def test_given_rows_when_some_are_due_then_just_those_are_told_longest_due_first(
        self, rows: TranscriptionStore, fresh: str
    ) -> None:
        """Before all that other tests have left."""
        base = EPOCH - timedelta(days=365)
        names = [f"{fresh}-{at}" for at in range(8)]
        for at, name in enumerate(names):
            rows.save(_row(name, check_at=base + timedelta(minutes=at)))
        over = rows.get(names[1], "t#0000")
        assert over
        rows.save(over.over())

        due = rows.due(base + timedelta(minutes=5), 100)

        assert [row.video_id for row in due] == [names[at] for at in (0, 2, 3, 4, 5)]
        assert [row.video_id for row in rows.due(base + timedelta(minutes=5), 2)] == [
            names[0],
            names[2],
        ]
        for row in rows.due(base + timedelta(days=1), 100):
            rows.save(row.over())
        assert rows.due(base + timedelta(days=1), 100) == []
