"""The HTTP API: one function behind all routes, a verified token on all but the public ones."""

from __future__ import annotations

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

PUBLIC = ("/health", "/docs", "/openapi.json")
_METHODS = gateway.HttpMethod
# The function itself says 405, and which methods are right.
_ROUTED = [_METHODS.GET, _METHODS.POST, _METHODS.PUT, _METHODS.PATCH, _METHODS.DELETE]
_RATES = ["RateLimit", "RateLimit-Policy"]
_OLDER_RATES = ["RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"]
_EXPOSED = ["Allow", "ETag", "Location", *_RATES, *_OLDER_RATES, "Retry-After", "X-Request-Id"]
_CONDITIONS = ["If-Match", "If-None-Match"]
_ACCEPTED = ["Authorization", "Content-Type", "Idempotency-Key", *_CONDITIONS, "X-Request-Id"]


class HttpApi(Construct):
    def __init__(
        self,
        scope: Construct,
        name: str,
        settings: StageSettings,
        *,
        function: lambda_.Function,
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

    def _public(self, integration: integrations.HttpLambdaIntegration) -> None:
        for path in PUBLIC:
            for route in self.api.add_routes(path=path, methods=_ROUTED, integration=integration):
                acknowledge(route, "APIG4", "Health and docs hold nothing of any user.")

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
