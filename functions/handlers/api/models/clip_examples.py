"""What the document shows of clips."""

from __future__ import annotations

from typing import Final

from pydantic.config import JsonDict

from functions.handlers.api.models.moment_examples import MOMENT

_ID: Final = str(MOMENT["moment_id"])

CUT: Final[JsonDict] = {
    "moment_ids": [_ID],
    "cut": "accurate",
    "target": {"height": 1280, "shape": "9:16", "offset": 0.5},
    "captions": True,
}
RECUT: Final[JsonDict] = {"cut": "smart"}
CLIP: Final[JsonDict] = {
    "moment_id": _ID,
    "segment_id": "5b0c41d8-7f0e-5c52-9d0e-3f4f0a9f6f11",
    "status": "ready",
    "error": None,
    "title": MOMENT["title"],
    "start": MOMENT["start"],
    "end": MOMENT["end"],
    "duration": 27.24,
    "cut": "accurate",
    "stream_url": f"/api/clips/{_ID}/stream",
}
CLIPS: Final[JsonDict] = {"items": [CLIP]}
EXTRACTION: Final[JsonDict] = {
    "percent": 100.0,
    "asked": 1,
    "pending": 0,
    "ready": 1,
    "failed": 0,
    "items": [CLIP],
}
