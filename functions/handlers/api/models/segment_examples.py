"""What the document shows of segments and of how they do: one story, told by every example."""

from __future__ import annotations

from typing import Final

from pydantic.config import JsonDict

from functions.handlers.api.models.examples import NOON, VIDEO_ID

SEGMENT_ID: Final = "0197a1c4-02aa-7f10-8b6e-51f3a4a0c7d2"
_THUMBNAIL_ID: Final = "5b8f3c1e-7d0a-5e46-9b2f-0c4d8a6e1f93"
_USER_ID: Final = "c1a5f2de-9b1c-4e3e-8f0a-6f1f7d0b2a44"
_NEXT_DAY: Final = "2026-03-02T08:00:00Z"

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
    "last_synced": _NEXT_DAY,
    "states": {"views": "ok", "likes": "ok", "shares": "ok", "comments": "not_yet"},
    "as_of": {"views": _NEXT_DAY, "likes": _NEXT_DAY, "shares": _NEXT_DAY, "comments": None},
}
SEGMENT: Final[JsonDict] = {
    "segment_id": SEGMENT_ID,
    "video_id": VIDEO_ID,
    "user_id": _USER_ID,
    "segment_type": "processed",
    "segment_number": 5,
    "source": "range",
    "moment_id": None,
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
    "updated_at": _NEXT_DAY,
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
    "collected_at": _NEXT_DAY,
}

_KNOWN: Final[JsonDict] = {
    "total": 1_200,
    "known_posts": 1,
    "gained": 300,
    "gained_before": 200,
    "change": 100,
    "change_rate": 0.5,
}
_UNKNOWN: Final[JsonDict] = {**dict.fromkeys(_KNOWN), "known_posts": 0}
_NUMBERS: Final[JsonDict] = {
    "posts": 1,
    "views": _KNOWN,
    "likes": _UNKNOWN,
    "shares": _UNKNOWN,
    "comments": _UNKNOWN,
    "engagement_rate": None,
    "last_synced": _NEXT_DAY,
}
_CARD: Final[JsonDict] = {
    "segment_id": SEGMENT_ID,
    "video_id": VIDEO_ID,
    "title": "The opening",
    "views": 1_200,
    "engagement_rate": None,
}
_OVERVIEW: Final[JsonDict] = {
    "period": {"first_day": "2026-02-02", "last_day": "2026-03-01", "days": 28},
    "previous_period": {"first_day": "2026-01-05", "last_day": "2026-02-01", "days": 28},
    "apart": ["youtube"],
    "totals": {**_NUMBERS, "oldest_sync": _NEXT_DAY},
    "platforms": [{"platform": "tiktok", **_NUMBERS}],
}
SEGMENT_ANALYTICS: Final[JsonDict] = {
    **_OVERVIEW,
    "segment_id": SEGMENT_ID,
    "video_id": VIDEO_ID,
    "posts": [POST],
}
ANALYTICS: Final[JsonDict] = {
    **_OVERVIEW,
    "segments": {"total": 9, "by_type": {"processed": 9}, "file_size": 84_000_000},
    "ranked_by": "views",
    "best": [_CARD],
    "worst": [_CARD],
}
