"""Which file format can hold a copied stream."""

from __future__ import annotations

from dataclasses import dataclass

from functions.domain.cutting.exactness import VideoCodec
from functions.domain.errors import MediaError
from functions.domain.media.probe import Media


@dataclass(frozen=True, slots=True)
class FileFormat:
    """ffmpeg's muxer, the file's extension and its content type."""

    muxer: str
    extension: str
    content_type: str


MP4 = FileFormat("mp4", "mp4", "video/mp4")
WEBM = FileFormat("webm", "webm", "video/webm")
MOV = FileFormat("mov", "mov", "video/quicktime")
MKV = FileFormat("matroska", "mkv", "video/x-matroska")
M4A = FileFormat("mp4", "m4a", "audio/mp4")
MKA = FileFormat("matroska", "mka", "audio/x-matroska")

_MP4_VIDEO = {"h264", "hevc", "av1", "mpeg4"}
_MP4_AUDIO = {"aac", "mp3", "ac3", "eac3", "alac", "opus", "flac"}
_WEBM_VIDEO = {"vp8", "vp9", "av1"}
_WEBM_AUDIO = {"opus", "vorbis"}


def segment_format(media: Media) -> FileFormat:
    """The most widely playable format that takes both streams as they are."""
    video = media.video.codec if media.video else None
    audio = media.audio.codec if media.audio else None
    if video is None:
        return audio_format(media)
    if video in _WEBM_VIDEO and (audio is None or audio in _WEBM_AUDIO):
        return WEBM
    if video in _MP4_VIDEO and (audio is None or audio in _MP4_AUDIO):
        return MP4
    if "mov" in media.container:
        return MOV
    return MKV


def encoded_format(codec: VideoCodec) -> FileFormat:
    """The format for what is encoded: VP9 stands with Opus in a WebM, all else in an MP4."""
    return WEBM if codec is VideoCodec.VP9 else MP4


def audio_format(media: Media) -> FileFormat:
    """The format for the sound alone. Raises MediaError where there is none."""
    if media.audio is None:
        raise MediaError("media.no_streams", "The file has neither picture nor sound to cut.")
    return M4A if media.audio.codec in _MP4_AUDIO else MKA
