"""What the document shows of lip-sync: one story, told by every example."""

from __future__ import annotations

from typing import Final

from pydantic.config import JsonDict

from functions.handlers.api.models.examples import NOON, VIDEO_ID

JOB_ID: Final = "0197a1c4-7b11-7c35-9d2f-3f6a0c2e8b54"
_RANGE: Final[JsonDict] = {
    "start_time": 2.0,
    "end_time": 6.5,
    "audio_input": {"ref_id": "anna", "start_time": 0.0, "end_time": 4.5},
}
NEW_JOB: Final[JsonDict] = {
    "video_id": VIDEO_ID,
    "audios": [
        {"ref_id": "anna", "file_name": "anna.wav", "size": 864_044, "content_type": "audio/wav"},
        {"ref_id": "hello", "text": "Hello, and welcome.", "voice_id": "EXAVITQu4vr4xnSDxMaL"},
    ],
    "segments": [
        _RANGE,
        {"start_time": 8.0, "end_time": 10.0, "audio_input": {"ref_id": "hello"}},
    ],
    "model": "lipsync-2",
    "sync_mode": "silence",
}
COST: Final[JsonDict] = {"usd": 0.6, "billed_s": 12.0, "measured": True}
UPLOADS: Final[JsonDict] = {
    "video": None,
    "audios": [
        {
            "ref_id": "anna",
            "put_url": "https://bucket.s3.eu-west-1.amazonaws.com/uploads/…",
            "put_headers": {"Content-Type": "audio/wav", "x-amz-meta-file-name": "anna.wav"},
        }
    ],
}
ACCEPTED: Final[JsonDict] = {
    "job_id": JOB_ID,
    "status": "awaiting_uploads",
    "dry_run": False,
    "video_id": VIDEO_ID,
    "estimated_cost": COST,
    "uploads": UPLOADS,
    "status_url": f"/api/v1/sync/pro-job/{JOB_ID}/status",
}
JOB: Final[JsonDict] = {
    "job_id": JOB_ID,
    "status": "completed",
    "stage": "completed",
    "percent": 100.0,
    "is_pro_job": True,
    "video_id": VIDEO_ID,
    "title": None,
    "model": "lipsync-2",
    "sync_mode": "silence",
    "segments": [{**_RANGE, "options": None, "status": "completed"}],
    "uploads": {"video": None, "audios": []},
    "cost": COST,
    "attempts": 1,
    "polls": 4,
    "timings": [{"stage": "processing", "started_at": NOON, "seconds": 31.4}],
    "deadline": None,
    "result": {
        "segment_id": "b9a0c9d2-8b8e-5a34-9c1f-8a1b2c3d4e5f",
        "duration": 12.0,
        "file_size": 5_103_221,
        "url": "https://bucket.s3.eu-west-1.amazonaws.com/media/…",
    },
    "error": None,
    "problems": [],
    "retry_of": None,
    "created_at": NOON,
    "updated_at": NOON,
}
