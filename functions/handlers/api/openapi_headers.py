"""Headers of the document: which there are, and which operation takes or sends which."""

from __future__ import annotations

from typing import Any, Final

from functions.domain.tiers import Tier
from functions.runtime.rate_limit import Allowance

Part = dict[str, Any]

# What a route's signature does not tell; the tests of the API hold every answer against it.
ETAG: Final = frozenset(
    {
        "getVideo",
        "getSegment",
        "createSegment",
        "replaceSegment",
        "editSegment",
        "linkPost",
        "getPreferences",
        "replacePreferences",
        "getTranscript",
        "replaceTranscript",
        "getMoment",
        "refineMoment",
        "replaceMomentFeedback",
        "createWebhook",
        "getWebhook",
        "replaceWebhook",
        "resumeWebhook",
        "rotateWebhookSecret",
    }
)
IF_MATCH: Final = frozenset(
    {
        "deleteVideo",
        "replaceSegment",
        "editSegment",
        "deleteSegment",
        "linkPost",
        "replacePreferences",
        "replaceTranscript",
        "replaceMomentFeedback",
        "deleteMoment",
        "replaceWebhook",
        "deleteWebhook",
    }
)
TABLES: Final = frozenset(
    {
        "getAnalytics",
        "getSegmentAnalytics",
        "getVideoAnalytics",
        "getPostAnalytics",
        "listPosts",
    }
)
"""What is had as CSV, too."""
VARY: Final = frozenset({"getTranscript"}) | TABLES
LINK: Final = TABLES | {"linkPost"}
CACHE: Final = frozenset({"getHls", "getClipStream"})
LOCATION: Final = frozenset(
    {
        "createSegment",
        "createSocialSync",
        "createVideo",
        "startPipeline",
        "cancelPipeline",
        "completeUpload",
        "deleteVideo",
        "generateMoments",
        "refineMoment",
        "createClips",
        "recutClip",
        "createLipSync",
        "cancelLipSync",
        "retryLipSync",
        "getClipStream",
        "createWebhook",
        "testWebhook",
        "replayWebhook",
        "replayWebhookDelivery",
    }
)


def _header(says: str, example: str, **schema: Any) -> Part:
    return {"description": says, "schema": {"type": "string", "examples": [example], **schema}}


def _rates() -> dict[str, Part]:
    says = {
        "RateLimit-Policy": "Requests (q) in a window of seconds (w), by the user's tier",
        "RateLimit": "Requests that remain (r), and seconds until all are there again (t)",
        "RateLimit-Limit": "Requests a minute",
        "RateLimit-Remaining": "Requests that remain of this minute",
        "RateLimit-Reset": "Seconds until the next minute",
    }
    told = Allowance(tier=Tier.PRO, limit=600, used=3, reset=42).headers()
    return {name: _header(says[name], example) for name, example in told.items()}


RATES: Final = _rates()
HEADERS: Final[dict[str, Part]] = {
    **RATES,
    "X-Request-Id": _header("The request's own id if it has one, else ours", "7f3c1a9e"),
    "Retry-After": _header("Seconds to wait before the next try", "2", pattern="^[0-9]+$"),
    "ETag": _header("The version, for If-Match and If-None-Match", '"3"'),
    "Cache-Control": _header("How long it may be kept, by whom", "private, max-age=300"),
    "Vary": _header("Which header decided", "Accept"),
    "Link": _header(
        "RFC 8288. What a table's columns mean, and its next page if there is one; of a post: "
        "where a look at it is told of, if there is one",
        '</api/social/definitions>; rel="describedby"',
    ),
    "Location": _header("Where to look", "/api/segments/0197a1c4-02aa-7f10-8b6e-51f3a4a0c7d2"),
}


def _parameter(name: str, says: str, example: str, **schema: Any) -> Part:
    return {"name": name, "in": "header", "required": False, **_header(says, example, **schema)}


PARAMETERS: Final[dict[str, Part]] = {
    "IfMatch": _parameter("If-Match", "Only at this version: else 412", '"3"'),
    "IfNoneMatch": _parameter("If-None-Match", "Not if it is this version: then 304", '"3"'),
    "IdempotencyKey": _parameter(
        "Idempotency-Key",
        "Sent again with the same key within a day, the request is not done again: it has the "
        "first answer.",
        "8e03978e-40d5-43dd-bc93-6894a57f9324",
        pattern="^[!-~]{1,200}$",
    ),
}


def header(name: str) -> Part:
    return {"$ref": f"#/components/headers/{name}"}
