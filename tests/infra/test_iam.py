from __future__ import annotations

import pytest

from functions.domain import keys
from infra.constructs.upload_queue import WATCHED_PREFIX
from tests.infra.handlers import HANDLERS, layers
from tests.infra.synth import Synth, as_list

# Actions for which AWS knows no resource, or none before it is there, such as a job; a token is
# known to nobody but the task it belongs to.
WITHOUT_RESOURCE = {
    "transcribe:StartTranscriptionJob",
    "transcribe:GetTranscriptionJob",
    "states:SendTaskSuccess",
    "states:SendTaskFailure",
    "lambda:GetAccountSettings",
    "rekognition:DetectText",
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
    "logs:CreateLogDelivery",
    "logs:GetLogDelivery",
    "logs:UpdateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:DescribeResourcePolicies",
    "logs:DescribeLogGroups",
}
# One signs what users send, the other fetches what they give the URL of.
MAKERS = [name for name in HANDLERS if name not in {"api.app", "ingest_source"}]


def test_given_any_policy_when_it_allows_then_every_action_is_named_in_full(synth: Synth):
    wide = [
        (name, action)
        for name, statement in synth.statements()
        if statement["Effect"] == "Allow"
        for action in as_list(statement["Action"])
        if "*" in action
    ]

    assert wide == []


def test_given_any_policy_when_it_allows_then_it_names_what_it_allows(synth: Synth):
    inverted = [name for name, it in synth.statements() if {"NotAction", "NotResource"} & it.keys()]

    assert inverted == []


def test_given_every_resource_when_allowed_then_the_actions_know_no_resources(synth: Synth):
    wide = [
        (name, action)
        for name, statement in synth.statements()
        if statement["Effect"] == "Allow" and "*" in map(synth.show, as_list(statement["Resource"]))
        for action in as_list(statement["Action"])
        if action not in WITHOUT_RESOURCE
    ]

    assert wide == []


def test_given_a_role_when_made_then_no_ready_made_policy_is_attached(synth: Synth):
    attached = {
        name: role["ManagedPolicyArns"]
        for name, role in synth.of("IAM::Role").items()
        if role.get("ManagedPolicyArns")
    }

    assert attached == {}


def test_given_a_resources_policy_when_it_allows_then_never_everyone(synth: Synth):
    open_ = [
        name
        for name, statement in synth.statements()
        if statement["Effect"] == "Allow"
        and statement.get("Principal") in ("*", {"AWS": "*"}, {"AWS": ["*"]})
    ]

    assert open_ == []


def test_given_a_service_that_may_call_a_function_then_only_from_our_api(synth: Synth):
    unbounded = [
        name for name, it in synth.of("Lambda::Permission").items() if "SourceArn" not in it
    ]

    assert unbounded == []


@pytest.mark.parametrize("handler", HANDLERS)
def test_given_a_function_when_it_logs_then_only_to_its_own_group(synth: Synth, handler: str):
    function = synth.functions()[handler]
    group = synth.show(function["LoggingConfig"]["LogGroup"]).strip("<>")
    logs = {(act, what) for act, what in synth.allowed(function) if act.startswith("logs:")}

    assert {what for _, what in logs} == {f"<{group}.Arn>"}


@pytest.mark.parametrize("handler", MAKERS)
def test_given_a_function_that_makes_things_then_it_cannot_write_where_uploads_are_watched(
    synth: Synth, handler: str
):
    """A file of ours under uploads/ would start a run, which would write one, and so on."""
    bucket = f"<{next(iter(synth.of('S3::Bucket')))}.Arn>"
    unwatched = (keys.MEDIA, keys.WORK, keys.REPORTS, keys.SYNCS)
    writes = [
        (action, target)
        for action, target in synth.allowed(synth.functions()[handler])
        if action.startswith("s3:Put")
        and not target.startswith(tuple(f"{bucket}/{top}/" for top in unwatched))
    ]

    assert writes == []


@pytest.mark.parametrize("handler", [name for name in HANDLERS if "ffmpeg" not in layers(name)])
def test_given_a_function_that_reads_uploads_then_it_can_tell_a_missing_file_from_a_refusal(
    synth: Synth, handler: str
):
    """S3 answers 403 for a missing key, not 404, to who may not list the bucket.

    ffmpeg reads by a signed URL and takes every refusal alike.
    """
    bucket = f"<{next(iter(synth.of('S3::Bucket')))}.Arn>"
    allowed = synth.allowed(synth.functions()[handler])
    reads = ("s3:GetObject", f"{bucket}/{WATCHED_PREFIX}*") in allowed

    assert not reads or ("s3:ListBucket", bucket) in allowed


@pytest.mark.parametrize("handler", HANDLERS)
def test_given_a_function_when_it_asks_for_tiers_then_it_cannot_give_any(
    synth: Synth, handler: str
):
    writes = {
        action
        for action, _ in synth.allowed(synth.functions()[handler])
        if action.startswith("cognito-idp:")
        and not action.startswith(("cognito-idp:AdminList", "cognito-idp:AdminGet"))
    }

    assert writes == set()
