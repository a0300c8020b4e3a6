"""Cutting at the frame: segment by segment, each finished before the next is begun."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from functions.adapters.ffmpeg import smart
from functions.adapters.ffmpeg.binary import ffmpeg_path
from functions.adapters.ffmpeg.commands import list_command
from functions.adapters.ffmpeg.encode_commands import Feed, direct_feed, encode_command
from functions.adapters.ffmpeg.packets import count_packets, list_packets
from functions.adapters.ffmpeg.parameter_sets import write_sets
from functions.adapters.ffmpeg.piece_commands import (
    CLOCK_START,
    assemble_command,
    is_h264,
    split_command,
    turned,
)
from functions.adapters.ffmpeg.pieces import Piece, Pieces, joined_words
from functions.adapters.ffmpeg.process import SegmentingProcess, folder_bytes
from functions.adapters.ffmpeg.run import Done, StoppedError, run
from functions.domain.cutting import CutFile, CutJob, Progress, StopRequested
from functions.domain.errors import UnavailableError
from functions.domain.exactness import CutReason, Exactness
from functions.domain.segmentation import PlannedSegment
from functions.domain.times import Milliseconds

_END_ROOM: Milliseconds = 100
_TICK_SECONDS = 0.05


def sound_path(path: Path, extension: str) -> Path:
    """Where a segment's share of the source's sound lies beside it."""
    return path.with_name(f"{path.stem}-sound.{extension}")


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

    def direct(self) -> Iterator[CutFile]:
        """Each segment out of the source itself."""
        handed: list[Path] = []
        for segment in self.job.segments:
            if segment.number in self.job.skip:
                continue
            self._wait_for_room(handed)
            if self.stop():
                return
            done = self._encode(segment, direct_feed(self.job, segment))
            file = self._file(segment, Exactness.ACCURATE, self.job.plan.cut_reason)
            self._require_whole(segment, done, file)
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
            shown = pieces.shown(begin, end)
            if not shown or (shown[0].start > begin and self.job.segments[0].start > 0):
                raise UnavailableError("cut.read_failed", "The source could not be entered there.")
            heard = pieces.heard(begin, end)
            sound = joined_words(heard, "audio", self.job.folder, self.stop)
            file = self._make(segment, shown, sound)
            process.hand_over(file.path)
            yield file
        pieces.drop(CLOCK_START + segment.end / 1000)

    def _make(self, segment: PlannedSegment, shown: list[Piece], sound: list[str]) -> CutFile:
        plan = self.job.plan
        if plan.cut is Exactness.SMART:
            reason = self._smart(segment, shown, sound)
            if reason is None:
                return self._file(segment, Exactness.SMART, None)
        else:
            reason = plan.cut_reason
        self._encode(segment, self._feed(shown, sound))
        return self._file(segment, Exactness.ACCURATE, reason)

    def _smart(
        self, segment: PlannedSegment, shown: list[Piece], sound: list[str]
    ) -> CutReason | None:
        """Why it could not be done so, if it could not."""
        row = smart.Row(shown, self.job.folder, self.stop)
        groups = row.groups()
        last = segment.number == len(self.job.plan.segments)
        begin, end = smart.tick(segment.start), None if last else smart.tick(segment.end)
        layout = smart.lay_out(groups, row.starts(groups), begin, end)
        if isinstance(layout, CutReason):
            return layout
        target = self._path(segment)
        files, sets = smart.ends(row, groups, layout, target.stem)
        words = assemble_command(self.job.plan, segment, sound, target)
        run(words, folder=self.job.folder, stop=self.stop, feed=files)
        for path in self.job.folder.glob(f"{target.stem}-?.ts"):
            path.unlink()
        write_sets(target, sets)
        exact = smart.is_exact(self._listed(target), smart.wanted(groups, layout), begin)
        return None if exact else CutReason.NOT_VERIFIED

    def _feed(self, shown: list[Piece], sound: list[str]) -> Feed:
        if is_h264(self.job.plan):
            words, files = ["-f", "mpegts", "-i", "pipe:0"], tuple(one.path for one in shown)
        else:
            words, files = joined_words(shown, "video", self.job.folder, self.stop), ()
        return Feed(
            words=["-copyts", *turned(self.job.plan), *words, *sound],
            picture="0:v:0",
            sound="1:a:0" if sound else None,
            clock=CLOCK_START,
            files=files,
        )

    def _encode(self, segment: PlannedSegment, feed: Feed) -> Done:
        plan, path = self.job.plan, self._path(segment)
        share = sound_path(path, plan.audio_format.extension) if plan.audio_format else None
        words = encode_command(plan, segment, feed, path, share)
        return run(words, folder=self.job.folder, stop=self.stop, feed=feed.files)

    def _path(self, segment: PlannedSegment) -> Path:
        return self.job.folder / f"{segment.number:06d}.{self.job.plan.format.extension}"

    def _file(self, segment: PlannedSegment, cut: Exactness, reason: CutReason | None) -> CutFile:
        path = self._path(segment)
        listing = list_packets(self._listed(path))
        first = min((packet.pts for packet in listing.packets), default=0) * listing.tick
        self.progress(segment.end - self.job.segments[0].start)
        start = segment.start + max(0, round(first * 1000))
        return CutFile(segment=segment, path=path, actual_start=start, cut=cut, cut_reason=reason)

    def _listed(self, path: Path) -> str:
        """Its packets on the file's own clock: else a late first picture would pass for early."""
        words = ["-copyts", *list_command(path)]
        return run(words, folder=self.job.folder, stop=self.stop).text

    def _wait_for_room(self, handed: list[Path]) -> None:
        """Until those who were handed files have made room, or have none left."""
        while folder_bytes(self.job.folder) > self.job.disk_budget and not self.stop():
            if not any(path.exists() for path in handed):
                return
            time.sleep(_TICK_SECONDS)

    def _require_whole(self, segment: PlannedSegment, done: Done, file: CutFile) -> None:
        """A connection that was lost and not found again leaves a short file."""
        if not done.broke_off:
            return
        counted = count_packets(self._listed(file.path)).get("video")
        end = file.actual_start + (counted.duration if counted else 0)
        if end < segment.end - _END_ROOM:
            raise _broken_off()

    def _require_all(self, process: SegmentingProcess, pieces: Pieces) -> None:
        last = self.job.segments[-1].number == len(self.job.plan.segments)
        end = self.job.plan.duration if last else self.job.segments[-1].end
        if process.broke_off and pieces.reached * 1000 < end - _END_ROOM:
            raise _broken_off()


def _broken_off() -> UnavailableError:
    return UnavailableError("cut.read_failed", "The source broke off; trying again.")
