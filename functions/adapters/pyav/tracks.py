"""What a container's streams are: one frame is decoded, for the rotation."""

from __future__ import annotations

from fractions import Fraction
from itertools import islice, pairwise
from typing import Any

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.video.stream import VideoStream

from functions.domain.errors import MediaError
from functions.domain.media.probe import AudioTrack, Colour, VideoTrack
from functions.domain.times import Milliseconds

_FIRST_FRAME_PACKETS = 240
# Reserved, and "unspecified".
_UNSAID = {0, 2, 3}


def picture_stream(container: InputContainer) -> VideoStream | None:
    """The first real picture; cover art is an attachment."""
    attached = av.stream.Disposition.attached_pic
    pictures = (s for s in container.streams.video if not s.disposition & attached)
    return next(pictures, None)


def duration(container: InputContainer) -> Milliseconds:
    known = [
        Fraction(stream.duration) * stream.time_base * 1000
        for stream in container.streams
        if stream.duration and stream.time_base and stream.type in {"video", "audio"}
    ]
    total = Fraction(container.duration or 0, 1000)
    duration = int(total or max(known, default=Fraction(0)))
    if duration <= 0:
        raise MediaError("media.no_duration", "The file states no length; save it again as MP4.")
    return duration


def video_track(container: InputContainer, stream: VideoStream) -> VideoTrack:
    frame = _first_frame(container, stream)
    rotation = -frame.rotation % 360 if frame else 0
    width, height = stream.codec_context.width, stream.codec_context.height
    turned = rotation in {90, 270}
    return VideoTrack(
        index=stream.index,
        codec=stream.codec_context.codec.canonical_name,
        coded_width=width,
        coded_height=height,
        width=height if turned else width,
        height=width if turned else height,
        rotation=rotation,
        frame_rate=round(float(stream.average_rate), 3) if stream.average_rate else None,
        variable_frame_rate=_is_variable(stream),
        colour=_colour(stream),
        bit_depth=_bit_depth(stream),
        interlaced=bool(frame and frame.interlaced_frame),
        pixel_aspect=_pixel_aspect(stream),
    )


def _colour(stream: VideoStream) -> Colour:
    """As the container says it, unless the bitstream does: the library has both in one place."""
    of = stream.codec_context
    primaries, transfer, matrix = (
        int(value) if value not in _UNSAID else None
        for value in (of.color_primaries, of.color_trc, of.colorspace)
    )
    if str(of.pix_fmt).startswith("yuvj"):
        full: bool | None = True
    else:
        full = {1: False, 2: True}.get(int(of.color_range))
    return Colour(primaries=primaries, transfer=transfer, matrix=matrix, full=full)


def _bit_depth(stream: VideoStream) -> int:
    kind = stream.codec_context.format
    return max((part.bits for part in kind.components), default=8) if kind else 8


def _pixel_aspect(stream: VideoStream) -> str | None:
    aspect = stream.sample_aspect_ratio
    if not aspect or aspect == 1:
        return None
    return f"{aspect.numerator}:{aspect.denominator}"


def _first_frame(container: InputContainer, stream: VideoStream) -> Any:
    """The first frame that decodes; its side data carries the rotation."""
    for packet in islice(container.demux(stream), _FIRST_FRAME_PACKETS):
        try:
            for frame in packet.decode():
                return frame
        except FFmpegError:
            continue
    return None


def _is_variable(stream: VideoStream) -> bool:
    """By the index where there is one: more than one step between frames, beyond rounding."""
    if len(stream.index_entries) > 2 and stream.frames:
        times = [entry.timestamp for entry in islice(stream.index_entries, 5_000)]
        steps = {later - earlier for earlier, later in pairwise(times)}
        return max(steps) - min(steps) > max(2, max(steps) // 50)
    base, average = stream.base_rate, stream.average_rate
    return bool(base and average and abs(base - average) / base > Fraction(1, 20))


def audio_track(container: InputContainer) -> AudioTrack | None:
    """The default track, else the first."""
    tracks = container.streams.audio
    if not tracks:
        return None
    default = av.stream.Disposition.default
    chosen = next((track for track in tracks if track.disposition & default), tracks[0])
    return AudioTrack(
        index=chosen.index,
        codec=chosen.codec_context.codec.canonical_name,
        sample_rate=chosen.codec_context.sample_rate or 0,
        channels=chosen.codec_context.channels or 0,
        tracks=len(tracks),
    )
