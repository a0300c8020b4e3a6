"""Every way through the definition.

statelint knows JSONata states: which fields they may have, where `Next` leads, what is never
reached. It cannot read the expressions themselves; runs on the local cloud do that.
"""

from __future__ import annotations

import pytest
from statelint.config import Config
from statelint.linter import Linter
from statelint.problem import ProblemType

from tests.infra.definition import Flow, flows, lintable, read, tasks
from tests.infra.synth import Synth

# Amazon's own language allows `"BackoffRate": 2`; JSON knows one kind of number.
LINT = Config(ignored_problem_types={ProblemType.FLOAT})
ENDS = {"Succeed", "Fail"}


def _machine(synth: Synth) -> Flow:
    return flows(read(synth))[0]


def test_given_the_definition_when_linted_then_nothing_is_found(synth: Synth):
    assert Linter.validate(lintable(synth), LINT) == []


@pytest.mark.parametrize(
    ("field", "value", "found"),
    [
        ("Next", "Nowhere", 'No state found named "Nowhere"'),
        ("ResultPath", "$.x", 'Field "ResultPath" not allowed'),
        ("Catch", [{"ErrorEquals": [], "Next": "Fail run"}], "ErrorEquals"),
    ],
)
def test_given_a_mistake_when_linted_then_it_is_found(
    dev: Synth, field: str, value: object, found: str
):
    definition = lintable(dev)
    definition["States"]["Claim"][field] = value

    problems = Linter.validate(definition, LINT)

    assert any(found in problem for problem in problems), problems


def test_given_the_definition_when_followed_then_every_step_is_a_state(synth: Synth):
    lost = [
        (flow.name, name, step)
        for flow in flows(read(synth))
        for name in flow.states
        for step in flow.following(name) | flow.caught(name)
        if step not in flow.states
    ]

    assert lost == []


def test_given_the_definition_when_followed_then_every_state_is_reached(synth: Synth):
    forgotten = {
        flow.name: unreached
        for flow in flows(read(synth))
        if (unreached := flow.states.keys() - flow.reach(flow.start, errors=True))
    }

    assert forgotten == {}


def test_given_the_definition_when_followed_then_no_way_stops_midway(synth: Synth):
    stopping = [
        (flow.name, name)
        for flow in flows(read(synth))
        for name, state in flow.states.items()
        if not flow.following(name) and not state.get("End") and state["Type"] not in ENDS
    ]

    assert stopping == []


def test_given_no_error_when_run_then_the_run_succeeds(synth: Synth):
    machine = _machine(synth)
    reached = machine.reach(machine.start, errors=False)

    assert "Fail run" not in reached
    assert {machine.states[name]["Type"] for name in reached if not machine.following(name)} == {
        "Succeed"
    }


def test_given_an_error_of_any_step_when_caught_then_the_run_is_recorded_as_failed(synth: Synth):
    machine = _machine(synth)
    caught = {
        name: machine.caught(name)
        for name, state in machine.states.items()
        if state["Type"] in {"Task", "Map", "Parallel"} and name != "Fail run"
    }

    assert {name: to for name, to in caught.items() if to != {"Fail run"}} == {}
    assert machine.ends("Fail run") == {"Fail"}


def test_given_a_failure_that_cannot_be_recorded_when_caught_then_the_execution_fails(
    synth: Synth,
):
    machine = _machine(synth)

    (to,) = machine.caught("Fail run")

    assert machine.states[to]["Type"] == "Fail"


def test_given_an_error_in_a_window_when_caught_then_the_map_fails_with_that_error(synth: Synth):
    """Otherwise `Fail run` could not tell the user what was wrong with the file."""
    for window in flows(read(synth))[1:]:
        caught = set().union(*(window.caught(name) for name in window.states))
        for to in caught:
            state = window.states[to]
            assert state["Type"] == "Fail"
            assert "$string($states.input.Error)" in state["Error"]
            assert "$string($states.input.Cause)" in state["Cause"]


def test_given_a_window_when_it_says_it_is_not_finished_then_it_is_cut_on(synth: Synth):
    window = next(flow for flow in flows(read(synth)) if flow.name == "Cut windows")
    (choice,) = (state for state in window.states.values() if state["Type"] == "Choice")

    assert choice["Default"] == "Cut window"
    assert [it["Condition"] for it in choice["Choices"]] == ["{% $states.input.finished %}"]


def test_given_a_call_of_a_function_when_run_then_the_machine_may_make_it(synth: Synth):
    (machine_id,) = synth.of("StepFunctions::StateMachine")
    role = {"Role": synth.of("StepFunctions::StateMachine")[machine_id]["RoleArn"]}
    may = {target for action, target in synth.allowed(role) if action == "lambda:InvokeFunction"}
    calls = {task["Arguments"]["FunctionName"] for task in tasks(read(synth)).values()}

    assert calls <= may
    assert {target.removesuffix(":*") for target in may} == calls
