"""The WebSocket API: one function behind all its routes, an authorizer before the first."""

from __future__ import annotations

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_apigatewayv2 as gateway
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.constructs.grants import flat
from infra.constructs.nag import acknowledge
from infra.settings import StageSettings

STAGE = "live"
# No query strings and no headers: they can carry what opens doors.
_LOGGED = (
    '{"request_id":"$context.requestId","route":"$context.routeKey",'
    '"event":"$context.eventType","connection_id":"$context.connectionId",'
    '"status":"$context.status"}'
)


class SocketApi(Construct):
    def __init__(
        self,
        scope: Construct,
        name: str,
        settings: StageSettings,
        *,
        function: lambda_.Function,
        authorizer: lambda_.Function,
    ) -> None:
        super().__init__(scope, name)
        self._settings = settings
        # It looks for itself where something is: among subprotocols, or in the address.
        door = authorizers.WebSocketLambdaAuthorizer("Who", authorizer, identity_source=[])
        self.api = gateway.WebSocketApi(
            self,
            "Api",
            route_selection_expression="$request.body.action",
            connect_route_options=gateway.WebSocketRouteOptions(
                integration=_integration("Connect", function), authorizer=door
            ),
            disconnect_route_options=gateway.WebSocketRouteOptions(
                integration=_integration("Disconnect", function)
            ),
            default_route_options=gateway.WebSocketRouteOptions(
                integration=_integration("Said", function)
            ),
        )
        for route in self.api.node.find_all():
            if isinstance(route, gateway.WebSocketRoute):
                acknowledge(route, "APIG4", "A connection was authorized when it was made.")
        self.stage = self._stage()

    def _stage(self) -> gateway.WebSocketStage:
        stage = gateway.WebSocketStage(
            self, "Stage", web_socket_api=self.api, stage_name=STAGE, auto_deploy=True
        )
        resource = stage.node.default_child
        assert isinstance(resource, gateway.CfnStage)  # noqa: S101
        group = logs.LogGroup(
            self,
            "AccessLogs",
            retention=logs.RetentionDays.ONE_MONTH,
            removal_policy=RemovalPolicy.DESTROY,
        )
        resource.access_log_settings = gateway.CfnStage.AccessLogSettingsProperty(
            destination_arn=group.log_group_arn, format=_LOGGED
        )
        resource.default_route_settings = gateway.CfnStage.RouteSettingsProperty(
            throttling_rate_limit=self._settings.throttle_rate,
            throttling_burst_limit=self._settings.throttle_burst,
        )
        return stage

    def endpoint(self) -> str:
        """Where its connections are reached: by path, where all AWS is at one address."""
        if self._settings.local:
            return f"/_aws/execute-api/{self.api.api_id}/{STAGE}"
        return self.stage.callback_url

    def let_send(self, function: lambda_.Function) -> None:
        """Send to connections, and close them, whatever they are called."""
        function.add_environment("SOCKET_ENDPOINT", self.endpoint())
        stack = Stack.of(self)
        arn = stack.format_arn(
            service="execute-api",
            resource=self.api.api_id,
            resource_name=f"{STAGE}/*/@connections/*",
        )
        function.add_to_role_policy(
            iam.PolicyStatement(actions=["execute-api:ManageConnections"], resources=[arn])
        )
        assert function.role is not None  # noqa: S101  (the factory makes it)
        acknowledge(
            function.role,
            f"IAM5[Resource::{flat(stack.resolve(arn))}]",
            "Connections are named by API Gateway; the API and its stage bound them.",
        )


def _integration(name: str, function: lambda_.Function) -> integrations.WebSocketLambdaIntegration:
    return integrations.WebSocketLambdaIntegration(name, function)
