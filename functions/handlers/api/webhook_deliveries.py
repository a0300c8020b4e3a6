"""/api/webhooks/{webhook_id}: deliveries, replays, tests"""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from functions import bootstrap_webhooks as bootstrap
from functions.domain.errors import FieldError
from functions.domain.times import utc_now
from functions.domain.webhooks.webhook import Delivery, DeliveryState, Webhook
from functions.handlers.api.models import webhooks as models
from functions.handlers.api.request import (
    answer,
    caller,
    cursor_secret,
    idempotency_key,
    new_router,
    settings,
)
from functions.handlers.api.views import webhooks as views
from functions.runtime import cursor as cursors
from functions.runtime import problem
from functions.services.webhooks.deliveries import (
    WebhookContext,
    own_delivery,
    replay_delivery,
    tell_test,
)
from functions.services.webhooks.replay_events import request_replay
from functions.services.webhooks.subscriptions import own_webhook

router = new_router()
TAGS = ["webhooks"]


@router.post(
    "/api/webhooks/<webhook_id>/test",
    tags=TAGS,
    operation_id="testWebhook",
    status_code=202,
    summary="Post a test event",
    description="Of type `webhook.test` and signed like any other, to this one webhook; whichever "
    "types it wants. It is in no log.",
)
def tell(webhook_id: str) -> Response[models.DeliveryAnswer]:
    delivery = tell_test(_made(), _own(webhook_id), idempotency_key(router))
    return _accepted(delivery)


@router.get(
    "/api/webhooks/<webhook_id>/deliveries",
    tags=TAGS,
    operation_id="listWebhookDeliveries",
    summary="What was posted, and how it was answered",
    description="Kept for 14 days. A cursor belongs to its filter.",
)
def list_deliveries(
    webhook_id: str,
    state: Annotated[DeliveryState | None, Query(description="Only those in it")] = None,
    limit: Annotated[int, Query(ge=1, le=100, description="How many a page has")] = 50,
    cursor: Annotated[
        str | None, Query(max_length=4_000, description="`next_cursor` of the page before")
    ] = None,
) -> models.DeliveryList:
    webhook = _own(webhook_id)
    scope = {"list": "deliveries", "webhook": webhook.webhook_id, "state": state}
    after = cursors.verify(cursor, scope, cursor_secret())
    store = bootstrap.delivery_store(settings.webhook_deliveries_table)
    page = store.of_webhook(webhook.webhook_id, limit=limit, after=after, state=state)
    return models.DeliveryList(
        items=[views.delivery(item) for item in page.items],
        next_cursor=cursors.sign(page.next, scope, cursor_secret()),
        partial=page.cut_short,
    )


@router.get(
    "/api/webhooks/<webhook_id>/deliveries/<delivery_id>",
    tags=TAGS,
    operation_id="getWebhookDelivery",
    summary="One delivery, and how it was answered",
)
def get_delivery(webhook_id: str, delivery_id: str) -> models.DeliveryAnswer:
    return views.delivery(own_delivery(_made(), _own(webhook_id), delivery_id))


@router.post(
    "/api/webhooks/<webhook_id>/deliveries/<delivery_id>/replay",
    tags=TAGS,
    operation_id="replayWebhookDelivery",
    status_code=202,
    summary="Post an event once more",
    description="Under the same `webhook-id`, with a day of tries. One that is still tried goes on "
    "as it is. After seven days the log has forgotten the event: 410.",
)
def replay_one(webhook_id: str, delivery_id: str) -> Response[models.DeliveryAnswer]:
    return _accepted(replay_delivery(_made(), _own(webhook_id), delivery_id))


@router.post(
    "/api/webhooks/<webhook_id>/replay",
    tags=TAGS,
    operation_id="replayWebhook",
    status_code=202,
    summary="Post what happened in a stretch of time once more",
    description=(
        "In the background, of the seven days that the log keeps, with what the webhook missed "
        "while it was paused. `replay` of the webhook tells how far it is; another one takes its "
        "place."
    ),
)
def replay(webhook_id: str, body: models.ReplayEvents) -> Response[models.ReplayAnswer]:
    webhook, until = _own(webhook_id), body.until or utc_now()
    if body.until is not None and until <= body.since:
        says = "`until` is later than `since`."
        raise problem.invalid([FieldError("/until", "not_after_since", says)])
    every = body.deliveries == "all"
    begun = request_replay(
        _made(), webhook, body.since, until, every=every, key=idempotency_key(router)
    )
    return answer(
        views.replay(begun), HTTPStatus.ACCEPTED, {"Location": views.webhook_url(webhook)}
    )


def _accepted(delivery: Delivery) -> Response[models.DeliveryAnswer]:
    place = {"Location": views.delivery_url(delivery)}
    return answer(views.delivery(delivery), HTTPStatus.ACCEPTED, place)


def _own(webhook_id: str) -> Webhook:
    return own_webhook(caller(router), bootstrap.webhook_store(settings.webhooks_table), webhook_id)


def _made() -> WebhookContext:
    return bootstrap.webhook_context(settings)
