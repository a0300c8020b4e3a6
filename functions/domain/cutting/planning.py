"""From a user's options and a probe to a plan.

A plan is a value: the same probe and options give the same plan and the same plan id, so that
cutting again is recognised as the same work.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from functions.domain.codec import to_plain
from functions.domain.cutting.exact_plan import cut_so, possible_cut
from functions.domain.cutting.exactness import Exactness
from functions.domain.cutting.lanes import make_lanes
from functions.domain.cutting.modes import Known, wanted_cuts, wanted_spans
from functions.domain.cutting.plan import Lane, Plan, PlannedSegment, Window, between
from functions.domain.cutting.segmentation import Mode, Segmentation
from functions.domain.cutting.snapping import Limits, at_found, at_nearest
from functions.domain.ids import fingerprint
from functions.domain.media.containers import (
    audio_format,
    segment_format,
)
from functions.domain.media.keyframe_search import FindKeyframes
from functions.domain.media.probe import Probe
from functions.domain.times import Milliseconds

# An execution may have 25,000 events, and a window takes about a dozen.
MAX_WINDOWS = 500
# Encoding is what takes time: windows are smaller, so that more of them work side by side.
WINDOW_SHARE = 4
PIECE: Milliseconds = 60_000


def make_plan(
    probe: Probe,
    options: Segmentation,
    *,
    find_keyframes: FindKeyframes,
    segments_per_window: int,
    known: Known | None = None,
    piece: Milliseconds = PIECE,
) -> Plan:
    """Compute the plan of a mode.

    `find_keyframes` is asked only where the container has no index, or segments stand for
    themselves; `known` is what the mode needs to know of the video, and `piece` how much may be
    read and thrown away at a time.
    """
    known = known or Known(duration=probe.media.duration)
    cut, reason = possible_cut(probe.media, options.cut)
    exact = cut is not Exactness.KEYFRAME
    share = max(1, segments_per_window // WINDOW_SHARE) if exact else segments_per_window
    spans = wanted_spans(known, options)
    if spans is not None:
        lanes = make_lanes(probe, spans, find_keyframes=find_keyframes, piece=piece, exact=exact)
        plan = _of_lanes(probe, options, lanes, share)
    else:
        plan = _divided(probe, options, wanted_cuts(known, options), find_keyframes, share, exact)
    plan = cut_so(plan, probe.media, cut, reason, options.target)
    return replace(plan, size_limit=options.size) if options.mode is Mode.SIZE else plan


def _divided(
    probe: Probe,
    options: Segmentation,
    wanted: Sequence[Milliseconds],
    find: FindKeyframes,
    share: int,
    exact: bool,
) -> Plan:
    """Segments that follow each other."""
    media, keyframes = probe.media, probe.keyframes
    limits = Limits(duration=media.duration, low=options.min_length, high=options.max_length)
    if options.mode is Mode.SIZE:
        # They are keyframes already, and no other would do.
        limits = Limits(duration=media.duration)
    first = keyframes.times[0] if keyframes.times else 0
    if exact:
        # Not before the first picture.
        segments = _anywhere(media.duration, [time for time in wanted if time > first])
    elif media.video is None:
        segments = _anywhere(media.duration, wanted)
    elif keyframes.complete:
        segments = at_nearest(limits, wanted, keyframes.times)
    else:
        segments = at_found(limits, wanted, first, find)
    one_pass = not keyframes.seekable
    windows = _windows(len(segments), len(segments) if one_pass else share)
    return assemble(probe, _name(options), segments, windows, one_pass=one_pass)


def _of_lanes(probe: Probe, options: Segmentation, lanes: Sequence[Lane], share: int) -> Plan:
    """Segments that stand for themselves. A source that can be entered is, for each of them."""
    one_pass = probe.media.video is None or not probe.keyframes.complete
    rows = [(piece, number) for lane in lanes for piece, number in _kept(lane)]
    segments = [replace(piece, number=number) for piece, number in rows]
    windows = [
        (at, places)
        for at, lane in enumerate(lanes)
        for places in _shares([piece.number for piece, _ in _kept(lane)], share, one_pass=one_pass)
    ]
    plan = assemble(
        probe,
        _name(options),
        sorted(segments, key=lambda segment: segment.number),
        [
            Window(index=index, first=1 if one_pass else places[0], last=places[-1], lane=lane)
            for index, (lane, places) in enumerate(windows)
        ],
        one_pass=one_pass,
    )
    return replace(plan, lanes=tuple(lanes))


def _kept(lane: Lane) -> list[tuple[PlannedSegment, int]]:
    pairs = zip(lane.pieces, lane.kept, strict=True)
    return [(piece, number) for piece, number in pairs if number]


def _shares(places: Sequence[int], share: int, *, one_pass: bool) -> list[Sequence[int]]:
    if one_pass:
        return [places]
    share = max(share, -(-len(places) // (MAX_WINDOWS // 2)))
    return [places[at : at + share] for at in range(0, len(places), share)]


def _name(options: Segmentation) -> tuple[object, ...]:
    """What was asked for."""
    return (sorted(to_plain(options).items(), key=str),)


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
        picture=media.video,
    )


def _anywhere(duration: Milliseconds, targets: Sequence[Milliseconds]) -> list[PlannedSegment]:
    return between(duration, 0, [(target, target, target) for target in targets])


def _windows(count: int, per_window: int) -> tuple[Window, ...]:
    per_window = max(per_window, -(-count // MAX_WINDOWS))
    return tuple(
        Window(index=index, first=first, last=min(first + per_window - 1, count))
        for index, first in enumerate(range(1, count + 1, per_window))
    )
