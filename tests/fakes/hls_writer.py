"""A writer of pieces that say where they come from, six seconds each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from functions.domain.cutting.job import StopRequested
from functions.domain.errors import CutroomError
from functions.domain.hls.rendition import HlsFile, HlsJob, HlsPiece, piece_name
from tests.fakes.cutter import WorkerKilledError


@dataclass
class FakeHlsWriter:
    """`fails` is raised by every window; the worker is killed at the piece `dies_at`."""

    fails: CutroomError | None = None
    dies_at: int | None = None
    jobs: list[HlsJob] = field(default_factory=list)

    def write(self, job: HlsJob, stop: StopRequested) -> Iterator[HlsFile]:
        self.jobs.append(job)
        if self.fails:
            raise self.fails
        header = job.folder / "init-fake.mp4"
        header.write_bytes(b"<header>")
        window = job.window
        for number in range(window.number, window.number + max(window.count, 1)):
            if number == self.dies_at:
                raise WorkerKilledError
            path = job.folder / piece_name(number)
            path.write_bytes(f"<piece {number}>".encode())
            at = job.plan.clock + (number - 1) * 6_000
            yield HlsFile(
                piece=HlsPiece(
                    number=number,
                    header=header.name,
                    begins=at,
                    decoded=at,
                    opens=at,
                    until=at + 6_000,
                ),
                path=path,
                header=header,
            )
