"""How a user wants a video cut, and the plan that comes of it.

A mode turns options and a probe into a plan, which is a value: the same probe and options give the
same plan and the same plan id, so that cutting again is recognised as the same work.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from functions.domain.containers import FileFormat, audio_format, segment_format
from functions.domain.ids import fingerprint
from functions.domain.media import KeyframeIndex, Probe
from functions.domain.times import Milliseconds

MIN_LENGTH: Milliseconds = 1_000
MAX_LENGTH: Milliseconds = 3_600_000
DEFAULT_LENGTH: Milliseconds = 30_000
# An execution may have 25,000 events, and a window takes about a dozen.
MAX_WINDOWS = 500

FindKeyframes = Callable[[Sequence[Milliseconds]], KeyframeIndex]
Cut = tuple[Milliseconds, Milliseconds, Milliseconds]
"""The time asked for, the keyframe, and a time from the keyframe before up to it."""


class Mode(StrEnum):
    FIXED = "fixed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Segmentation:
    """The options of a cut: segments of about `length` milliseconds."""

    mode: Mode = Mode.FIXED
    length: Milliseconds = DEFAULT_LENGTH


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedSegment:
    """One segment: `start` and `end` as asked, `cut` the keyframe that opens it.

    Nothing can be cut between `after` and `cut`: any time in between names this keyframe
    without depending on rounding.
    """

    number: int
    start: Milliseconds
    end: Milliseconds
    cut: Milliseconds
    after: Milliseconds

    @property
    def aim(self) -> float:
        """A time between the keyframe before the cut and the cut, in milliseconds."""
        return (self.after + self.cut) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Consecutive segments that one ffmpeg call makes: numbers `first` to `last`, both included."""

    index: int
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to cut, and of which streams.

    `origin` is the source's start on its container's clock. `one_pass`: the source cannot be
    entered in the middle, so one window reads all of it.
    """

    plan_id: str
    duration: Milliseconds
    origin: Milliseconds
    container: str
    format: FileFormat
    video_index: int | None = None
    audio_index: int | None = None
    audio_format: FileFormat | None = None
    one_pass: bool
    segments: tuple[PlannedSegment, ...]
    windows: tuple[Window, ...]

    def of_window(self, window: Window) -> tuple[PlannedSegment, ...]:
        """The window's segments; numbers count from 1."""
        return self.segments[window.first - 1 : window.last]


def make_plan(
    probe: Probe, options: Segmentation, *, find_keyframes: FindKeyframes, segments_per_window: int
) -> Plan:
    """Compute the plan of a mode.

    `find_keyframes` is asked only where the container has no index: it returns, for each
    wanted time, the first keyframe at or after it.
    """
    media, keyframes = probe.media, probe.keyframes
    targets = _MODES[options.mode](media.duration, options)
    if media.video is None:
        segments = _anywhere(media.duration, targets)
    elif keyframes.complete:
        segments = _at_nearest(media.duration, targets, keyframes.times)
    else:
        found = find_keyframes(targets).times if targets else ()
        segments = _at_found(media.duration, targets, keyframes.times, found)
    one_pass = not keyframes.seekable
    per_window = len(segments) if one_pass else segments_per_window
    windows = _windows(len(segments), per_window)
    named = (options.mode, options.length)
    return assemble(probe, named, segments, windows, one_pass=one_pass)


def assemble(
    probe: Probe,
    named: Sequence[object],
    segments: Sequence[PlannedSegment],
    windows: Sequence[Window],
    *,
    one_pass: bool,
) -> Plan:
    """A plan of these segments; `named` and the cuts make its id."""
    media = probe.media
    cuts = ",".join(str(segment.cut) for segment in segments)
    return Plan(
        plan_id=fingerprint(*named, media.duration, cuts),
        duration=media.duration,
        origin=probe.keyframes.origin,
        container=media.container,
        video_index=media.video.index if media.video else None,
        audio_index=media.audio.index if media.audio else None,
        format=segment_format(media),
        audio_format=audio_format(media) if media.audio else None,
        one_pass=one_pass,
        segments=tuple(segments),
        windows=tuple(windows),
    )


def _fixed(duration: Milliseconds, options: Segmentation) -> tuple[Milliseconds, ...]:
    """A cut each `length`; a rest shorter than a third of it joins the last segment."""
    last = duration - options.length // 3
    return tuple(range(options.length, max(last, 0), options.length))


_MODES: dict[Mode, Callable[[Milliseconds, Segmentation], tuple[Milliseconds, ...]]] = {
    Mode.FIXED: _fixed
}


def _at_nearest(
    duration: Milliseconds, targets: Sequence[Milliseconds], keys: Sequence[Milliseconds]
) -> list[PlannedSegment]:
    """Move each target to the nearest keyframe; targets that share one become one cut."""
    chosen: list[tuple[Milliseconds, int]] = []
    for target in targets:
        at = bisect_left(keys, target)
        if at == len(keys) or (at > 0 and target - keys[at - 1] <= keys[at] - target):
            at -= 1
        if at > 0 and (not chosen or at > chosen[-1][1]):
            chosen.append((target, at))
    cuts = [(target, keys[at], keys[at - 1]) for target, at in chosen]
    return between(duration, keys[0], cuts)


def _at_found(
    duration: Milliseconds,
    targets: Sequence[Milliseconds],
    first: Sequence[Milliseconds],
    found: Sequence[Milliseconds],
) -> list[PlannedSegment]:
    """Take the keyframes that were found after the targets."""
    start = first[0] if first else 0
    cuts: list[Cut] = []
    for key in found:
        target = max((t for t in targets if t <= key), default=key)
        if key > start and (not cuts or key > cuts[-1][1]):
            cuts.append((target, key, max(target - 1, cuts[-1][1] if cuts else start)))
    return between(duration, start, cuts)


def _anywhere(duration: Milliseconds, targets: Sequence[Milliseconds]) -> list[PlannedSegment]:
    return between(duration, 0, [(target, target, target) for target in targets])


def between(
    duration: Milliseconds, first: Milliseconds, cuts: Sequence[Cut]
) -> list[PlannedSegment]:
    """The segments between cuts; `first` is the source's first keyframe."""
    starts = [(0, first, first), *cuts]
    ends = [*(asked for asked, _, _ in cuts), duration]
    return [
        PlannedSegment(number=number, start=asked, end=end, cut=key, after=before)
        for number, ((asked, key, before), end) in enumerate(zip(starts, ends, strict=True), 1)
    ]


def _windows(count: int, per_window: int) -> tuple[Window, ...]:
    per_window = max(per_window, -(-count // MAX_WINDOWS))
    return tuple(
        Window(index=index, first=first, last=min(first + per_window - 1, count))
        for index, first in enumerate(range(1, count + 1, per_window))
    )
