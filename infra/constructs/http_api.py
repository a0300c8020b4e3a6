"""The HTTP API: one function behind all routes, a verified token on all but the public ones."""

from __future__ import annotations

from dataclasses import dataclass

import jsii
from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_apigatewayv2 as gateway
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.constructs.nag import acknowledge
from infra.settings import StageSettings

EVENTS = "/api/events"
PUBLIC = ("/health", "/docs", "/openapi.json")
WEBHOOK = "/webhooks/sync-so"
_METHODS = gateway.HttpMethod
# The function itself says 405, and which methods are right.
_ROUTED = [_METHODS.GET, _METHODS.POST, _METHODS.PUT, _METHODS.PATCH, _METHODS.DELETE]
_RATES = ["RateLimit", "RateLimit-Policy"]
_OLDER_RATES = ["RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"]
_EXPOSED = [
    "Allow",
    "ETag",
    "Link",
    "Location",
    *_RATES,
    *_OLDER_RATES,
    "Retry-After",
    "X-Request-Id",
]
_CONDITIONS = ["If-Match", "If-None-Match"]
_ACCEPTED = [
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "Last-Event-ID",
    *_CONDITIONS,
    "X-Request-Id",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """Who answers those who follow events over HTTP, and who lets them in."""

    function: lambda_.Function
    authorizer: lambda_.Function


class HttpApi(Construct):
    def __init__(
        self,
        scope: Construct,
        name: str,
        settings: StageSettings,
        *,
        function: lambda_.Function,
        events: Followed,
        pool: cognito.IUserPool,
        client: cognito.IUserPoolClient,
    ) -> None:
        super().__init__(scope, name)
        self.api = gateway.HttpApi(
            self,
            "Api",
            create_default_stage=False,
            cors_preflight=gateway.CorsPreflightOptions(
                allow_origins=list(settings.cors_origins),
                allow_methods=[gateway.CorsHttpMethod.ANY],
                allow_headers=_ACCEPTED,
                expose_headers=_EXPOSED,
                max_age=Duration.hours(1),
            ),
        )
        self.stage = self._stage(settings)
        integration = integrations.HttpLambdaIntegration("Function", function)
        authorizer = authorizers.HttpUserPoolAuthorizer("Token", pool, user_pool_clients=[client])
        # By method, without OPTIONS: a browser's preflight carries no token.
        self.api.add_routes(
            path="/api/{proxy+}",
            methods=_ROUTED,
            integration=integration,
            authorizer=authorizer,
        )
        self._public(integration)
        self._followed(events)

    def base(self, settings: StageSettings) -> str:
        """The API's address as others reach it; the local cloud has no host names of its own."""
        if settings.api_base:
            return f"{settings.api_base}/_aws/execute-api/{self.api.api_id}/$default"
        return self.api.api_endpoint

    def _public(self, integration: integrations.HttpLambdaIntegration) -> None:
        for path in PUBLIC:
            for route in self.api.add_routes(path=path, methods=_ROUTED, integration=integration):
                acknowledge(route, "APIG4", "Health and docs hold nothing of any user.")
        (hook,) = self.api.add_routes(
            path=WEBHOOK, methods=[_METHODS.POST], integration=integration
        )
        acknowledge(hook, "APIG4", "The provider signs what it sends; the function checks that.")

    def _followed(self, events: Followed) -> None:
        """An EventSource can send no header: its token or its ticket is looked at by a function.
        Nothing of the answer is kept: a ticket may expire at any time."""
        authorizer = authorizers.HttpLambdaAuthorizer(
            "Follower",
            events.authorizer,
            response_types=[authorizers.HttpLambdaResponseType.SIMPLE],
            identity_source=[],
            results_cache_ttl=Duration.seconds(0),
        )
        self.api.add_routes(
            path=EVENTS,
            methods=[_METHODS.GET],
            integration=integrations.HttpLambdaIntegration("Events", events.function),
            authorizer=authorizer,
        )

    def _stage(self, settings: StageSettings) -> gateway.HttpStage:
        group = logs.LogGroup(
            self,
            "AccessLogs",
            retention=logs.RetentionDays.ONE_MONTH,
            removal_policy=RemovalPolicy.DESTROY,
        )
        return gateway.HttpStage(
            self,
            "Stage",
            http_api=self.api,
            stage_name="$default",
            auto_deploy=True,
            throttle=gateway.ThrottleSettings(
                rate_limit=settings.throttle_rate, burst_limit=settings.throttle_burst
            ),
            access_log_settings=_AccessLog(group),
        )


@jsii.implements(gateway.IAccessLogSettings)
class _AccessLog:
    """One JSON line a request; no query strings and no headers: they can carry tokens."""

    def __init__(self, group: logs.LogGroup) -> None:
        self._destination = gateway.LogGroupLogDestination(group)

    @property
    def destination(self) -> gateway.IAccessLogDestination:
        return self._destination

    @property
    def format(self) -> apigateway.AccessLogFormat:
        return apigateway.AccessLogFormat.custom(
            '{"request_id":"$context.requestId","route":"$context.routeKey",'
            '"status":"$context.status","latency_ms":"$context.responseLatency",'
            '"user_id":"$context.authorizer.claims.sub"}'
        )
