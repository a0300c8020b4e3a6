"""Where the cuts of each mode are wanted, before they are moved to keyframes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from functions.domain.analyses.boundaries import Boundaries, Envelope
from functions.domain.cutting.lengths import held
from functions.domain.cutting.segmentation import MIN_LENGTH, Mode, Segmentation
from functions.domain.cutting.spans import Span
from functions.domain.errors import MediaError, UnavailableError
from functions.domain.media.weights import Weights
from functions.domain.times import Milliseconds

SHORTEST_OF_SILENCE: Milliseconds = 5_000
QUIET_STRETCH: Milliseconds = 200
NO_BOUNDARIES = Boundaries()


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a video: `boundaries` and `moments` where the mode follows them, and how to
    weigh it."""

    duration: Milliseconds
    boundaries: Boundaries = NO_BOUNDARIES
    moments: tuple[Span, ...] | None = None
    weigh: Callable[[], Weights] | None = None


def wanted_cuts(known: Known, options: Segmentation) -> tuple[Milliseconds, ...]:
    """The times between which a video is divided.

    Raises MediaError where it cannot be divided so.
    """
    return _CUTS[options.mode](known, options)


def wanted_spans(known: Known, options: Segmentation) -> tuple[Span, ...] | None:
    """The segments where they overlap or leave something out; None where they divide the video.

    Raises MediaError where nothing of the video is asked for.
    """
    if options.mode is Mode.RANGES:
        return _ranges(known, options)
    if options.mode is Mode.MOMENTS:
        return _moments(known, options)
    if options.mode is Mode.FIXED and options.overlap:
        return _overlapping(known, options)
    return None


def _fixed(known: Known, options: Segmentation) -> tuple[Milliseconds, ...]:
    """A cut each `length`; a rest shorter than a third of it joins the last segment."""
    times = range(options.length, known.duration, options.length)
    shortest = options.min_length or min(options.length // 3 + 1, _half(options.max_length))
    return held(times, known.duration, shortest=shortest, longest=options.max_length)


def _half(length: Milliseconds | None) -> Milliseconds:
    return MAX if length is None else length // 2


MAX: Milliseconds = 1 << 62


def _scenes(known: Known, options: Segmentation) -> tuple[Milliseconds, ...]:
    if known.boundaries.scenes is None:
        raise _unseen()
    changes = [scene.at for scene in known.boundaries.scenes if scene.score >= options.threshold]
    shortest = options.min_length or min(MIN_LENGTH, _half(options.max_length))
    return held(changes, known.duration, shortest=shortest, longest=options.max_length)


def _silence(known: Known, options: Segmentation) -> tuple[Milliseconds, ...]:
    """In the middle of pauses; where speech goes on for too long, where it is lowest."""
    envelope = known.boundaries.envelope
    if envelope is None:
        raise _unseen()
    pauses = envelope.silences(level=options.level, minimum=options.pause)
    return held(
        [pause.middle for pause in pauses],
        known.duration,
        shortest=options.min_length or min(SHORTEST_OF_SILENCE, _half(options.max_length)),
        longest=options.max_length,
        choose=lambda first, last: _quietest(envelope, first, last),
    )


def _quietest(envelope: Envelope, first: Milliseconds, last: Milliseconds) -> Milliseconds:
    """The middle of the quietest stretch: a single quiet step may be inside of a word."""
    levels = envelope.attenuations[first // envelope.step : last // envelope.step]
    wide = max(1, QUIET_STRETCH // envelope.step)
    if len(levels) < wide:
        return last
    places = range(len(levels) - wide + 1)
    best = max(places, key=lambda place: (min(levels[place : place + wide]), place))
    return first + (best + wide // 2) * envelope.step


def _parts(known: Known, options: Segmentation) -> tuple[Milliseconds, ...]:
    """As many as were asked for, or as many as the lengths allow."""
    shortest = options.min_length or min(MIN_LENGTH, _half(options.max_length))
    most = max(1, known.duration // shortest)
    least = -(-known.duration // options.max_length) if options.max_length else 1
    count = min(max(options.parts, least), most)
    return tuple(known.duration * part // count for part in range(1, count))


def _size(known: Known, options: Segmentation) -> tuple[Milliseconds, ...]:
    if known.weigh is None:
        raise _unseen()
    lengths = {"shortest": options.min_length, "longest": options.max_length}
    return tuple(known.weigh().cuts(options.size, known.duration, **lengths))


def _none(known: Known, options: Segmentation) -> tuple[Milliseconds, ...]:
    return held((), known.duration, shortest=options.min_length or 1, longest=options.max_length)


_CUTS: dict[Mode, Callable[[Known, Segmentation], tuple[Milliseconds, ...]]] = {
    Mode.FIXED: _fixed,
    Mode.SCENES: _scenes,
    Mode.SILENCE: _silence,
    Mode.PARTS: _parts,
    Mode.SIZE: _size,
    Mode.NONE: _none,
}


def _ranges(known: Known, options: Segmentation) -> tuple[Span, ...]:
    """As far as the video lasts."""
    spans = [
        Span(start=asked.start, end=min(asked.end, known.duration), title=asked.title)
        for asked in options.ranges
    ]
    late = next((place for place, span in enumerate(spans) if span.start >= known.duration), None)
    if late is not None:
        raise MediaError(
            "segmentation.range_outside",
            f"Range {late + 1} begins after the video's end; it lasts "
            f"{known.duration / 1000:g} seconds. Start again with other ranges.",
        )
    return tuple(spans)


def _moments(known: Known, options: Segmentation) -> tuple[Span, ...]:
    """Those that are neither too short nor too long."""
    if known.moments is None:
        raise UnavailableError("pipeline.out_of_order", "Moments were not looked for yet.")
    low, high = options.min_length or 1, options.max_length or MAX
    fitting = (replace(one, end=min(one.end, known.duration)) for one in known.moments)
    spans = tuple(one for one in fitting if low <= one.end - one.start <= high)
    if not spans:
        raise MediaError(
            "segmentation.no_moments",
            "There is no moment of such a length in this video to cut it by. Look at its moments, "
            "set times by hand, or cut it another way.",
        )
    return spans


def _overlapping(known: Known, options: Segmentation) -> tuple[Span, ...]:
    """Each begins `overlap` before the one before ends; the last one ends with the video."""
    step = options.length - options.overlap
    shortest = options.overlap + (options.min_length or options.length // 3 + 1)
    starts = [0, *range(step, max(1, known.duration - shortest), step)]
    if options.max_length and known.duration - starts[-1] > options.max_length:
        starts.append(min(starts[-1] + step, known.duration - (options.min_length or MIN_LENGTH)))
    ends = [*(start + options.length for start in starts[:-1]), known.duration]
    return tuple(Span(start=a, end=b) for a, b in zip(starts, ends, strict=True))


def _unseen() -> UnavailableError:
    return UnavailableError("pipeline.out_of_order", "The video was not looked at yet.")
