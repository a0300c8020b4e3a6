"""Our requests as Sync.so reads them: camelCase outside, snake_case inside `options`."""

from __future__ import annotations

import json
from typing import Any

from functions.domain.lipsync.generation import (
    ActiveSpeaker,
    RecordedVoice,
    SyncMode,
    SyncOptions,
    SyncRange,
    SyncRequest,
    Voice,
)
from functions.domain.times import seconds


def encode(request: SyncRequest) -> bytes:
    """The same request is the same bytes, whoever sends it: the key of a request covers them."""
    document = {
        "model": request.model.value,
        "input": [
            {"type": "video", "url": request.video_url},
            *(_voice(voice) for voice in request.voices),
        ],
        "segments": [_segment(one) for one in request.ranges] or None,
        # Said always: what it is otherwise has changed before.
        "options": {**_options(request.options), **_mode(request.sync_mode)},
        "outputFileName": request.name,
        "webhookUrl": request.webhook_url,
    }
    return json.dumps(_kept(document), sort_keys=True, separators=(",", ":")).encode()


def _voice(voice: Voice) -> dict[str, Any]:
    if isinstance(voice, RecordedVoice):
        return {"type": "audio", "refId": voice.ref_id, "url": voice.url}
    provider = {
        "name": "elevenlabs",
        "voiceId": voice.voice_id,
        "script": voice.script,
        "stability": voice.stability,
        "similarityBoost": voice.similarity_boost,
    }
    return {"type": "text", "refId": voice.ref_id, "provider": _kept(provider)}


def _segment(one: SyncRange) -> dict[str, Any]:
    audio: dict[str, Any] = {"refId": one.ref_id}
    if one.crop is not None:
        begin, end = one.crop
        audio |= {"startTime": seconds(begin), "endTime": seconds(end)}
    segment: dict[str, Any] = {
        "startTime": seconds(one.start),
        "endTime": seconds(one.end),
        "audioInput": audio,
    }
    own = {**_options(one.options), **_mode(one.options.sync_mode)} if one.options else {}
    return {**segment, "optionsOverride": own} if own else segment


def _mode(mode: SyncMode | None) -> dict[str, Any]:
    return {} if mode is None else {"sync_mode": mode.value}


def _options(options: SyncOptions) -> dict[str, Any]:
    return _kept(
        {
            "sync_mode": options.sync_mode.value if options.sync_mode else None,
            "temperature": options.temperature,
            "occlusion_detection_enabled": options.occlusion,
            "active_speaker_detection": _speaker(options.speaker) if options.speaker else None,
        }
    )


def _speaker(speaker: ActiveSpeaker) -> dict[str, Any]:
    if speaker.auto:
        return {"auto_detect": True}
    return {"frame_number": speaker.frame, "coordinates": [speaker.x, speaker.y]}


def _kept(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if value is not None}
