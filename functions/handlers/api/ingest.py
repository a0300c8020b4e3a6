"""/api/videos: by URL"""

from __future__ import annotations

from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response

from functions import bootstrap
from functions.domain.errors import FieldError
from functions.domain.ingests.web_urls import UrlError, WebUrl, parse_url
from functions.domain.times import utc_now
from functions.handlers.api.models import ingest as models
from functions.handlers.api.models.videos import VideoAnswer
from functions.handlers.api.request import (
    answer,
    caller,
    deletion_store,
    idempotency_key,
    media_store,
    new_router,
    settings,
    video_store,
)
from functions.handlers.api.views import videos as views
from functions.handlers.api.views.options import chosen
from functions.runtime import problem
from functions.services.ingests.submit_url import NewIngest, submit_url

router = new_router()
TAGS = ["videos"]


@router.post(
    "/api/videos",
    tags=TAGS,
    operation_id="createVideo",
    status_code=202,
    summary="Fetch a video from a URL",
    description=(
        "The file is fetched in the background and cut as an upload would be; the video tells how "
        "far that is. Links to files themselves are taken, pages around them are not."
    ),
)
def create(body: models.CreateVideo) -> Response[VideoAnswer]:
    now, url = utc_now(), read_url(body.url, "/url")
    usual = bootstrap.preference_store(settings.preferences_table).get(caller(router).user_id)
    options = chosen(body.options, usual)
    video = submit_url(
        caller(router),
        NewIngest(
            url=url,
            file_name=body.file_name,
            title=body.title,
            segmentation=options.segmentation,
            extras=options.extras,
            transcription=options.transcription,
        ),
        videos=video_store(),
        deletions=deletion_store(),
        media=media_store(),
        ingests=bootstrap.ingests(settings.ingest_machine_arn),
        now=now,
        key=idempotency_key(router),
    )
    place = {"Location": f"/api/videos/{video.video_id}"}
    return answer(views.video(video, now), HTTPStatus.ACCEPTED, place)


def read_url(text: str, pointer: str) -> WebUrl:
    """Raises InvalidInputError naming the place."""
    try:
        return parse_url(text, settings.source_rules)
    except UrlError as error:
        raise problem.invalid([FieldError(pointer, error.code, error.says)]) from error
