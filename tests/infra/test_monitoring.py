from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.infra.handlers import ROOT
from tests.infra.synth import Synth

Key = tuple[str, str]

# (namespace, metric) -> the sets of dimensions under which AWS reports it. With any other set an
# alarm sees no data, and with `notBreaching` it is green for ever.
REPORTED = {
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible"): [{"QueueName"}],
    ("AWS/SQS", "ApproximateAgeOfOldestMessage"): [{"QueueName"}],
    ("AWS/ApiGateway", "5xx"): [{"ApiId"}, {"ApiId", "Stage"}],
    ("AWS/States", "ExecutionsTimedOut"): [{"StateMachineArn"}],
    ("AWS/Lambda", "IteratorAge"): [{"FunctionName"}],
    ("AWS/DynamoDB", "ThrottledRequests"): [{"TableName", "Operation"}],
    ("AWS/DynamoDB", "ReadThrottleEvents"): [
        {"TableName"},
        {"TableName", "GlobalSecondaryIndexName"},
    ],
    ("AWS/DynamoDB", "WriteThrottleEvents"): [
        {"TableName"},
        {"TableName", "GlobalSecondaryIndexName"},
    ],
    ("AWS/Lambda", "Errors"): [{"FunctionName"}],
    ("Cutroom", "RunFaults"): [{"service"}],
    ("Cutroom", "RunsReaped"): [{"service"}],
    ("Cutroom", "RangesReaped"): [{"service"}],
    ("Cutroom", "IngestsReaped"): [{"service"}],
    ("Cutroom", "RangeFaults"): [{"service"}],
    ("Cutroom", "MomentFaults"): [{"service"}],
    ("Cutroom", "ModelsReplaced"): [{"service"}],
    ("Cutroom", "IngestFaults"): [{"service"}],
    ("Cutroom", "LipSyncFaults"): [{"service"}],
    ("Cutroom", "DeletionFaults"): [{"service"}],
    ("Cutroom", "OrphanObjects"): [{"service"}],
    ("Cutroom", "SocialOldestDue"): [{"service", "platform"}],
    ("Cutroom", "SocialFailures"): [{"service", "platform"}],
    ("Cutroom", "SocialAppRefused"): [{"service", "platform"}],
    ("Cutroom", "SocialQuotaUsed"): [{"service", "platform"}],
    ("Cutroom", "OrphanRows"): [{"service"}],
}


def _metrics(alarm: dict[str, Any]) -> list[dict[str, Any]]:
    """The metrics an alarm looks at, those inside of an expression too."""
    if "Metrics" not in alarm:
        return [alarm]
    stats = [it["MetricStat"]["Metric"] for it in alarm["Metrics"] if "MetricStat" in it]
    return stats or alarm["Metrics"]


def _watched(synth: Synth) -> list[tuple[str, Key, dict[str, str]]]:
    """(alarm, metric, its dimensions) of every alarm."""
    return [
        (
            name,
            (metric["Namespace"], metric["MetricName"]),
            {it["Name"]: synth.show(it["Value"]) for it in metric.get("Dimensions", [])},
        )
        for name, alarm in synth.of("CloudWatch::Alarm").items()
        for metric in _metrics(alarm)
    ]


def _values(synth: Synth, *metrics: str) -> set[str]:
    """What is watched by these metrics."""
    return {
        value
        for _, (_, metric), dimensions in _watched(synth)
        if metric in metrics
        for value in dimensions.values()
    }


def test_given_an_alarm_when_it_rings_then_somebody_hears_it(synth: Synth):
    (topic,) = synth.of("SNS::Topic")
    silent = [
        name
        for name, alarm in synth.of("CloudWatch::Alarm").items()
        if [synth.show(it) for it in alarm.get("AlarmActions", [])] != [f"<{topic}>"]
    ]

    assert silent == []


def test_given_an_alarm_when_it_rings_then_it_says_what_is_wrong(synth: Synth):
    mute = [
        name
        for name, alarm in synth.of("CloudWatch::Alarm").items()
        if len(alarm.get("AlarmDescription", "")) < 15
    ]

    assert mute == []


def test_given_an_alarm_when_nothing_happens_then_it_is_quiet(synth: Synth):
    loud = [
        name
        for name, alarm in synth.of("CloudWatch::Alarm").items()
        if alarm.get("TreatMissingData") != "notBreaching"
    ]

    assert loud == []


def test_given_an_alarm_when_deployed_then_its_metric_exists_with_those_dimensions(synth: Synth):
    blind = [
        (name, metric, sorted(dimensions))
        for name, metric, dimensions in _watched(synth)
        if dimensions.keys() not in REPORTED.get(metric, [])
    ]

    assert blind == []


def test_given_a_dead_letter_when_it_arrives_then_one_is_enough_to_ring(synth: Synth):
    alarms = [
        alarm
        for alarm in synth.of("CloudWatch::Alarm").values()
        if alarm.get("MetricName") == "ApproximateNumberOfMessagesVisible"
    ]
    dead = {f"<{name}.QueueName>" for name in synth.dead_letters()}

    assert len(dead) > 1
    assert _values(synth, "ApproximateNumberOfMessagesVisible") == dead
    assert {alarm["Threshold"] for alarm in alarms} == {1}
    assert {it["ComparisonOperator"] for it in alarms} == {"GreaterThanOrEqualToThreshold"}


def test_given_a_dead_letter_when_it_arrives_then_the_dashboard_shows_it(synth: Synth):
    body = synth.show(synth.one("CloudWatch::Dashboard")["DashboardBody"])

    assert [name for name in synth.dead_letters() if f"<{name}.QueueName>" not in body] == []


def test_given_uploads_that_wait_when_no_run_starts_then_an_alarm_rings(synth: Synth):
    queues = {
        f"<{name}.QueueName>"
        for name, queue in synth.of("SQS::Queue").items()
        if "RedrivePolicy" in queue
    }

    assert _values(synth, "ApproximateAgeOfOldestMessage") == queues


def test_given_an_api_that_fails_when_it_does_so_often_then_an_alarm_rings(synth: Synth):
    apis = synth.of("ApiGatewayV2::Api").items()
    (api,) = (name for name, it in apis if it["ProtocolType"] == "HTTP")

    assert f"<{api}>" in _values(synth, "5xx")


def test_given_a_table_that_refuses_when_it_does_so_often_then_an_alarm_rings(synth: Synth):
    tables = {f"<{name}>" for name in synth.of("DynamoDB::GlobalTable")}

    watched = _values(synth, "ThrottledRequests", "ReadThrottleEvents", "WriteThrottleEvents")

    assert tables <= watched


def test_given_a_run_that_never_ends_when_it_is_ended_then_an_alarm_rings(synth: Synth):
    machines = {f"<{name}>" for name in synth.of("StepFunctions::StateMachine")}

    assert _values(synth, "ExecutionsTimedOut") == machines


def test_given_the_function_that_looks_for_stopped_runs_when_it_fails_then_an_alarm_rings(
    synth: Synth,
):
    assert f"<{synth.name('reap_runs')}>" in _values(synth, "Errors")


@pytest.mark.parametrize("metric", ["RunsReaped", "RangesReaped", "IngestsReaped"])
def test_given_something_that_stopped_without_an_end_when_found_then_one_is_enough_to_ring(
    synth: Synth, metric: str
):
    (alarm,) = (
        one for one in synth.of("CloudWatch::Alarm").values() if one.get("MetricName") == metric
    )

    assert alarm["Threshold"] == 1
    assert alarm["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"


def _own_metrics(synth: Synth) -> set[str]:
    """Names of our own metrics on the dashboard and in alarms."""
    body = synth.show(synth.one("CloudWatch::Dashboard")["DashboardBody"])
    drawn = {
        metric[1]
        for widget in json.loads(body)["widgets"]
        for metric in widget["properties"]["metrics"]
        if metric[0] == "Cutroom"
    }
    return drawn | {name for _, (space, name), _ in _watched(synth) if space == "Cutroom"}


def test_given_a_metric_of_ours_when_watched_then_the_functions_count_it(synth: Synth):
    """Both sides only share a name: a metric that is never written looks like peace."""
    text = "\n".join(path.read_text() for path in (ROOT / "functions").rglob("*.py"))
    counted = set(re.findall(r'"([A-Z]\w+)"', "\n".join(re.findall(r"count\(.*", text))))

    assert _own_metrics(synth)
    assert _own_metrics(synth) - counted == set()


def test_given_a_function_when_it_fails_then_the_dashboard_shows_it(synth: Synth):
    body = synth.show(synth.one("CloudWatch::Dashboard")["DashboardBody"])

    missing = [name for name in synth.of("Lambda::Function") if f"<{name}>" not in body]

    assert missing == []


def test_given_a_stage_of_the_pipeline_when_it_takes_long_then_the_dashboard_shows_it(
    synth: Synth,
):
    folder = ROOT / "functions" / "handlers"
    text = "\n".join(path.read_text() for path in folder.glob("*.py"))
    body = synth.show(synth.one("CloudWatch::Dashboard")["DashboardBody"])

    stages = set(re.findall(r'^@step\("(\w+)"\)', text, re.MULTILINE)) - {"fail"}

    assert stages
    assert [stage for stage in sorted(stages) if f'"stage","{stage}"' not in body] == []


@pytest.mark.parametrize("kind", ["CloudWatch::Dashboard", "SNS::Topic"])
def test_given_a_stage_when_deployed_then_there_is_one_place_to_look(synth: Synth, kind: str):
    assert len(synth.of(kind)) == 1
