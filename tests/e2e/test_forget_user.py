"""A user who has left, on the deployed cloud: no row and no object of theirs is left but receipts
and what expires by itself."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from tests.e2e.test_social_accounts import _connect
from tests.media import odd
from tests.support.cloud import Cloud
from tests.support.following import ticket

PATIENCE_S = 240
# Receipts, answers that were kept, counts of requests and calls, deliveries of webhooks, and what
# the log was told last.
EXPIRE = (
    "Deletions", "Idempotency", "RateLimits", "SocialBudgets", "WebhookDeliveries", "Events",
    "EventMarks",
)  # fmt: skip


@pytest.fixture(scope="module")
def leaver(cloud: Cloud, tmp_path_factory: pytest.TempPathFactory) -> Cloud:
    """With a video, a post, an account, a webhook, a wish, a ticket and an upload given up."""
    own = cloud.alone()
    video_id = own.upload(odd.tiny(tmp_path_factory.mktemp("leaving") / "mine.mp4"))
    own.finished(video_id)
    assert _connect(own, "x", own.token("pro")).status == 200
    assert own.call("POST", "/api/social/accounts/tiktok/connect").status == 200
    segment = own.segments(video_id, "processed")[0]["segment_id"]
    post = {"platform": "youtube", "post_id": "dQw00000001", "metrics": {"views": 7}}
    assert own.call("POST", f"/api/segments/{segment}/social-media", post).status == 201
    hook = {"url": f"http://127.0.0.1:{own.outputs.sources_port}/in", "events": ["*"]}
    assert own.call("POST", "/api/webhooks", hook).status == 201
    ticket(own, "event_source")
    given_up = own.announce(1000)["video_id"]
    assert own.call("DELETE", f"/api/videos/uploads/{given_up}").status == 204
    return own


def _forget(cloud: Cloud, user_id: str) -> list[dict[str, Any]]:
    """As an operator does: until it is finished."""
    told, until = list[dict[str, Any]](), time.monotonic() + PATIENCE_S
    while not told or not told[-1]["finished"]:
        assert time.monotonic() < until, told[-1]
        told.append(cloud.invoke("forget_user", {"user_id": user_id}))
        time.sleep(1)
    return told


def _tables_with(cloud: Cloud, text: str) -> set[str]:
    dynamodb = cloud.client("dynamodb")
    names = dynamodb.list_tables()["TableNames"]
    found = set()
    for name in names:
        pages = dynamodb.get_paginator("scan").paginate(TableName=name)
        if any(text in json.dumps(row, default=str) for page in pages for row in page["Items"]):
            found.add(name)
    return found


def test_given_a_user_with_all_that_one_can_have_when_forgotten_then_only_what_expires_is_left(
    leaver: Cloud,
) -> None:
    user_id = leaver.user("pro").user_id
    assert len(_tables_with(leaver, user_id)) > 8

    told = _forget(leaver, user_id)

    assert told[0]["accounts"] == 1
    assert told[0]["videos"] == 2
    left = {name for name in _tables_with(leaver, user_id) if not any(e in name for e in EXPIRE)}
    assert left == set()
    s3, bucket = leaver.client("s3"), leaver.outputs.media_bucket
    for prefix in ("uploads", "media", "work"):
        found = s3.list_object_versions(Bucket=bucket, Prefix=f"{prefix}/{user_id}/")
        assert found.get("Versions", []) == []


def test_given_a_user_who_was_forgotten_when_called_again_then_nothing_is_left_to_do(
    leaver: Cloud,
) -> None:
    _forget(leaver, leaver.user("pro").user_id)

    again = leaver.invoke("forget_user", {"user_id": leaver.user("pro").user_id})

    assert again == {"accounts": 0, "webhooks": 0, "videos": 0, "finished": True}
