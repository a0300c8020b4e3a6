"""GET /api/events: what an EventSource reads."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap_events
from functions.domain.errors import CutroomError, FieldError, InvalidInputError
from functions.domain.events.connection import Wanted
from functions.domain.events.stream import CONTENT_TYPE, read_id
from functions.domain.times import utc_now
from functions.runtime import problem, telemetry
from functions.runtime.event_settings import StreamSettings
from functions.runtime.settings import load
from functions.services.events.follow_socket import MAX_ID
from functions.services.events.stream_events import Listening, Streaming, stream_events

settings = load(StreamSettings)
_WAIT: Final = 20
"""Seconds, as `wait` may ask for at most; API Gateway gives up after 29."""


def lambda_handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    telemetry.begin(context)
    try:
        of = Streaming(log=bootstrap_events.event_log(settings.events_table), clock=utc_now)
        text = stream_events(of, _asked(event))
    except CutroomError as error:
        return _refused(error, context.aws_request_id)
    finally:
        telemetry.flush()
    headers = {
        "Content-Type": CONTENT_TYPE,
        # Nothing between us keeps it, or holds it back to compress it.
        "Cache-Control": "no-cache, no-transform",
        "X-Request-Id": context.aws_request_id,
    }
    return {"statusCode": 200, "headers": headers, "body": text}


def _refused(error: CutroomError, request_id: str) -> dict[str, Any]:
    response = problem.of_error(error)
    headers = {name: str(text) for name, text in response.headers.items()}
    return {
        "statusCode": response.status_code,
        "headers": {**headers, "Content-Type": problem.CONTENT_TYPE, "X-Request-Id": request_id},
        "body": response.body,
    }


def _asked(event: Mapping[str, Any]) -> Listening:
    """Raises InvalidInputError naming all that is wrong."""
    headers = {name.lower(): text for name, text in (event.get("headers") or {}).items()}
    query: Mapping[str, str] = event.get("queryStringParameters") or {}
    wrong = list[FieldError]()
    last = headers.get("last-event-id") or query.get("after")
    after = read_id(last) if last else None
    if last and after is None:
        wrong.append(FieldError("/after", "not_a_number", "A number, as `id` told it."))
    wait = read_id(query.get("wait", str(_WAIT)))
    if wait is None or wait > _WAIT:
        wrong.append(FieldError("/wait", "out_of_range", f"Seconds, from 0 to {_WAIT}."))
    for name in ("video_id", "job_id"):
        if len(query.get(name, "-")) not in range(1, MAX_ID + 1):
            wrong.append(FieldError(f"/{name}", "not_an_id", "An id, as the API tells it."))
    if wrong:
        says = "These events cannot be followed."
        raise InvalidInputError("request.invalid", says, fields=tuple(wrong))
    return Listening(
        user_id=str(event["requestContext"]["authorizer"]["lambda"]["user_id"]),
        after=after,
        wanted=Wanted(video_id=query.get("video_id"), job_id=query.get("job_id")),
        wait=timedelta(seconds=wait or 0),
    )
