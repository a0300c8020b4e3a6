"""What the document shows of transcripts."""

from __future__ import annotations

from typing import Final

from pydantic.types import JsonValue

_VIDEO_ID: Final = "0197a1c2-7d1e-7c3a-9a58-2f1f6f1f0a11"
_WORDS: Final[list[dict[str, JsonValue]]] = [
    {"text": "Welcome", "start": 0.4, "end": 0.81, "confidence": 0.998, "speaker": "spk_0"},
    {"text": "back.", "start": 0.81, "end": 1.2, "confidence": 0.991, "speaker": "spk_0"},
]
SUMMARY: Final[dict[str, JsonValue]] = {
    "status": "ready",
    "language": "identify",
    "speakers": None,
    "version": 1,
    "corrected": False,
    "error": None,
    "url": f"/api/videos/{_VIDEO_ID}/transcript",
}
CHOICE: Final[dict[str, JsonValue]] = {"wanted": True, "language": "identify", "speakers": None}
TRANSCRIPT: Final[dict[str, JsonValue]] = {
    "video_id": _VIDEO_ID,
    "version": 1,
    "versions": [1],
    "language": "en-US",
    "engine": "amazon-transcribe",
    "start": 0.0,
    "end": 95.2,
    "speakers": ["spk_0"],
    "sentences": [
        {
            "text": "Welcome back.",
            "start": 0.4,
            "end": 1.2,
            "speaker": "spk_0",
            "first_word": 0,
            "last_word": 1,
        }
    ],
    "words": [*_WORDS],
}
CORRECTIONS: Final[tuple[dict[str, JsonValue], ...]] = (
    {"words": [{"text": "Welcome!", "start": 0.4, "end": 1.2, "speaker": "spk_0"}]},
    {"speakers": {"spk_0": "Anna"}},
)
CHANGED: Final[dict[str, JsonValue]] = {
    "video_id": _VIDEO_ID,
    "version": 2,
    "language": "en-US",
    "speakers": ["Anna"],
    "sentences": 1,
    "words": 2,
    "url": f"/api/videos/{_VIDEO_ID}/transcript",
}
