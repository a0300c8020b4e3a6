"""A cutter that writes small files which say what they hold."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from functions.domain.cutting.exactness import CutReason, Exactness
from functions.domain.cutting.job import CutFile, CutJob, Inspection, Progress, StopRequested
from functions.domain.cutting.plan import Chunk, Plan, PlannedSegment
from functions.domain.times import Milliseconds


class WorkerKilledError(BaseException):
    """The process is gone; nothing of the product may catch it."""


@dataclass
class FakeCutter:
    """Cuts what it is told, unless told otherwise.

    `die_after` files the worker is killed, after `end_after` the source ends; `short` takes
    milliseconds off the end of a segment, `silent` segments have no sound, and `heavy` ones have
    the larger picture. `reasons` are why segments are not cut as they were asked for,
    `size` is that of an encoded picture.
    """

    die_after: int | None = None
    end_after: int | None = None
    short: dict[int, Milliseconds] = field(default_factory=dict)
    silent: set[int] = field(default_factory=set)
    heavy: set[int] = field(default_factory=set)
    reasons: dict[int, CutReason] = field(default_factory=dict)
    size: tuple[int, int] | None = None
    jobs: list[CutJob] = field(default_factory=list)
    chunks: list[tuple[int, Milliseconds, Milliseconds]] = field(default_factory=list)
    together: list[list[str]] = field(default_factory=list)
    cut_numbers: list[int] = field(default_factory=list)
    joined: list[list[Path]] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def cut(self, job: CutJob, progress: Progress, stop: StopRequested) -> Iterator[CutFile]:
        self.jobs.append(job)
        for made, segment in enumerate(job.segments):
            if made == self.die_after:
                raise WorkerKilledError
            if made == self.end_after or stop():
                return
            progress(segment.end - job.segments[0].start)
            self.cut_numbers.append(segment.number)
            yield CutFile(
                segment=segment,
                path=self._write(job, segment),
                actual_start=segment.cut,
                cut=Exactness.ACCURATE if segment.number in self.reasons else job.plan.cut,
                cut_reason=self.reasons.get(segment.number, job.plan.cut_reason),
                size=self.size,
            )

    def _write(self, job: CutJob, segment: PlannedSegment) -> Path:
        later = job.plan.segments[segment.number : segment.number + 1]
        end = later[0].cut if later else job.plan.duration
        length = end - segment.cut - self.short.get(segment.number, 0)
        path = job.folder / f"{segment.number:06d}.{job.plan.format.extension}"
        path.write_text(json.dumps({"number": segment.number, "length": length}))
        return path

    def encode_chunk(self, job: CutJob, chunk: Chunk, stop: StopRequested) -> Path | None:
        if len(self.chunks) == self.die_after:
            raise WorkerKilledError
        if stop():
            return None
        (segment,) = job.segments
        self.chunks.append((segment.number, chunk.start, chunk.end))
        path = job.folder / "chunk"
        path.write_text(f"[{chunk.start}-{chunk.end}]")
        return path

    def join_chunks(
        self, job: CutJob, chunks: Sequence[Path], stop: StopRequested
    ) -> CutFile | None:
        if stop():
            return None
        (segment,) = job.segments
        self.together.append([path.read_text() for path in chunks])
        for path in chunks:
            path.unlink()
        path = self._write(job, segment)
        return CutFile(
            segment=segment, path=path, actual_start=segment.start, cut=Exactness.ACCURATE
        )

    def inspect(self, path: Path, plan: Plan) -> Inspection:
        said = json.loads(path.read_text())
        number, length = said["number"], said["length"]
        thumbnail = audio = None
        if plan.video_index is not None:
            thumbnail = path.with_suffix(".jpg")
            thumbnail.write_bytes(b"picture" * (9 if number in self.heavy else 1))
        if plan.audio_format and number not in self.silent:
            audio = path.with_name(f"{path.stem}-sound.{plan.audio_format.extension}")
            audio.write_text(f"<{number}:{length}>")
        return Inspection(
            frame_count=length // 40 if plan.video_index is not None else None,
            duration=length,
            thumbnail=thumbnail,
            audio=audio,
        )

    def join_audio(self, pieces: Sequence[Path], target: Path, plan: Plan) -> Milliseconds:
        self.joined.append(list(pieces))
        text = "".join(piece.read_text() for piece in pieces)
        target.write_text(text)
        return sum(int(piece.split(":")[1]) for piece in text.strip("<>").split("><") if piece)

    def take_audio(
        self, source_url: str, target: Path, plan: Plan, stop: StopRequested
    ) -> Milliseconds:
        self.taken.append(source_url)
        target.write_text(f"<0:{plan.duration}>")
        return plan.duration
