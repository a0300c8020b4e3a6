"""/api/pipeline, and the runs of a video"""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from functions import bootstrap, bootstrap_reaping
from functions.domain.cutting.segmentation import Segmentation
from functions.domain.errors import NotFoundError
from functions.handlers.api.models import pipeline as models
from functions.handlers.api.models.common import Id
from functions.handlers.api.request import (
    answer,
    caller,
    cursor_secret,
    new_router,
    run_store,
    settings,
    stores,
    video_store,
)
from functions.handlers.api.views import pipeline as views
from functions.handlers.api.views.extras import named
from functions.handlers.api.views.segmentation import asked
from functions.handlers.api.views.transcripts import asked as asked_transcript
from functions.runtime import cursor as cursors
from functions.runtime import telemetry
from functions.services.ownership import own_video
from functions.services.runs.cancel_run import cancel_run
from functions.services.runs.restart_run import NewRun, latest_run, restart

router = new_router()
TAGS = ["pipeline"]
RunId = Annotated[Id, Query(description="One of the video's runs; the latest, if not told")]
Limit = Annotated[int, Query(ge=1, le=100, description="How many a page has")]
Cursor = Annotated[str, Query(max_length=4_000, description="`next_cursor` of the page before")]


@router.post(
    "/api/pipeline/start",
    tags=TAGS,
    operation_id="startPipeline",
    status_code=202,
    summary="Run a video again, all or some stages, or cut it anew; what is there is reused",
)
def start(body: models.StartPipeline) -> Response[models.RunAccepted]:
    new = NewRun(
        segmentation=_segmentation(body),
        extras=None if body.extras is None else named(body.extras),
        transcription=asked_transcript(body.transcript) if body.transcript else None,
        replace_corrections=bool(body.transcript and body.transcript.replace_corrections),
        keep_segments=body.keep_segments,
        stages=None if body.stages is None else tuple(dict.fromkeys(body.stages)),
        from_stage=body.from_stage,
    )
    reaper = bootstrap_reaping.reaper(settings, settings.state_machine_arn)
    run = views.accepted(restart(caller(router), body.video_id, stores(), reaper, new))
    return answer(run, HTTPStatus.ACCEPTED, {"Location": run.status_url})


def _segmentation(body: models.StartPipeline) -> Segmentation | None:
    sent = body.segmentation
    return asked(sent, "/segmentation", heard=True) if sent else None


@router.post(
    "/api/pipeline/<video_id>/cancel",
    tags=TAGS,
    operation_id="cancelPipeline",
    status_code=202,
    summary="Stop the run of a video; what was made stays",
)
def cancel(video_id: str, run_id: RunId | None = None) -> Response[models.RunAccepted]:
    context = bootstrap.context(settings)
    works = bootstrap_reaping.all_work(settings.state_machine_arn)
    run = views.accepted(cancel_run(caller(router), video_id, context, works, run_id))
    telemetry.count("RunsCancelled")
    return answer(run, HTTPStatus.ACCEPTED, {"Location": run.status_url})


@router.get(
    "/api/pipeline/status/<video_id>",
    tags=TAGS,
    operation_id="getPipelineStatus",
    summary="The latest run, or one of them: stages, percent, timings",
)
def status(video_id: str, run_id: RunId | None = None) -> models.RunAnswer:
    video = own_video(caller(router), video_store(), video_id)
    run = latest_run(video, run_store(), run_id)
    if run is not None:
        return views.run(run)
    if run_id is not None:
        raise NotFoundError("run.not_found", "There is no such run of this video.")
    raise NotFoundError("pipeline.not_started", "The file has not arrived, so nothing runs yet.")


@router.get(
    "/api/videos/<video_id>/runs",
    tags=TAGS,
    operation_id="listRuns",
    summary="All runs of a video, newest first",
)
def list_runs(video_id: str, limit: Limit = 20, cursor: Cursor | None = None) -> models.RunList:
    who = caller(router)
    own_video(who, video_store(), video_id)
    scope: dict[str, object] = {"list": "runs", "user": who.user_id, "video": video_id}
    after = cursors.verify(cursor, scope, cursor_secret())
    page = run_store().of_video(video_id, limit=limit, after=after)
    return models.RunList(
        items=[views.run(run) for run in page.items],
        next_cursor=cursors.sign(page.next, scope, cursor_secret()),
    )
