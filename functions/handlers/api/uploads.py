"""/api/videos/uploads"""

from __future__ import annotations

from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response

from functions import bootstrap
from functions.domain.times import utc_now
from functions.handlers.api.models import uploads as models
from functions.handlers.api.models.videos import VideoAnswer
from functions.handlers.api.request import (
    answer,
    caller,
    deletion_store,
    idempotency_key,
    new_router,
    settings,
    video_store,
)
from functions.handlers.api.views import uploads as views
from functions.handlers.api.views import videos as video_views
from functions.handlers.api.views.options import chosen
from functions.services.ingests import uploads

router = new_router()
TAGS = ["uploads"]


@router.post(
    "/api/videos/uploads",
    tags=TAGS,
    operation_id="createUpload",
    status_code=201,
    summary="Start an upload",
)
def create(body: models.CreateUpload) -> Response[models.UploadAnswer]:
    now = utc_now()
    usual = bootstrap.preference_store(settings.preferences_table).get(caller(router).user_id)
    options = chosen(body.options, usual)
    ticket = uploads.create_upload(
        caller(router),
        uploads.NewUpload(
            file_name=body.file_name,
            size=body.size,
            content_type=body.content_type,
            title=body.title,
            segmentation=options.segmentation,
            extras=options.extras,
            transcription=options.transcription,
        ),
        videos=video_store(),
        deletions=deletion_store(),
        media=bootstrap.media_store(settings.media_bucket),
        limits=settings.tier_limits,
        now=now,
        key=idempotency_key(router),
    )
    return answer(views.upload(ticket, now), HTTPStatus.CREATED)


@router.get(
    "/api/videos/uploads/<video_id>",
    tags=TAGS,
    operation_id="getUpload",
    summary="What has arrived, and URLs for the rest",
)
def describe(video_id: str) -> models.UploadAnswer:
    now = utc_now()
    ticket = uploads.describe_upload(
        caller(router),
        video_id,
        videos=video_store(),
        media=bootstrap.media_store(settings.media_bucket),
        now=now,
    )
    return views.upload(ticket, now)


@router.put(
    "/api/videos/uploads/<video_id>",
    tags=TAGS,
    operation_id="completeUpload",
    status_code=202,
    summary="All bytes are sent",
)
def complete(video_id: str) -> Response[VideoAnswer]:
    now = utc_now()
    video = uploads.complete_upload(
        caller(router),
        video_id,
        videos=video_store(),
        media=bootstrap.media_store(settings.media_bucket),
        now=now,
    )
    return answer(
        video_views.video(video, now),
        HTTPStatus.ACCEPTED,
        {"Location": video_views.status_url(video_id)},
    )


@router.delete(
    "/api/videos/uploads/<video_id>",
    tags=TAGS,
    operation_id="abortUpload",
    status_code=204,
    summary="Give an upload up",
)
def abort(video_id: str) -> Response[None]:
    uploads.abort_upload(
        caller(router),
        video_id,
        videos=video_store(),
        media=bootstrap.media_store(settings.media_bucket),
        now=utc_now(),
    )
    return answer(None, HTTPStatus.NO_CONTENT)
