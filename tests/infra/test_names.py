"""Names and ids: what may change by itself, and what never does."""

from __future__ import annotations

import json
from pathlib import Path

from tests.infra.synth import Synth

IDS = Path(__file__).with_name("data_stack_ids.json")

# The names CloudFormation makes up when left alone. A fixed one stands in the way of a second
# stack, and of every change that replaces the resource.
NAMES = {
    "CloudWatch::Alarm": "AlarmName",
    "CloudWatch::Dashboard": "DashboardName",
    "Cognito::UserPool": "UserPoolName",
    "Cognito::UserPoolClient": "ClientName",
    "DynamoDB::GlobalTable": "TableName",
    "Events::Rule": "Name",
    "IAM::ManagedPolicy": "ManagedPolicyName",
    "IAM::Role": "RoleName",
    "Lambda::Function": "FunctionName",
    "Lambda::LayerVersion": "LayerName",
    "Logs::LogGroup": "LogGroupName",
    "S3::Bucket": "BucketName",
    "SNS::Topic": "TopicName",
    "SQS::Queue": "QueueName",
    "SecretsManager::Secret": "Name",
    "StepFunctions::StateMachine": "StateMachineName",
}
# Resources of these types have no such name, or one that is theirs within another resource.
NAMELESS = {
    "ApiGatewayV2::Api",
    "ApiGatewayV2::Authorizer",
    "ApiGatewayV2::Integration",
    "ApiGatewayV2::Route",
    "ApiGatewayV2::Stage",
    # A bus has to have one: the CDK makes it of the stack's name and its own id.
    "Events::EventBus",
    "Cognito::UserPoolGroup",
    "IAM::Policy",
    "KMS::Key",
    "Lambda::EventSourceMapping",
    "Lambda::Permission",
    "S3::BucketPolicy",
    "SNS::TopicPolicy",
    "SNS::Subscription",
    "SQS::QueuePolicy",
}


def test_given_a_resource_when_deployed_then_its_name_is_not_fixed_by_hand(synth: Synth):
    fixed = {
        (kind, properties[field])
        for kind, field in NAMES.items()
        for properties in synth.of(kind).values()
        if field in properties
    }

    # A policy of the account's logs holds 5,120 characters: Step Functions adds each group to it
    # unless its name begins like this.
    stage = synth.settings.stage
    vended = f"/aws/vendedlogs/states/cutroom-{stage}"
    assert fixed == {
        ("Logs::LogGroup", f"{vended}-video-pipeline"),
        ("Logs::LogGroup", f"{vended}-range-cut"),
        ("Logs::LogGroup", f"{vended}-moments"),
        ("Logs::LogGroup", f"{vended}-ingest"),
        ("Logs::LogGroup", f"{vended}-video-deletion"),
        ("Logs::LogGroup", f"{vended}-lipsync"),
        ("Logs::LogGroup", f"{vended}-social-sync"),
    }


def test_given_a_type_of_resource_when_it_is_new_here_then_somebody_decides_on_its_name(
    synth: Synth,
):
    kinds = {it["Type"].removeprefix("AWS::") for it in synth.resources.values()}

    assert kinds - NAMES.keys() - NAMELESS == set()


def test_given_what_holds_data_when_deployed_again_then_its_logical_ids_are_the_same(dev: Synth):
    """A changed id is a new, empty resource beside the old one, which no stack knows any more.

    To change them on purpose: plan how the data moves, then write what this assertion shows as
    new into data_stack_ids.json, in the same commit.
    """
    ids: dict[str, list[str]] = {}
    for name, resource in sorted(dev.data["Resources"].items()):
        ids.setdefault(resource["Type"], []).append(name)

    assert ids == json.loads(IDS.read_text())


def test_given_another_stage_when_deployed_then_what_holds_data_has_the_same_ids(synth: Synth):
    ids = {name for names in json.loads(IDS.read_text()).values() for name in names}

    # One machine speaks plain HTTP: its bucket has no policy that refuses it.
    optional = {"MediaBucketPolicy05DE7268"} if synth.settings.local else set()
    assert synth.data["Resources"].keys() | optional == ids


def test_given_a_resource_with_tags_when_deployed_then_they_tell_its_service_and_stage(
    synth: Synth,
):
    wanted = {"service": "cutroom", "stage": synth.settings.stage}
    untagged = [
        name
        for kind in ("Lambda::Function", "S3::Bucket", "SQS::Queue", "Logs::LogGroup")
        for name, properties in synth.of(kind).items()
        if {tag["Key"]: tag["Value"] for tag in properties["Tags"]} != wanted
    ]

    assert untagged == []


def test_given_a_stack_when_deployed_then_it_is_within_what_a_stack_may_hold(synth: Synth):
    """With room for what comes next: 500 resources, 200 outputs."""
    for stack in synth.stacks:
        assert len(stack["Resources"]) < 475
        assert len(stack.get("Outputs", {})) < 190
