"""/api/segments: making, changing and deleting one"""

from __future__ import annotations

from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response

from functions.domain.times import utc_now
from functions.handlers.api.conditional import accepted, versioned
from functions.handlers.api.models import segment_answers as answers
from functions.handlers.api.models import segments as models
from functions.handlers.api.request import (
    answer,
    caller,
    idempotency_key,
    media_store,
    new_router,
    segment_store,
    video_store,
)
from functions.handlers.api.views import segments as views
from functions.handlers.api.views.segmentation import target_of
from functions.services.segments.change_segment import Words, delete_segment, edit_segment
from functions.services.segments.create_segment import NewSegment, create_segment

router = new_router()
TAGS = ["segments"]
_WORDS = frozenset({"title", "description", "tags"})
_MATCHED = "With `If-Match`, only at that version: 412 says that it moved on."


@router.post(
    "/api/segments",
    tags=TAGS,
    operation_id="createSegment",
    status_code=201,
    summary="A segment of your own: a range of a video, or an upload as it is",
    description=(
        "With `start` and `end` the range is cut in the background: 202, and the segment is "
        "`pending` until it is `ready` or `failed`. A ready one has a thumbnail, unless it is "
        "sound alone. Without them it is ready at once: 201."
    ),
)
def create(body: models.CreateSegment) -> Response[answers.SegmentAnswer]:
    segment = create_segment(
        caller(router),
        new_segment(body),
        segments=segment_store(),
        videos=video_store(),
        media=media_store(),
        now=utc_now(),
        key=idempotency_key(router),
    )
    status = HTTPStatus.CREATED if body.start is None else HTTPStatus.ACCEPTED
    place = {"Location": f"/api/segments/{segment.segment_id}"}
    return versioned(router, views.segment(segment), segment.version, status, place)


def new_segment(body: models.CreateSegment, place: str = "") -> NewSegment:
    """What was sent at `place`, a JSON pointer."""
    return NewSegment(
        video_id=body.video_id,
        start=None if body.start is None else round(body.start * 1000),
        end=None if body.end is None else round(body.end * 1000),
        title=body.title,
        description=body.description,
        tags=tuple(body.tags),
        cut=body.cut,
        target=target_of(body.target, place),
    )


@router.put(
    "/api/segments/<segment_id>",
    tags=TAGS,
    operation_id="replaceSegment",
    summary="Replace title, description and tags",
    description=f"What is left out is cleared. {_MATCHED}",
)
def replace(segment_id: str, body: models.ReplaceSegment) -> Response[answers.SegmentAnswer]:
    return _edited(segment_id, words(body, _WORDS))


@router.patch(
    "/api/segments/<segment_id>",
    tags=TAGS,
    operation_id="editSegment",
    summary="Change title, description or tags",
    description=f"What is left out stays; null clears. {_MATCHED}",
)
def edit(segment_id: str, body: models.EditSegment) -> Response[answers.SegmentAnswer]:
    return _edited(segment_id, words(body, _WORDS & body.model_fields_set))


def words(body: models.SegmentWords | models.EditSegment, given: frozenset[str]) -> Words:
    return Words(
        given=given,
        title=body.title,
        description=body.description,
        tags=tuple(body.tags or ()),
    )


def _edited(segment_id: str, said: Words) -> Response[answers.SegmentAnswer]:
    segment = edit_segment(
        caller(router),
        segment_id,
        said,
        segments=segment_store(),
        now=utc_now(),
        accepted=accepted(router),
    )
    return versioned(router, views.segment(segment), segment.version)


@router.delete(
    "/api/segments/<segment_id>",
    tags=TAGS,
    operation_id="deleteSegment",
    status_code=204,
    summary="Delete a segment, its file with all versions, and its numbers",
    description=(
        f"It is gone at once; its file and its thumbnail follow within moments. {_MATCHED}"
    ),
)
def delete(segment_id: str) -> Response[None]:
    delete_segment(
        caller(router),
        segment_id,
        segments=segment_store(),
        now=utc_now(),
        accepted=accepted(router),
    )
    return answer(None, HTTPStatus.NO_CONTENT)
