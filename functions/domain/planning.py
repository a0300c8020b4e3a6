"""From a user's options and a probe to a plan.

A plan is a value: the same probe and options give the same plan and the same plan id, so that
cutting again is recognised as the same work.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import replace

from functions.domain.codec import to_plain
from functions.domain.containers import MOV, MP4, FileFormat, audio_format, segment_format
from functions.domain.exactness import CutReason, Exactness
from functions.domain.ids import fingerprint
from functions.domain.media import KeyframeIndex, Media, Probe
from functions.domain.plan import Plan, PlannedSegment, Window
from functions.domain.segmentation import Mode, Segmentation
from functions.domain.times import Milliseconds

# An execution may have 25,000 events, and a window takes about a dozen.
MAX_WINDOWS = 500
# Encoding is what takes time: windows are smaller, so that more of them work side by side.
WINDOW_SHARE = 4

FindKeyframes = Callable[[Sequence[Milliseconds]], KeyframeIndex]
Cut = tuple[Milliseconds, Milliseconds, Milliseconds]
"""The time asked for, the keyframe, and a time from the keyframe before up to it."""


def make_plan(
    probe: Probe, options: Segmentation, *, find_keyframes: FindKeyframes, segments_per_window: int
) -> Plan:
    """Compute the plan of a mode.

    `find_keyframes` is asked only where the container has no index: it returns, for each
    wanted time, the first keyframe at or after it.
    """
    media, keyframes = probe.media, probe.keyframes
    targets = _MODES[options.mode](media.duration, options)
    cut, reason = _possible(media, options.cut)
    if cut is not Exactness.KEYFRAME:
        plan = _exact(probe, options, targets, segments_per_window)
        return replace(plan, cut=cut, cut_reason=reason, format=_encoded(media, cut))
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
    plan = assemble(probe, _name(options), segments, windows, one_pass=one_pass)
    return replace(plan, cut_reason=reason)


def _name(options: Segmentation) -> tuple[object, ...]:
    """What was asked for; plans that were made before cuts could be exact keep their names."""
    exact = options.cut is not Exactness.KEYFRAME
    return (
        options.mode,
        options.length,
        *((options.cut, to_plain(options.target)) if exact else ()),
    )


def _possible(media: Media, cut: Exactness) -> tuple[Exactness, CutReason | None]:
    """The cut that can be made of these streams, and why it is not the asked one.

    Only an MP4 (or MOV) of H.264 can be told of two encoders' parameter sets without putting
    them between the pictures, where not every player looks for them.
    """
    if cut is Exactness.KEYFRAME:
        return cut, None
    if media.video is None:
        return Exactness.KEYFRAME, CutReason.NO_PICTURE
    if cut is Exactness.SMART and media.video.codec != "h264":
        return Exactness.ACCURATE, CutReason.CODEC
    if cut is Exactness.SMART and segment_format(media) not in {MP4, MOV}:
        return Exactness.ACCURATE, CutReason.CONTAINER
    return cut, None


def _encoded(media: Media, cut: Exactness) -> FileFormat:
    return segment_format(media) if cut is Exactness.SMART else MP4


def _exact(
    probe: Probe, options: Segmentation, targets: Sequence[Milliseconds], per_window: int
) -> Plan:
    """Cut just where it was asked, though not before the first picture."""
    first = probe.keyframes.times[0] if probe.keyframes.times else 0
    segments = _anywhere(probe.media.duration, [time for time in targets if time > first])
    one_pass = not probe.keyframes.seekable
    share = len(segments) if one_pass else max(1, per_window // WINDOW_SHARE)
    windows = _windows(len(segments), share)
    plan = assemble(probe, _name(options), segments, windows, one_pass=one_pass)
    return replace(plan, target=options.target)


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
        video_codec=media.video.codec if media.video else None,
        rotation=media.video.rotation if media.video else 0,
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
