"""The API function: routes, one boundary for errors, request ids, idempotency."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap
from functions.domain.errors import CutroomError, FieldError, InvalidInputError, TooLargeError
from functions.handlers.api import (
    analytics,
    clips,
    deletions,
    events,
    extras,
    hls,
    ingest,
    lipsync,
    lipsync_form,
    lipsync_webhook,
    metrics,
    moment_changes,
    moments,
    pipeline,
    posts,
    preferences,
    segment_batches,
    segment_changes,
    segments,
    social,
    social_accounts,
    social_syncs,
    system,
    transcripts,
    uploads,
    videos,
    webhook_deliveries,
    webhooks,
)
from functions.handlers.api.document import describe
from functions.handlers.api.request import caller, caller_of, settings
from functions.handlers.api.resolver import Api
from functions.runtime import problem, telemetry
from functions.runtime.rate_limit import Allowance, spend
from functions.services.ingests.uploads import URL_SECONDS

app = Api()
_SOCIAL = (social, analytics, posts, metrics, social_accounts, social_syncs)
_SEGMENTS = (segments, segment_changes, segment_batches, *_SOCIAL)
_MOMENTS = (transcripts, moments, moment_changes, clips)
_VIDEOS = (uploads, videos, ingest, deletions, extras, hls, *_MOMENTS)
_WEBHOOKS = (webhooks, webhook_deliveries)
_LIPSYNC = (lipsync, lipsync_webhook)
_OTHERS = (pipeline, preferences, events, system)
for part in (*_VIDEOS, *_SEGMENTS, *_LIPSYNC, *_WEBHOOKS, *_OTHERS):
    app.include_router(part.router)
describe(app)

# API Gateway takes 10 MB and a function 6; nothing here needs as much.
MAX_BODY = 512 * 1024
# All words of eight hours.
_MAX_WORDS = 4 * 1024 * 1024
_WORDS = re.compile(r"/api/videos/[^/]+/transcript")
# An answer with signed URLs is kept no longer than they are good; after that the same key finds the
# same upload, and gets new ones.
# A ticket for a WebSocket is good for a minute: the same key after that gets another one.
_KEPT = {"/api/videos/uploads": URL_SECONDS - 300, "/api/events/tickets": 30}
_REQUEST_ID = re.compile(r"[\w.:-]{1,100}")
_KEY = re.compile(r"[\x21-\x7e]{1,200}")


@app.exception_handler(CutroomError)  # type: ignore[untyped-decorator]
def _cutroom_error(error: CutroomError) -> Response[str]:
    return problem.of_error(error)


@app.exception_handler(RecursionError)  # type: ignore[untyped-decorator]
def _too_deep(_: RecursionError) -> Response[str]:
    says = "The body is nested too deeply."
    whole = FieldError("", "too_deep", says)
    return problem.of_error(InvalidInputError("request.invalid", says, fields=(whole,)))


@app.exception_handler(Exception)  # type: ignore[untyped-decorator]
def _unknown_error(error: Exception) -> Response[str]:
    """Nothing of the inside is told; the log has it under the request's id."""
    telemetry.logger.exception("unhandled error", extra={"error": type(error).__name__})
    telemetry.count("ApiFaults")
    return problem.problem(500, "internal", "Something of ours failed; try again.")


@app.not_found
def _no_route(_: Exception) -> Response[str]:
    return problem.problem(404, "route.not_found", "There is no such address; see /docs.")


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    asked = _headers(event).get("x-request-id", "")
    request_id = asked if _REQUEST_ID.fullmatch(asked) else context.aws_request_id
    telemetry.begin(context, http_request_id=request_id)
    allowance = _spend(event)
    if allowance is not None and allowance.spent:
        answer = _serialized(problem.too_many(allowance.reset))
    else:
        answer = _answer(event, context)
    headers = answer.setdefault("headers", {})
    headers["X-Request-Id"] = request_id
    if allowance is not None:
        headers.update(allowance.headers())
    answer["body"] = answer.get("body") or ""
    telemetry.flush()
    return answer


def _headers(event: Mapping[str, Any]) -> Mapping[str, str]:
    return event.get("headers") or {}


def _spend(event: Mapping[str, Any]) -> Allowance | None:
    """Count the request; None on public routes, and while the counts are out of reach: then
    nobody is slowed, since the gateway's own limit still holds."""
    try:
        who = caller_of(event)
    except KeyError:
        return None
    counts = bootstrap.request_counts(settings.rates_table)
    try:
        return spend(counts.hit, who.user_id, who.tier, settings.rate_limits[who.tier])
    except CutroomError as error:
        telemetry.logger.warning("requests not counted", extra={"code": error.code})
        telemetry.count("RequestsNotCounted")
        return None


def _answer(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    try:
        event = lipsync_form.as_json(event)
    except CutroomError as error:
        return _serialized(problem.of_error(error))
    most = _most(event["rawPath"])
    if _size(event.get("body") or "") > most:
        return _serialized(problem.of_error(_too_large(most)))
    method = event["requestContext"]["http"]["method"]
    key = _headers(event).get("idempotency-key")
    if method == "POST" and key is not None:
        return _revealed(event, _once(event, context, key))
    return _revealed(event, app.resolve(event, context))


def _revealed(event: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    try:
        return webhooks.revealed(event, answer)
    except CutroomError as error:
        return _serialized(problem.of_error(error))


def _size(body: str) -> int:
    return len(body) if body.isascii() else len(body.encode(errors="surrogatepass"))


def _most(path: str) -> int:
    return _MAX_WORDS if _WORDS.fullmatch(path) else MAX_BODY


def _too_large(most: int) -> TooLargeError:
    return TooLargeError("request.too_large", f"A body may have {most // 1024} KiB.")


class _NotKeptError(Exception):
    """Carries an answer that the same key may ask for again: nothing was done."""

    def __init__(self, answer: dict[str, Any]) -> None:
        super().__init__()
        self.answer = answer


def _once(event: dict[str, Any], context: LambdaContext, key: str) -> dict[str, Any]:
    from functions.handlers.api.subjects import subjects_of  # noqa: PLC0415  (rarely used)
    from functions.runtime.idempotency import KEPT_SECONDS, once  # noqa: PLC0415

    if not _KEY.fullmatch(key):
        return _plain(422, "idempotency.invalid_key", "Use 1 to 200 visible ASCII characters.")
    claims = event["requestContext"].get("authorizer", {}).get("jwt", {}).get("claims", {})

    def run() -> dict[str, Any]:
        answer = app.resolve(event, context)
        if answer["statusCode"] >= 400:
            raise _NotKeptError(answer)
        return answer

    try:
        return once(
            settings.idempotency_table,
            key=f"{claims.get('sub')}#{event['rawPath']}#{key}",
            body=(event.get("body") or "") + lipsync_form.digest(event),
            context=context,
            run=run,
            subjects=subjects_of(str(claims.get("sub")), lambda: caller(app).about),
            seconds=_KEPT.get(event["rawPath"], KEPT_SECONDS),
        )
    except _NotKeptError as refused:
        return refused.answer
    except CutroomError as error:
        return _serialized(problem.of_error(error))


def _plain(status: int, code: str, detail: str) -> dict[str, Any]:
    return _serialized(problem.problem(status, code, detail))


def _serialized(response: Response[str]) -> dict[str, Any]:
    headers = {name: str(value) for name, value in response.headers.items()}
    return {
        "statusCode": response.status_code,
        "headers": {**headers, "Content-Type": problem.CONTENT_TYPE},
        "body": response.body,
        "isBase64Encoded": False,
    }
