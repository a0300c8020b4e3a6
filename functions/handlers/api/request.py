"""What every route needs: who asks, and the stores."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import BaseRouter, Router
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2
from pydantic import BaseModel

from functions import bootstrap, bootstrap_moments
from functions.domain.deletions.ports import DeletionStore
from functions.domain.media.ports import MediaStore
from functions.domain.ports import SegmentStore, VideoStore
from functions.domain.posts.query import PostLists
from functions.domain.runs.ports import RunStore
from functions.domain.tiers import tier_of
from functions.runtime.api_settings import ApiSettings
from functions.runtime.settings import load
from functions.services.moments.context import MomentContext
from functions.services.ownership import Caller
from functions.services.runs.start_run import Stores

settings = load(ApiSettings)


class Request(APIGatewayProxyEventV2):
    """One request, with its one caller."""

    @functools.cached_property
    def caller(self) -> Caller:
        return caller_of(self.raw_event)


def answer(
    body: BaseModel | None, status: HTTPStatus, headers: Mapping[str, str] | None = None
) -> Response[Any]:
    """A JSON answer with another status than 200, or with headers."""
    return Response(
        status_code=status,
        content_type="application/json" if body is not None else None,
        body=body,
        headers=dict(headers or {}),
    )


def new_router() -> Router:
    """The library's constructor has no annotations."""
    return Router()  # type: ignore[no-untyped-call]


def caller(router: BaseRouter) -> Caller:
    """From the token that API Gateway has verified."""
    request = router.current_event
    assert isinstance(request, Request)  # noqa: S101  (the resolver makes nothing else)
    return request.caller


def caller_of(event: Mapping[str, Any]) -> Caller:
    """Raises KeyError where the gateway has asked for no token."""
    claims = event["requestContext"]["authorizer"]["jwt"]["claims"]
    return Caller(user_id=str(claims["sub"]), tier=tier_of(_groups(claims.get("cognito:groups"))))


def _groups(claim: object) -> list[str]:
    """API Gateway hands a list claim on as text, such as `[pro beta]`."""
    return re.findall(r"[\w-]+", " ".join(claim) if isinstance(claim, list) else str(claim or ""))


def idempotency_key(router: Router) -> str | None:
    headers = router.current_event.headers
    return headers.get("idempotency-key") if headers else None


def stores() -> Stores:
    return Stores(
        videos=video_store(),
        runs=run_store(),
        lock=bootstrap.run_lock(settings.videos_table, settings.runs_table),
        pipeline=bootstrap.pipeline(settings.state_machine_arn),
        preferences=bootstrap.preference_store(settings.preferences_table),
    )


def run_store() -> RunStore:
    return bootstrap.run_store(settings.runs_table)


def segment_store() -> SegmentStore:
    return bootstrap.shown_segments_of(settings)


def moment_context() -> MomentContext:
    return bootstrap_moments.moment_context(settings)


def post_lists() -> PostLists:
    return bootstrap.post_lists(
        settings.snapshots_table, settings.deletions_table, settings.videos_table
    )


def media_store() -> MediaStore:
    return bootstrap.media_store(settings.media_bucket)


def video_store() -> VideoStore:
    return bootstrap.shown_video_store(settings.videos_table, settings.deletions_table)


def deletion_store() -> DeletionStore:
    return bootstrap.deletion_store(settings.deletions_table, settings.videos_table)


def cursor_secret() -> bytes:
    return bootstrap.cursor_secret(settings.cursor_secret_arn)
