"""Permissions by single actions: the ready-made grants of tables and buckets use wild cards."""

from __future__ import annotations

import json
from typing import Any

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.constructs.nag import acknowledge
from infra.settings import StageSettings


def grant_table(
    function: lambda_.Function, table: dynamodb.TableV2, *actions: str, index: str | None = None
) -> None:
    """Actions on a table, or a Query on one of its indexes."""
    resource = f"{table.table_arn}/index/{index}" if index else table.table_arn
    named = ["dynamodb:Query"] if index else [f"dynamodb:{action}" for action in actions]
    function.add_to_role_policy(iam.PolicyStatement(actions=named, resources=[resource]))


def grant_objects(
    function: lambda_.Function, bucket: s3.Bucket, *actions: str, prefix: str
) -> None:
    """Actions on the objects under one prefix."""
    function.add_to_role_policy(
        iam.PolicyStatement(
            actions=[f"s3:{action}" for action in actions],
            resources=[bucket.arn_for_objects(f"{prefix}*")],
        )
    )
    assert function.role is not None  # noqa: S101  (the factory makes it)
    acknowledge(
        function.role,
        f"IAM5[Resource::{_shown(bucket)}/{prefix}*]",
        "Object keys are not known before; the prefix bounds them.",
    )


def grant_models(function: lambda_.Function, settings: StageSettings) -> None:
    """Asking models through their inference profiles: a request may be answered in each region of
    the profile, where the model itself has to be allowed, too."""
    stack = Stack.of(function)
    arns = [
        arn
        for model in settings.bedrock_models
        for arn in model.arns(stack.partition, stack.region, stack.account)
    ]
    if arns:
        function.add_to_role_policy(
            iam.PolicyStatement(actions=["bedrock:InvokeModel"], resources=arns)
        )


def grant_executions(function: lambda_.Function, machine: sfn.StateMachine, *actions: str) -> None:
    """Actions on a machine's executions, whatever their names."""
    stack = Stack.of(function)
    arn = stack.format_arn(
        service="states",
        resource="execution",
        resource_name=f"{machine.state_machine_name}:*",
        arn_format=ArnFormat.COLON_RESOURCE_NAME,
    )
    function.add_to_role_policy(
        iam.PolicyStatement(actions=[f"states:{action}" for action in actions], resources=[arn])
    )
    assert function.role is not None  # noqa: S101  (the factory makes it)
    acknowledge(
        function.role,
        f"IAM5[Resource::{flat(stack.resolve(arn))}]",
        "Executions are named by runs; the machine's name bounds them.",
    )


def acknowledge_map(scope: Construct, machine: sfn.StateMachine, bucket: s3.IBucket) -> None:
    """What the library lets a machine with a distributed map do: run each batch as an execution of
    its own, and read its list."""
    stack = Stack.of(scope)
    parts = stack.split_arn(machine.state_machine_arn, ArnFormat.COLON_RESOURCE_NAME)
    for name in (f"{parts.resource_name}:*", f"{parts.resource_name}/*:*"):
        arn = stack.format_arn(
            service="states",
            resource="execution",
            resource_name=name,
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
        rule = f"IAM5[Resource::{flat(stack.resolve(arn))}]"
        acknowledge(scope, rule, "Batches are executions without names of ours.")
    exported = stack.resolve(Stack.of(bucket).export_value(bucket.bucket_name))
    shown = f"arn:<AWS::Partition>:s3:::{exported['Fn::ImportValue']}/*"
    acknowledge(scope, f"IAM5[Resource::{shown}]", "Lists are named by what they hold.")


def flat(value: Any) -> str:
    """A resolved value as the check shows it."""
    match value:
        case {"Ref": name}:
            return f"<{name}>"
        case {"Fn::GetAtt": [name, attribute]}:
            return f"<{name}.{attribute}>"
        case {"Fn::Join": [between, parts]}:
            return str(between).join(map(flat, parts))
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def grant_listing(function: lambda_.Function, bucket: s3.Bucket) -> None:
    """Who may not list a bucket is told of a missing object that it is forbidden."""
    function.add_to_role_policy(
        iam.PolicyStatement(actions=["s3:ListBucket"], resources=[bucket.bucket_arn])
    )


def _shown(bucket: s3.Bucket) -> str:
    """The bucket's ARN as the check shows it: the name under which its stack exports it."""
    stack = Stack.of(bucket)
    exported = stack.resolve(stack.export_value(bucket.bucket_arn))
    return str(exported["Fn::ImportValue"])
