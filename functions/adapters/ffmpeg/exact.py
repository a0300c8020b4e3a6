"""Cutting at the frame: segment by segment, each finished before the next is begun."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from functions.adapters.ffmpeg.binary import ffmpeg_path
from functions.adapters.ffmpeg.piece_commands import CLOCK_START, split_command
from functions.adapters.ffmpeg.pieces import Pieces
from functions.adapters.ffmpeg.process import SegmentingProcess, folder_bytes
from functions.adapters.ffmpeg.run import StoppedError
from functions.adapters.ffmpeg.segment_maker import END_ROOM, SegmentMaker, broken_off
from functions.domain.cutting.exactness import Exactness
from functions.domain.cutting.job import CutFile, CutJob, Progress, StopRequested
from functions.domain.cutting.plan import PlannedSegment

_TICK_SECONDS = 0.05


def cut_exactly(job: CutJob, progress: Progress, stop: StopRequested) -> Iterator[CutFile]:
    """One file per segment that is wanted; ends early when `stop` says so."""
    cut = _ExactCut(job, progress, stop)
    direct = job.plan.cut is Exactness.ACCURATE and not job.plan.one_pass
    try:
        yield from cut.direct() if direct else cut.split()
    except StoppedError:
        return


@dataclass
class _ExactCut:
    job: CutJob
    progress: Progress
    stop: StopRequested

    @property
    def maker(self) -> SegmentMaker:
        return SegmentMaker(self.job, self.stop)

    def direct(self) -> Iterator[CutFile]:
        """Each segment out of the source itself."""
        handed: list[Path] = []
        for segment in self.job.segments:
            if segment.number in self.job.skip:
                continue
            self._wait_for_room(handed)
            if self.stop():
                return
            file = self.maker.from_source(segment)
            self._tell(segment)
            handed.append(file.path)
            yield file

    def split(self) -> Iterator[CutFile]:
        """Each segment out of pieces, while the next ones come."""
        todo = list(self.job.segments)

        def command(list_fd: int, progress_fd: int) -> list[str]:
            words = split_command(self.job, list_fd=list_fd, progress_fd=progress_fd)
            return [ffmpeg_path(), *words]

        with SegmentingProcess(command, self.job, self.stop) as process:
            process.follow(lambda _: None)
            pieces = Pieces(self.job)
            for line in process.lines():
                pieces.add(line)
                while todo and pieces.ready(CLOCK_START + todo[0].end / 1000):
                    yield from self._of_pieces(process, pieces, todo.pop(0))
                if not todo:
                    return
            if process.stopped:
                return
            process.require_success()
            self._require_all(process, pieces)
            pieces.ended = True
            for segment in todo:
                yield from self._of_pieces(process, pieces, segment)

    def _of_pieces(
        self, process: SegmentingProcess, pieces: Pieces, segment: PlannedSegment
    ) -> Iterator[CutFile]:
        begin = CLOCK_START + segment.start / 1000
        last = segment.number == len(self.job.plan.segments)
        end = None if last else CLOCK_START + segment.end / 1000
        if segment.number not in self.job.skip:
            if self.stop():
                raise StoppedError
            shown = pieces.shown(begin, end)
            if not shown:
                raise broken_off()
            before = pieces.before(begin)
            file = self.maker.from_pieces(segment, shown, pieces.heard(begin, end), before)
            process.hand_over(file.path)
            yield file
        self._tell(segment)
        pieces.drop(CLOCK_START + segment.end / 1000)

    def _tell(self, segment: PlannedSegment) -> None:
        self.progress(segment.end - self.job.segments[0].start)

    def _wait_for_room(self, handed: list[Path]) -> None:
        """Until those who were handed files have made room, or have none left."""
        while folder_bytes(self.job.folder) > self.job.disk_budget and not self.stop():
            if not any(path.exists() for path in handed):
                return
            time.sleep(_TICK_SECONDS)

    def _require_all(self, process: SegmentingProcess, pieces: Pieces) -> None:
        last = self.job.segments[-1].number == len(self.job.plan.segments)
        end = self.job.plan.duration if last else self.job.segments[-1].end
        if process.broke_off and pieces.reached * 1000 < end - END_ROOM:
            raise broken_off()
