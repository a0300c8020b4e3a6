"""Follows what is told of segments: posts that are linked are looked at from then on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap, bootstrap_social
from functions.runtime import telemetry
from functions.runtime.clock import clock_at
from functions.runtime.settings import load
from functions.runtime.social_settings import FollowPostsSettings
from functions.services.posts.follow_posts import follow_posts

settings = load(FollowPostsSettings)
clock = clock_at(settings.social_clock)


def lambda_handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """An event of a segment, or of one of its posts; EventBridge comes again with what fails."""
    telemetry.begin(context)
    detail = event["detail"]
    segment_id = detail["data"].get("segment_id") or detail["subject_id"]
    posts = bootstrap_social.sync_posts(settings.social_posts_table)
    try:
        follow_posts(segment_id, bootstrap.segments_of(settings), posts, clock())
    except Exception:
        telemetry.logger.exception("posts not followed", extra={"segment_id": segment_id})
        raise
    finally:
        telemetry.flush()
    return {}
