"""From a probe to a plan of an HLS rendition: the same probe gives the same plan."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from functions.domain.cutting.snapping import Limits, at_nearest
from functions.domain.errors import MediaError
from functions.domain.hls.rendition import HlsPlan, HlsWindow
from functions.domain.ids import fingerprint
from functions.domain.media.probe import AudioTrack, Media, Probe
from functions.domain.media.source import Source
from functions.domain.times import Milliseconds

LENGTH: Final[Milliseconds] = 6_000
# A playlist is told in one answer, with a signed address of up to two kilobytes for each piece.
MOST_PIECES: Final = 1_500
# What one function reads, and how many do so at the most: an execution has a history to keep small.
WINDOW_BYTES: Final = 2 * 1024**3
MAX_WINDOWS: Final = 40
# Pieces begin here on their clock: decoding times may lie well before the first picture.
CLOCK: Final[Milliseconds] = 10_000
# No codec shows a picture later than so many others.
_MOST_DELAYED: Final = 16
# How long decoders and encoders of sound run before a window, to have settled there.
LEAD: Final[Milliseconds] = 500
COPIED_PICTURES: Final = frozenset({"h264", "hevc", "av1", "vp9"})
COPIED_SOUND: Final = "aac"
_AAC_RATES: Final = frozenset(
    {96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000}
)


def can_copy(media: Media) -> bool:
    """Whether players take the picture as it is; sound that they do not take is encoded."""
    return media.video is None or media.video.codec in COPIED_PICTURES


def plan_hls(probe: Probe, source: Source, *, window_bytes: int = WINDOW_BYTES) -> HlsPlan:
    """Raises MediaError for a picture that would have to be encoded."""
    media, keys = probe.media, probe.keyframes
    if not can_copy(media):
        raise MediaError(
            "hls.picture",
            "Players of HLS do not take this video's picture as it is. Ask for the extra `proxy`, "
            "too, which is written then; or save the video as MP4 and upload that.",
        )
    length = max(LENGTH, -(-media.duration // MOST_PIECES))
    one_pass = media.video is None or not (keys.complete and keys.seekable)
    windows = (
        (_through(),)
        if one_pass
        else _windows(media.duration, keys.times, length, source, window_bytes)
    )
    first = min(keys.times, default=0)
    return HlsPlan(
        hls_id=fingerprint("hls", 1, source.key, source.etag, length, len(windows)),
        key=source.key,
        version_id=source.version_id,
        container=media.container,
        duration=media.duration,
        origin=keys.origin,
        clock=_clock(media) + max(0, -first),
        length=length,
        one_pass=one_pass,
        windows=windows,
        video_index=media.video.index if media.video else None,
        audio_index=media.audio.index if media.audio else None,
        video_codec=media.video.codec if media.video else None,
        sound_rate=_sound_rate(media.audio),
    )


def _clock(media: Media) -> Milliseconds:
    """Of few pictures a minute, some may be decoded long before they are shown."""
    rate = media.video.frame_rate if media.video else None
    return max(CLOCK, round(_MOST_DELAYED * 1_000 / rate)) if rate else CLOCK


def _sound_rate(audio: AudioTrack | None) -> int | None:
    if audio is None or audio.codec == COPIED_SOUND:
        return None
    return audio.sample_rate if audio.sample_rate in _AAC_RATES else 48_000


def _through() -> HlsWindow:
    return HlsWindow(index=0, number=1, count=0, enter=0, seek=0, aims=(), opens=0)


@dataclass(frozen=True, slots=True)
class _Cut:
    """A keyframe that opens a piece; `aim` lies between it and the one before."""

    key: Milliseconds
    aim: float


def _windows(
    duration: Milliseconds,
    keys: Sequence[Milliseconds],
    length: Milliseconds,
    source: Source,
    window_bytes: int,
) -> tuple[HlsWindow, ...]:
    """Pieces of about `length`, shared out by the bytes that are read for them."""
    wanted = list(range(length, duration - length // 2, length))
    planned = at_nearest(Limits(duration=duration), wanted, keys)
    cuts = [_Cut(one.cut, one.aim) for one in planned]
    count = min(MAX_WINDOWS, max(1, -(-source.size // window_bytes)), len(cuts))
    bounds = [len(cuts) * at // count for at in range(count + 1)]
    return tuple(
        _window(index, cuts, keys, first, last)
        for index, (first, last) in enumerate(pairwise(bounds))
    )


def _window(
    index: int, cuts: Sequence[_Cut], keys: Sequence[Milliseconds], first: int, last: int
) -> HlsWindow:
    """One that begins inside the source begins a keyframe early, and one that ends there ends a
    keyframe late: so neighbours divide the packets at their join as one pass would."""
    inside, opens = first > 0, cuts[first].key
    place = max(bisect_right(keys, opens - LEAD) - 1, 0)
    enter = keys[place] if inside else keys[0]
    opened = cuts[first if inside else first + 1 : last + 1]
    return HlsWindow(
        index=index,
        number=first + 1,
        count=last - first,
        enter=enter,
        seek=(enter + keys[place + 1]) / 2 if inside and place + 1 < len(keys) else enter,
        aims=tuple(cut.aim for cut in opened),
        opens=opens,
        early=inside,
        until=cuts[last].key if last < len(cuts) else None,
    )
