"""What a request for a generation may hold, as far as it can be told without its files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from math import isfinite
from typing import Any, Final
from urllib.parse import urlsplit

from infra.local.simulators.sync_so.errors import malformed, refused

MODELS: Final = ("lipsync-2", "lipsync-2-pro", "lipsync-1.9.0-beta", "react-1", "sync-3")
SYNC_MODES: Final = ("bounce", "loop", "cut_off", "silence", "remap")
USUAL_MODE: Final = "bounce"
MAX_SCRIPT: Final = 5_000
KEY: Final = re.compile(r"[A-Za-z0-9._~-]{1,128}")
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,255}")
_EMOTIONS: Final = ("happy", "sad", "angry", "disgusted", "surprised", "neutral")
_LOOPBACK: Final = {"127.0.0.1", "localhost", "::1"}
Json = Mapping[str, Any]


def check(body: object) -> Json:
    """Raises RefusedError: first for its shape, all faults at once, then for what does not go
    together."""
    if not isinstance(body, Mapping):
        raise malformed(["body must be an object"])
    wrong = [*_fields(body), *_inputs(body), *_options(body.get("options")), *_shapes(body)]
    if wrong:
        raise malformed(wrong)
    _check_together(body)
    return body


def _fields(body: Json) -> Iterator[str]:
    if body.get("model") not in MODELS:
        yield f"model must be one of the following values: {', '.join(MODELS)}"
    hook = body.get("webhookUrl")
    if hook is not None and not _is_hook(hook):
        yield "webhookUrl must be an https URL"
    name = body.get("outputFileName")
    if name is not None and not (isinstance(name, str) and _NAME.fullmatch(name)):
        yield "outputFileName must match [A-Za-z0-9_-]{1,255}"


def _is_hook(url: object) -> bool:
    """The real one takes https only; on one machine there is nobody who could listen in."""
    if not isinstance(url, str):
        return False
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)


def _inputs(body: Json) -> Iterator[str]:
    inputs = body.get("input")
    if not isinstance(inputs, list) or not inputs:
        yield "input must be an array that is not empty"
        return
    for at, one in enumerate(inputs):
        kind = one.get("type") if isinstance(one, Mapping) else None
        if kind in {"video", "audio", "image"}:
            yield from _file(one, f"input.{at}")
        elif kind == "text":
            yield from _text(one, f"input.{at}")
        else:
            yield f"input.{at}.type must be one of the following values: video, audio, text, image"


def _file(one: Json, at: str) -> Iterator[str]:
    if not one.get("url") and not one.get("assetId"):
        yield f"{at} must have a url or an assetId"
    url = one.get("url")
    if url is not None and not (isinstance(url, str) and _is_web(url)):
        yield f"{at}.url must be a URL address"
    if not isinstance(one.get("refId", ""), str):
        yield f"{at}.refId must be a string"


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _text(one: Json, at: str) -> Iterator[str]:
    provider = one.get("provider")
    if not isinstance(provider, Mapping) or provider.get("name") != "elevenlabs":
        yield f"{at}.provider.name must be elevenlabs"
        return
    for name in ("voiceId", "script"):
        if not isinstance(provider.get(name), str) or not provider[name].strip():
            yield f"{at}.provider.{name} should not be empty"
    for name in ("stability", "similarityBoost"):
        if not _within(provider.get(name), 0, 1):
            yield f"{at}.provider.{name} must be between 0 and 1"


def _within(value: object, low: float, high: float) -> bool:
    return value is None or (_is_number(value) and low <= value <= high)  # type: ignore[operator]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _options(options: object, at: str = "options") -> Iterator[str]:
    """open: whether unknown options are refused; here they are passed over."""
    if options is None:
        return
    if not isinstance(options, Mapping):
        yield f"{at} must be an object"
        return
    mode = options.get("sync_mode")
    if mode is not None and mode not in SYNC_MODES:
        yield f"{at}.sync_mode must be one of the following values: {', '.join(SYNC_MODES)}"
    if not _within(options.get("temperature"), 0, 1):
        yield f"{at}.temperature must be between 0 and 1"
    if not isinstance(options.get("occlusion_detection_enabled", False), bool):
        yield f"{at}.occlusion_detection_enabled must be a boolean value"
    if options.get("model_mode") not in {None, "lips", "face", "head"}:
        yield f"{at}.model_mode must be one of the following values: lips, face, head"
    if options.get("prompt") not in {None, *_EMOTIONS}:
        yield f"{at}.prompt must be one of the following values: {', '.join(_EMOTIONS)}"
    yield from _speaker(options.get("active_speaker_detection"), f"{at}.active_speaker_detection")


def _speaker(speaker: object, at: str) -> Iterator[str]:
    if speaker is None:
        return
    if not isinstance(speaker, Mapping):
        yield f"{at} must be an object"
        return
    frame, place = speaker.get("frame_number"), speaker.get("coordinates")
    if frame is not None and not (isinstance(frame, int) and frame >= 0):
        yield f"{at}.frame_number must not be less than 0"
    if place is not None and not (
        isinstance(place, list) and len(place) == 2 and all(map(_is_number, place))
    ):
        yield f"{at}.coordinates must be two numbers"


def _shapes(body: Json) -> Iterator[str]:
    segments = body.get("segments")
    if segments is None:
        return
    if not isinstance(segments, list) or not segments:
        yield "segments must be an array that is not empty"
        return
    for at, one in enumerate(segments):
        yield from _segment(one, f"segments.{at}")


def _segment(one: object, at: str) -> Iterator[str]:
    if not isinstance(one, Mapping):
        yield f"{at} must be an object"
        return
    for name in ("startTime", "endTime"):
        if not _is_number(one.get(name)):
            yield f"{at}.{name} must be a number"
    audio = one.get("audioInput")
    if not isinstance(audio, Mapping) or not isinstance(audio.get("refId"), str):
        yield f"{at}.audioInput.refId must be a string"
        return
    for name in ("startTime", "endTime"):
        if audio.get(name) is not None and not _is_number(audio[name]):
            yield f"{at}.audioInput.{name} must be a number"
    yield from _options(one.get("optionsOverride"), f"{at}.optionsOverride")


def _check_together(body: Json) -> None:
    inputs = body["input"]
    voices = [one for one in inputs if one["type"] in {"audio", "text"}]
    _check_visual(body)
    if not voices:
        raise refused("generation_audio_missing", status=400)
    if any(len(one["provider"]["script"]) > MAX_SCRIPT for one in voices if "provider" in one):
        raise refused("generation_text_length_exceeded")
    if body.get("segments") is None:
        if len(voices) > 1:
            says = "Several audio inputs need segments."
            raise refused("generation_input_segments_invalid", says)
        return
    _check_segments(body["segments"], [one.get("refId") for one in voices])


def _check_visual(body: Json) -> None:
    visual = [one for one in body["input"] if one["type"] in {"video", "image"}]
    if len(visual) > 1:
        raise refused("generation_input_too_many_visual")
    if not visual:
        raise refused("generation_video_missing", status=400)
    if visual[0]["type"] == "image" and body["model"] != "sync-3":
        raise refused("generation_input_validation_failed", "Images need the model sync-3.")


def _check_segments(segments: Sequence[Json], names: Sequence[str | None]) -> None:
    if any(not name for name in names):
        raise _wrong("With segments, every audio input needs a refId.")
    if len(set(names)) < len(names):
        raise _wrong("Values of refId must be unique.")
    for one in segments:
        if one["audioInput"]["refId"] not in names:
            raise _wrong(f"There is no input with the refId {one['audioInput']['refId']}.")
        # Equal is allowed.
        if not 0 <= one["startTime"] <= one["endTime"]:
            raise _wrong("startTime must not be after endTime.")
        _check_crop(one["audioInput"])
    ordered = sorted(segments, key=lambda one: (one["startTime"], one["endTime"]))
    if any(before["endTime"] > after["startTime"] for before, after in pairwise(ordered)):
        raise _wrong("Segments must not overlap.")


def _check_crop(audio: Json) -> None:
    begin, end = audio.get("startTime"), audio.get("endTime")
    if (begin is None) != (end is None):
        raise refused("generation_input_trim_invalid", "Give both ends of a crop, or none.")
    if begin is not None and end is not None and not 0 <= begin < end:
        raise refused("generation_input_trim_invalid", "A crop ends after its start.")


def _wrong(says: str) -> Exception:
    return refused("generation_input_segments_invalid", says)
