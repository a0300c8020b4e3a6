"""The route table as the deployed document tells it, with a body for each route that takes one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.support.cloud import Cloud

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Owned:
    """Ids of a video, of one of its segments, of an open upload, of a deletion and of a sync."""

    video: str
    segment: str
    upload: str
    deletion: str
    moment: str = "no-such-moment"
    generation: str = "no-such-generation"
    job: str = "no-such-job"
    webhook: str = "no-such-webhook"
    delivery: str = "no-such-delivery"
    sync: str = "no-such-sync"


ABSENT = Owned("no-such-video", "no-such-segment", "no-such-upload", "no-such-deletion")


@dataclass(frozen=True)
class Route:
    method: str
    path: str
    operation: str

    def names_a_thing(self) -> bool:
        """Whether a call of it has an id in its path or its body."""
        return "{" in self.path or self.operation in BODIES

    def at(self, owned: Owned) -> str:
        """The path, with ids put in."""
        thing = owned.upload if "/uploads/" in self.path else owned.video
        ids = {"video_id": thing, "segment_id": owned.segment, "moment_id": owned.moment}
        ids |= {"generation_id": owned.generation, "deletion_id": owned.deletion}
        ids["job_id"] = owned.job
        ids |= {"webhook_id": owned.webhook, "delivery_id": owned.delivery}
        ids["sync_id"] = owned.sync
        elsewhere = "/social/accounts/" in self.path
        ids |= {"platform": "no-such-platform" if elsewhere else "x", "post_id": "1"}
        return self.path.format(**ids)

    def body(self, owned: Owned) -> Any:
        """A good body of it, None where it takes none."""
        make = BODIES.get(self.operation) or WORDS.get(self.operation)
        return make(owned) if make else None


NUMBERS = {
    "platform": "x",
    "post_id": "1",
    "metrics": {"views": 1},
    "collected_at": "2026-03-01T12:00:00Z",
    "source": "elsewhere",
}
# Bodies that name a thing by its id.
BODIES: Mapping[str, Any] = {
    "startPipeline": lambda owned: {"video_id": owned.video},
    "createSegment": lambda owned: {"video_id": owned.video},
    "createSegments": lambda owned: {"segments": [{"video_id": owned.video}]},
    "editSegments": lambda owned: {"segments": [{"segment_id": owned.segment, "title": "x"}]},
    "deleteSegments": lambda owned: {"segments": [{"segment_id": owned.segment}]},
    "pushMetrics": lambda owned: {"items": [{"segment_id": owned.segment, **NUMBERS}]},
}
# Bodies without ids.
WORDS: Mapping[str, Any] = {
    "createEventTicket": lambda _: {"use": "websocket"},
    "createUpload": lambda _: {"file_name": "a.mp4", "size": 1_000},
    "createVideo": lambda _: {"url": "https://media.invalid/a.mp4"},
    "replaceSegment": lambda _: {"title": "Taken over"},
    "editSegment": lambda _: {"title": "Taken over"},
    "linkPost": lambda _: {"platform": "x", "post_id": "1", "metrics": {"views": 1}},
    "replaceTranscript": lambda _: {"words": []},
    "replacePreferences": lambda _: {"segmentation": {"mode": "fixed"}},
    "generateMoments": lambda _: {"count": 2},
    "refineMoment": lambda _: {"start": 0.0, "end": 1.0},
    "replaceMomentFeedback": lambda _: {"status": "accepted"},
    "completeSocialConsent": lambda _: {"code": "no-such-code", "state": "no-such-state"},
    "createClips": lambda _: {"cut": "keyframe"},
    "recutClip": lambda _: {"cut": "keyframe"},
    "createLipSync": lambda _: LIPSYNC,
    "createWebhook": lambda _: {"url": "https://hooks.invalid/in", "events": ["account.updated"]},
    "replaceWebhook": lambda _: {"url": "https://hooks.invalid/taken"},
    "replayWebhook": lambda _: {"since": "2026-03-01T12:00:00Z"},
}
# Nothing is made of it, by whoever is allowed it.
LIPSYNC = {
    "video": {"file_name": "a.mp4", "size": 1_000, "content_type": "video/mp4"},
    "audios": [{"ref_id": "a", "file_name": "a.wav", "size": 1_000, "content_type": "audio/wav"}],
    "segments": [{"start_time": 0.0, "end_time": 1.0, "audio_input": {"ref_id": "a"}}],
    "dry_run": True,
}
BATCHES = {"createSegments", "editSegments", "deleteSegments", "pushMetrics"}
# What answers with the caller's own things, whoever calls.
OF_THE_CALLER = {
    "createEventTicket",
    "createUpload",
    "createVideo",
    "createLipSync",
    "listLipSyncs",
    "createWebhook",
    "getAnalytics",
    "getBestTimes",
    "getDefinitions",
    "getPreferences",
    "listPosts",
    "listSegments",
    "createSocialSync",
    "listSocialAccounts",
    "listVideos",
    "listWebhooks",
    "replacePreferences",
}


def table(cloud: Cloud) -> list[Route]:
    """Every route that wants a token; the stream of events takes tickets, too, and has its own
    tests."""
    return list(_routes(cloud.call("GET", "/openapi.json", user=None).json["paths"]))


def _routes(paths: Mapping[str, Any]) -> Iterator[Route]:
    for path, operations in paths.items():
        for method in METHODS:
            if path.startswith("/api") and path != "/api/events" and method in operations:
                yield Route(method.upper(), path, operations[method]["operationId"])
