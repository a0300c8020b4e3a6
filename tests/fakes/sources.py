"""Sources in memory, with the manners of those on the web."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from functions.domain.errors import CutroomError, UnavailableError
from functions.domain.ingests.ingest import SourceVersion
from functions.domain.ingests.ports import SourceStream
from functions.domain.runs.ports import ExecutionState


@dataclass
class FakeSource:
    """`breaks_after` bytes the connection is lost, of one answer after another; `refusals` are
    raised instead of answers, one each; `sized` False tells no length."""

    body: bytes
    etag: str | None = '"v1"'
    ranges: bool = True
    sized: bool = True
    content_type: str = "video/mp4"
    breaks_after: list[int] = field(default_factory=list)
    refusals: list[CutroomError] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    sent: int = 0


class FakeSourceReader:
    """`before_chunk` is called before each chunk: time passes, others act."""

    def __init__(self, chunk: int = 1024 * 1024) -> None:
        self.sources: dict[str, FakeSource] = {}
        self.before_chunk: Callable[[], object] = lambda: None
        self._chunk = chunk

    @contextmanager
    def open(
        self, url: str, start: int = 0, known: SourceVersion | None = None
    ) -> Iterator[SourceStream]:
        source = self.sources[url]
        source.starts.append(start)
        if source.refusals:
            raise source.refusals.pop(0)
        version = SourceVersion(total=len(source.body) if source.sized else None, etag=source.etag)
        if known is not None and start:
            known.require_same(version)
        begins = start if source.ranges and known and known.validator else 0
        yield SourceStream(
            version=version,
            content_type=source.content_type,
            start=begins,
            chunks=self._chunks(source, begins),
        )

    def _chunks(self, source: FakeSource, start: int) -> Iterator[bytes]:
        limit = source.breaks_after.pop(0) if source.breaks_after else None
        end = len(source.body) if limit is None else min(start + limit, len(source.body))
        for at in range(start, end, self._chunk):
            self.before_chunk()
            piece = source.body[at : min(at + self._chunk, end)]
            source.sent += len(piece)
            yield piece
        if limit is not None and end < len(source.body):
            raise UnavailableError("ingest.interrupted", "The connection broke off.")


class FakeIngests:
    """Executions by video: a repeated start is the same start. `down` makes every call fail,
    `ended` are those that are over."""

    def __init__(self) -> None:
        self.started: dict[str, str] = {}
        self.ended: set[str] = set()
        self.calls = 0
        self.down = False

    def start(self, video_id: str, user_id: str) -> None:
        self.calls += 1
        if self.down:
            raise UnavailableError("dependency.unavailable", "The fetching of videos failed.")
        self.started.setdefault(video_id, user_id)

    def state(self, video_id: str) -> ExecutionState:
        if self.down:
            raise UnavailableError("dependency.unavailable", "The fetching of videos failed.")
        if video_id not in self.started:
            return ExecutionState.ABSENT
        return ExecutionState.ENDED if video_id in self.ended else ExecutionState.RUNNING
