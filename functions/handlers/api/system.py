"""/health and /openapi.json"""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from functions import bootstrap
from functions.handlers.api.models import system as models
from functions.handlers.api.request import answer, new_router, settings

router = new_router()


@router.get(
    "/health",
    tags=["system"],
    operation_id="getHealth",
    summary="Is the API there; deep: what it needs, too",
)
def health(deep: Annotated[bool, Query()] = False) -> Response[models.HealthAnswer]:
    if not deep:
        return answer(models.HealthAnswer(status="ok", stage=settings.stage), HTTPStatus.OK)
    tables = {
        "videos": settings.videos_table,
        "runs": settings.runs_table,
        "segments": settings.segments_table,
        "counters": settings.counters_table,
        "snapshots": settings.snapshots_table,
        "moments": settings.moments_table,
        "generations": settings.generations_table,
        "rates": settings.rates_table,
        "transcriptions": settings.transcriptions_table,
        "lipsync_jobs": settings.lipsync_jobs_table,
        "lipsync_gate": settings.lipsync_gate_table,
        "social_accounts": settings.social_accounts_table,
        "social_posts": settings.social_posts_table,
        "budgets": settings.budgets_table,
        "syncs": settings.syncs_table,
        "idempotency": settings.idempotency_table,
        "deletions": settings.deletions_table,
        "events": settings.events_table,
        "event_marks": settings.event_marks_table,
        "connections": settings.connections_table,
        "webhooks": settings.webhooks_table,
        "webhook_deliveries": settings.webhook_deliveries_table,
    }
    checks = bootstrap.health_checks(
        tables,
        settings.media_bucket,
        settings.upload_queue,
    )
    well = all(checks.values())
    return answer(
        models.HealthAnswer(
            status="ok" if well else "degraded", stage=settings.stage, checks=dict(checks)
        ),
        HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE,
    )
