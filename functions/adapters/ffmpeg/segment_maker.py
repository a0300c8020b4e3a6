"""Making one segment of an exact cut: out of the source itself, or out of pieces of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from functions.adapters.ffmpeg import smart
from functions.adapters.ffmpeg.encode_commands import Feed, direct_feed
from functions.adapters.ffmpeg.encoding import Encoder, listed_words
from functions.adapters.ffmpeg.packets import count_packets, list_packets
from functions.adapters.ffmpeg.parameter_sets import write_sets
from functions.adapters.ffmpeg.piece_commands import (
    CLOCK_START,
    assemble_command,
    in_stream,
    turned,
)
from functions.adapters.ffmpeg.pieces import Piece, joined_words
from functions.adapters.ffmpeg.run import Done, run
from functions.domain.cutting.exactness import CutReason, Exactness
from functions.domain.cutting.job import CutFile, CutJob, StopRequested
from functions.domain.cutting.plan import PlannedSegment
from functions.domain.errors import UnavailableError
from functions.domain.times import Milliseconds

END_ROOM: Milliseconds = 100
# Seconds to begin before a cut where the keyframe before it is no clean start.
EARLY_ENTRY = 15.0


def broken_off() -> UnavailableError:
    return UnavailableError("cut.read_failed", "The source broke off; trying again.")


@dataclass(frozen=True, slots=True)
class SegmentMaker:
    job: CutJob
    stop: StopRequested

    def from_source(self, segment: PlannedSegment) -> CutFile:
        """Encoded, straight out of a source that can be entered anywhere."""
        done, lacking = self._encode(segment, direct_feed(self.job, segment))
        if lacking > 0:
            done, _ = self._encode(segment, direct_feed(self.job, segment, EARLY_ENTRY))
        file = self.file_of(segment, Exactness.ACCURATE, self.job.plan.cut_reason)
        self._require_whole(segment, done, file)
        return file

    def from_pieces(
        self, segment: PlannedSegment, shown: list[Piece], heard: list[Piece], before: list[Piece]
    ) -> CutFile:
        """Copied where it can be and is asked for, else encoded; `before` is where decoding can
        begin if the first piece that is shown does not do."""
        plan = self.job.plan
        if plan.cut is Exactness.SMART:
            reason = self._smart(segment, shown, self._joined(heard))
            if reason is None:
                return self.file_of(segment, Exactness.SMART, None)
        else:
            reason = plan.cut_reason
        _, lacking = self._encode(segment, self._feed(shown, self._joined(heard)))
        if lacking > 0 and before:
            self._encode(segment, self._feed([*before, *shown], self._joined(heard)))
        elif lacking > 0 and not plan.one_pass:
            self._encode(segment, direct_feed(self.job, segment, EARLY_ENTRY))
        return self.file_of(segment, Exactness.ACCURATE, reason)

    def _joined(self, heard: list[Piece]) -> list[str]:
        return joined_words(heard, "audio", self.job.folder, self.stop)

    def _smart(
        self, segment: PlannedSegment, shown: list[Piece], sound: list[str]
    ) -> CutReason | None:
        """Why it could not be done so, if it could not."""
        row = smart.Row(self.job.plan, shown, self.job.folder, self.stop)
        groups = row.groups()
        last = segment.number == len(self.job.plan.segments)
        begin, end = smart.tick(segment.start), None if last else smart.tick(segment.end)
        if not groups.packets:
            return CutReason.NO_WHOLE_GROUP
        layout = smart.lay_out(groups, row.starts(groups), begin, end)
        if isinstance(layout, CutReason):
            return layout
        if self.job.segments[0].start > 0 and not self.job.plan.one_pass:
            self._require_entry(groups, begin)
        target = self.path_of(segment)
        files, sets = smart.ends(row, groups, layout, target.stem)
        words = assemble_command(self.job.plan, segment, sound, target)
        run(words, folder=self.job.folder, stop=self.stop, feed=files)
        for path in self.job.folder.glob(f"{target.stem}-?.ts"):
            path.unlink()
        write_sets(target, sets, self.job.plan.picture)
        if target.stat().st_size > (self.job.plan.size_limit or target.stat().st_size):
            return CutReason.SIZE
        exact = smart.is_exact(self._listed(target), smart.wanted(groups, layout), begin)
        return None if exact else CutReason.NOT_VERIFIED

    def _require_entry(self, groups: smart.Groups, begin: int) -> None:
        """A source that was entered too late has frames that nobody has read."""
        if groups.packets[0].pts > begin:
            raise UnavailableError("cut.read_failed", "The source could not be entered there.")

    def _feed(self, shown: list[Piece], sound: list[str]) -> Feed:
        if in_stream(self.job.plan):
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

    def _encode(self, segment: PlannedSegment, feed: Feed) -> tuple[Done, int]:
        return Encoder(self.job, self.stop).encode(segment, feed, self.path_of(segment))

    def path_of(self, segment: PlannedSegment) -> Path:
        return self.job.folder / f"{segment.number:06d}.{self.job.plan.format.extension}"

    def file_of(self, segment: PlannedSegment, cut: Exactness, reason: CutReason | None) -> CutFile:
        path = self.path_of(segment)
        listing = list_packets(self._listed(path))
        first = min((packet.pts for packet in listing.packets), default=0) * listing.tick
        start = segment.start + max(0, round(first * 1000))
        return CutFile(
            segment=segment,
            path=path,
            actual_start=start,
            cut=cut,
            cut_reason=reason,
            size=listing.size if cut is Exactness.ACCURATE else None,
        )

    def _listed(self, path: Path) -> str:
        return run(listed_words(path), folder=self.job.folder, stop=self.stop).text

    def _require_whole(self, segment: PlannedSegment, done: Done, file: CutFile) -> None:
        """A connection that was lost and not found again leaves a short file."""
        if not done.broke_off:
            return
        counted = count_packets(self._listed(file.path)).get("video")
        end = file.actual_start + (counted.duration if counted else 0)
        if end < segment.end - END_ROOM:
            raise broken_off()
