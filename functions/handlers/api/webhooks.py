"""/api/webhooks: subscriptions"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from aws_lambda_powertools.event_handler import Response

from functions import bootstrap_webhooks as bootstrap
from functions.domain.errors import FieldError
from functions.domain.ids import fingerprint
from functions.domain.ingests.web_urls import UrlError
from functions.domain.times import utc_now
from functions.domain.webhooks.ports import WebhookStore
from functions.handlers.api.conditional import accepted, versioned
from functions.handlers.api.models import webhooks as models
from functions.handlers.api.request import (
    answer,
    caller,
    caller_of,
    idempotency_key,
    new_router,
    settings,
)
from functions.handlers.api.views import webhooks as views
from functions.runtime import problem
from functions.services.webhooks.subscriptions import (
    Wanted,
    change_webhook,
    create_webhook,
    delete_webhook,
    own_webhook,
    resume_webhook,
    rotate_secret,
)

router = new_router()
TAGS = ["webhooks"]
_MATCHED: Final = "With `If-Match`, only at that version: 412 says that it moved on."
_WITH_SECRET: Final = re.compile(r"/api/webhooks(/[^/]+/rotate-secret)?")


@router.post(
    "/api/webhooks",
    tags=TAGS,
    operation_id="createWebhook",
    status_code=201,
    summary="Have events posted to a URL",
    description=(
        "Signed as Standard Webhooks has it; the secret is in this answer and in no later one. "
        "Each event is posted until it is answered with 2xx, for a day; more than once is "
        "possible, always under the same `webhook-id`. How many you may have depends on your tier."
    ),
)
def create(body: models.WebhookOptions) -> Response[models.WebhookSecretAnswer]:
    who, now = caller(router), utc_now()
    made = create_webhook(
        who,
        _wanted(body),
        webhooks=_store(),
        keeper=bootstrap.secret_keeper(settings.webhook_key_id),
        limit=settings.webhook_limits[who.tier],
        now=now,
        key=idempotency_key(router),
    )
    place = {"Location": views.webhook_url(made)}
    return versioned(router, views.with_secret(made, now), made.version, HTTPStatus.CREATED, place)


@router.get(
    "/api/webhooks", tags=TAGS, operation_id="listWebhooks", summary="Where events are posted to"
)
def list_all() -> models.WebhookList:
    now = utc_now()
    known = _store().of_user(caller(router).user_id)
    return models.WebhookList(items=[views.webhook(item, now) for item in known])


@router.get(
    "/api/webhooks/<webhook_id>",
    tags=TAGS,
    operation_id="getWebhook",
    summary="One webhook, and how its receiver does",
)
def get(webhook_id: str) -> Response[models.WebhookAnswer]:
    known, now = own_webhook(caller(router), _store(), webhook_id), utc_now()
    told = views.webhook(known, now)
    # What deliveries write is no other version, but another answer.
    return versioned(router, told, known.version, mark="-" + fingerprint(told.model_dump_json()))


@router.put(
    "/api/webhooks/<webhook_id>",
    tags=TAGS,
    operation_id="replaceWebhook",
    summary="Set a webhook's URL, types and description",
    description=f"Secrets and deliveries stay. {_MATCHED}",
)
def replace(webhook_id: str, body: models.WebhookOptions) -> Response[models.WebhookAnswer]:
    now = utc_now()
    own_webhook(caller(router), _store(), webhook_id)
    changed = change_webhook(
        caller(router),
        webhook_id,
        _wanted(body),
        webhooks=_store(),
        now=now,
        accepted=accepted(router),
    )
    return versioned(router, views.webhook(changed, now), changed.version)


@router.delete(
    "/api/webhooks/<webhook_id>",
    tags=TAGS,
    operation_id="deleteWebhook",
    status_code=204,
    summary="Post nothing more to a URL",
    description=f"What is not delivered yet is dropped. {_MATCHED}",
)
def delete(webhook_id: str) -> Response[None]:
    delete_webhook(caller(router), webhook_id, webhooks=_store(), accepted=accepted(router))
    return answer(None, HTTPStatus.NO_CONTENT)


@router.post(
    "/api/webhooks/<webhook_id>/rotate-secret",
    tags=TAGS,
    operation_id="rotateWebhookSecret",
    summary="A new secret; the one before signs beside it for 24 hours",
    description="Meanwhile each request has two signatures, and a receiver may know either secret. "
    "Rotated once more before that, the older of the two ends at once.",
)
def rotate(webhook_id: str) -> Response[models.WebhookSecretAnswer]:
    now = utc_now()
    own_webhook(caller(router), _store(), webhook_id)
    rotated = rotate_secret(
        caller(router),
        webhook_id,
        webhooks=_store(),
        keeper=bootstrap.secret_keeper(settings.webhook_key_id),
        now=now,
        key=idempotency_key(router),
    )
    return versioned(router, views.with_secret(rotated, now), rotated.version)


@router.post(
    "/api/webhooks/<webhook_id>/resume",
    tags=TAGS,
    operation_id="resumeWebhook",
    summary="Take up a webhook again that was paused",
    description="Events are posted from now on; replay those that it missed, from `paused_at` on. "
    "One that is active stays as it is.",
)
def resume(webhook_id: str) -> Response[models.WebhookAnswer]:
    now = utc_now()
    known = resume_webhook(caller(router), webhook_id, webhooks=_store(), now=now)
    return versioned(router, views.webhook(known, now), known.version)


def revealed(event: Mapping[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    """An answer with its secret opened. Until here it is sealed, and so it is where answers are
    kept for an Idempotency-Key. Raises UnavailableError."""
    method = event["requestContext"]["http"]["method"]
    if (
        method != "POST"
        or told["statusCode"] >= 300
        or not _WITH_SECRET.fullmatch(event["rawPath"])
    ):
        return told
    body = json.loads(told["body"])
    keeper = bootstrap.secret_keeper(settings.webhook_key_id)
    who = caller_of(event).user_id
    body["secret"] = keeper.open(body["secret"], user_id=who, webhook_id=body["webhook_id"])
    return {**told, "body": json.dumps(body)}


def _wanted(body: models.WebhookOptions) -> Wanted:
    """Raises InvalidInputError for a URL that is not to be called."""
    try:
        bootstrap.receivers(settings.webhook_rules).check(body.url)
    except UrlError as error:
        raise problem.invalid([FieldError("/url", error.code, error.says)]) from error
    events = tuple(dict.fromkeys(body.events))
    return Wanted(url=body.url, events=events, description=body.description)


def _store() -> WebhookStore:
    return bootstrap.webhook_store(settings.webhooks_table)
