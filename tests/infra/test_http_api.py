from __future__ import annotations

import json
from typing import Any

import pytest

from infra.constructs.http_api import PUBLIC, WEBHOOK
from tests.infra.synth import Synth

PAGES = {"/health", "/docs", "/openapi.json"}
# Only GET is answered; of the others the function says which method is right.
OPEN = {
    f"{method} {page}" for page in PAGES for method in ("GET", "POST", "PUT", "PATCH", "DELETE")
} | {f"POST {WEBHOOK}"}
# What a log line may hold; headers, queries and bodies can carry tokens and names.
LOGGED = {
    "$context.requestId",
    "$context.routeKey",
    "$context.status",
    "$context.responseLatency",
    "$context.authorizer.claims.sub",
}


# Followed by who brings a token or a ticket: see `test_events.py`.
FOLLOWED = "GET /api/events"


def _api(synth: Synth) -> str:
    """The id of the HTTP API; the other one is the WebSocket's."""
    apis = synth.of("ApiGatewayV2::Api").items()
    (found,) = (name for name, api in apis if api["ProtocolType"] == "HTTP")
    return found


def _of_api(synth: Synth, kind: str) -> dict[str, dict[str, Any]]:
    every = synth.of(f"ApiGatewayV2::{kind}").items()
    return {name: it for name, it in every if synth.show(it["ApiId"]) == f"<{_api(synth)}>"}


def _cors(synth: Synth) -> dict[str, Any]:
    cors: dict[str, Any] = synth.of("ApiGatewayV2::Api")[_api(synth)]["CorsConfiguration"]
    return cors


def _stage(synth: Synth) -> dict[str, Any]:
    (stage,) = _of_api(synth, "Stage").values()
    return stage


def _by_token(synth: Synth) -> tuple[str, dict[str, Any]]:
    (found,) = (
        (name, it)
        for name, it in _of_api(synth, "Authorizer").items()
        if it["AuthorizerType"] == "JWT"
    )
    return found


def _routes(synth: Synth) -> dict[str, dict[str, Any]]:
    routes = {route["RouteKey"]: route for route in _of_api(synth, "Route").values()}
    return {key: route for key, route in routes.items() if key != FOLLOWED}


def test_given_a_route_when_it_needs_no_token_then_it_is_one_of_the_public_ones(synth: Synth):
    without = {key for key, route in _routes(synth).items() if route["AuthorizationType"] != "JWT"}

    assert without == OPEN
    assert set(PUBLIC) == PAGES


def test_given_any_other_route_when_called_then_the_token_is_verified(synth: Synth):
    authorizer, _ = _by_token(synth)
    others = {key: route for key, route in _routes(synth).items() if key not in OPEN}

    assert others
    assert {synth.show(route["AuthorizerId"]) for route in others.values()} == {f"<{authorizer}>"}


def test_given_a_token_when_verified_then_by_our_pool_and_for_our_client(synth: Synth):
    _, authorizer = _by_token(synth)
    rules = authorizer["JwtConfiguration"]
    (pool,) = synth.of("Cognito::UserPool")
    (client,) = synth.of("Cognito::UserPoolClient")

    assert authorizer["AuthorizerType"] == "JWT"
    assert authorizer["IdentitySource"] == ["$request.header.Authorization"]
    assert [synth.show(audience) for audience in rules["Audience"]] == [f"<{client}>"]
    assert synth.show(rules["Issuer"]).endswith(f"/<{pool}>")


def test_given_a_browsers_preflight_when_it_comes_without_token_then_no_route_takes_it(
    synth: Synth,
):
    taking = [key for key in _routes(synth) if key.startswith(("OPTIONS ", "ANY ", "$default"))]

    assert taking == []


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_given_a_method_of_the_api_when_called_then_there_is_a_route(synth: Synth, method: str):
    assert f"{method} /api/{{proxy+}}" in _routes(synth)


def test_given_any_route_when_called_then_the_api_function_answers(synth: Synth):
    (target,) = {synth.show(route["Target"]) for route in _routes(synth).values()}
    found = target.removeprefix("integrations/").strip("<>")
    integration = _of_api(synth, "Integration")[found]
    name = synth.show(integration["IntegrationUri"]).strip("<>").removesuffix(".Arn")

    assert synth.of("Lambda::Function")[name] == synth.functions()["api.app"]
    assert integration["PayloadFormatVersion"] == "2.0"


def test_given_a_request_when_logged_then_nothing_secret_is(synth: Synth):
    stage = _stage(synth)

    fields = json.loads(stage["AccessLogSettings"]["Format"])

    assert set(fields.values()) <= LOGGED
    assert {"request_id", "route", "status"} <= fields.keys()


def test_given_requests_when_logged_then_the_logs_end_some_day(synth: Synth):
    group = synth.show(_stage(synth)["AccessLogSettings"]["DestinationArn"])

    log = synth.of("Logs::LogGroup")[group.strip("<>").removesuffix(".Arn")]

    assert 1 <= log["RetentionInDays"] <= 90


def test_given_too_many_requests_when_they_come_then_the_gateway_refuses_some(synth: Synth):
    limits = _stage(synth)["DefaultRouteSettings"]

    assert limits["ThrottlingRateLimit"] == synth.settings.throttle_rate > 0
    assert limits["ThrottlingBurstLimit"] == synth.settings.throttle_burst > 0


def test_given_a_browser_when_it_reads_an_answer_then_it_sees_the_headers_it_needs(synth: Synth):
    cors = _cors(synth)

    assert {"ETag", "Location", "Retry-After", "X-Request-Id"} <= set(cors["ExposeHeaders"])
    assert cors["AllowOrigins"] == list(synth.settings.cors_origins)


def test_given_a_browser_when_it_asks_then_it_may_send_what_the_api_reads(synth: Synth):
    allowed = _cors(synth)["AllowHeaders"]

    assert {"authorization", "content-type", "idempotency-key", "if-match", "x-request-id"} <= {
        name.lower() for name in allowed
    }


def test_given_any_origin_when_allowed_then_never_with_cookies(synth: Synth):
    assert not _cors(synth).get("AllowCredentials")
