"""A user who has left, on the deployed cloud: no row and no object of theirs is left but what
expires by itself."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.media import odd
from tests.support.cloud import Cloud
from tests.support.consents import connect
from tests.support.following import ticket

PATIENCE_S = 240
# By one of these the tables remove rows.
EXPIRY = {"expires_at", "expiration"}


@pytest.fixture(scope="module")
def leaver(cloud: Cloud, tmp_path_factory: pytest.TempPathFactory) -> Cloud:
    """With a video, a post, an account, a consent that is awaited, a webhook, wishes, a ticket, an
    upload that was given up, an object that no row names, and what was asked for."""
    own = cloud.alone()
    video_id = own.upload(odd.tiny(tmp_path_factory.mktemp("leaving") / "mine.mp4"))
    own.finished(video_id)
    assert connect(own, "x", own.token("pro")).status == 200
    assert own.call("POST", "/api/social/accounts/tiktok/connect").status == 200
    segment = own.segments(video_id, "processed")[0]["segment_id"]
    post = {"platform": "youtube", "post_id": "dQw00000001", "metrics": {"views": 7}}
    assert own.call("POST", f"/api/segments/{segment}/social-media", post).status == 201
    assert own.call("POST", "/api/social/sync", {}).status == 202
    hook = {"url": f"http://127.0.0.1:{own.outputs.sources_port}/in", "events": ["*"]}
    assert own.call("POST", "/api/webhooks", hook).status == 201
    wishes = {"segmentation": {"length_s": 20}}
    assert own.call("PUT", "/api/preferences", wishes).status == 200
    ticket(own, "event_source")
    given_up = own.announce(1000)["video_id"]
    assert own.call("DELETE", f"/api/videos/uploads/{given_up}").status == 204
    key = f"media/{own.user().user_id}/lost.mp4"
    own.client("s3").put_object(Bucket=own.outputs.media_bucket, Key=key, Body=b"lost")
    return own


def _leave(cloud: Cloud) -> str:
    """Deleted at the identity provider, as an operator does it first."""
    user_id, pool = cloud.user().user_id, cloud.outputs.user_pool_id
    cognito = cloud.client("cognito-idp")
    (known,) = cognito.list_users(UserPoolId=pool, Filter=f'sub = "{user_id}"')["Users"]
    cognito.admin_delete_user(UserPoolId=pool, Username=known["Username"])
    return user_id


def _forget(cloud: Cloud, user_id: str) -> Iterator[dict[str, Any]]:
    """As an operator does: until it is finished."""
    until = time.monotonic() + PATIENCE_S
    while True:
        told = cloud.invoke("forget_user", {"user_id": user_id})
        yield told
        if told["finished"]:
            return
        assert time.monotonic() < until, told
        time.sleep(1)


def _rows_for_good(cloud: Cloud, text: str) -> dict[str, list[str]]:
    """Rows that name the user and that no time to live removes, by their table."""
    dynamodb = cloud.client("dynamodb")
    found: dict[str, list[str]] = {}
    for name in dynamodb.list_tables()["TableNames"]:
        for page in dynamodb.get_paginator("scan").paginate(TableName=name):
            for row in page["Items"]:
                told = json.dumps(row, default=str)
                if text in told and not EXPIRY & row.keys():
                    found.setdefault(name, []).append(told)
    return found


def test_given_a_user_with_all_that_one_can_have_when_forgotten_then_only_what_expires_is_left(
    leaver: Cloud,
) -> None:
    with pytest.raises(AssertionError, match="still_there"):
        leaver.invoke("forget_user", {"user_id": leaver.user().user_id})
    user_id = _leave(leaver)
    assert len(_rows_for_good(leaver, user_id)) > 8

    first, *_ = told = list(_forget(leaver, user_id))

    assert (first["accounts"], first["webhooks"], first["videos"]) == (1, 1, 2)
    assert told[-1]["rows"] > 5
    assert sum(one["objects"] for one in told) == 1
    # What the streams tell of it comes a little later.
    time.sleep(5)
    assert _rows_for_good(leaver, user_id) == {}
    s3, bucket = leaver.client("s3"), leaver.outputs.media_bucket
    for folder in ("uploads", "media", "work"):
        found = s3.list_object_versions(Bucket=bucket, Prefix=f"{folder}/{user_id}/")
        assert found.get("Versions", []) == []
