"""ffmpeg's command line for encoding a segment, as a plain list.

Frames and samples are chosen by their times on the clock they come with, which two neighbouring
segments share: what one leaves out the other takes in, whatever the rounding.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from functions.adapters.ffmpeg.commands import QUIET, source_words
from functions.adapters.ffmpeg.encoders import most_rate, picture_words, sound_of
from functions.adapters.ffmpeg.picture_filters import picture_filters, tags
from functions.domain.cutting.exactness import EncodeTarget
from functions.domain.cutting.job import CutJob
from functions.domain.cutting.plan import Plan, PlannedSegment

Bounds = tuple[float, float | None]
"""Begin and end on a clock, in seconds; no end where the source's own is meant."""

PRE_ROLL = 0.3
# Behind the end: leading pictures, and sound that lies far from its picture.
READ_ON = 3.5
# Decoded sound may go above full scale; below it, nothing is clipped while it waits.
HEADROOM = -6
# After a seek ffmpeg would drop again what an edit list hides at the start; the times tell, too.
_ALL_SAMPLES = ("-flags2:a", "skip_manual")
# Gaps are filled from 15 ms on: by itself ffmpeg squeezes those below 100 ms, and sound runs ahead.
_FILLED = "aresample=async=1:first_pts=0:min_hard_comp=0.015"
# Sound is divided between packets: each goes where most of it is heard, so none is there twice.
_HALF_PACKET = 0.0105


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """Where to read from: input words, streams, and what the clock shows at the source's start."""

    words: list[str]
    picture: str | None
    sound: str | None
    clock: float
    files: tuple[Path, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """What an encoding leaves: `target`; `share`, the source's own sound of the segment, every
    packet of it in one segment only; `raw`, instead of sound in the target, the sound without
    loss and HEADROOM decibels quieter; `listing`, the picture's packets as they were read.
    `captions` is the filter that draws them."""

    target: Path
    share: Path | None = None
    raw: Path | None = None
    listing: Path | None = None
    captions: str | None = None


def span(plan: Plan, segment: PlannedSegment, clock: float) -> Bounds:
    last = segment.number == len(plan.segments)
    end = None if last else clock + segment.end / 1000
    return clock + segment.start / 1000, end


def seek_words(start: int, lead: float = PRE_ROLL) -> list[str]:
    """A little early, so that the sound that is heard at the start is whole."""
    at = start / 1000 - lead
    return ["-ss", f"{at:.3f}"] if at > 0 else []


def direct_feed(job: CutJob, segment: PlannedSegment, lead: float = PRE_ROLL) -> Feed:
    """One segment straight out of a source that can be entered anywhere, `lead` seconds early."""
    plan = job.plan
    sound = None if plan.audio_index is None else f"0:{plan.audio_index}"
    words = ["-copyts", *_ALL_SAMPLES, *source_words(job), *seek_words(segment.after, lead)]
    return Feed(
        words=[*words, *_until(plan, segment, lead), "-i", job.source_url],
        picture=f"0:{plan.video_index}",
        sound=sound,
        clock=plan.origin / 1000,
    )


def _until(plan: Plan, segment: PlannedSegment, lead: float) -> list[str]:
    """What is copied beside the encoding would read on to the source's end."""
    if segment.number == len(plan.segments):
        return []
    start = max(0.0, segment.after / 1000 - lead)
    return ["-t", f"{segment.end / 1000 - start + READ_ON:.3f}"]


def encode_command(plan: Plan, segment: PlannedSegment, feed: Feed, files: Files) -> list[str]:
    """Decode, keep just the asked frames and samples, encode; see `Files` for what comes out."""
    bounds = span(plan, segment, feed.clock)
    target = plan.target or EncodeTarget()
    end = ["-map_chapters", "-1", "-dn", "-sn", "-f", plan.format.muxer, str(files.target)]
    words = [*QUIET, *feed.words]
    if feed.picture:
        words += ["-map", feed.picture, "-vf", picture_chain(bounds, plan, files.captions)]
        words += picture_words(plan, target, most_rate(plan, segment))
    if feed.sound and files.raw:
        words += end if feed.picture else []
        words += ["-map", feed.sound, "-af", f"{_sound(bounds)},volume={HEADROOM}dB"]
        words += ["-c:a", "flac", "-sample_fmt", "s32", "-f", "flac", str(files.raw)]
    elif feed.sound:
        words += ["-map", feed.sound, "-af", _sound(bounds), *sound_of(target).words, *end]
    else:
        words += end
    if feed.sound and files.share and plan.audio_format:
        keep = f"{divided(plan, segment, feed.clock)},setts=ts=TS-STARTPTS"
        words += ["-map", feed.sound, "-c", "copy", "-bsf:a", keep]
        words += ["-map_chapters", "-1", "-f", plan.audio_format.muxer, str(files.share)]
    if feed.picture and files.listing:
        words += ["-map", feed.picture, "-c", "copy", "-f", "framecrc", str(files.listing)]
    return words


def pictures_command(plan: Plan, segment: PlannedSegment, feed: Feed) -> list[str]:
    """List the picture's packets about a segment on stdout."""
    until = (
        []
        if segment.number == len(plan.segments)
        else ["-to", f"{segment.end / 1000 + feed.clock + 1:.3f}"]
    )
    return [
        *QUIET, *feed.words, "-map", feed.picture or "0:v", "-c", "copy", *until,
        "-f", "framecrc", "pipe:1",
    ]  # fmt: skip


def picture_chain(bounds: Bounds, plan: Plan, captions: str | None, since: float = 0) -> str:
    """From what is decoded to a segment's pictures on its own clock; see `picture_filters`."""
    begin, _ = bounds
    chosen = [f"trim={_between(bounds)}", "settb=1/90000", f"setpts=PTS-{begin:.6f}/TB"]
    made = picture_filters(plan, plan.target or EncodeTarget(), since)
    return ",".join([*chosen, *tags(plan), *made, *([captions] if captions else [])])


def _between(bounds: Bounds) -> str:
    begin, end = bounds
    return f"start={begin:.6f}" + ("" if end is None else f":end={end:.6f}")


def _sound(bounds: Bounds) -> str:
    """Sound that sets in late is led in by silence, so that both begin together."""
    begin, _ = bounds
    return f"atrim={_between(bounds)},asetpts=PTS-{begin:.6f}/TB,{_FILLED}"


def divided(plan: Plan, segment: PlannedSegment, clock: float) -> str:
    """The packets of sound that belong to a segment, by a rule that both neighbours share."""
    begin, end = span(plan, segment, clock)
    outside = [] if segment.number == 1 else [f"lt(pts*tb\\,{begin - _HALF_PACKET:.6f})"]
    if end is not None:
        outside.append(f"gte(pts*tb\\,{end - _HALF_PACKET:.6f})")
    return f"noise=drop='{'+'.join(outside) or '0'}'"
