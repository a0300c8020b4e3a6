"""A video with belongings of every kind, all in memory, and the steps of its deletion."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from functions.domain.codec import to_plain
from functions.domain.deletions.deletion import Deletion, StoredObject, deletion_id_of
from functions.domain.keys import lipsync_work, voice_key
from functions.domain.runs.run import RunStatus
from functions.domain.segments.segment import Segment
from functions.domain.times import to_iso
from functions.domain.transcripts.transcription import Transcription, WaitState
from functions.domain.video import Video
from functions.services.deletions.delete_video import (
    DeletionWork,
    Limits,
    Next,
    Progress,
    delete_video,
)
from functions.services.deletions.kinds import Belongings, kinds
from tests.builders import USER, VIDEO, make_queued_video, make_run, make_segment, make_source
from tests.fakes.clock import EPOCH
from tests.fakes.executions import FakeExecutions, FakeTranscriptionJobs
from tests.fakes.stored_objects import FakeStoredObjects
from tests.fakes.video_rows import FakeVideoRows
from tests.fakes.world import World

OTHER = "01890000-0000-7000-8000-000000000002"
LIMITS = Limits(
    settle=timedelta(seconds=60), longest=timedelta(seconds=960), kept=timedelta(days=90)
)
MOST_STEPS = 200


@dataclass
class Deleting:
    """`broken` is called before and after each call of a port that changes something."""

    world: World = field(default_factory=World)
    bucket: FakeStoredObjects = field(default_factory=lambda: FakeStoredObjects(page_size=3))
    pipeline: FakeExecutions = field(default_factory=FakeExecutions)
    ranges: FakeExecutions = field(default_factory=FakeExecutions)
    searches: FakeExecutions = field(default_factory=FakeExecutions)
    ingests: FakeExecutions = field(default_factory=FakeExecutions)
    lipsync_runs: FakeExecutions = field(default_factory=FakeExecutions)
    jobs: FakeTranscriptionJobs = field(default_factory=FakeTranscriptionJobs)
    counters: set[str] = field(default_factory=set)
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """Of kinds that have no store of their own here, as their tables have them."""
    now: datetime = EPOCH
    broken: Callable[[], None] = lambda: None

    def fill(self, video_id: str = VIDEO, *, segments: int = 5, **video: Any) -> None:
        """A video whose run has succeeded, with all that such a one may have."""
        world, bucket = self.world, self.bucket
        source = make_source(key=f"uploads/{USER}/{video_id}/source")
        world.videos.create(make_queued_video(**{"video_id": video_id, "source": source, **video}))
        run = make_run(video_id=video_id, run_id=f"run-{video_id}", status=RunStatus.SUCCEEDED)
        world.runs.create(run)
        for number in range(1, segments + 1):
            segment = make_segment(video_id=video_id, segment_number=number)
            world.segments.create(segment)
            bucket.put(f"media/{USER}/{video_id}/plan-1/{number:06d}.mp4", size=700)
        bucket.put(source.key, size=100)
        bucket.put(source.key, size=90)
        bucket.put_mark(source.key)
        bucket.begin(source.key, size=8)
        bucket.put(f"work/{USER}/{video_id}/plan-1/piece", size=3)
        bucket.begin(f"media/{USER}/{video_id}/plan-1/000009.mp4", size=5)
        world.answers.remember(USER, [video_id], f"record-{video_id}", 0)
        self.counters.add(video_id)
        self.add("moments", video_id, moment_id=f"moment-{video_id}")
        self.add("moment_generations", video_id, generation_id=f"g-{video_id}", status="succeeded")
        self.transcribe(video_id)
        self.lipsync(video_id)

    def add(self, kind: str, video_id: str, **fields: Any) -> None:
        """A row of a kind."""
        self.rows.setdefault(kind, []).append({"video_id": video_id, **fields})

    def transcribe(self, video_id: str = VIDEO, attempt: int = 1) -> None:
        """A window that was handed to the transcriber so often."""
        row = Transcription(
            video_id=video_id,
            window_id=f"{video_id}-window#0000",
            user_id=USER,
            run_id=f"run-{video_id}",
            transcription_id="t-1",
            index=0,
            language="en-US",
            attempt=attempt,
            state=WaitState.OVER,
            started_at=EPOCH,
            check_at=EPOCH,
        )
        self.rows["transcriptions"] = [
            *(it for it in self.rows.get("transcriptions", []) if it["video_id"] != video_id),
            dict(to_plain(row)),
        ]

    def lipsync(
        self, video_id: str = VIDEO, job_id: str = "job", status: str = "completed"
    ) -> None:
        """A lip-sync job with its voice and a half-way piece."""
        named = f"{job_id}-{video_id}"
        ended = to_iso(EPOCH)
        self.add("lipsync_jobs", video_id, job_id=named, status=status, updated_at=ended)
        self.bucket.put(voice_key(USER, video_id, named, 0), size=6)
        self.bucket.put(f"{lipsync_work(USER, video_id, named)}/result-1.mp4", size=4)

    def belongings(self) -> Belongings:
        world = self.world
        return Belongings(
            answers=self._rows("kept_answers", self._records, str, self._forget_record),
            runs=self._rows("runs", self._runs, lambda row: row["run_id"], self._drop_run),
            segments=self._rows(
                "segments",
                lambda video: [
                    one for one in world.segments.all() if one.video_id == video.video_id
                ],
                lambda segment: segment.segment_id,
                world.segments.remove,
                also=lambda segment: {"posts": len(segment.social_media_usage)},
            ),
            transcriptions=self._plain("transcriptions", "window_id"),
            moments=self._plain("moments", "moment_id"),
            generations=self._plain("moment_generations", "generation_id"),
            lipsyncs=self._plain("lipsync_jobs", "job_id"),
            deleted_segments=self._rows(
                None, self._deleted_alone, lambda segment: segment.segment_id, self._forget
            ),
            counters=self._rows(None, self._counted, str, self._uncount),
            events=self._plain("events", "sequence"),
            objects=_Breaking(self.bucket, self),
            pipeline=self.pipeline,
            ranges=self.ranges,
            searches=self.searches,
            ingests=self.ingests,
            lipsync_runs=self.lipsync_runs,
            places=self.world.lipsync_gate,
            jobs=self.jobs,
            fence=self.world.segments,
        )

    def _plain(self, kind: str, name: str) -> Any:
        def find(video: Video) -> list[dict[str, Any]]:
            return [row for row in self.rows.get(kind, []) if row["video_id"] == video.video_id]

        def drop(wanted: str) -> bool:
            before = self.rows.get(kind, [])
            self.rows[kind] = [row for row in before if row[name] != wanted]
            return len(self.rows[kind]) < len(before)

        return self._rows(kind, find, lambda row: row[name], drop)

    def _rows(self, kind: str | None, find: Any, name: Any, drop: Any, **more: Any) -> Any:
        rows = FakeVideoRows(self.world.deletions, kind, find, name, drop, **more)
        return _Breaking(rows, self)

    def _records(self, video: Video) -> list[str]:
        return sorted(self.world.answers.records.get((video.user_id, video.video_id), ()))

    def _forget_record(self, record: str) -> bool:
        found = [kept for kept in self.world.answers.records.values() if record in kept]
        for kept in found:
            kept.discard(record)
        return bool(found)

    def _runs(self, video: Video) -> list[dict[str, Any]]:
        rows = [run for run in self.world.runs.all() if run.video_id == video.video_id]
        return [to_plain(run) for run in rows]

    def _drop_run(self, run_id: str) -> bool:
        found = [run for run in self.world.runs.all() if run.run_id == run_id]
        return any(self.world.runs.remove(run.video_id, run_id) for run in found)

    def _deleted_alone(self, video: Video) -> list[Segment]:
        found = self.world.segments.all_deleted()
        return [one for one in found if one.video_id == video.video_id]

    def _forget(self, segment_id: str) -> bool:
        segment = self.world.segments.deleted(segment_id)
        if segment is not None:
            self.world.segments.forget(segment)
        return segment is not None

    def _counted(self, video: Video) -> list[str]:
        return [video.video_id] if video.video_id in self.counters else []

    def _uncount(self, video_id: str) -> bool:
        known = video_id in self.counters
        self.counters.discard(video_id)
        return known

    def step(self, video_id: str = VIDEO, stop: Callable[[], bool] = lambda: False) -> Progress:
        work = DeletionWork(
            videos=self.world.videos,
            deletions=_Breaking(self.world.deletions, self),  # type: ignore[arg-type]
            kinds=kinds(self.belongings()),
            limits=LIMITS,
            stop=stop,
            clock=lambda: self.now,
        )
        return delete_video(work, user_id=USER, video_id=video_id)

    def run(self, video_id: str = VIDEO) -> Progress:
        """As the state machine does it: until it has ended, one way or the other."""
        for _ in range(MOST_STEPS):
            progress = self.step(video_id)
            if progress.next in {Next.DELETED, Next.FAILED}:
                return progress
            self.wait(progress.wait_s)
        raise AssertionError("the deletion does not end")

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def receipt(self, video_id: str = VIDEO) -> Deletion:
        receipt = self.world.deletions.get(USER, deletion_id_of(video_id))
        assert receipt
        return receipt

    def told(self, video_id: str = VIDEO) -> dict[str, tuple[int, int]]:
        """Counts and bytes of the receipt, by kind."""
        deleted = self.receipt(video_id).deleted
        return {kind: (tally.count, tally.size) for kind, tally in deleted.items()}

    def left(self, video_id: str = VIDEO) -> list[object]:
        """All that there is of a video, but its receipt."""
        world = self.world
        video = world.videos.get(video_id) or world.videos.marked(video_id)
        stored = [*self.bucket.versions, *self.bucket.uploads]
        mine: list[StoredObject] = [one for one in stored if video_id in one.key]
        rows: list[object] = [
            *(run for run in world.runs.all() if run.video_id == video_id),
            *(one for one in world.segments.all() if one.video_id == video_id),
            *(one for one in world.segments.all_deleted() if one.video_id == video_id),
            *world.answers.records.get((USER, video_id), ()),
            *(one for one in self.counters if one == video_id),
            *(row for some in self.rows.values() for row in some if row["video_id"] == video_id),
            *(one for one in world.deletions.hidden(USER) if one == video_id),
        ]
        return [*rows, *mine, *([video] if video else [])]


class _Breaking:
    """Lets every call of a port through, and its worker be killed around it."""

    def __init__(self, port: Any, deleting: Deleting) -> None:
        self._port, self._deleting = port, deleting

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._port, name)

        def around(*arguments: Any, **named: Any) -> Any:
            self._deleting.broken()
            result = call(*arguments, **named)
            self._deleting.broken()
            return result

        return around
