"""ffmpeg's command lines for a segment whose picture is encoded in chunks, and joined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from math import floor
from pathlib import Path

from functions.adapters.ffmpeg.commands import QUIET
from functions.adapters.ffmpeg.encode_commands import (
    PRE_ROLL,
    Feed,
    Files,
    direct_feed,
    picture_chain,
    span,
)
from functions.adapters.ffmpeg.encoders import most_rate, picture_words
from functions.domain.cutting.exactness import EncodeTarget
from functions.domain.cutting.job import CutJob
from functions.domain.cutting.plan import Chunk, Plan, PlannedSegment

Placed = tuple[Path, Fraction]
"""A file, and when its first picture is shown, in seconds."""


def part_of(segment: PlannedSegment, chunk: Chunk) -> PlannedSegment:
    """A chunk as a segment of its own; it is the plan's last only where it ends with that."""
    number = segment.number if chunk.end == segment.end else 0
    after = segment.after if chunk.start == segment.start else chunk.start
    return replace(
        segment, number=number, start=chunk.start, end=chunk.end, cut=chunk.start, after=after
    )


def chunk_feed(job: CutJob, segment: PlannedSegment, chunk: Chunk, lead: float = PRE_ROLL) -> Feed:
    """A stretch of a segment's picture. For another frame rate, from the keyframe before on: the
    picture that is shown at its start may be an old one."""
    feed = direct_feed(job, part_of(segment, chunk), lead)
    whole = ["-noaccurate_seek"] if job.plan.target and job.plan.target.fps else []
    return replace(feed, words=[*whole, *feed.words], sound=None)


def chunk_command(
    plan: Plan, segment: PlannedSegment, chunk: Chunk, feed: Feed, files: Files
) -> list[str]:
    """Encode a stretch of a segment's picture, each frame at its time in the segment.

    Filters see what they would see of the whole segment; only then its frames are divided, by
    their times, so that each is in one chunk.
    """
    fps = (plan.target or EncodeTarget()).fps
    first, last = chunk.start == segment.start, chunk.end == segment.end
    start, end = ((time - segment.start) / 1000 for time in (chunk.start, chunk.end))
    since = 0.0 if first or not fps else max(0, floor(start * fps) - 1) / fps
    made = [picture_chain(span(plan, segment, feed.clock), plan, files.captions, since)]
    # A picture may be shown for longer than is read on.
    made += ["tpad=stop=-1:stop_mode=clone"] if fps and not last else []
    limits = [] if first else [f"start={start:.6f}"]
    limits += [] if last else [f"end={end:.6f}"]
    made += [f"trim={':'.join(limits)}"] if limits else []
    picture = feed.picture or "0:v"
    words = [*QUIET, *feed.words, "-map", picture, "-vf", ",".join(made)]
    words += picture_words(plan, plan.target or EncodeTarget(), most_rate(plan, segment))
    # Else a first picture that is not at 0 is at a whole millisecond.
    words += ["-map_chapters", "-1", "-movie_timescale", "90000", "-f", "mp4", str(files.target)]
    if files.listing:
        words += ["-map", picture, "-c", "copy", "-f", "framecrc", str(files.listing)]
    return words


def joined_list(chunks: Sequence[Placed]) -> str:
    """For ffmpeg's concat demuxer. It puts each file's first picture where the one before ends:
    each lasts just until the next begins, on microseconds, without a sum of roundings."""
    starts = [round(start * 1_000_000) for _, start in chunks]
    lasting = [later - start for start, later in pairwise(starts)]
    lines = ["ffconcat version 1.0"]
    for place, (path, _) in enumerate(chunks):
        lines.append(f"file '{path.name}'")
        if place < len(lasting):
            lines.append(f"duration {lasting[place] / 1_000_000:.6f}")
    return "\n".join(lines) + "\n"


def join_words(listing: Path, start: Fraction, sound: Path | None, muxer: str) -> list[str]:
    """Pictures of all chunks, from `start` seconds on, and the sound, as they are."""
    words = [*QUIET, "-copyts", "-itsoffset", f"{float(start):.6f}", "-f", "concat", "-safe", "0"]
    # The chunks' one header is the file's, too: their pictures stay as they are.
    words += ["-auto_convert", "0", "-i", str(listing)]
    words += ["-i", str(sound)] if sound else []
    words += ["-map", "0:v:0", *(["-map", "1:a:0"] if sound else [])]
    return [*words, "-c", "copy", "-map_chapters", "-1", "-f", muxer]
