"""What the document shows of moments: one story, told by every example."""

from __future__ import annotations

from typing import Final

from pydantic.config import JsonDict

from functions.handlers.api.models.examples import NOON, VIDEO_ID

_GENERATION_ID: Final = "000001-5f0c9a1e7b2d4c6e8f01"
_USAGE: Final[JsonDict] = {
    "calls": 1,
    "input_tokens": 2_140,
    "output_tokens": 412,
    "cost_usd": 0.0042,
}

GENERATE: Final[JsonDict] = {
    "count": 3,
    "min_length_s": 15.0,
    "max_length_s": 45.0,
    "topic": "winter in the hive",
    "model": "claude-haiku",
}
REFINE_WORDS: Final[JsonDict] = {"instruction": "start one sentence earlier and end 5 s later"}
REFINE_TIMES: Final[JsonDict] = {"start": 128.4, "end": 156.0}
JUDGE: Final[JsonDict] = {"status": "accepted"}
MOMENT: Final[JsonDict] = {
    "moment_id": "8d2f3c61-52a7-5f0e-9c1b-2b7a40d6e9f3",
    "video_id": VIDEO_ID,
    "generation_id": _GENERATION_ID,
    "transcript_version": 1,
    "start": 129.1,
    "end": 156.32,
    "duration": 27.22,
    "edges": "sentence",
    "first_word": 301,
    "last_word": 366,
    "title": "In January I put my ear against the wood",
    "reason": "It tells how a colony lives through the winter, with one strong picture.",
    "quote": {
        "text": "In the middle of that ball it is thirty degrees,",
        "start": 137.3,
        "end": 141.2,
    },
    "score": 0.82,
    "parts": {"hook": 0.8, "standalone": 0.85, "value": 0.81},
    "tags": ["winter", "queen"],
    "source": "claude-haiku",
    "status": "proposed",
    "decided_at": None,
    "version": 1,
    "parent_id": None,
    "superseded_by": None,
    "refinement": None,
    "created_at": NOON,
    "updated_at": NOON,
    "revision": 1,
}
GENERATION: Final[JsonDict] = {
    "generation_id": _GENERATION_ID,
    "video_id": VIDEO_ID,
    "run_id": None,
    "status": "succeeded",
    "options": {
        "count": 3,
        "min_length_s": 15.0,
        "max_length_s": 45.0,
        "topic": "winter in the hive",
        "model": "claude-haiku",
    },
    "transcript_version": 1,
    "created_at": NOON,
    "started_at": NOON,
    "finished_at": "2026-03-01T12:00:06Z",
    "found": 1,
    "kept": 0,
    "generator": "claude-haiku",
    "model_id": "global.anthropic.claude-haiku-4-5-20251001-v1:0",
    "prompt_version": "moments-1",
    "parameters": {"temperature": 0.2, "windows": 1.0},
    "usage": _USAGE,
    "reused": False,
    "degraded": False,
    "notes": [],
    "error": None,
    "status_url": f"/api/videos/{VIDEO_ID}/moment-generations/{_GENERATION_ID}",
}
GENERATIONS: Final[JsonDict] = {"items": [GENERATION], "next_cursor": None}
MOMENTS: Final[JsonDict] = {"items": [MOMENT], "next_cursor": None, "generation": GENERATION}
