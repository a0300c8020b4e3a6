"""What the document shows of segments and of how they do: one story, told by every example."""

from __future__ import annotations

from typing import Final

from pydantic.config import JsonDict

from functions.handlers.api.models.examples import NOON, VIDEO_ID

SEGMENT_ID: Final = "0197a1c4-02aa-7f10-8b6e-51f3a4a0c7d2"
_THUMBNAIL_ID: Final = "5b8f3c1e-7d0a-5e46-9b2f-0c4d8a6e1f93"
_USER_ID: Final = "c1a5f2de-9b1c-4e3e-8f0a-6f1f7d0b2a44"
NEXT_DAY: Final = "2026-03-02T08:00:00Z"

RANGE: Final[JsonDict] = {
    "video_id": VIDEO_ID,
    "start": 12.5,
    "end": 31.0,
    "title": "The opening",
    "tags": ["intro", "interview"],
}
WHOLE: Final[JsonDict] = {"video_id": VIDEO_ID}
WORDS: Final[JsonDict] = {"title": "The opening", "description": None, "tags": ["intro"]}
SOME_WORDS: Final[JsonDict] = {"title": "A better title", "tags": None}
ONE: Final[JsonDict] = {"segment_id": SEGMENT_ID, "version": 3}

POST: Final[JsonDict] = {
    "platform": "tiktok",
    "post_id": "7234567890123456789",
    "post_url": "https://www.tiktok.com/@ada/video/7234567890123456789",
    "posted_at": NOON,
    "linked_at": "2026-03-01T12:10:00Z",
    "views": 1_200,
    "likes": 80,
    "shares": 4,
    "comments": None,
    "engagement_rate": None,
    "last_synced": NEXT_DAY,
    "missing_since": None,
    "states": {"views": "ok", "likes": "ok", "shares": "ok", "comments": "not_yet"},
    "as_of": {"views": NEXT_DAY, "likes": NEXT_DAY, "shares": NEXT_DAY, "comments": None},
    "sources": {"views": None, "likes": "our-dashboard", "shares": None, "comments": None},
}
SEGMENT: Final[JsonDict] = {
    "segment_id": SEGMENT_ID,
    "video_id": VIDEO_ID,
    "user_id": _USER_ID,
    "segment_type": "processed",
    "segment_number": 5,
    "source": "range",
    "moment_id": None,
    "lipsync_job_id": None,
    "status": "ready",
    "error": None,
    "s3_key": f"media/{_USER_ID}/{VIDEO_ID}/{SEGMENT_ID}/segment.mp4",
    "file_size": 9_361_004,
    "content_type": "video/mp4",
    "duration": 18.985,
    "start": 12.5,
    "end": 31.0,
    "actual_start": 12.012,
    "actual_end": 30.997,
    "frame_count": 569,
    "cut": "keyframe",
    "cut_reason": None,
    "width": 1080,
    "height": 1920,
    "thumbnail_segment_id": _THUMBNAIL_ID,
    "thumbnail_of": None,
    "title": "The opening",
    "description": None,
    "tags": ["intro", "interview"],
    "social_media_usage": [POST],
    "views": 1_200,
    "engagement_rate": None,
    "created_at": NOON,
    "updated_at": NEXT_DAY,
    "version": 3,
}
SEGMENTS: Final[JsonDict] = {"items": [SEGMENT], "next_cursor": None, "partial": False}
DOWNLOAD: Final[JsonDict] = {
    "url": "https://bucket.s3.eu-west-1.amazonaws.com/media/segment.mp4?X-Amz-Signature=5f0c",
    "file_name": "holiday-segment-005.mp4",
    "expires_at": "2026-03-01T12:15:00Z",
}
_ABSENT: Final[JsonDict] = {
    "type": "urn:cutroom:problem:segment.not_found",
    "title": "Not found",
    "status": 404,
    "code": "segment.not_found",
    "detail": "There is no such segment.",
}
BATCH: Final[JsonDict] = {
    "succeeded": 1,
    "failed": 1,
    "results": [
        {"index": 0, "status": 200, "segment_id": SEGMENT_ID, "version": 4, "error": None},
        {"index": 1, "status": 404, "segment_id": None, "version": None, "error": _ABSENT},
    ],
}

LINK: Final[JsonDict] = {
    "platform": "tiktok",
    "post_url": "https://www.tiktok.com/@ada/video/7234567890123456789",
    "posted_at": NOON,
    "metrics": {"views": 1_200, "likes": 80, "shares": 4, "comments": None},
    "collected_at": NEXT_DAY,
}
