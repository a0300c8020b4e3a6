"""ffmpeg's command line for encoding a segment, as a plain list.

Frames and samples are chosen by their times on the clock they come with, which two neighbouring
segments share: what one leaves out the other takes in, whatever the rounding.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from functions.adapters.ffmpeg.commands import QUIET, source_words
from functions.domain.cutting import CutJob
from functions.domain.exactness import DEFAULT_CRF, EncodeTarget, Shape
from functions.domain.plan import Plan, PlannedSegment

Bounds = tuple[float, float | None]
"""Begin and end on a clock, in seconds; no end where the source's own is meant."""

ENCODER = ("-c:v", "libx264", "-preset", "veryfast")
PRE_ROLL = 0.3
# After a seek ffmpeg would drop again what an edit list hides at the start; the times tell, too.
_ALL_SAMPLES = ("-flags2:a", "skip_manual")
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


def span(plan: Plan, segment: PlannedSegment, clock: float) -> Bounds:
    last = segment.number == len(plan.segments)
    end = None if last else clock + segment.end / 1000
    return clock + segment.start / 1000, end


def seek_words(start: int) -> list[str]:
    """A little early, so that the sound that is heard at the start is whole."""
    at = start / 1000 - PRE_ROLL
    return ["-ss", f"{at:.3f}"] if at > 0 else []


def direct_feed(job: CutJob, segment: PlannedSegment) -> Feed:
    """One segment straight out of a source that can be entered anywhere."""
    plan = job.plan
    sound = None if plan.audio_index is None else f"0:{plan.audio_index}"
    return Feed(
        words=[
            "-copyts",
            *_ALL_SAMPLES,
            *source_words(job),
            *seek_words(segment.start),
            "-i",
            job.source_url,
        ],
        picture=f"0:{plan.video_index}",
        sound=sound,
        clock=plan.origin / 1000,
    )


def encode_command(
    plan: Plan, segment: PlannedSegment, feed: Feed, target: Path, share: Path | None
) -> list[str]:
    """Decode, keep just the asked frames and samples, encode. `share` gets the source's own sound
    of the segment, every packet of it in one segment only."""
    bounds = span(plan, segment, feed.clock)
    wanted = plan.target or EncodeTarget()
    words = [*QUIET, *feed.words]
    if feed.picture:
        words += ["-map", feed.picture, "-vf", _picture(bounds, wanted), *ENCODER]
        words += [*_quality(wanted), "-fps_mode", "passthrough", "-enc_time_base", "1:90000"]
    if feed.sound:
        words += ["-map", feed.sound, "-af", _sound(bounds, wanted), "-c:a", "aac"]
    words += ["-map_chapters", "-1", "-dn", "-sn", "-f", plan.format.muxer, str(target)]
    if feed.sound and share and plan.audio_format:
        keep = f"{divided(plan, segment, feed.clock)},setts=ts=TS-STARTPTS"
        words += ["-map", feed.sound, "-c", "copy", "-bsf:a", keep]
        words += ["-map_chapters", "-1", "-f", plan.audio_format.muxer, str(share)]
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


def _picture(bounds: Bounds, target: EncodeTarget) -> str:
    begin, _ = bounds
    filters = [f"trim={_between(bounds)}", "settb=1/90000", f"setpts=PTS-{begin:.6f}/TB"]
    if target.fps:
        filters.append(f"fps={target.fps:g}:start_time=0")
    if target.shape:
        filters.append(_crop(target.shape, target.offset))
    height = str(target.height) if target.height else "trunc(ih/2)*2"
    width = f"trunc(iw*{target.height}/ih/2)*2" if target.height else "trunc(iw/2)*2"
    return ",".join([*filters, f"scale='{width}':'{height}'", "format=yuv420p"])


def _between(bounds: Bounds) -> str:
    begin, end = bounds
    return f"start={begin:.6f}" + ("" if end is None else f":end={end:.6f}")


def _crop(shape: Shape, offset: float) -> str:
    across, down = (int(part) for part in shape.value.split(":"))
    width = f"trunc(min(iw,ih*{across}/{down})/2)*2"
    height = f"trunc(min(ih,iw*{down}/{across})/2)*2"
    return f"crop='{width}':'{height}':'(iw-ow)*{offset:g}':'(ih-oh)*{offset:g}'"


def _quality(target: EncodeTarget) -> list[str]:
    if target.bit_rate is None:
        return ["-crf", str(DEFAULT_CRF if target.crf is None else target.crf)]
    rate = target.bit_rate
    return ["-b:v", str(rate), "-maxrate", str(rate * 3 // 2), "-bufsize", str(rate * 2)]


def _sound(bounds: Bounds, target: EncodeTarget) -> str:
    """Sound that sets in late is led in by silence, so that both begin together."""
    begin, _ = bounds
    filters = [f"atrim={_between(bounds)}", f"asetpts=PTS-{begin:.6f}/TB"]
    if target.loudness:
        filters += [f"loudnorm=I={target.loudness}:TP=-1.5:LRA=11", "aresample=48000"]
    return ",".join([*filters, "aresample=async=1:first_pts=0"])


def divided(plan: Plan, segment: PlannedSegment, clock: float) -> str:
    """The packets of sound that belong to a segment, by a rule that both neighbours share."""
    begin, end = span(plan, segment, clock)
    outside = [] if segment.number == 1 else [f"lt(pts*tb\\,{begin - _HALF_PACKET:.6f})"]
    if end is not None:
        outside.append(f"gte(pts*tb\\,{end - _HALF_PACKET:.6f})")
    return f"noise=drop='{'+'.join(outside) or '0'}'"
