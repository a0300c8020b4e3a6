"""Encoding one segment: out of any feed, with what its target asks for beside the picture."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from functions.adapters.ffmpeg.captions import captions_filter, font_settings
from functions.adapters.ffmpeg.commands import list_command
from functions.adapters.ffmpeg.encode_commands import (
    Feed,
    Files,
    encode_command,
    pictures_command,
    span,
)
from functions.adapters.ffmpeg.encoders import sound_of
from functions.adapters.ffmpeg.loudness import make_loud, mux_command
from functions.adapters.ffmpeg.packets import Listing, list_packets
from functions.adapters.ffmpeg.run import Done, run
from functions.domain.cutting.exactness import EncodeTarget
from functions.domain.cutting.job import CutJob, StopRequested
from functions.domain.cutting.plan import Plan, PlannedSegment
from functions.domain.errors import MediaError


def sound_path(path: Path, extension: str) -> Path:
    """Where a segment's share of the source's sound lies beside it."""
    return path.with_name(f"{path.stem}-sound.{extension}")


@dataclass(frozen=True, slots=True)
class Encoder:
    job: CutJob
    stop: StopRequested

    def encode(self, segment: PlannedSegment, feed: Feed, path: Path) -> tuple[Done, int]:
        """Into `path`; returns what ffmpeg said, and how many pictures due were not decoded."""
        folder, plan = self.job.folder, self.job.plan
        captions = captions_filter(plan, segment, self.job.captions, folder)
        files = replace(self._files(feed, path), captions=captions)
        words = encode_command(plan, segment, feed, files)
        fonts = font_settings(folder) if captions else {}
        try:
            done = run(words, folder=folder, stop=self.stop, feed=feed.files, settings=fonts)
        except MediaError:
            if feed.sound is None or not feed.picture or self.pictures_due(segment, feed):
                raise
            return self.encode(segment, replace(feed, picture=None), path)
        lacking = self._lacking(segment, feed, files)
        if files.raw:
            self._make_loud(files, feed)
        return done, lacking

    def _files(self, feed: Feed, path: Path) -> Files:
        plan = self.job.plan
        target = plan.target or EncodeTarget()
        sounding = feed.sound is not None
        share = sound_path(path, plan.audio_format.extension) if plan.audio_format else None
        return Files(
            target=path,
            share=share,
            raw=path.with_suffix(".flac") if target.loudness and sounding else None,
            # Another frame rate has other frames: there is nothing to count.
            listing=None if target.fps else path.with_suffix(".packets"),
        )

    def _make_loud(self, files: Files, feed: Feed) -> None:
        """The measured sound joins the picture, which lies where the segment will."""
        plan, target = self.job.plan, self.job.plan.target or EncodeTarget()
        if files.raw is None:
            return
        made = files.target.with_name(f"{files.target.stem}-loud.{sound_of(target).extension}")
        make_loud(files.raw, target, made, self.stop)
        files.raw.unlink()
        picture = files.target.with_suffix(".picture") if feed.picture else None
        if picture:
            files.target.rename(picture)
        words = mux_command(picture, made, plan.format.muxer, files.target)
        run(words, folder=self.job.folder, stop=self.stop)
        for path in (picture, made):
            if path:
                path.unlink()

    def _lacking(self, segment: PlannedSegment, feed: Feed, files: Files) -> int:
        """A decoder that began where pictures only come to be whole bit by bit leaves some out."""
        if not files.listing or not feed.picture:
            return 0
        read = list_packets(files.listing.read_text())
        due = pictures_within(read, self.job.plan, segment, feed.clock)
        files.listing.unlink()
        words = listed_words(files.target)
        got = list_packets(run(words, folder=self.job.folder, stop=self.stop).text)
        return due - len(got.packets)

    def pictures_due(self, segment: PlannedSegment, feed: Feed) -> int:
        """Sound may outlast its picture by whole segments, where there is nothing to encode."""
        words = pictures_command(self.job.plan, segment, feed)
        done = run(words, folder=self.job.folder, stop=self.stop, feed=feed.files)
        return pictures_within(list_packets(done.text), self.job.plan, segment, feed.clock)


def pictures_within(listing: Listing, plan: Plan, segment: PlannedSegment, clock: float) -> int:
    """How many of the listed pictures are shown in a segment."""
    begin, end = span(plan, segment, clock)
    times = [float(one.pts * listing.tick) for one in listing.packets if one.shown]
    return sum(begin <= time + 1e-6 and (end is None or time + 1e-6 < end) for time in times)


def listed_words(path: Path) -> list[str]:
    """Its packets on the file's own clock: else a late first picture would pass for early."""
    return ["-copyts", *list_command(path)]
