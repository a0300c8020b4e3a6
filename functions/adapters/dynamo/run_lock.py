"""A video and the run that is to hold it, written together (see `domain/runs/lease.py`)."""

from __future__ import annotations

from dataclasses import replace

from functions.adapters.dynamo.failures import ConditionFailedError
from functions.adapters.dynamo.runs import new_row
from functions.adapters.dynamo.table import Table
from functions.adapters.dynamo.transaction import Transaction
from functions.domain.codec import to_plain
from functions.domain.errors import StaleWriteError
from functions.domain.runs.run import Run
from functions.domain.video import Video

_WHAT = "videos"


class DynamoRunLock:
    def __init__(self, videos: str, runs: str) -> None:
        self._videos, self._runs = Table(videos, _WHAT), Table(runs, "pipeline runs")

    def take(self, video: Video, run: Run) -> Video:
        taken = replace(video, version=video.version + 1)
        writes = Transaction(_WHAT)
        read = {":read": video.version}
        writes.put(self._videos, to_plain(taken), "#version = :read", read, {"#version": "version"})
        self._commit(writes, run)
        return taken

    def create(self, video: Video, run: Run) -> bool:
        writes = Transaction(_WHAT)
        writes.put(self._videos, to_plain(video), "attribute_not_exists(video_id)")
        try:
            self._commit(writes, run)
        except StaleWriteError:
            return False
        return True

    def _commit(self, writes: Transaction, run: Run) -> None:
        writes.put(self._runs, new_row(run), "attribute_not_exists(run_id)")
        try:
            writes.commit()
        except ConditionFailedError as error:
            raise StaleWriteError("The video") from error
