"""Probing with PyAV over ranged reads: a few requests, no download, one decoded frame.

Containers are allow-listed: a playlist or a list of files posing as a video would make a media
library open addresses of the uploader's choice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from itertools import islice, pairwise
from typing import Any

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.video.stream import VideoStream

from functions.adapters.s3_range_file import S3RangeFile
from functions.domain.errors import MediaError
from functions.domain.media import AudioTrack, KeyframeIndex, Media, Probe, VideoTrack
from functions.domain.times import Milliseconds
from functions.domain.video import Source

CONTAINERS = (
    "mov", "matroska", "webm", "mpegts", "mpeg", "avi", "flv", "asf", "ogg", "mxf",
    "wav", "mp3", "aac", "flac",
)  # fmt: skip
_PICTURES = ("image2", "gif", "apng", "webp_pipe", "_pipe")
_INDEXED = ("mov", "matroska", "avi")
_FIRST_FRAME_PACKETS = 240
_KEYFRAME_PACKETS = 5_000


class PyAvProber:
    def __init__(self, bucket: str) -> None:
        self._bucket = bucket

    def probe(self, source: Source) -> Probe:
        """Raises MediaError: unreadable, truncated, still_picture, no_streams, no_duration."""
        with self._open(source) as container:
            picture = _picture_stream(container)
            media = Media(
                container=container.format.name,
                duration=_duration(container),
                video=_video_track(container, picture) if picture else None,
                audio=_audio_track(container),
                bit_rate=container.bit_rate or None,
            )
            if media.video is None and media.audio is None:
                raise MediaError("media.no_streams", "The file has neither picture nor sound.")
            return Probe(media=media, keyframes=_keyframes(container, picture, source))

    def keyframes_after(self, source: Source, times: Sequence[Milliseconds]) -> KeyframeIndex:
        """Seek near each time and read on to the next keyframe."""
        with self._open(source) as container:
            picture = _picture_stream(container)
            origin = _origin(container)
            found = (_keyframe_after(container, picture, time, origin) for time in times if picture)
            known = tuple(time for time in found if time is not None)
        return KeyframeIndex(times=known, complete=False, seekable=False, origin=origin)

    @contextmanager
    def _open(self, source: Source) -> Iterator[InputContainer]:
        file = S3RangeFile(self._bucket, source)
        try:
            with av.open(file, mode="r") as container:
                _require_known(container.format.name)
                yield container
        except (FFmpegError, UnicodeDecodeError) as error:
            raise MediaError(
                "media.unreadable",
                "This is no video file that can be read; check it plays, then upload it again.",
            ) from error


def _require_known(name: str) -> None:
    parts = name.split(",")
    if any(part == kind or part.endswith(kind) for part in parts for kind in _PICTURES):
        raise MediaError("media.still_picture", "This is a picture, not a video.")
    if not set(parts) & set(CONTAINERS):
        raise MediaError(
            "media.unsupported_container",
            f"Files of the kind “{name}” are not taken; send MP4, MOV, MKV, WebM, MPEG-TS or AVI.",
        )


def _picture_stream(container: InputContainer) -> VideoStream | None:
    """The first real picture; cover art is an attachment."""
    attached = av.stream.Disposition.attached_pic
    pictures = (s for s in container.streams.video if not s.disposition & attached)
    return next(pictures, None)


def _origin(container: InputContainer) -> Milliseconds:
    return (container.start_time or 0) // 1000


def _duration(container: InputContainer) -> Milliseconds:
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


def _video_track(container: InputContainer, stream: VideoStream) -> VideoTrack:
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
    )


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


def _audio_track(container: InputContainer) -> AudioTrack | None:
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


def _keyframes(
    container: InputContainer, stream: VideoStream | None, source: Source
) -> KeyframeIndex:
    """The container's own index of keyframes, else only the first keyframe."""
    parts = container.format.name.split(",")
    origin = _origin(container)
    if stream is None:
        return KeyframeIndex(times=(), complete=False, seekable=False, origin=origin)
    base = stream.time_base or Fraction(1, 1000)
    container.seek(0)
    first = next((p for p in container.demux(stream) if p.is_keyframe and p.pts is not None), None)
    if first is None or first.pts is None:
        raise MediaError("media.unreadable", "The file has no picture that can be shown.")
    start = _relative(first.pts, base, origin)
    entries = [entry for entry in stream.index_entries if entry.is_keyframe]
    if "mov" in parts:
        _require_whole(stream, source)
    if not set(parts) & set(_INDEXED) or len(entries) < 2:
        only_frame = "mov" in parts and len(stream.index_entries) > 0
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


def _keyframe_after(
    container: InputContainer, stream: VideoStream, time: Milliseconds, origin: Milliseconds
) -> Milliseconds | None:
    base = stream.time_base or Fraction(1, 1000)
    container.seek((time + origin) * 1000)
    for packet in islice(container.demux(stream), _KEYFRAME_PACKETS):
        if packet.is_keyframe and packet.pts is not None:
            found = _relative(packet.pts, base, origin)
            if found >= time:
                return found
    return None
