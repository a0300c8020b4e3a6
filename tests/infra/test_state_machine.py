from __future__ import annotations

from typing import Any

import pytest

from tests.infra.definition import (
    DELETION,
    INGEST,
    LIPSYNC,
    MACHINES,
    MOMENTS,
    PIPELINE,
    RANGES,
    SYNC,
    maps,
    read,
    resource,
    tasks,
)
from tests.infra.handlers import payload_keys
from tests.infra.synth import Synth

TASKS = {
    PIPELINE: (
        "Claim",
        "Probe",
        "Plan analysis",
        "Plan",
        "Cut window",
        "Join segment",
        "Join audio",
        "Finish",
        "Fail run",
        "Analyse window",
        "Finish analysis",
        "Fail analysis",
        "Analyse window first",
        "Finish analysis first",
        "Plan HLS",
        "Write HLS",
        "Finish HLS",
        "Fail HLS",
        "Plan transcript",
        "Extract speech",
        "Transcribe",
        "Finish transcript",
        "Fail transcript",
        "Find moments",
        "Cut clips",
        "Fail words",
        "Analyse window for moments",
        "Finish analysis for moments",
        "Fail analysis for moments",
        "Plan transcript for moments",
        "Extract speech for moments",
        "Transcribe for moments",
        "Finish transcript for moments",
        "Find moments first",
    ),
    RANGES: ("Plan range", "Cut range", "Record failure"),
    MOMENTS: ("Find moments", "Record failure"),
    INGEST: ("Fetch", "Record failure"),
    DELETION: ("Delete some",),
    LIPSYNC: (
        "Look at files",
        "Wait for a place",
        "Submit",
        "Wait for the provider",
        "Collect",
        "Encode files",
        "Finish",
        "Record failure",
    ),
    SYNC: ("Look at posts", "Plan what was asked"),
}
REFERENCES = {
    PIPELINE: {
        "video_id",
        "run_id",
        "tier",
        "window",
        "analysis_id",
        "hls_id",
        "transcription_id",
        "task_token",
        "error",
        "cause",
    },
    RANGES: {"segment_id", "plan_key", "target_key", "error", "cause"},
    MOMENTS: {"video_id", "generation_id", "error", "cause"},
    INGEST: {"video_id", "user_id", "error", "cause"},
    DELETION: {"video_id", "user_id"},
    LIPSYNC: {"job_id", "task_token", "error", "cause"},
    SYNC: {"user_id", "platform", "posts", "planned_at", "sync_id", "batch"},
}
INLINE_LIMIT = 40
MAPS = {
    "Analyse windows": "analyses_at_once",
    "Analyse windows first": "analyses_at_once",
    "Analyse windows for moments": "analyses_at_once",
    "Write HLS windows": "hls_at_once",
}
SPEECH_MAPS = ("Listen to windows", "Listen to windows for moments")
WAITING = {
    "Transcribe": PIPELINE,
    "Transcribe for moments": PIPELINE,
    "Wait for a place": LIPSYNC,
    "Wait for the provider": LIPSYNC,
}
"""The tasks that go on when their token comes back."""

PLANNED_MAPS = {"Cut windows", "Join segments"}
"""As wide as the plan says, which the stage's `windows_at_once` bounds."""

each_map = pytest.mark.parametrize("name", [*MAPS, *SPEECH_MAPS, *sorted(PLANNED_MAPS)])
each_fixed_map = pytest.mark.parametrize("name", MAPS)
each_machine = pytest.mark.parametrize("machine", MACHINES)
each_task = pytest.mark.parametrize(
    ("machine", "name"), [(machine, name) for machine, names in TASKS.items() for name in names]
)


def _detail(rule: dict[str, Any]) -> dict[str, Any]:
    """What a rule wants of an event; a schedule wants nothing."""
    return rule.get("EventPattern", {}).get("detail", {})


def _retried(task: dict[str, Any]) -> set[str]:
    return {error for retry in task["Retry"] for error in retry["ErrorEquals"]}


def _handler(synth: Synth, task: dict[str, Any]) -> str:
    """The handler a task calls."""
    shown = task["Arguments"]["FunctionName"].strip("<>").removesuffix(".Arn")
    name = synth.of("Lambda::Function")[shown]["Handler"]
    return name.removeprefix("functions.handlers.").removesuffix(".lambda_handler")


def test_given_the_machines_when_deployed_then_every_one_is_looked_at_below(synth: Synth):
    assert len(synth.of("StepFunctions::StateMachine")) == len(MACHINES)


@each_machine
def test_given_a_machine_when_deployed_then_every_task_is_looked_at_below(
    synth: Synth, machine: str
):
    assert set(tasks(read(synth, machine))) == set(TASKS[machine])


@each_task
def test_given_a_task_when_it_fails_for_a_while_then_it_is_tried_again(
    synth: Synth, machine: str, name: str
):
    task = tasks(read(synth, machine))[name]

    assert {"Retryable", "Runtime.ExitError", "Sandbox.Timedout"} <= _retried(task)
    throttled = {"Lambda.TooManyRequestsException", "Busy"}
    for retry in task["Retry"]:
        # A full account is waited for; anything else that lasts is a fault.
        most = 30 if set(retry["ErrorEquals"]) == throttled else 10
        assert 1 <= retry["MaxAttempts"] <= most


@each_task
def test_given_a_task_when_tried_again_then_later_and_later_and_not_all_at_once(
    synth: Synth, machine: str, name: str
):
    for retry in tasks(read(synth, machine))[name]["Retry"]:
        assert retry["BackoffRate"] > 1
        assert retry["MaxDelaySeconds"] <= 60
        assert retry["JitterStrategy"] == "FULL"


@each_task
def test_given_a_task_when_it_fails_for_good_then_it_is_not_tried_again(
    synth: Synth, machine: str, name: str
):
    """`States.TaskFailed` and `States.ALL` would include `Permanent`."""
    retried = _retried(tasks(read(synth, machine))[name])

    assert retried.isdisjoint({"Permanent", "States.ALL", "States.TaskFailed"})


@each_task
def test_given_a_task_when_it_gives_up_then_everything_is_caught(
    synth: Synth, machine: str, name: str
):
    last = tasks(read(synth, machine))[name]["Catch"][-1]

    assert last["ErrorEquals"] == ["States.ALL"]
    assert last["Output"] == "{% $states.errorOutput %}"


@each_task
def test_given_a_task_when_it_hangs_then_it_ends_after_its_function_would_have(
    synth: Synth, machine: str, name: str
):
    if name in WAITING:
        return
    task = tasks(read(synth, machine))[name]
    timeout = synth.functions()[_handler(synth, task)]["Timeout"]

    assert timeout < task["TimeoutSeconds"] <= timeout + 60


@each_task
def test_given_a_task_when_called_then_its_payload_is_what_its_handler_reads(
    synth: Synth, machine: str, name: str
):
    task = tasks(read(synth, machine))[name]

    assert set(task["Arguments"]["Payload"]) == payload_keys(_handler(synth, task))


@each_task
def test_given_a_task_when_called_then_its_payload_only_refers_to_things(
    synth: Synth, machine: str, name: str
):
    payload = tasks(read(synth, machine))[name]["Arguments"]["Payload"]

    assert payload.keys() <= REFERENCES[machine]
    assert [key for key, text in payload.items() if not text.startswith("{% $")] == []


@each_task
def test_given_a_task_when_it_answers_then_lambdas_wrapping_is_left_behind(
    synth: Synth, machine: str, name: str
):
    if name in WAITING:
        return
    task = tasks(read(synth, machine))[name]

    assert task["Output"] == "{% $states.result.Payload %}"
    assert task["Resource"].endswith(":states:::lambda:invoke")


@pytest.mark.parametrize("name", WAITING)
def test_given_a_task_that_waits_when_called_then_it_hands_its_token_on_and_waits_for_hours(
    synth: Synth, name: str
):
    machine = read(synth, WAITING[name])
    task = tasks(machine)[name]

    assert task["Resource"].endswith(":states:::lambda:invoke.waitForTaskToken")
    assert task["Arguments"]["Payload"]["task_token"] == "{% $states.context.Task.Token %}"
    assert 4 * 3_600 <= task["TimeoutSeconds"] < machine["TimeoutSeconds"]
    # Whoever has waited in vain does not begin again.
    assert "States.Timeout" not in _retried(task)


@each_map
def test_given_the_windows_when_one_cannot_be_made_then_the_map_is_caught(synth: Synth, name: str):
    catches = maps(read(synth, PIPELINE))[name]["Catch"]

    assert [catch["ErrorEquals"] for catch in catches] == [["States.ALL"]]


@each_fixed_map
def test_given_the_windows_when_made_then_no_more_at_once_than_an_inline_map_can(
    synth: Synth, name: str
):
    """AWS runs at most 40 iterations at once; a larger number promises what does not come."""
    windows = maps(read(synth, PIPELINE))[name]

    assert windows["ItemProcessor"]["ProcessorConfig"] == {"Mode": "INLINE"}
    assert windows["MaxConcurrency"] == getattr(synth.settings, MAPS[name])
    assert 0 < windows["MaxConcurrency"] <= INLINE_LIMIT


def test_given_the_pipeline_when_deployed_then_every_map_is_looked_at_above(synth: Synth):
    assert set(maps(read(synth, PIPELINE))) == set(MAPS) | PLANNED_MAPS | set(SPEECH_MAPS)


@pytest.mark.parametrize("name", sorted(PLANNED_MAPS))
def test_given_what_the_account_may_run_when_planned_then_that_is_how_wide_a_map_is(
    synth: Synth, name: str
):
    definition = read(synth, PIPELINE)
    plan = tasks(definition)["Plan"]

    assert maps(definition)[name]["MaxConcurrency"] == "{% $at_once %}"
    assert plan["Assign"]["at_once"] == "{% $states.result.Payload.at_once %}"
    function = synth.functions()["plan_segments"]["Environment"]["Variables"]
    assert 0 < int(function["WINDOWS_AT_ONCE"]) <= INLINE_LIMIT
    assert 0 < int(function["ACCOUNT_PERCENT"]) < 100


@each_machine
def test_given_a_machine_when_deployed_then_its_expressions_are_jsonata(synth: Synth, machine: str):
    """But for the list of a distributed map, which the local cloud finds by a path only."""
    definition = read(synth, machine)
    whole = "JSONPath" if machine == SYNC else "JSONata"

    assert definition["QueryLanguage"] == whole
    for task in tasks(definition).values():
        assert task.get("QueryLanguage", whole) == "JSONata"


@each_machine
def test_given_a_machine_when_it_never_ends_then_it_is_ended(synth: Synth, machine: str):
    assert 0 < read(synth, machine)["TimeoutSeconds"] <= 24 * 3600


@each_machine
def test_given_a_machine_when_run_then_it_is_traced(synth: Synth, machine: str):
    _, properties = resource(synth, machine)

    assert properties["TracingConfiguration"] == {"Enabled": True}


@each_machine
def test_given_a_machine_when_run_then_it_is_logged_without_what_it_carries(
    synth: Synth, machine: str
):
    logging = resource(synth, machine)[1]["LoggingConfiguration"]

    assert logging["Level"] == "ALL"
    assert logging["IncludeExecutionData"] is False


@each_machine
def test_given_a_machine_when_deployed_then_an_execution_has_a_name_that_is_taken_once(
    synth: Synth, machine: str
):
    """Only a standard machine refuses a second execution of the same name."""
    assert resource(synth, machine)[1]["StateMachineType"] == "STANDARD"


@pytest.mark.parametrize("machine", [name for name in MACHINES if name != SYNC])
def test_given_a_machine_when_its_executions_end_badly_then_somebody_is_told(
    synth: Synth, machine: str
):
    """One that was stopped or ran out of time passes by every catch. Posts that were to be looked
    at are due again when the lease of their plan ends."""
    name, _ = resource(synth, machine)
    (rule,) = (
        rule
        for rule in synth.of("Events::Rule").values()
        if f"<{name}>" in map(synth.show, _detail(rule).get("stateMachineArn", []))
    )

    assert set(rule["EventPattern"]["detail"]["status"]) == {"FAILED", "TIMED_OUT", "ABORTED"}
    assert len(rule["Targets"]) == 1


@pytest.mark.parametrize(
    ("handler", "told"), [("fail_range", "segment_id"), ("fail_ingest", "video_id")]
)
def test_given_an_execution_that_ends_badly_when_told_of_then_by_its_name(
    synth: Synth, handler: str, told: str
):
    (target,) = (
        target
        for rule in synth.of("Events::Rule").values()
        for target in rule["Targets"]
        if synth.show(target["Arn"]) == f"<{synth.name(handler)}.Arn>"
    )

    transformer = target["InputTransformer"]
    ((name, path),) = transformer["InputPathsMap"].items()
    assert path == "$.detail.name"
    assert transformer["InputTemplate"] == f'{{"{told}":<{name}>}}'
