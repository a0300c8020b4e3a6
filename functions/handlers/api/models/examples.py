"""What the document shows of videos, uploads and runs: one story, told by every example."""

from __future__ import annotations

from typing import Final

from pydantic import ConfigDict
from pydantic.config import JsonDict, JsonValue

from functions.handlers.api.models import transcript_examples

VIDEO_ID: Final = "0197a1c2-7d1e-7c3a-9a58-2f1f6f1f0a11"
RUN_ID: Final = "00000000-0002-8d0e-9c55-7f7ce8a9a1b0"
NOON: Final = "2026-03-01T12:00:00Z"
_LATER: Final = "2026-03-01T12:00:01Z"
_STATUS_URL: Final = f"/api/pipeline/status/{VIDEO_ID}"
_BUCKET: Final = "https://bucket.s3.eu-west-1.amazonaws.com"


def shown(*examples: JsonValue, **more: JsonValue) -> ConfigDict:
    """A model's settings with examples, and with more of its JSON schema."""
    return ConfigDict(json_schema_extra={"examples": list(examples), **more})


SEGMENTATION: Final[JsonDict] = {
    "mode": "fixed",
    "length_s": 30.0,
    "overlap_s": 0.0,
    "ranges": None,
    "threshold": None,
    "level_db": None,
    "pause_s": None,
    "parts": None,
    "size_mb": None,
    "min_length_s": None,
    "max_length_s": None,
    "cut": "keyframe",
    "target": None,
}

VIDEO: Final[JsonDict] = {
    "video_id": VIDEO_ID,
    "status": "ready",
    "title": "Our holiday",
    "file_name": "holiday.mp4",
    "content_type": "video/mp4",
    "file_size": 48_302_112,
    "ingest": None,
    "created_at": NOON,
    "updated_at": "2026-03-01T12:04:10Z",
    "segmentation": SEGMENTATION,
    "media": {
        "container": "mov,mp4,m4a,3gp,3g2,mj2",
        "duration": 95.2,
        "bit_rate": 4_059_000,
        "video": {
            "codec": "h264",
            "coded_width": 1920,
            "coded_height": 1080,
            "width": 1080,
            "height": 1920,
            "rotation": 90,
            "frame_rate": 29.97,
            "variable_frame_rate": False,
        },
        "audio": {"codec": "aac", "sample_rate": 48_000, "channels": 2, "tracks": 1},
    },
    "segment_count": 4,
    "poster_segment_id": "5b2c9d04-6a34-5e0f-9f0c-0a6d1be2f7c3",
    "run_id": RUN_ID,
    "error": None,
    "status_url": _STATUS_URL,
    "transcript": transcript_examples.SUMMARY,
    "extras_url": f"/api/videos/{VIDEO_ID}/extras",
}
VIDEO_BY_URL: Final[JsonDict] = {
    **VIDEO,
    "status": "ingesting",
    "content_type": None,
    "file_size": None,
    "ingest": {
        "url": "https://media.example.com/holiday.mp4",
        "received_bytes": 16_777_216,
        "total_bytes": 48_302_112,
        "percent": 34.7,
    },
    "media": None,
    "segment_count": None,
    "poster_segment_id": None,
    "run_id": None,
    "status_url": None,
}
VIDEOS: Final[JsonDict] = {"items": [VIDEO], "next_cursor": "hK2vQ0b1", "partial": False}

NEW_VIDEO: Final[JsonDict] = {
    "url": "https://media.example.com/holiday.mp4?X-Amz-Signature=5f0c",
    "title": "Our holiday",
    "options": {"segmentation": {"mode": "fixed", "length_s": 30, "cut": "smart"}},
}
NEW_UPLOAD: Final[JsonDict] = {
    "file_name": "holiday.mp4",
    "size": 48_302_112,
    "content_type": "video/mp4",
    "title": "Our holiday",
    "options": {"segmentation": {"mode": "fixed", "length_s": 30, "cut": "smart"}},
}
_UPLOAD: Final[JsonDict] = {
    "video_id": VIDEO_ID,
    "status": "uploading",
    "expires_at": "2026-03-02T12:00:00Z",
    "complete_url": f"/api/videos/uploads/{VIDEO_ID}",
}
_SIGNED: Final = f"{_BUCKET}/uploads/source?X-Amz-Signature=5f0c"
UPLOAD_IN_PARTS: Final[JsonDict] = {
    **_UPLOAD,
    "method": "multipart",
    "put_url": None,
    "put_headers": None,
    "part_size": 8_388_608,
    "parts": [{"part_number": 2, "url": f"{_SIGNED}&partNumber=2"}],
    "arrived": [
        {"part_number": 1, "size": 8_388_608, "etag": '"9b2cf535f27731c974343645a3985328"'}
    ],
}
UPLOAD_AT_ONCE: Final[JsonDict] = {
    **_UPLOAD,
    "method": "put",
    "put_url": _SIGNED,
    "put_headers": {"Content-Type": "video/mp4", "x-amz-meta-file-name": "holiday.mp4"},
    "part_size": None,
    "parts": None,
    "arrived": None,
}

RUN: Final[JsonDict] = {
    "video_id": VIDEO_ID,
    "run_id": RUN_ID,
    "number": 2,
    "status": "running",
    "stage": "probe",
    "percent": 1.0,
    "created_at": NOON,
    "finished_at": None,
    "options": {
        "mode": "fixed",
        "cut": "keyframe",
        "extras": ["storyboard"],
        "stages": None,
        "from_stage": "probe",
        "keep_segments": False,
    },
    "stages": [
        {
            "name": "claim",
            "status": "done",
            "started_at": NOON,
            "finished_at": _LATER,
            "duration": 1.0,
            "attempts": 1,
            "errors": 0,
            "last_error": None,
        },
        {
            "name": "probe",
            "status": "running",
            "started_at": _LATER,
            "finished_at": None,
            "duration": None,
            "attempts": 2,
            "errors": 1,
            "last_error": "dependency.unavailable",
        },
    ],
    "estimate": {
        "shape": "windows",
        "seconds": 21.4,
        "cost_usd": 0.001912,
        "functions": 3,
        "at_once": 3,
    },
    "spent": {
        "seconds": None,
        "cost_usd": 0.000151,
        "calls": 1,
        "billed_seconds": 0.412,
        "gb_seconds": 0.206,
    },
    "error": None,
}
RUNS: Final[JsonDict] = {"items": [RUN], "next_cursor": None}
RUN_ACCEPTED: Final[JsonDict] = {
    "video_id": VIDEO_ID,
    "run_id": RUN_ID,
    "status": "queued",
    "status_url": _STATUS_URL,
}

WELL: Final[JsonDict] = {"status": "ok", "stage": "prod", "checks": None}
NOT_WELL: Final[JsonDict] = {
    "status": "degraded",
    "stage": "prod",
    "checks": {"table:videos": True, "bucket:media": False},
}
