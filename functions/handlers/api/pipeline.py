"""/api/pipeline"""

from __future__ import annotations

from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response

from functions import bootstrap
from functions.domain.errors import NotFoundError
from functions.domain.times import utc_now
from functions.handlers.api.models import pipeline as models
from functions.handlers.api.request import (
    answer,
    caller,
    new_router,
    settings,
    stores,
    video_store,
)
from functions.handlers.api.views import pipeline as views
from functions.handlers.api.views.extras import named
from functions.handlers.api.views.segmentation import asked
from functions.handlers.api.views.transcripts import asked as asked_transcript
from functions.handlers.api.views.videos import status_url
from functions.services.ownership import own_video
from functions.services.start_run import NewCut, latest_run, restart

router = new_router()
TAGS = ["pipeline"]


@router.post(
    "/api/pipeline/start",
    tags=TAGS,
    operation_id="startPipeline",
    status_code=202,
    summary="Run a video again, or cut it anew; what is there already is kept",
)
def start(body: models.StartPipeline) -> Response[models.RunAccepted]:
    new = NewCut(
        segmentation=asked(body.segmentation, "/segmentation") if body.segmentation else None,
        extras=None if body.extras is None else named(body.extras),
        transcription=asked_transcript(body.transcript) if body.transcript else None,
        replace_corrections=bool(body.transcript and body.transcript.replace_corrections),
        keep_segments=body.keep_segments,
    )
    media = bootstrap.media_store(settings.media_bucket)
    run = restart(caller(router), body.video_id, stores(), media, utc_now(), new)
    url = status_url(run.video_id)
    return answer(
        models.RunAccepted(
            video_id=run.video_id, run_id=run.run_id, status=run.status, status_url=url
        ),
        HTTPStatus.ACCEPTED,
        {"Location": url},
    )


@router.get(
    "/api/pipeline/status/<video_id>",
    tags=TAGS,
    operation_id="getPipelineStatus",
    summary="The latest run: stages, percent, timings",
)
def status(video_id: str) -> models.RunAnswer:
    video = own_video(caller(router), video_store(), video_id)
    runs = bootstrap.run_store(settings.runs_table)
    run = latest_run(video, runs)
    if run is None:
        raise NotFoundError(
            "pipeline.not_started", "The file has not arrived, so nothing runs yet."
        )
    return views.run(run)
