"""/api/v1/sync: lip-sync jobs"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from functions import bootstrap_lipsync
from functions.domain.lipsync.job import LipSyncJob
from functions.domain.times import utc_now
from functions.handlers.api.lipsync_form import FILES
from functions.handlers.api.models import lipsync as models
from functions.handlers.api.models import lipsync_answers as answers
from functions.handlers.api.request import (
    answer,
    caller,
    cursor_secret,
    deletion_store,
    idempotency_key,
    media_store,
    new_router,
    settings,
    video_store,
)
from functions.handlers.api.views import lipsync as views
from functions.handlers.api.views.lipsync_asked import asked
from functions.runtime import cursor as cursors
from functions.runtime import telemetry
from functions.services.lipsync.create_lipsync import create_lipsync, estimate
from functions.services.lipsync.end_lipsync import cancel_lipsync, retry_lipsync
from functions.services.lipsync.files import store_files
from functions.services.lipsync.jobs import LipSyncDesk, own_job
from functions.services.lipsync.places import Places, places_of
from functions.services.lipsync.start_lipsync import start_if_whole

router = new_router()
TAGS = ["lip-sync"]
RESULT_SECONDS = 3_600
Limit = Annotated[int, Query(ge=1, le=100, description="How many a page has")]
Cursor = Annotated[str, Query(max_length=4_000, description="`next_cursor` of the page before")]


def desk() -> LipSyncDesk:
    """A video that was deleted is none."""
    found = bootstrap_lipsync.desk(
        settings.lipsync_jobs_table,
        settings.videos_table,
        settings.media_bucket,
        settings.lipsync_rules,
    )
    return replace(found, videos=video_store())


@router.post(
    "/api/v1/sync/pro-sync-process",
    tags=TAGS,
    operation_id="createLipSync",
    status_code=202,
    summary="Replace the voice in ranges of a video, lips included",
    description=(
        "Send the files that `uploads` asks for; the job starts by itself when all are there. A "
        "small video and its voices can be sent at once, as a multipart form. The result is a "
        "segment of the video whose `source` is `lipsync`."
    ),
)
def create(body: models.CreateLipSync) -> Response[answers.LipSyncAccepted]:
    who, wanted = caller(router), asked(body)
    if body.dry_run:
        return answer(views.estimated(estimate(desk(), who, wanted), wanted), HTTPStatus.OK)
    runs = bootstrap_lipsync.runs(settings.lipsync_machine_arn)
    job = create_lipsync(
        desk(),
        runs,
        who,
        wanted,
        deletions=deletion_store(),
        limits=settings.tier_limits,
        key=idempotency_key(router),
    )
    files = router.current_event.raw_event.get(FILES)
    if files:
        store_files(desk(), job, files)
        job = start_if_whole(desk(), runs, job.job_id) or job
    telemetry.count("LipSyncsAsked")
    told = views.accepted(job, places_of(desk(), who, job), utc_now())
    return answer(told, HTTPStatus.ACCEPTED, {"Location": views.status_url(job.job_id)})


@router.get(
    "/api/v1/sync/pro-job/<job_id>/status",
    tags=TAGS,
    operation_id="getLipSync",
    summary="How a lip-sync job stands, and its file when it is ready",
)
def status(job_id: str) -> answers.LipSyncAnswer:
    who = caller(router)
    job = own_job(who, desk(), job_id)
    # A start that was lost is found by whoever looks.
    runs = bootstrap_lipsync.runs(settings.lipsync_machine_arn)
    job = start_if_whole(desk(), runs, job.job_id) or job
    return _shown(job, places_of(desk(), who, job), utc_now())


@router.get(
    "/api/v1/sync/pro-jobs",
    tags=TAGS,
    operation_id="listLipSyncs",
    summary="Your lip-sync jobs, newest first",
)
def list_own(limit: Limit = 20, cursor: Cursor | None = None) -> answers.LipSyncList:
    who, now = caller(router), utc_now()
    scope: dict[str, object] = {"list": "lipsyncs", "user": who.user_id}
    after = cursors.verify(cursor, scope, cursor_secret())
    page = desk().jobs.of_user(who.user_id, limit=limit, after=after)
    hidden = deletion_store().hidden(who.user_id)
    shown = [job for job in page.items if job.video_id not in hidden]
    who.about.update(job.video_id for job in shown)
    return answers.LipSyncList(
        items=[_shown(job, Places(), now) for job in shown],
        next_cursor=cursors.sign(page.next, scope, cursor_secret()),
    )


@router.post(
    "/api/v1/sync/pro-job/<job_id>/cancel",
    tags=TAGS,
    operation_id="cancelLipSync",
    status_code=202,
    summary="Give a lip-sync job up",
    description="What the provider has begun it finishes, and it is paid for.",
)
def cancel(job_id: str) -> Response[answers.LipSyncAnswer]:
    runs = bootstrap_lipsync.runs(settings.lipsync_machine_arn)
    gate = bootstrap_lipsync.gate(settings.lipsync_gate_table, settings.lipsync_places)
    job = cancel_lipsync(desk(), runs, gate, caller(router), job_id)
    place = {"Location": views.status_url(job.job_id)}
    return answer(_shown(job, Places(), utc_now()), HTTPStatus.ACCEPTED, place)


@router.post(
    "/api/v1/sync/pro-job/<job_id>/retry",
    tags=TAGS,
    operation_id="retryLipSync",
    status_code=202,
    summary="Try a lip-sync job that did not go well again, as a new job with the same files",
)
def retry(job_id: str) -> Response[answers.LipSyncAnswer]:
    runs = bootstrap_lipsync.runs(settings.lipsync_machine_arn)
    job = retry_lipsync(desk(), runs, caller(router), job_id)
    place = {"Location": views.status_url(job.job_id)}
    return answer(_shown(job, Places(), utc_now()), HTTPStatus.ACCEPTED, place)


def _shown(job: LipSyncJob, places: Places, now: datetime) -> answers.LipSyncAnswer:
    url = None
    if job.result:
        url = media_store().sign_download(
            job.result.s3_key,
            file_name=f"{job.title or 'lip-sync'}.mp4",
            content_type="video/mp4",
            seconds=RESULT_SECONDS,
        )
    return views.job(job, now, places, url)
