"""What looks for runs that stopped without an end: how often, and what it may do."""

from __future__ import annotations

import re
from typing import Any

from functions.domain.runs.lease import LEASE, SKEW
from tests.infra.definition import INGEST, PIPELINE, RANGES, resource
from tests.infra.synth import Synth

REAPER = "reap_runs"


def _tick(synth: Synth) -> dict[str, Any]:
    (rule,) = (
        rule
        for rule in synth.of("Events::Rule").values()
        if "ScheduleExpression" in rule and _target(synth, rule) == f"<{synth.name(REAPER)}.Arn>"
    )
    return rule


def _target(synth: Synth, rule: dict[str, Any]) -> str:
    (target,) = rule["Targets"]
    return synth.show(target["Arn"])


def _executions(synth: Synth, handler: str) -> set[tuple[str, str]]:
    """(action, machine) of what a function may do with executions and machines."""
    named = {f"<{resource(synth, name)[0]}": name for name in (PIPELINE, RANGES, INGEST)}
    return {
        (action.removeprefix("states:"), name)
        for action, target in synth.allowed(synth.functions()[handler])
        if action.startswith("states:")
        for start, name in named.items()
        if start in target
    }


def test_given_the_schedule_when_deployed_then_it_calls_the_reaper_as_often_as_the_settings_say(
    synth: Synth,
):
    tick = _tick(synth)
    (target,) = tick["Targets"]
    minutes = re.fullmatch(r"rate\((\d+) minutes?\)", tick["ScheduleExpression"])

    assert minutes
    assert int(minutes[1]) == synth.settings.reap_minutes
    # One that is late is not made up for: the next tick finds the same.
    assert target["RetryPolicy"]["MaximumRetryAttempts"] == 0


def test_given_a_run_that_stopped_when_its_lease_is_over_then_it_is_found_within_minutes(
    synth: Synth,
):
    seconds = (LEASE + SKEW).total_seconds() + 60 * synth.settings.reap_minutes

    assert seconds <= 10 * 60


def test_given_the_reaper_when_it_looks_then_it_asks_for_starts_and_stops_what_it_has_to(
    synth: Synth,
):
    assert _executions(synth, REAPER) == {
        ("DescribeExecution", PIPELINE),
        ("StartExecution", PIPELINE),
        ("StopExecution", PIPELINE),
        ("DescribeExecution", RANGES),
        ("StartExecution", RANGES),
        ("DescribeExecution", INGEST),
        ("StartExecution", INGEST),
    }


def test_given_the_api_when_a_user_cancels_then_it_may_stop_the_pipeline_and_no_range(
    synth: Synth,
):
    assert _executions(synth, "api.app") == {
        ("DescribeExecution", PIPELINE),
        ("StartExecution", PIPELINE),
        ("StopExecution", PIPELINE),
        ("StartExecution", INGEST),
    }


def test_given_any_other_function_when_deployed_then_it_stops_nothing(synth: Synth):
    """But what deletes videos, with what works on them."""
    stopping = {
        handler
        for handler in synth.functions()
        if ("StopExecution", PIPELINE) in _executions(synth, handler)
    }

    assert stopping == {"api.app", REAPER, "delete_video"}


def test_given_the_reaper_when_it_takes_its_time_then_it_ends_before_leases_do(synth: Synth):
    assert synth.functions()[REAPER]["Timeout"] <= LEASE.total_seconds()
