"""The one Lambda factory: every function is made here and looks alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aws_cdk import Duration, RemovalPolicy, Size
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra import packaging
from infra.constructs.nag import acknowledge
from infra.settings import StageSettings

HANDLERS = "functions.handlers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizing:
    """Memory is processor time, too: 1,769 MB is one core. `at_most` calls go on at once, and so
    many of the account's are kept for them; None for as many as there are."""

    memory_mb: int = 512
    timeout_s: int = 30
    disk_mb: int = 512
    at_most: int | None = None
    layers: tuple[str, ...] = field(default=("dependencies",))


class Functions:
    """Makes functions that share one code asset and one set of layers."""

    def __init__(self, scope: Construct, settings: StageSettings) -> None:
        self._scope, self._settings = scope, settings
        self._code = packaging.code(settings)
        self._layers: dict[str, lambda_.LayerVersion] = {}

    @property
    def scope(self) -> Construct:
        return self._scope

    def add(
        self, name: str, handler: str, environment: Mapping[str, str], sizing: Sizing
    ) -> lambda_.Function:
        """A function with a role and a log group of its own."""
        group = logs.LogGroup(
            self._scope,
            f"{name}Logs",
            retention=_retention(self._settings.log_days),
            removal_policy=RemovalPolicy.DESTROY,
        )
        function = lambda_.Function(
            self._scope,
            name,
            code=self._code,
            handler=f"{HANDLERS}.{handler}.lambda_handler",
            runtime=self._runtime(),
            architecture=packaging.architecture(self._settings),
            memory_size=sizing.memory_mb,
            timeout=Duration.seconds(sizing.timeout_s),
            ephemeral_storage_size=Size.mebibytes(sizing.disk_mb),
            environment={**self._common(), **environment},
            reserved_concurrent_executions=sizing.at_most,
            layers=[self._layer(layer) for layer in self._wanted(sizing.layers)],
            role=self._role(name, group),
            log_group=group,
            tracing=lambda_.Tracing.ACTIVE,
        )
        _acknowledge(function)
        return function

    def _role(self, name: str, group: logs.LogGroup) -> iam.Role:
        """Only its own log group, and not the managed policy that reaches every one."""
        role = iam.Role(
            self._scope,
            f"{name}Role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
        )
        group.grant_write(role)
        return role

    def _common(self) -> dict[str, str]:
        return {
            "POWERTOOLS_LOG_LEVEL": "INFO",
            "POWERTOOLS_SERVICE_NAME": self._settings.service,
            "POWERTOOLS_METRICS_NAMESPACE": "Cutroom",
        }

    def _runtime(self) -> lambda_.Runtime:
        """The local cloud's own Python worker reports every error under one name."""
        if self._settings.local:
            return lambda_.Runtime.PROVIDED_AL2023
        return lambda_.Runtime(
            f"python{self._settings.python_version}", lambda_.RuntimeFamily.PYTHON
        )

    def _wanted(self, names: Sequence[str]) -> Sequence[str]:
        """On one machine the interpreter's own packages stand for the layers."""
        return () if self._settings.local else names

    def _layer(self, name: str) -> lambda_.LayerVersion:
        if name not in self._layers:
            self._layers[name] = packaging.layer(self._scope, name, self._settings)
        return self._layers[name]


def _acknowledge(function: lambda_.Function) -> None:
    assert function.role is not None  # noqa: S101  (made above)
    acknowledge(
        function.role,
        "IAM5[Resource::*]",
        "X-Ray's two actions know no resources; tracing is on for every function.",
    )
    acknowledge(function, "L1", "The layers hold wheels and bytecode for this Python version.")


def _retention(days: int) -> logs.RetentionDays:
    return {
        1: logs.RetentionDays.ONE_DAY,
        30: logs.RetentionDays.ONE_MONTH,
        90: logs.RetentionDays.THREE_MONTHS,
    }[days]
