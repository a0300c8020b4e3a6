"""Where the picture can be cut, from the container's own index or by seeking."""

from __future__ import annotations

from fractions import Fraction
from itertools import islice

from av.container import InputContainer
from av.video.stream import VideoStream

from functions.domain.errors import MediaError
from functions.domain.media.probe import KeyframeIndex
from functions.domain.media.source import Source
from functions.domain.times import Milliseconds

_INDEXED = ("mov", "matroska", "avi")
_KEYFRAME_PACKETS = 5_000
# In microseconds: a stream whose clock is searched is entered late rather than early.
_BEFORE = 10_000_000


def container_start(container: InputContainer) -> Milliseconds:
    return (container.start_time or 0) // 1000


def keyframes(
    container: InputContainer, stream: VideoStream | None, source: Source
) -> KeyframeIndex:
    """The container's own index of keyframes, else only the first keyframe."""
    parts = container.format.name.split(",")
    origin = container_start(container)
    if stream is None:
        return KeyframeIndex(times=(), complete=False, seekable=False, origin=origin)
    base = stream.time_base or Fraction(1, 1000)
    _rewind(container)
    first = next((p for p in container.demux(stream) if p.is_keyframe and p.pts is not None), None)
    if first is None or first.pts is None:
        raise MediaError("media.unreadable", "The file has no picture that can be shown.")
    start = _relative(first.pts, base, origin)
    entries = [entry for entry in stream.index_entries if entry.is_keyframe]
    if "mov" in parts:
        _require_whole(stream, source)
    # A fragmented MP4 counts no frames ahead; its index grows only as it is read.
    fragmented = "mov" in parts and not stream.frames
    if fragmented or not set(parts) & set(_INDEXED) or len(entries) < 2:
        only_frame = "mov" in parts and not fragmented and len(stream.index_entries) > 0
        return KeyframeIndex(
            times=(start,), complete=only_frame, seekable=only_frame, origin=origin
        )
    # MP4 and AVI index decoding times; keyframes are shown a fixed number of frames later.
    delay = first.pts - first.dts if first.dts is not None and "matroska" not in parts else 0
    times = sorted({_relative(entry.timestamp + delay, base, origin) for entry in entries})
    later = tuple(time for time in times if time > start)
    return KeyframeIndex(
        times=(start, *later), complete=True, seekable=_has_fine_clock(container), origin=origin
    )


def _rewind(container: InputContainer) -> None:
    """A clock that comes round soon after the start begins below zero."""
    begin = container.start_time or 0
    container.seek(0 if begin >= 0 else begin - _BEFORE)


def _has_fine_clock(container: InputContainer) -> bool:
    """Whether sound is timed to the sample.

    Coarser times (Matroska counts milliseconds) are refined by ffmpeg from where a pass began, so
    that a packet level with a keyframe could fall on either side of it.
    """
    return all(
        track.time_base and track.time_base * (track.codec_context.sample_rate or 1) <= 1
        for track in container.streams.audio
    )


def _require_whole(stream: VideoStream, source: Source) -> None:
    """An index that points past the end of the file tells that the rest never arrived."""
    end = max((entry.pos + entry.size for entry in stream.index_entries), default=0)
    if end > source.size:
        raise MediaError(
            "media.truncated",
            f"The file is cut off: {source.size} bytes of at least {end}. Upload all of it again.",
        )


def _relative(ticks: int, base: Fraction, origin: Milliseconds) -> Milliseconds:
    return int(ticks * base * 1000) - origin


def keyframe_after(
    container: InputContainer, stream: VideoStream, time: Milliseconds, origin: Milliseconds
) -> Milliseconds | None:
    base = stream.time_base or Fraction(1, 1000)
    # Times are cut to whole milliseconds: a keyframe within this one is to be seen.
    container.seek((time + origin + 1) * 1000)
    for packet in islice(container.demux(stream), _KEYFRAME_PACKETS):
        if packet.is_keyframe and packet.pts is not None:
            found = _relative(packet.pts, base, origin)
            if found >= time:
                return found
    return None
