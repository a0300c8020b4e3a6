"""/api/videos/{video_id}/clips and /api/clips/{moment_id}"""

from __future__ import annotations

from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response

from functions import bootstrap
from functions.handlers.api.models import clips as models
from functions.handlers.api.request import (
    answer,
    caller,
    moment_context,
    new_router,
    segment_store,
    settings,
)
from functions.handlers.api.views import clips as views
from functions.services.moments.clips import (
    clips_of,
    file_of,
    ready_clip,
    recut_clip,
    request_clips,
)
from functions.services.moments.cut_clips import Cutting

router = new_router()
TAGS = ["clips"]
STREAM_SECONDS = 3_600
_ENDS = "Cut by executions of their own: see `clip-extraction-status`."


def _cutting() -> Cutting:
    return Cutting(made=moment_context(), segments=segment_store())


@router.post(
    "/api/videos/<video_id>/clips",
    tags=TAGS,
    operation_id="createClips",
    status_code=202,
    summary="Cut moments as clips",
    description=(
        "Each becomes a segment whose `source` is `moment`. What was cut so before is left as it "
        f"is; other options cut it again, and the earlier file stays until you delete it. {_ENDS}"
    ),
)
def cut(video_id: str, body: models.CutClips) -> Response[models.ClipList]:
    clips = request_clips(
        _cutting(), caller(router), video_id, views.options_of(body), body.moment_ids
    )
    place = {"Location": f"/api/videos/{video_id}/clip-extraction-status"}
    return answer(views.clip_list(clips), HTTPStatus.ACCEPTED, place)


@router.get(
    "/api/videos/<video_id>/clip-extraction-status",
    tags=TAGS,
    operation_id="getClipExtraction",
    summary="How far the clips of a video are",
)
def extraction(video_id: str) -> models.ClipExtraction:
    clips = clips_of(_cutting(), caller(router), video_id)
    return views.extraction(clips)


@router.get(
    "/api/clips/<moment_id>/stream",
    tags=TAGS,
    operation_id="getClipStream",
    status_code=302,
    summary="Watch a moment's clip",
    description=(
        "Leads to a signed URL that takes ranges and is good for an hour. A player that cannot "
        "send your token asks here first, and gets that URL to play."
    ),
)
def stream(moment_id: str) -> Response[str]:
    segment = ready_clip(_cutting(), caller(router), moment_id)
    url = bootstrap.media_store(settings.media_bucket).sign_get(file_of(segment), STREAM_SECONDS)
    return Response(
        status_code=HTTPStatus.FOUND,
        content_type="text/plain",
        body="",
        headers={"Location": url, "Cache-Control": "private, no-store"},
    )


@router.post(
    "/api/clips/<moment_id>/recut",
    tags=TAGS,
    operation_id="recutClip",
    status_code=202,
    summary="Cut one clip again, with other options or as before",
    description=f"One that failed is tried again. {_ENDS}",
)
def recut(moment_id: str, body: models.RecutClip) -> Response[models.ClipAnswer]:
    options = views.options_of(body) if body.model_fields_set else None
    clip = recut_clip(_cutting(), caller(router), moment_id, options)
    place = {"Location": f"/api/videos/{clip.moment.video_id}/clip-extraction-status"}
    return answer(views.clip(clip), HTTPStatus.ACCEPTED, place)
