"""What the document shows of how posts do: the story of the segments goes on."""

from __future__ import annotations

from typing import Final

from pydantic.config import JsonDict, JsonValue

from functions.handlers.api.models.examples import NOON, VIDEO_ID
from functions.handlers.api.models.segment_examples import NEXT_DAY, POST, SEGMENT_ID

_KNOWN: Final[JsonDict] = {
    "state": "ok",
    "states": {"ok": 1},
    "total": 1_200,
    "known_posts": 1,
    "gained": 300,
    "lost": 0,
    "gained_before": 200,
    "lost_before": 0,
    "change": 100,
    "change_rate": 0.5,
}
_UNKNOWN: Final[JsonDict] = {
    **dict.fromkeys(_KNOWN),
    "state": "not_yet",
    "states": {"not_yet": 1},
    "known_posts": 0,
}
_NO_POINT: Final[JsonDict] = {"gained": None, "lost": None, "total": None}
_SERIES: Final[list[JsonValue]] = [
    {
        "start": "2026-03-01T00:00:00Z",
        "views": {"gained": 300, "lost": 0, "total": 1_200},
        **dict.fromkeys(("likes", "shares", "comments"), _NO_POINT),
    }
]
_NUMBERS: Final[JsonDict] = {
    "posts": 1,
    "views": _KNOWN,
    "likes": _UNKNOWN,
    "shares": _UNKNOWN,
    "comments": _UNKNOWN,
    "engagement_rate": None,
    "period_engagement_rate": None,
    "period_engagement_rate_before": None,
    "last_synced": NEXT_DAY,
    "series": _SERIES,
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
    "totals": {**_NUMBERS, "oldest_sync": NEXT_DAY},
    "platforms": [{"platform": "tiktok", **_NUMBERS}],
}
SEGMENT_ANALYTICS: Final[JsonDict] = {
    **_OVERVIEW,
    "segment_id": SEGMENT_ID,
    "video_id": VIDEO_ID,
    "posts": [POST],
}
POST_ANALYTICS: Final[JsonDict] = {
    **_OVERVIEW,
    "segment_id": SEGMENT_ID,
    "video_id": VIDEO_ID,
    "post": POST,
}
VIDEO_ANALYTICS: Final[JsonDict] = {**_OVERVIEW, "video_id": VIDEO_ID}
ANALYTICS: Final[JsonDict] = {
    **_OVERVIEW,
    "segments": {"total": 9, "by_type": {"processed": 9}, "file_size": 84_000_000},
    "ranked_by": "views",
    "best": [_CARD],
    "worst": [_CARD],
}

POSTS: Final[JsonDict] = {
    "apart": ["youtube"],
    "items": [{"segment_id": SEGMENT_ID, "video_id": VIDEO_ID, "post": POST}],
    "next_cursor": None,
    "partial": False,
}
_TIME: Final[JsonDict] = {"weekday": 2, "hour": 18, "posts": 6, "index": 1.62}
BEST_TIMES: Final[JsonDict] = {
    "time_zone": "Europe/Berlin",
    "metric": "engagement_rate",
    "period": {"first_day": "2025-12-02", "last_day": "2026-03-01", "days": 90},
    "platform": None,
    "apart": ["youtube"],
    "enough": True,
    "whole": True,
    "posts": 41,
    "left_out": {"too_young": 2},
    "first_posted": "2025-12-03T17:05:00Z",
    "last_posted": NOON,
    "best": [_TIME],
    "slots": [_TIME],
    "weekdays": [{**_TIME, "hour": None, "posts": 9, "index": 1.2}],
    "hours": [{**_TIME, "weekday": None, "posts": 11, "index": 1.31}],
}
PUSH: Final[JsonDict] = {
    "items": [
        {
            "segment_id": SEGMENT_ID,
            "platform": "tiktok",
            "post_id": "7234567890123456789",
            "metrics": {"views": 1_200, "likes": 80},
            "collected_at": NEXT_DAY,
            "source": "our-dashboard",
        }
    ]
}
PUSHED: Final[JsonDict] = {
    "succeeded": 1,
    "failed": 0,
    "results": [
        {
            "index": 0,
            "status": 200,
            "segment_id": SEGMENT_ID,
            "version": 4,
            "numbers": {"views": "kept", "likes": "unchanged"},
            "refused": [],
            "error": None,
        }
    ],
}
