from __future__ import annotations

import json
import logging

import pytest

from functions.runtime import telemetry
from functions.runtime.step import step
from tests.fakes.lambda_context import FakeLambdaContext


def _lines(capsys: pytest.CaptureFixture[str]) -> list[dict]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines() if line]


def _dimensions(lines: list[dict], metric: str) -> list[set[str]]:
    """The names of the dimensions under which a metric was written."""
    return [
        {name for names in written["Dimensions"] for name in names}
        for line in lines
        if "_aws" in line
        for written in line["_aws"]["CloudWatchMetrics"]
        if metric in {item["Name"] for item in written["Metrics"]}
    ]


def test_given_a_count_when_flushed_then_it_is_one_line_under_the_service(capsys):
    telemetry.count("RunsSucceeded")
    telemetry.flush()

    lines = _lines(capsys)
    assert len(lines) == 1
    assert _dimensions(lines, "RunsSucceeded") == [{"service"}]


def test_given_nothing_counted_when_flushed_then_nothing_is_written(capsys):
    telemetry.flush()

    assert capsys.readouterr().out == ""


def test_given_two_counts_with_dimensions_when_written_then_neither_keeps_the_other_s(capsys):
    telemetry.count("RunsFailed", code="media.empty")
    telemetry.count("StageDuration", 12, stage="cut")

    lines = _lines(capsys)
    assert _dimensions(lines, "RunsFailed") == [{"service", "code"}]
    assert _dimensions(lines, "StageDuration") == [{"service", "stage"}]


def test_given_a_plain_count_in_a_step_when_the_step_ends_then_it_has_no_dimension_of_it(capsys):
    # An alarm looks a metric up by its exact dimensions, and would never find it.
    @step("finish")
    def handler(event, context):
        telemetry.count("RunsSucceeded")
        return {}

    handler({}, FakeLambdaContext())

    assert _dimensions(_lines(capsys), "RunsSucceeded") == [{"service"}]


def test_given_a_step_when_it_fails_then_its_duration_is_written_all_the_same(capsys):
    @step("cut")
    def handler(event, context):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        handler({}, FakeLambdaContext())

    assert _dimensions(_lines(capsys), "StageDuration") == [{"service", "stage"}]


def test_given_a_service_that_logs_when_in_a_step_then_the_line_carries_the_run(capsys):
    # The handler's stream was opened before the test began to look.
    written: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: written.append(
        telemetry.logger.registered_formatter.format(record)
    )
    ours = logging.getLogger("functions")
    ours.addHandler(handler)
    try:

        @step("claim")
        def run(event, context):
            logging.getLogger("functions.services.runs.start_run").warning("left alone")
            return {}

        run({"video_id": "v-1", "run_id": "r-1"}, FakeLambdaContext())
    finally:
        ours.removeHandler(handler)

    line = json.loads(written[0])
    assert (line["video_id"], line["run_id"], line["stage"]) == ("v-1", "r-1", "claim")
    assert line["request_id"] == "invocation-1"


def test_given_a_second_invocation_when_it_begins_then_no_key_of_the_first_is_left():
    telemetry.begin(FakeLambdaContext(), run_id="r-1")
    telemetry.begin(FakeLambdaContext(), video_id="v-2")

    assert "run_id" not in telemetry.logger.get_current_keys()
