"""From a probe and what is wanted to a plan of analyses: the same gives the same."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from functions.domain.analyses.analysis import AnalysisPlan, AnalysisWindow, TileGrid
from functions.domain.analyses.boundaries import Stretch
from functions.domain.extras import Extra
from functions.domain.ids import fingerprint
from functions.domain.media.probe import KeyframeIndex, Media, Probe, VideoTrack
from functions.domain.times import Milliseconds

OF_PICTURE: Final = (Extra.STORYBOARD, Extra.PREVIEW, Extra.BLACK, Extra.SCENES)
OF_SOUND: Final = (Extra.WAVEFORM, Extra.LOUDNESS, Extra.SILENCE)
ANALYSES: Final = (*OF_PICTURE, *OF_SOUND)
"""What this decode can give; other extras are made elsewhere."""

TILE_WIDTH: Final = 160
_TALLEST_TILE: Final = 320
_INTERVALS: Final = ((120_000, 1_000), (600_000, 2_000), (3_600_000, 5_000))
_LONG_INTERVAL: Final = 10_000
# What one call decodes: five minutes of 1080p at 30 frames a second, or as much work.
_WINDOW: Final = 300_000
_PIXEL_RATE: Final = 1_920 * 1_080 * 30
_SHORTEST_WINDOW: Final = 60_000
_LONGEST_WINDOW: Final = 600_000
_SOUND_WINDOW: Final = 1_800_000
_LONGEST_GROUP: Final = 30_000
MAX_WINDOWS: Final = 400
_GROUPED: Final = ("h264", "hevc")
# Their keyframes tell their place from the pictures before them: left alone, some get lost.
_COUNTED_ON: Final = ("hevc",)
# A storyboard is told in one answer, with an address for each tile.
MAX_TILES: Final = 1_000
MOMENTS: Final = 5
MOMENT: Final[Milliseconds] = 800


def plan_analysis(probe: Probe, asked: Sequence[Extra]) -> AnalysisPlan:
    """Plan what of `asked` the streams can give."""
    media = probe.media
    able = _able(media, asked)
    interval = _interval(media.duration)
    picture = media.video if set(able) & set(OF_PICTURE) else None
    sound = media.audio if set(able) & set(OF_SOUND) else None
    # An index lets reading begin inside; that packets differ there matters to cuts alone.
    enterable = probe.keyframes.complete and media.video is not None
    length = _window_length(media.duration, picture, interval) if enterable else media.duration
    longest = _longest_group(probe.keyframes, media.duration)
    alone = media.video is None or media.video.codec not in _COUNTED_ON
    return AnalysisPlan(
        analysis_id=fingerprint("analysis", 1, *sorted(asked)),
        asked=tuple(asked),
        wanted=able,
        duration=media.duration,
        container=media.container,
        enterable=enterable,
        dense=alone and _dense(probe.keyframes, media.duration, interval),
        windows=_windows(media.duration, length) if able else (),
        grouped=_grouped(probe, longest),
        longest_group=longest,
        alone=alone,
        video_index=picture.index if picture else None,
        audio_index=sound.index if sound else None,
        tiles=_grid(picture, interval) if picture else None,
        moments=_moments(media.duration) if picture and Extra.PREVIEW in able else (),
    )


def _able(media: Media, wanted: Sequence[Extra]) -> tuple[Extra, ...]:
    streams = ((media.video, OF_PICTURE), (media.audio, OF_SOUND))
    able = {extra for stream, extras in streams if stream is not None for extra in extras}
    return tuple(extra for extra in Extra if extra in wanted and extra in able)


def _interval(duration: Milliseconds) -> Milliseconds:
    fitting = (interval for limit, interval in _INTERVALS if duration <= limit)
    fewest = -(-duration // (MAX_TILES * 1_000)) * 1_000
    return max(next(fitting, _LONG_INTERVAL), fewest)


def _window_length(
    duration: Milliseconds, picture: VideoTrack | None, interval: Milliseconds
) -> Milliseconds:
    """A whole number of tiles, so that no tile lies in two windows."""
    length = _SOUND_WINDOW
    if picture:
        rate = picture.coded_width * picture.coded_height * (picture.frame_rate or 30)
        fitting = round(_WINDOW * _PIXEL_RATE / max(rate, 1))
        length = min(max(fitting, _SHORTEST_WINDOW), _LONGEST_WINDOW)
    length = max(length, -(-duration // MAX_WINDOWS))
    return -(-length // interval) * interval


def _windows(duration: Milliseconds, length: Milliseconds) -> tuple[AnalysisWindow, ...]:
    """A rest shorter than a fifth of a window joins the last one."""
    starts = [0, *range(length, duration - length // 5, length)]
    ends = [*starts[1:], duration]
    return tuple(
        AnalysisWindow(index=index, start=start, end=end)
        for index, (start, end) in enumerate(zip(starts, ends, strict=True))
    )


def _grid(picture: VideoTrack, interval: Milliseconds) -> TileGrid:
    height = round(TILE_WIDTH * picture.height / max(picture.width, 1) / 2) * 2
    return TileGrid(interval=interval, width=TILE_WIDTH, height=min(max(height, 2), _TALLEST_TILE))


def _dense(keyframes: KeyframeIndex, duration: Milliseconds, interval: Milliseconds) -> bool:
    return keyframes.complete and len(keyframes.times) * interval >= duration


def _longest_group(keyframes: KeyframeIndex, duration: Milliseconds) -> Milliseconds:
    times = [*keyframes.times, max(duration, *keyframes.times, 0)]
    return max((after - before for before, after in pairwise(times)), default=0)


def _grouped(probe: Probe, longest: Milliseconds) -> bool:
    """Of other codecs it is not told here which pictures others are decoded from."""
    picture = probe.media.video
    known = picture is not None and picture.codec in _GROUPED and probe.keyframes.complete
    return known and longest <= _LONGEST_GROUP


def _moments(duration: Milliseconds) -> tuple[Stretch, ...]:
    """Spread over the video; all of a short one."""
    if duration <= MOMENTS * MOMENT:
        return (Stretch(start=0, end=duration),)
    centres = (duration * (2 * place + 1) // (2 * MOMENTS) for place in range(MOMENTS))
    return tuple(
        Stretch(start=centre - MOMENT // 2, end=centre + MOMENT // 2) for centre in centres
    )
