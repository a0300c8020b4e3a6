"""Moments and their generations in memory: every write is conditional, as it is in the tables."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from functions.domain.errors import StaleWriteError, UnavailableError
from functions.domain.moments.generation import LOST, Generation
from functions.domain.moments.moment import Moment
from functions.domain.paging import Page, Position

Key = tuple[str, str]


@dataclass
class FakeMomentStore:
    """`writes` counts rows; `refused` makes the next writes fail as if another was first."""

    rows: dict[Key, Moment] = field(default_factory=dict)
    writes: int = 0
    refused: int = 0
    lock: threading.RLock = field(default_factory=threading.RLock)

    def get(self, video_id: str, moment_id: str) -> Moment | None:
        return self.rows.get((video_id, moment_id))

    def find(self, moment_id: str) -> Moment | None:
        return next((row for key, row in self.rows.items() if key[1] == moment_id), None)

    def of_video(self, video_id: str) -> list[Moment]:
        return [row for key, row in sorted(self.rows.items()) if key[0] == video_id]

    def save(self, moment: Moment) -> Moment:
        with self.lock:
            self._require(moment)
            return self._put(replace(moment, revision=moment.revision + 1))

    def refine(self, parent: Moment, child: Moment) -> Moment:
        with self.lock:
            self._require(parent)
            if _key(child) in self.rows:
                raise StaleWriteError("The moment")
            over = replace(
                parent,
                superseded_by=child.moment_id,
                updated_at=child.created_at,
                revision=parent.revision + 1,
            )
            self._put(over)
            return self._put(child)

    def remove(self, moments: Sequence[Moment]) -> None:
        self.exchange((), moments)

    def exchange(self, added: Sequence[Moment], removed: Sequence[Moment]) -> None:
        with self.lock:
            for moment in removed:
                self._require(moment)
            if any(_key(moment) in self.rows for moment in added):
                raise StaleWriteError("The moment")
            for moment in removed:
                del self.rows[_key(moment)]
            for moment in added:
                self._put(moment)

    def _require(self, moment: Moment) -> None:
        if self.refused:
            self.refused -= 1
            raise StaleWriteError("The moment")
        stored = self.rows.get(_key(moment))
        if stored is None or stored.revision != moment.revision:
            raise StaleWriteError("The moment")

    def _put(self, moment: Moment) -> Moment:
        self.rows[_key(moment)] = moment
        self.writes += 1
        return moment


@dataclass
class FakeGenerationStore:
    moments: FakeMomentStore
    rows: dict[Key, Generation] = field(default_factory=dict)
    heads: dict[str, str] = field(default_factory=dict)

    def get(self, video_id: str, generation_id: str) -> Generation | None:
        return self.rows.get((video_id, generation_id))

    def latest(self, video_id: str) -> Generation | None:
        head = self.heads.get(video_id)
        return self.rows[video_id, head] if head else None

    def of_video(self, video_id: str, *, limit: int, after: Position | None) -> Page[Generation]:
        last = str(after["generation_id"]) if after else None
        mine = [row for key, row in sorted(self.rows.items(), reverse=True) if key[0] == video_id]
        later = [row for row in mine if last is None or row.generation_id < last]
        shown = tuple(later[:limit])
        more = len(later) > limit
        return Page(shown, {"generation_id": shown[-1].generation_id} if more else None)

    def open(self, generation: Generation, before: Generation | None) -> bool:
        with self.moments.lock:
            latest = self.latest(generation.video_id)
            if (latest is None) != (before is None) or _gkey(generation) in self.rows:
                return False
            if latest is not None and before is not None:
                if latest.generation_id != before.generation_id or latest.open != before.open:
                    return False
                if before.open:
                    self.rows[_gkey(before)] = before.failed(LOST, generation.created_at)
            self.rows[_gkey(generation)] = generation
            self.heads[generation.video_id] = generation.generation_id
            return True

    def begin(self, generation: Generation) -> bool:
        return self._write(generation)

    def finish(
        self, generation: Generation, added: Sequence[Moment], removed: Sequence[Moment]
    ) -> bool:
        with self.moments.lock:
            if not self._is_open(generation):
                return False
            self.moments.exchange(added, removed)
            return self._write(generation)

    def fail(self, generation: Generation) -> bool:
        return self._write(generation)

    def _is_open(self, generation: Generation) -> bool:
        stored = self.rows.get(_gkey(generation))
        return stored is not None and stored.open

    def _write(self, generation: Generation) -> bool:
        with self.moments.lock:
            if not self._is_open(generation):
                return False
            self.rows[_gkey(generation)] = generation
            return True


class FakeMomentRuns:
    """`down` makes every start fail."""

    def __init__(self) -> None:
        self.started: set[Key] = set()
        self.calls = 0
        self.down = False

    def start(self, video_id: str, generation_id: str) -> None:
        self.calls += 1
        if self.down:
            raise UnavailableError("dependency.unavailable", "The search for moments failed.")
        self.started.add((video_id, generation_id))


def _key(moment: Moment) -> Key:
    return moment.video_id, moment.moment_id


def _gkey(generation: Generation) -> Key:
    return generation.video_id, generation.generation_id
