"""Files as the service takes them: fetched without any key, and judged by what is in them.

Source: its list of media formats; the largest picture is 4096x2160.
"""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
import av.error

from infra.local.simulators.sync_so.errors import refused
from infra.local.simulators.sync_so.faults import Settings

_CHUNK: Final = 1024 * 1024
_TIMEOUT_S: Final = 20
_VIDEO: Final = {"mov,mp4,m4a,3gp,3g2,mj2", "avi"}
_AUDIO: Final = {"wav", "mp3", "ogg", "flac", "mov,mp4,m4a,3gp,3g2,mj2", "asf", "aac", "w64"}
_EBML: Final = "matroska,webm"
_LONG, _SHORT = 4096, 2160
MODEL_SECONDS: Final[Mapping[str, float]] = {"react-1": 15.0}
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Media:
    """What was found in a file."""

    path: Path
    seconds: float
    rate: Fraction = Fraction(25)
    has_sound: bool = True


def fetch(url: str, kind: str, target: Path, settings: Settings) -> None:
    """Raises RefusedError where it cannot be read by everybody, or is too large."""
    code = f"generation_input_{kind}_inaccessible"
    try:
        with _DIRECT.open(url, timeout=_TIMEOUT_S) as reply, target.open("wb") as file:
            told = int(reply.headers.get("Content-Length", -1))
            brought = 0
            while chunk := reply.read(_CHUNK):
                brought += len(chunk)
                if brought > settings.max_bytes:
                    raise refused("file_size_exceeds_plan_limit")
                file.write(chunk)
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise refused(code) from error
    if 0 <= told != brought:
        raise refused(code)


def judge_video(path: Path, model: str, settings: Settings) -> Media:
    """Raises RefusedError."""
    wrong = "generation_input_video_invalid"
    with _opened(path, wrong) as container:
        streams = [one for one in container.streams.video if not _is_cover(one)]
        if container.format.name not in _VIDEO and not _is_webm(container, path):
            raise refused(wrong)
        if not streams:
            raise refused("generation_video_missing")
        stream = streams[0]
        width, height = stream.codec_context.width, stream.codec_context.height
        if max(width, height) > _LONG or min(width, height) > _SHORT:
            raise refused("generation_input_resolution_unsupported")
        seconds = _seconds(stream, container)
        if seconds <= 0:
            raise refused("generation_media_metadata_missing")
        _require_decodable(container, stream, wrong)
        rate = stream.average_rate or Fraction(25)
        has_sound = bool(container.streams.audio)
    if seconds > MODEL_SECONDS.get(model, float("inf")):
        raise refused("generation_model_duration_exceeded")
    if seconds > settings.max_video_seconds:
        raise refused("generation_plan_duration_exceeded")
    return Media(path, seconds, Fraction(rate), has_sound)


def judge_audio(path: Path, settings: Settings) -> Media:
    """Raises RefusedError."""
    wrong = "generation_input_audio_invalid"
    with _opened(path, wrong) as container:
        if container.format.name not in _AUDIO:
            raise refused(wrong)
        if not container.streams.audio:
            raise refused("generation_audio_missing")
        stream = container.streams.audio[0]
        _require_decodable(container, stream, wrong)
        seconds = _seconds(stream, container)
    if seconds <= 0:
        raise refused("generation_media_metadata_missing")
    if seconds > settings.max_audio_seconds:
        raise refused("generation_audio_length_exceeded")
    return Media(path, seconds)


def _opened(path: Path, wrong: str) -> Any:
    try:
        return av.open(str(path))
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise refused(wrong) from error


def _require_decodable(container: Any, stream: Any, wrong: str) -> None:
    try:
        if next(container.decode(stream), None) is None:
            raise refused(wrong)
    except (av.error.FFmpegError, OSError) as error:
        raise refused(wrong) from error


def _seconds(stream: Any, container: Any) -> float:
    if stream.duration:
        return float(stream.duration * stream.time_base)
    return float(container.duration or 0) / 1_000_000


def _is_cover(stream: Any) -> bool:
    return bool(stream.disposition & stream.disposition.attached_pic)


def _is_webm(container: Any, path: Path) -> bool:
    """Matroska that is no WebM is told by its own kind only."""
    with path.open("rb") as file:
        return bool(container.format.name == _EBML) and b"webm" in file.read(64)
