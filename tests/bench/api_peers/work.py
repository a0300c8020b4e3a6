"""What the peers' routes do, as ours do it, without any framework: from a caller to a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from functions import bootstrap
from functions.domain.errors import CutroomError, FieldError, InvalidInputError
from functions.domain.segments.query import SegmentQuery, SortOrder, TagMatch, words_of
from functions.domain.tiers import tier_of
from functions.domain.times import utc_now
from functions.handlers.api.models import segment_answers as answers
from functions.handlers.api.models import segments as models
from functions.handlers.api.views import segments as views
from functions.runtime import cursor as cursors
from functions.runtime.api_settings import ApiSettings
from functions.runtime.settings import load
from functions.services.ownership import Caller, own_segment, own_video
from functions.services.segments.change_segment import Words
from functions.services.segments.change_segment import edit_segment as edit

settings = load(ApiSettings)
PROBLEM = "application/problem+json"
_TITLES = {404: "Not found", 422: "Invalid input"}


def caller(event: Mapping[str, Any]) -> Caller:
    claims = event["requestContext"]["authorizer"]["jwt"]["claims"]
    groups = claims.get("cognito:groups", "").strip("[]").split()
    return Caller(user_id=claims["sub"], tier=tier_of(groups))


def get_segment(who: Caller, segment_id: str) -> answers.SegmentAnswer:
    return views.segment(own_segment(who, bootstrap.segments_of(settings), segment_id))


def list_segments(who: Caller, filters: models.SegmentFilters) -> answers.SegmentList:
    query = _query(who.user_id, filters)
    if query.video_id is not None:
        own_video(who, bootstrap.video_store(settings.videos_table), query.video_id)
    scope = {"list": "segments", "query": query}
    secret = bootstrap.cursor_secret(settings.cursor_secret_arn)
    after = cursors.verify(filters.cursor, scope, secret)
    page = bootstrap.segments_of(settings).search(query, limit=filters.limit, after=after)
    return answers.SegmentList(
        items=[views.segment(segment) for segment in page.items],
        next_cursor=cursors.sign(page.next, scope, secret),
        partial=page.cut_short,
    )


def _query(user_id: str, filters: models.SegmentFilters) -> SegmentQuery:
    tags = (tag.strip() for text in filters.tags or [] for tag in text.split(","))
    shortest, longest = filters.min_duration, filters.max_duration
    return SegmentQuery(
        user_id=user_id,
        sort_by=filters.sort_by,
        descending=filters.sort_order is SortOrder.DESC,
        segment_type=filters.segment_type,
        video_id=filters.video_id,
        min_duration=None if shortest is None else round(shortest * 1000),
        max_duration=None if longest is None else round(longest * 1000),
        created_after=filters.created_after,
        created_before=filters.created_before,
        tags=tuple(tag for tag in tags if tag),
        all_tags=filters.tags_match is TagMatch.ALL,
        has_social_media=filters.has_social_media,
        platform=filters.platform,
        words=words_of(filters.q or ""),
    )


def edit_segment(who: Caller, segment_id: str, body: models.EditSegment) -> answers.SegmentAnswer:
    said = Words(
        given=frozenset(body.model_fields_set),
        title=body.title,
        description=body.description,
        tags=tuple(body.tags or ()),
    )
    store = bootstrap.segments_of(settings)
    return views.segment(edit(who, segment_id, said, segments=store, now=utc_now()))


def problem(error: CutroomError) -> dict[str, Any]:
    body: dict[str, Any] = {
        "type": f"urn:cutroom:problem:{error.code}",
        "title": _TITLES[error.status],
        "status": error.status,
        "code": error.code,
        "detail": error.detail,
    }
    if error.fields:
        body["errors"] = [
            {"pointer": field.pointer, "code": field.code, "detail": field.detail}
            for field in error.fields
        ]
    return body


def invalid(rows: Sequence[Mapping[str, Any]]) -> InvalidInputError:
    """All wrong places at once, as pydantic names them below the part of the request."""
    fields = tuple(
        FieldError("".join(f"/{part}" for part in row["loc"]), row["type"], row["msg"])
        for row in rows
    )
    says = "The request is not valid; `errors` names each place."
    return InvalidInputError("request.invalid", says, fields=fields)
