"""The log of events: who reads which stream, who may write what, and who is let in."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from typing import Any

import pytest

from functions.adapters.dynamo.items import encode_item
from functions.domain.codec import to_plain
from functions.domain.tiers import Tier
from functions.domain.webhooks.webhook import WebhookState
from functions.runtime.api_settings import ApiSettings
from functions.runtime.event_settings import SocketSettings
from functions.runtime.settings import load
from infra.constructs.http_api import EVENTS
from infra.stages import stage_settings
from tests.builders import make_webhook
from tests.infra.synth import Synth
from tests.infra.test_tables import TOLD

READING = ("GetItem", "BatchGetItem", "Query", "DescribeTable")
RECORDER, FOLLOWERS = "record_events", ("publish_events", "push_events")


def _mappings(synth: Synth, handler: str) -> list[dict[str, Any]]:
    return [
        one
        for one in synth.of("Lambda::EventSourceMapping").values()
        if synth.show(one["FunctionName"]) == f"<{synth.name(handler)}>"
    ]


def _stream(synth: Synth, table: str) -> str:
    return f"<{synth.table(table)}.StreamArn>"


def _rights(synth: Synth, handler: str, table: str) -> set[str]:
    arn = f"<{synth.table(table)}.Arn>"
    allowed = synth.allowed(synth.functions()[handler])
    return {action for action, target in allowed if target == arn}


def test_given_a_table_that_is_told_of_when_written_then_the_recorder_reads_its_stream(
    synth: Synth,
):
    read = {synth.show(one["EventSourceArn"]) for one in _mappings(synth, RECORDER)}

    assert read == {_stream(synth, table) for table in TOLD.values()}


def test_given_a_webhook_when_deliveries_write_to_its_row_then_nobody_is_called_but_for_its_state(
    synth: Synth,
):
    """What is let through is held against what rows really look like."""
    (one,) = (
        one
        for one in _mappings(synth, RECORDER)
        if synth.show(one["EventSourceArn"]) == _stream(synth, "Webhooks")
    )
    patterns = [json.loads(it["Pattern"])["dynamodb"] for it in one["FilterCriteria"]["Filters"]]
    row = to_plain(make_webhook())
    states = [replace(make_webhook(), state=state) for state in WebhookState]

    def let_through(before: Any, after: Any) -> bool:
        images = {"OldImage": encode_item(before), "NewImage": encode_item(after)}
        return any(
            all(images[name]["state"]["S"] in it["state"]["S"] for name, it in pattern.items())
            for pattern in patterns
        )

    assert not let_through(row, {**row, "places": {"a": "2026-03-01T12:00:00Z"}})
    for was, now in itertools.product(map(to_plain, states), repeat=2):
        assert let_through(was, now) == (was["state"] != now["state"])


def test_given_the_log_when_it_grows_then_the_bus_and_the_connected_are_told_of_additions(
    synth: Synth,
):
    for handler in FOLLOWERS:
        (one,) = _mappings(synth, handler)
        assert synth.show(one["EventSourceArn"]) == _stream(synth, "Events")
        (pattern,) = one["FilterCriteria"]["Filters"]
        assert json.loads(pattern["Pattern"])["eventName"] == ["INSERT"]


@pytest.mark.parametrize("handler", [RECORDER, *FOLLOWERS])
def test_given_a_batch_that_fails_when_tried_then_in_order_until_the_stream_forgets_it(
    synth: Synth, handler: str
):
    for one in _mappings(synth, handler):
        # No bound of tries: the age is the only one.
        assert one.get("MaximumRetryAttempts", -1) == -1
        assert one["MaximumRecordAgeInSeconds"] == 24 * 3_600
        assert one["BisectBatchOnFunctionError"] is True
        assert one["StartingPosition"] == "TRIM_HORIZON"
        assert one.get("ParallelizationFactor", 1) == 1
        dead = synth.show(one["DestinationConfig"]["OnFailure"]["Destination"])
        assert dead.strip("<>").removesuffix(".Arn") in synth.dead_letters()


def test_given_the_log_when_written_then_by_the_recorder_alone(synth: Synth):
    reading = {f"dynamodb:{action}" for action in READING}
    writing = {
        handler: _rights(synth, handler, "Events") - reading for handler in synth.functions()
    }

    assert {handler: rights for handler, rights in writing.items() if rights} == {
        RECORDER: {"dynamodb:PutItem", "dynamodb:UpdateItem"},
        # What was told of a video goes with it, and of a user, whose head of the log then expires.
        "delete_video": {"dynamodb:BatchWriteItem"},
        "forget_user": {"dynamodb:BatchWriteItem", "dynamodb:UpdateItem"},
    }


def test_given_the_bus_when_told_then_by_the_publisher_alone(synth: Synth):
    (bus,) = synth.of("Events::EventBus")
    who = {
        handler
        for handler, function in synth.functions().items()
        for action, target in synth.allowed(function)
        if action == "events:PutEvents" and target == f"<{bus}.Arn>"
    }

    assert who == {"publish_events"}


def _api(synth: Synth, protocol: str) -> str:
    apis = synth.of("ApiGatewayV2::Api").items()
    (found,) = (name for name, api in apis if api["ProtocolType"] == protocol)
    return found


def _of(synth: Synth, kind: str, protocol: str) -> dict[str, dict[str, Any]]:
    api = f"<{_api(synth, protocol)}>"
    every = synth.of(f"ApiGatewayV2::{kind}").items()
    return {name: it for name, it in every if synth.show(it["ApiId"]) == api}


def test_given_the_events_of_a_user_when_asked_for_then_a_function_looks_at_each_request(
    synth: Synth,
):
    (route,) = (
        one for one in _of(synth, "Route", "HTTP").values() if one["RouteKey"] == f"GET {EVENTS}"
    )
    authorizer = _of(synth, "Authorizer", "HTTP")[synth.show(route["AuthorizerId"]).strip("<>")]

    assert route["AuthorizationType"] == "CUSTOM"
    assert authorizer["AuthorizerType"] == "REQUEST"
    assert authorizer["AuthorizerResultTtlInSeconds"] == 0
    assert f"<{synth.name('authorize_events')}.Arn>" in synth.show(authorizer["AuthorizerUri"])


def test_given_a_socket_when_it_connects_then_a_function_looks_at_it_first(synth: Synth):
    routes = {one["RouteKey"]: one for one in _of(synth, "Route", "WEBSOCKET").values()}

    assert routes.keys() == {"$connect", "$disconnect", "$default"}
    assert routes["$connect"]["AuthorizationType"] == "CUSTOM"
    (authorizer,) = _of(synth, "Authorizer", "WEBSOCKET").values()
    # Nothing is asked for before the function looks: either place may be empty.
    assert authorizer.get("IdentitySource", []) == []
    assert f"<{synth.name('authorize_events')}.Arn>" in synth.show(authorizer["AuthorizerUri"])


def test_given_a_socket_when_it_is_logged_then_neither_address_nor_headers_are(synth: Synth):
    (stage,) = _of(synth, "Stage", "WEBSOCKET").values()
    fields = json.loads(stage["AccessLogSettings"]["Format"])

    assert set(fields.values()) <= {
        "$context.requestId",
        "$context.routeKey",
        "$context.eventType",
        "$context.connectionId",
        "$context.status",
    }
    assert stage["DefaultRouteSettings"]["ThrottlingRateLimit"] == synth.settings.throttle_rate


def test_given_connections_when_told_then_by_two_functions_and_of_this_api_alone(synth: Synth):
    who = {
        (handler, target)
        for handler, function in synth.functions().items()
        for action, target in synth.allowed(function)
        if action == "execute-api:ManageConnections"
    }

    assert {handler for handler, _ in who} == {"push_events", "socket"}
    for _, target in who:
        assert f"<{_api(synth, 'WEBSOCKET')}>/live/*/@connections/*" in target


def test_given_a_tier_when_its_followers_are_counted_then_each_has_a_limit(synth: Synth):
    functions = synth.functions()
    socket = load(SocketSettings, synth.environment(functions["socket"]))
    api = load(ApiSettings, synth.environment(functions["api.app"]))

    assert socket.event_limits == api.event_limits
    limits = [socket.event_limits[tier] for tier in (Tier.FREE, Tier.PRO, Tier.ENTERPRISE)]
    assert 0 < limits[0] < limits[1] < limits[2]


def test_given_somebody_who_waits_for_events_when_answered_then_before_the_gateway_gives_up(
    synth: Synth,
):
    function = synth.functions()["stream_events"]

    assert 20 < function["Timeout"] < 29
    # Waiting is paid by size.
    assert function["MemorySize"] <= 256


@pytest.mark.parametrize("stage", ["dev", "prod", "local"])
def test_given_many_who_wait_for_events_when_in_production_then_they_leave_others_their_share(
    stage: str,
):
    settings = stage_settings(stage)

    assert (settings.followers_at_once is not None) == (stage == "prod")


def test_given_those_who_wait_for_events_when_deployed_then_no_more_at_once_than_is_said(
    synth: Synth,
):
    reserved = {
        handler: function["ReservedConcurrentExecutions"]
        for handler, function in synth.functions().items()
        if "ReservedConcurrentExecutions" in function
    }
    most = synth.settings.followers_at_once

    assert reserved == ({} if most is None else {"stream_events": most})


def test_given_a_deletion_when_it_settles_then_whoever_records_has_ended(cloud: Synth):
    """A change that was read before the video was marked is in the log by then, and found."""
    assert cloud.functions()[RECORDER]["Timeout"] < cloud.settings.deletion_settle_s
