"""/webhooks/sync-so: the provider says that a generation is over; it is looked at, not believed."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from functions import bootstrap_lipsync
from functions.domain.lipsync.webhook import (
    HEADER,
    WebhookRefusedError,
    hinted_generation,
    require_signed,
)
from functions.domain.times import utc_now
from functions.handlers.api.request import answer, new_router, settings
from functions.runtime import telemetry
from functions.services.lipsync.hint_lipsync import hint_lipsync

router = new_router()


@router.post("/webhooks/sync-so", include_in_schema=False)
def receive(job_id: Annotated[str, Query()] = "") -> Response[None]:
    """Whoever has signed it is told nothing of what came of it."""
    event = router.current_event.raw_event
    body = _body(event)
    headers: Mapping[str, str] = event.get("headers") or {}
    _require_signed(headers.get(HEADER), body)
    hinted = hint_lipsync(
        bootstrap_lipsync.job_store(settings.lipsync_jobs_table),
        bootstrap_lipsync.hints(settings.poll_function),
        job_id,
        hinted_generation(body),
        utc_now(),
    )
    telemetry.count("LipSyncHints" if hinted else "LipSyncHintsIgnored")
    return answer(None, HTTPStatus.NO_CONTENT)


def _require_signed(header: str | None, body: bytes) -> None:
    """Under the secret that is known here, or the one that it may have been changed to."""
    keys = bootstrap_lipsync.keys(settings.sync_so_secret_arn)
    try:
        require_signed(header, body, keys.webhook_secret(), utc_now())
    except WebhookRefusedError:
        telemetry.count("LipSyncHintsRefused")
        raise


def _body(event: Mapping[str, Any]) -> bytes:
    """As it was sent: a signature is over bytes."""
    text = event.get("body") or ""
    return base64.b64decode(text) if event.get("isBase64Encoded") else text.encode()
