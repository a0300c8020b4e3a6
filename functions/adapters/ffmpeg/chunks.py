"""A long segment in chunks: each one's picture encoded by a call of its own, then joined with one
pass over the sound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from functions.adapters.ffmpeg.captions import captions_filter, font_settings
from functions.adapters.ffmpeg.chunk_commands import (
    Placed,
    chunk_command,
    chunk_feed,
    join_words,
    joined_list,
    part_of,
)
from functions.adapters.ffmpeg.encode_commands import PRE_ROLL, Files, direct_feed
from functions.adapters.ffmpeg.encoding import Encoder, listed_words, pictures_within
from functions.adapters.ffmpeg.packets import Listing, count_packets, list_packets
from functions.adapters.ffmpeg.run import StoppedError, run
from functions.adapters.ffmpeg.segment_maker import (
    EARLY_ENTRY,
    END_ROOM,
    SegmentMaker,
    broken_off,
)
from functions.domain.cutting.exactness import Exactness
from functions.domain.cutting.job import CutFile, CutJob, StopRequested
from functions.domain.cutting.plan import Chunk, PlannedSegment
from functions.domain.errors import MediaError


def encode_chunk(job: CutJob, chunk: Chunk, stop: StopRequested) -> Path | None:
    """The picture of a stretch of the job's one segment; an empty file where nothing is shown.

    None when `stop` says so.
    """
    if stop():
        return None
    try:
        return _Chunks(job, stop).encode(job.segments[0], chunk)
    except StoppedError:
        return None


def join_chunks(job: CutJob, chunks: Sequence[Path], stop: StopRequested) -> CutFile | None:
    """The job's one segment, out of all its chunks in order, which are used up; None when `stop`
    says so."""
    if stop():
        return None
    try:
        return _Chunks(job, stop).join(job.segments[0], chunks)
    except StoppedError:
        return None


@dataclass(frozen=True, slots=True)
class _Chunks:
    job: CutJob
    stop: StopRequested

    def encode(self, segment: PlannedSegment, chunk: Chunk) -> Path:
        path = self.job.folder / f"chunk-{chunk.start}.mp4"
        if self._once(segment, chunk, path, PRE_ROLL) > 0:
            self._once(segment, chunk, path, EARLY_ENTRY)
        return path

    def _once(self, segment: PlannedSegment, chunk: Chunk, path: Path, lead: float) -> int:
        """How many pictures that are due are not there."""
        plan, folder = self.job.plan, self.job.folder
        feed = chunk_feed(self.job, segment, chunk, lead)
        captions = captions_filter(plan, segment, self.job.captions, folder)
        files = Files(target=path, listing=path.with_suffix(".packets"), captions=captions)
        words = chunk_command(plan, segment, chunk, feed, files)
        settings = font_settings(folder) if captions else {}
        try:
            done = run(words, folder=folder, stop=self.stop, settings=settings)
        except MediaError:
            if Encoder(self.job, self.stop).pictures_due(part_of(segment, chunk), feed):
                raise
            path.write_bytes(b"")
            return 0
        read = list_packets((files.listing or path).read_text())
        if done.broke_off and not self._reached(read, part_of(segment, chunk), feed.clock):
            raise broken_off()
        due = pictures_within(read, plan, part_of(segment, chunk), feed.clock)
        other_rate = plan.target is not None and plan.target.fps is not None
        if not due and not other_rate:
            # ffmpeg leaves a file without a stream.
            path.write_bytes(b"")
        return 0 if not due or other_rate else due - self._made(path)

    def _made(self, path: Path) -> int:
        """Pictures; none where ffmpeg left a file without a stream."""
        try:
            return len(list_packets(self._text(path)).packets)
        except MediaError:
            path.write_bytes(b"")
            return 0

    def _reached(self, read: Listing, part: PlannedSegment, clock: float) -> bool:
        """Whether a connection that was lost was found again."""
        shown = max((one.pts for one in read.packets), default=0) * read.tick
        return float(shown) >= clock + (part.end - END_ROOM) / 1000

    def join(self, segment: PlannedSegment, chunks: Sequence[Path]) -> CutFile:
        maker = SegmentMaker(self.job, self.stop)
        target = maker.path_of(segment)
        sound = self._sound(segment, target)
        placed = self._placed([path for path in chunks if path.stat().st_size])
        if placed:
            listing = self.job.folder / "chunks.txt"
            listing.write_text(joined_list(placed))
            words = join_words(listing, placed[0][1], sound, self.job.plan.format.muxer)
            run([*words, str(target)], folder=self.job.folder, stop=self.stop)
            listing.unlink()
        elif sound:
            sound.rename(target)
        for path in (*chunks, *([sound] if sound and placed else [])):
            path.unlink()
        return maker.file_of(segment, Exactness.ACCURATE, self.job.plan.cut_reason)

    def _sound(self, segment: PlannedSegment, target: Path) -> Path | None:
        """The segment's sound just as it would be encoded beside its picture."""
        feed = replace(direct_feed(self.job, segment), picture=None)
        if feed.sound is None:
            return None
        done, _ = Encoder(self.job, self.stop).encode(segment, feed, target)
        try:
            heard = count_packets(self._text(target)).get("audio")
        except MediaError:
            # The sound has ended before: ffmpeg leaves a file without a stream.
            heard = None
        length = heard.duration if heard else 0
        if done.broke_off and length < segment.end - segment.start - END_ROOM:
            raise broken_off()
        if not length:
            target.unlink()
            return None
        return target.rename(target.with_suffix(".sound"))

    def _placed(self, chunks: Sequence[Path]) -> list[Placed]:
        """Raises MediaError where they cannot stand under one header."""
        listings = [self._text(path) for path in chunks]
        if len({_header(text) for text in listings}) > 1:
            raise MediaError(
                "cut.chunks_differ",
                "The pieces of a long segment do not fit together. Ask for shorter segments.",
            )
        return [
            (path, _first(list_packets(text))) for path, text in zip(chunks, listings, strict=True)
        ]

    def _text(self, path: Path) -> str:
        return run(listed_words(path), folder=self.job.folder, stop=self.stop).text


def _first(listing: Listing) -> Fraction:
    return min(one.pts for one in listing.packets) * listing.tick


def _header(text: str) -> str:
    """What the picture's decoder is told before the first packet."""
    return next((line for line in text.splitlines() if line.startswith("#extradata 0")), "")
