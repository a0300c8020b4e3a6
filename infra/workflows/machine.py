"""What all state machines have in common: standard, JSONata, traced, logged without what they
carry, ended some day, and told of when they end by no catch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import cast

from aws_cdk import CfnElement, Duration, RemovalPolicy, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.constructs.nag import acknowledge
from infra.settings import StageSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class CalledFunctions:
    """The functions that a machine calls, or a part of one; each kind names its own."""

    def all(self) -> list[lambda_.Function]:
        return [getattr(self, field.name) for field in fields(self)]


def make_machine(
    scope: Construct,
    settings: StageSettings,
    chain: sfn.Chain,
    *,
    name: str,
    functions: Sequence[lambda_.Function],
    timeout: Duration,
    language: sfn.QueryLanguage = sfn.QueryLanguage.JSONATA,
) -> sfn.StateMachine:
    """`name` is its log group's; `functions` are all that it calls."""
    machine = sfn.StateMachine(
        scope,
        "Machine",
        definition_body=sfn.DefinitionBody.from_chainable(chain),
        query_language=language,
        state_machine_type=sfn.StateMachineType.STANDARD,
        timeout=timeout,
        tracing_enabled=True,
        logs=_logs(scope, settings, name),
    )
    role, stack = machine.role, Stack.of(scope)
    acknowledge(role, "IAM5[Resource::*]", "X-Ray and log delivery know no resources.")
    for function in functions:
        logical = stack.get_logical_id(cast("CfnElement", function.node.default_child))
        acknowledge(role, f"IAM5[Resource::<{logical}.Arn>:*]", "Any version of our function.")
    return machine


def tell_of_bad_ends(
    scope: Construct, machine: sfn.StateMachine, target: events.IRuleTarget
) -> None:
    """An execution that was stopped or ran out of time passes by every catch."""
    events.Rule(
        scope,
        "Ended",
        event_pattern=events.EventPattern(
            source=["aws.states"],
            detail_type=["Step Functions Execution Status Change"],
            detail={
                "stateMachineArn": [machine.state_machine_arn],
                "status": ["FAILED", "TIMED_OUT", "ABORTED"],
            },
        ),
        targets=[target],
    )


def text(field: str) -> str:
    """A field of an error, which may lack it: an undefined value would be an error of its own."""
    value = f"$states.input.{field}"
    return f"{{% $exists({value}) ? $string({value}) : '' %}}"


def in_run(stage: str) -> sfn.Condition:
    """Whether the run goes through a stage: `stages` is set as soon as it is known."""
    return sfn.Condition.jsonata(f"{{% '{stage}' in $stages %}}")


def result(name: str) -> str:
    """A field of what a function answered."""
    return f"{{% $states.result.Payload.{name} %}}"


def _logs(scope: Construct, settings: StageSettings, name: str) -> sfn.LogOptions:
    group = logs.LogGroup(
        scope,
        "Logs",
        log_group_name=f"/aws/vendedlogs/states/cutroom-{settings.stage}-{name}",
        retention=logs.RetentionDays.ONE_MONTH,
        removal_policy=RemovalPolicy.DESTROY,
    )
    return sfn.LogOptions(destination=group, level=sfn.LogLevel.ALL, include_execution_data=False)
