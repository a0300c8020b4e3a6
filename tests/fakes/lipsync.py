"""Lip-sync in memory: jobs, the line before the provider, the provider, and ffmpeg's part of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from functions.domain.codec import from_plain, to_plain
from functions.domain.cutting.job import StopRequested
from functions.domain.errors import CutroomError, MediaError, StaleWriteError, UnavailableError
from functions.domain.lipsync.asked import TextRegion
from functions.domain.lipsync.errors import (
    OutcomeUnknownError,
    ProviderError,
    ProviderUnavailableError,
    UnknownGenerationError,
)
from functions.domain.lipsync.generation import GenerationStatus, SyncGeneration, SyncRequest
from functions.domain.lipsync.job import LipSyncJob
from functions.domain.lipsync.job_ports import DueJob, Waiting, Written
from functions.domain.lipsync.polling import poll_shard
from functions.domain.lipsync.ports import CostEstimate
from functions.domain.lipsync.trouble import trouble_of
from functions.domain.paging import Page, Position
from functions.domain.times import Milliseconds


@dataclass
class FakeLipSyncJobStore:
    """Rows go through plain values, as in a table. `reads` and `writes` count."""

    rows: dict[str, dict[str, object]] = field(default_factory=dict)
    reads: int = 0
    writes: int = 0
    _good: int = 0
    _bad: int = 0

    def fail_next_save(self, *, after: int = 0, times: int = 10) -> None:
        """After so many saves that go well, so many fail."""
        self._good, self._bad = after, times

    def get(self, job_id: str) -> LipSyncJob | None:
        self.reads += 1
        row = self.rows.get(job_id)
        return from_plain(LipSyncJob, row) if row else None

    def create(self, job: LipSyncJob) -> bool:
        if job.job_id in self.rows:
            return False
        self._put(replace(job, version=1))
        return True

    def save(self, job: LipSyncJob) -> LipSyncJob:
        if self._good:
            self._good -= 1
        elif self._bad:
            self._bad -= 1
            raise StaleWriteError("The job")
        known = self.rows.get(job.job_id)
        if known is None or known["version"] != job.version:
            raise StaleWriteError("The job")
        saved = replace(job, version=job.version + 1)
        self._put(saved)
        return saved

    def _put(self, job: LipSyncJob) -> None:
        self.writes += 1
        self.rows[job.job_id] = to_plain(job)

    def of_user(self, user_id: str, *, limit: int, after: Position | None) -> Page[LipSyncJob]:
        every = [from_plain(LipSyncJob, row) for row in self.rows.values()]
        own = [job for job in every if job.user_id == user_id]
        own.sort(key=lambda job: (job.created_at, job.job_id), reverse=True)
        begin = int(after["at"]) if after else 0
        some = own[begin : begin + limit]
        more = begin + limit < len(own)
        return Page(tuple(some), {"at": begin + limit} if more else None)

    def due(self, shard: str, until: datetime, limit: int) -> list[DueJob]:
        found = [due for due in map(_due, self._jobs()) if due and due.next_poll_at <= until]
        mine = [due for due in found if poll_shard(due.job_id) == shard]
        return sorted(mine, key=lambda due: due.next_poll_at)[:limit]

    def _jobs(self) -> list[LipSyncJob]:
        return [from_plain(LipSyncJob, row) for row in self.rows.values()]

    def postpone(self, job: DueJob, until: datetime) -> bool:
        row = self.get(job.job_id)
        due = _due(row) if row else None
        if row is None or due is None or due.next_poll_at != job.next_poll_at:
            return False
        if due.generation_id != job.generation_id:
            return False
        self._put(replace(row, next_poll_at=until, polls=row.polls + 1, version=row.version + 1))
        return True

    def hasten(self, job_id: str, generation_id: str, now: datetime) -> bool:
        row = self.get(job_id)
        if row is None or row.next_poll_at is None or row.generation_id != generation_id:
            return False
        self._put(replace(row, next_poll_at=now, version=row.version + 1))
        return True


def _due(job: LipSyncJob) -> DueJob | None:
    attempt = job.attempt
    if job.next_poll_at is None or attempt is None or attempt.generation_id is None:
        return None
    assert attempt.submitted_at
    assert job.deadline
    return DueJob(
        job_id=job.job_id,
        generation_id=attempt.generation_id,
        model=job.model,
        submitted_at=attempt.submitted_at,
        next_poll_at=job.next_poll_at,
        deadline=job.deadline,
    )


@dataclass
class FakeLipSyncGate:
    places: int = 3
    line: list[tuple[int, int, Waiting]] = field(default_factory=list)
    given: dict[str, tuple[Waiting, datetime, bool]] = field(default_factory=dict)
    ranks: dict[str, int] = field(default_factory=dict)
    rank: int = 0
    _entered: int = 0

    def enter(self, waiting: Waiting, now: datetime) -> None:
        if waiting.job_id in self.given:
            _, until, _ = self.given[waiting.job_id]
            self.given[waiting.job_id] = (waiting, until, False)
            return
        for at, (rank, order, one) in enumerate(self.line):
            if one.job_id == waiting.job_id:
                self.line[at] = (rank, order, waiting)
                return
        rank = max(self.ranks.get(waiting.user_id, 0), self.rank) + 1
        self.ranks[waiting.user_id] = rank
        self._entered += 1
        self.line.append((rank, self._entered, waiting))
        self.line.sort(key=lambda row: row[:2])

    def admit(self, now: datetime, until: datetime) -> list[Waiting]:
        self.given = {job: row for job, row in self.given.items() if row[1] > now}
        while self.line and len(self.given) < self.places:
            self.rank, _, one = self.line.pop(0)
            self.given[one.job_id] = (one, until, False)
        return [one for one, _, told in self.given.values() if not told]

    def told(self, job_id: str) -> None:
        if job_id in self.given:
            waiting, until, _ = self.given[job_id]
            self.given[job_id] = (waiting, until, True)

    def leave(self, job_id: str) -> None:
        self.given.pop(job_id, None)
        self.line = [row for row in self.line if row[2].job_id != job_id]

    def held(self, now: datetime) -> list[str]:
        return [job for job, row in self.given.items() if row[1] > now]


@dataclass
class FakeLipSyncRuns:
    started: list[str] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)

    def start(self, job_id: str) -> None:
        if job_id not in self.started:
            self.started.append(job_id)

    def stop(self, job_id: str) -> None:
        self.stopped.append(job_id)


@dataclass
class FakeProvider:
    """Takes one request for each key. `troubles` are raised by the next submissions, after the
    request was taken where `taken_all_the_same` says so."""

    requests: dict[str, SyncRequest] = field(default_factory=dict)
    generations: dict[str, SyncGeneration] = field(default_factory=dict)
    troubles: list[ProviderError] = field(default_factory=list)
    taken_all_the_same: bool = False
    fails_to_find: bool = False
    submissions: int = 0
    gets: int = 0
    waits: list[int] = field(default_factory=list)

    def submit(self, request: SyncRequest, key: str) -> SyncGeneration:
        self.submissions += 1
        trouble = self.troubles.pop(0) if self.troubles else None
        if trouble is None or self.taken_all_the_same:
            self._take(request, key)
        if trouble is not None:
            raise trouble
        return self.generations[f"generation-{key}"]

    def _take(self, request: SyncRequest, key: str) -> None:
        known = self.requests.setdefault(key, request)
        assert known == request, "another request under the same key"
        name = f"generation-{key}"
        pending = SyncGeneration(id=name, status=GenerationStatus.PENDING, name=request.name)
        self.generations.setdefault(name, pending)

    def get(
        self, generation_ids: Sequence[str], *, wait: int = 0
    ) -> Mapping[str, SyncGeneration | ProviderError]:
        self.gets += len(generation_ids)
        self.waits.append(wait)
        gone = UnknownGenerationError(trouble_of("generation_not_found"))
        return {one: self.generations.get(one, gone) for one in generation_ids}

    def find(self, request: SyncRequest, since: datetime) -> SyncGeneration | None:
        if self.fails_to_find:
            raise ProviderUnavailableError(trouble_of(None))
        named = [one for one in self.generations.values() if one.name == request.name]
        return named[-1] if named else None

    def delete(self, generation_id: str) -> bool:
        return self.generations.pop(generation_id, None) is not None

    def estimate(self, request: SyncRequest) -> CostEstimate:
        return CostEstimate(frames=1, usd=0.1)

    def end(self, key: str, status: GenerationStatus, **more: object) -> None:
        name = f"generation-{key}"
        made = replace(self.generations[name], status=status, **more)  # type: ignore[arg-type]
        self.generations[name] = made

    def complete(self, key: str, length: Milliseconds = 10_000) -> None:
        url = f"https://provider.test/{key}"
        self.end(key, GenerationStatus.COMPLETED, result_url=url, result_length=length)

    def fail(self, key: str, code: str) -> None:
        self.end(key, GenerationStatus.FAILED, trouble=trouble_of(code))


@dataclass
class FakeResults:
    fails: CutroomError | None = None
    fetched: list[str] = field(default_factory=list)

    def fetch(self, url: str, target: Path, stop: StopRequested) -> None:
        self.fetched.append(url)
        if self.fails:
            raise self.fails
        target.write_bytes(b"a video")


@dataclass
class FakeLipSyncTools:
    length: Milliseconds = 10_000
    has_sound: bool = True
    broken: bool = False
    covered: list[tuple[TextRegion, ...]] = field(default_factory=list)
    encoded: list[str] = field(default_factory=list)
    seen: int = 3

    def cover(
        self, source: Path, regions: Sequence[TextRegion], target: Path, stop: StopRequested
    ) -> None:
        self.covered.append(tuple(regions))
        target.write_bytes(b"covered")

    def stills(self, source: Path, folder: Path, every: Milliseconds) -> list[Path]:
        paths = [folder / f"still-{at}.jpg" for at in range(self.seen)]
        for path in paths:
            path.write_bytes(b"jpeg")
        return paths

    def inspect(self, path: Path) -> Written:
        if self.broken:
            raise MediaError("media.no_streams", "It is no video.")
        thumbnail = path.with_suffix(".jpg")
        thumbnail.write_bytes(b"jpeg")
        return Written(
            duration=self.length,
            frame_count=250,
            width=640,
            height=360,
            has_sound=self.has_sound,
            thumbnail=thumbnail,
        )

    def plain_video(self, source_url: str, target: Path, stop: StopRequested) -> None:
        self.encoded.append(source_url)
        target.write_bytes(b"plain video")

    def plain_audio(self, source_url: str, target: Path, stop: StopRequested) -> None:
        self.encoded.append(source_url)
        target.write_bytes(b"plain audio")


@dataclass
class FakeTextDetector:
    """The same in every picture."""

    boxes: list[TextRegion] = field(default_factory=list)
    fails: bool = False

    def detect(self, picture: Path) -> list[TextRegion]:
        if self.fails:
            raise UnavailableError("dependency.unavailable", "The detection of text failed.")
        return list(self.boxes)


def unknown_outcome(generation_id: str | None = None) -> OutcomeUnknownError:
    trouble = trouble_of("IDEMPOTENCY_OUTCOME_UNKNOWN")
    return OutcomeUnknownError(trouble, generation_id=generation_id)
