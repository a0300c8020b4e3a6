"""Probing with PyAV over ranged reads: a few requests, no download, one decoded frame.

Containers are allow-listed: a playlist or a list of files posing as a video would make a media
library open addresses of the uploader's choice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace

import av
from av.container import InputContainer
from av.error import FFmpegError

from functions.adapters.fragment_search import FragmentSearch, search_of
from functions.adapters.pyav.fragment_times import FragmentTimes, Told, told_by
from functions.adapters.pyav.keyframes import container_start, keyframe_after, keyframes
from functions.adapters.pyav.reach import indexed_reach
from functions.adapters.pyav.tracks import audio_track, duration, picture_stream, video_track
from functions.adapters.pyav.transport_reach import transport_reach
from functions.adapters.pyav.weighing import of_sound, weights
from functions.adapters.s3_range_file import S3RangeFile
from functions.domain.errors import MediaError
from functions.domain.media.probe import KeyframeIndex, Media, Probe
from functions.domain.media.reach import Reach
from functions.domain.media.source import Source
from functions.domain.media.weights import Weights
from functions.domain.times import Milliseconds

CONTAINERS = (
    "mov", "mp4", "m4a", "3gp", "3g2", "mj2", "matroska", "webm", "mpegts", "mpeg", "avi", "flv",
    "asf", "ogg", "mxf", "wav", "mp3", "aac", "flac",
)  # fmt: skip
# Opened only to say what they are.
_PICTURES = (
    "image2", "gif", "apng", "jpeg_pipe", "png_pipe", "webp_pipe", "bmp_pipe", "tiff_pipe",
    "jpegxl_pipe", "psd_pipe", "svg_pipe",
)  # fmt: skip
_ALLOWED = {"format_whitelist": ",".join((*CONTAINERS, *_PICTURES))}
# Where a fragmented MP4 ends with a table of its fragments, they need not be gone through.
_BY_TABLE = {"use_mfra_for": "pts"}
# Where they tell of themselves, only the first is read.
_READ_ON = {"fflags": "+ignidx"}


class PyAvProber:
    """What was read of the last source is kept, since a plan asks more than once."""

    def __init__(self, bucket: str) -> None:
        self._bucket = bucket
        self._file: S3RangeFile | None = None
        self._search: tuple[FragmentSearch | None] | None = None

    def probe(self, source: Source) -> Probe:
        """Raises MediaError: unreadable, truncated, still_picture, no_streams, no_duration."""
        search = self._fragments(source)
        with self._open(source, _READ_ON if search else None) as container:
            told = told_by(container, search, source.size) if search else None
            picture = picture_stream(container)
            media = Media(
                container=container.format.name,
                duration=(told and told.duration) or duration(container),
                video=video_track(container, picture) if picture else None,
                audio=audio_track(container),
                bit_rate=container.bit_rate or None,
            )
            if told:
                media = _as_told(media, told, source.size)
            if media.video is None and media.audio is None:
                raise MediaError("media.no_streams", "The file has neither picture nor sound.")
            return Probe(media=media, keyframes=keyframes(container, picture, source))

    def keyframes_after(self, source: Source, times: Sequence[Milliseconds]) -> KeyframeIndex:
        """Seek near each time and read on to the next keyframe."""
        if search := self._fragments(source):
            with self._open(source, _READ_ON) as container, suppress(LookupError):
                clock = FragmentTimes(container, search)
                return _found([clock.keyframe_after(time) for time in times], clock.origin)
        with self._open(source, _BY_TABLE) as container:
            picture = picture_stream(container)
            origin = container_start(container)
            rows = [keyframe_after(container, picture, time, origin) for time in times if picture]
            return _found(rows, origin)

    def reach(
        self, source: Source, probe: Probe, begin: Milliseconds, end: Milliseconds
    ) -> Reach | None:
        """By an index, or in MPEG-TS by looking; from the keyframe at `begin`, or before it."""
        if search := self._fragments(source):
            with self._open(source, _READ_ON) as container:
                return FragmentTimes(container, search).reach(begin, end, source.size)
        with self._open(source) as container:
            picture = picture_stream(container)
            if picture is None or self._file is None:
                return None
            if probe.media.container == "mpegts":
                return transport_reach(container, self._file, probe, begin, end)
            if not probe.keyframes.complete:
                return None
            # Some indexes are only read when they are needed.
            container.seek(0)
            return indexed_reach(picture, probe, source.size, begin, end)

    def weigh(self, source: Source, probe: Probe) -> Weights:
        """Bytes before keyframes. Sound alone can be cut anywhere, and weighs the same all over."""
        with self._open(source) as container:
            picture = picture_stream(container)
            if picture is None:
                return of_sound(probe, source.size)
            return weights(container, picture, probe, source.size)

    def _of(self, source: Source) -> S3RangeFile:
        if self._file is None or self._file.source != source:
            self._file, self._search = S3RangeFile(self._bucket, source), None
        return self._file

    def _fragments(self, source: Source) -> FragmentSearch | None:
        """Where the file is an MP4 in fragments all of which can be found."""
        file = self._of(source)
        if self._search is None:
            search = search_of(file)
            self._search = (search if search and search.last() else None,)
        return self._search[0]

    @contextmanager
    def _open(
        self, source: Source, options: Mapping[str, str] | None = None
    ) -> Iterator[InputContainer]:
        file = self._of(source)
        file.seek(0)
        try:
            with av.open(file, mode="r", options={**_ALLOWED, **(options or {})}) as container:
                _require_known(container.format.name)
                yield container
        except av.error.ArgumentError as error:
            raise _unsupported() from error
        except (FFmpegError, UnicodeDecodeError) as error:
            raise MediaError(
                "media.unreadable",
                "This is no video file that can be read; check it plays, then upload it again.",
            ) from error


def _as_told(media: Media, told: Told, size: int) -> Media:
    """What was read of a file in fragments is its beginning only."""
    video = replace(media.video, frame_rate=told.rate) if media.video else None
    return replace(media, video=video, bit_rate=size * 8_000 // max(told.duration, 1))


def _found(times: Sequence[Milliseconds | None], origin: Milliseconds) -> KeyframeIndex:
    known = tuple(time for time in times if time is not None)
    return KeyframeIndex(times=known, complete=False, seekable=False, origin=origin)


def _require_known(name: str) -> None:
    parts = set(name.split(","))
    if parts & set(_PICTURES):
        raise MediaError("media.still_picture", "This is a picture, not a video.")
    if not parts & set(CONTAINERS):
        raise _unsupported()


def _unsupported() -> MediaError:
    return MediaError(
        "media.unsupported_container",
        "Files of this kind are not taken; send MP4, MOV, MKV, WebM, MPEG-TS or AVI.",
    )
