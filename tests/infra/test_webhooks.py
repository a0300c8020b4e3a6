"""How webhooks are deployed: what hangs on the bus, who may open a secret, where they may go."""

from __future__ import annotations

import json

import pytest

from functions.adapters.dynamo.receiver_health import PLACES
from functions.domain.webhooks.retries import DAY, WAITS
from infra.settings import WEBHOOK_WAITS
from infra.stages import stage_settings, with_local_sources
from tests.infra.synth import Synth

API, MATCH, DELIVER, RETRY = "api.app", "match_webhooks", "deliver_webhooks", "retry_webhooks"


def _rights(synth: Synth, handler: str, service: str) -> set[str]:
    allowed = synth.allowed(synth.functions()[handler])
    return {action for action, _ in allowed if action.startswith(f"{service}:")}


def test_given_the_bus_when_anything_is_told_then_all_of_it_goes_into_a_queue_with_an_end(
    synth: Synth,
):
    (bus,) = synth.of("Events::EventBus")
    (rule,) = (
        one for one in synth.of("Events::Rule").values()
        if synth.show(one.get("EventBusName", "")) == f"<{bus}>"
        # Others are told of some types.
        and "detail-type" not in one["EventPattern"]
    )  # fmt: skip
    (target,) = rule["Targets"]
    queues = synth.of("SQS::Queue")
    name = synth.show(target["Arn"]).strip("<>").removesuffix(".Arn")

    assert rule["EventPattern"] == {"source": ["cutroom"]}
    assert "RedrivePolicy" in queues[name]
    assert "DeadLetterConfig" in target


@pytest.mark.parametrize("handler", [MATCH, DELIVER])
def test_given_a_batch_when_one_message_fails_then_only_it_comes_back_in_time(
    synth: Synth, handler: str
):
    function = synth.functions()[handler]
    (mapping,) = (
        one for one in synth.of("Lambda::EventSourceMapping").values()
        if synth.show(one["FunctionName"]) == f"<{synth.name(handler)}>"
    )  # fmt: skip
    queue = synth.of("SQS::Queue")[
        synth.show(mapping["EventSourceArn"]).strip("<>").removesuffix(".Arn")
    ]

    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["ScalingConfig"]["MaximumConcurrency"] >= 2
    assert queue["VisibilityTimeout"] >= 6 * function["Timeout"]


@pytest.mark.parametrize("stage", ["local", "dev", "prod"])
def test_given_a_receiver_that_hangs_when_deployed_then_it_cannot_hold_all_workers(stage: str):
    assert stage_settings(stage).webhook_workers > len(PLACES)


def test_given_secrets_when_deployed_then_the_api_seals_them_and_who_signs_opens_them(
    synth: Synth,
):
    opening = {one for one in synth.functions() if "kms:Decrypt" in _rights(synth, one, "kms")}
    sealing = {one for one in synth.functions() if "kms:Encrypt" in _rights(synth, one, "kms")}

    # Accounts on platforms have a key of their own.
    assert {API, DELIVER} <= opening
    assert API in sealing
    assert not {MATCH, RETRY} & opening
    assert not {MATCH, RETRY, DELIVER} & sealing


def test_given_a_receiver_when_it_is_told_then_who_calls_it_reaches_little_else(synth: Synth):
    assert _rights(synth, DELIVER, "s3") == set()
    assert _rights(synth, DELIVER, "states") == set()
    assert _rights(synth, DELIVER, "dynamodb") == {"dynamodb:GetItem", "dynamodb:UpdateItem"}


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_given_a_cloud_stage_when_deployed_then_webhooks_go_to_the_public_internet_by_https(
    stage: str,
):
    rules = json.loads(stage_settings(stage).webhook_rules())

    assert rules == {"ports": [443, 8443], "openings": []}


def test_given_one_machine_when_deployed_then_only_its_own_receivers_may_be_inside():
    settings = with_local_sources(stage_settings("local"), 20_001)

    assert json.loads(settings.webhook_rules())["openings"] == ["127.0.0.0/8:20001"]


def test_given_the_cloud_when_deliveries_are_tried_then_for_a_day_as_the_domain_has_it():
    assert stage_settings("prod").webhook_waits == WEBHOOK_WAITS == WAITS
    assert sum(WEBHOOK_WAITS) == DAY.total_seconds()
