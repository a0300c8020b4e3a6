"""Every way through the definition.

statelint knows JSONata states: which fields they may have, where `Next` leads, what is never
reached. It cannot read the expressions themselves; runs on the local cloud do that.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from statelint.config import Config
from statelint.linter import Linter
from statelint.problem import ProblemType

from functions.domain.runs.stage import Stage
from functions.services.deletions.delete_video import Next
from tests.infra.definition import (
    DELETION,
    INGEST,
    LIPSYNC,
    MACHINES,
    MOMENTS,
    PIPELINE,
    RANGES,
    Flow,
    flows,
    lintable,
    read,
    resource,
    tasks,
)
from tests.infra.synth import Synth

# Amazon's own language allows `"BackoffRate": 2`; JSON knows one kind of number.
LINT = Config(ignored_problem_types={ProblemType.FLOAT})
ENDS = {"Succeed", "Fail"}
# It does not know that JSONata may tell how long to wait.
KNOWN_BETTER = {
    'State Machine.States.Pause.Seconds is "{% $pause %}" but should be an Integer',
}


# The step that every error leads to, and how an execution may end after it: a range whose segment,
# or a source whose video was deleted meanwhile has not failed.
RECORDS = {
    PIPELINE: ("Fail run", {"Fail"}),
    RANGES: ("Record failure", {"Fail", "Succeed"}),
    MOMENTS: ("Record failure", {"Fail"}),
    INGEST: ("Record failure", {"Fail", "Succeed"}),
    LIPSYNC: ("Record failure", {"Fail", "Succeed"}),
}

# The step that records what was not made beside the cut.
NOTED = "Fail analysis"
HLS_NOTED = "Fail HLS"
TRANSCRIPT_NOTED = "Fail transcript"
WORDS_NOTED = "Fail words"
NOTES = {NOTED, f"{NOTED} for moments", HLS_NOTED, TRANSCRIPT_NOTED, WORDS_NOTED}

each_machine = pytest.mark.parametrize("machine", MACHINES)
# What a deletion has to tell is told by the rule of its bad ends, whichever way it came to one.
each_recording = pytest.mark.parametrize("machine", RECORDS)


def _top(synth: Synth, machine: str) -> Flow:
    return flows(read(synth, machine))[0]


@each_machine
def test_given_a_definition_when_linted_then_nothing_is_found(synth: Synth, machine: str):
    problems = Linter.validate(lintable(synth, machine), LINT)

    assert [one for one in problems if one not in KNOWN_BETTER] == []


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
    definition = lintable(dev, PIPELINE)
    definition["States"]["Claim"][field] = value

    problems = Linter.validate(definition, LINT)

    assert any(found in problem for problem in problems), problems


@each_machine
def test_given_a_definition_when_followed_then_every_step_is_a_state(synth: Synth, machine: str):
    lost = [
        (flow.name, name, step)
        for flow in flows(read(synth, machine))
        for name in flow.states
        for step in flow.following(name) | flow.caught(name)
        if step not in flow.states
    ]

    assert lost == []


@each_machine
def test_given_a_definition_when_followed_then_every_state_is_reached(synth: Synth, machine: str):
    forgotten = {
        flow.name: unreached
        for flow in flows(read(synth, machine))
        if (unreached := flow.states.keys() - flow.reach(flow.start, errors=True))
    }

    assert forgotten == {}


@each_machine
def test_given_a_definition_when_followed_then_no_way_stops_midway(synth: Synth, machine: str):
    stopping = [
        (flow.name, name)
        for flow in flows(read(synth, machine))
        for name, state in flow.states.items()
        if not flow.following(name) and not state.get("End") and state["Type"] not in ENDS
    ]

    assert stopping == []


@each_recording
def test_given_no_error_when_run_then_the_execution_succeeds(synth: Synth, machine: str):
    top = _top(synth, machine)
    reached = top.reach(top.start, errors=False)

    assert RECORDS[machine][0] not in reached
    assert {top.states[name]["Type"] for name in reached if not top.following(name)} == {"Succeed"}


@each_recording
def test_given_an_error_of_any_step_when_caught_then_it_is_recorded(synth: Synth, machine: str):
    top = _top(synth, machine)
    record, ends = RECORDS[machine]
    caught = {
        name: top.caught(name)
        for name, state in top.states.items()
        if state["Type"] in {"Task", "Map", "Parallel"} and name != record
    }

    assert {name: to for name, to in caught.items() if to != {record}} == {}
    assert top.ends(record) == ends


@each_recording
def test_given_a_failure_that_cannot_be_recorded_when_caught_then_the_execution_fails(
    synth: Synth, machine: str
):
    top = _top(synth, machine)

    (to,) = top.caught(RECORDS[machine][0])

    assert top.states[to]["Type"] == "Fail"


@pytest.mark.parametrize("machine", [RANGES, INGEST, LIPSYNC])
def test_given_a_failure_when_recorded_then_only_what_was_deleted_ends_it_well(
    synth: Synth, machine: str
):
    choice = _top(synth, machine).states["Has it failed?"]

    assert choice["Type"] == "Choice"
    assert choice["Default"] == "Done"
    ways = [(it["Condition"], it["Next"]) for it in choice["Choices"]]
    assert ways == [("{% $states.input.failed %}", "Failed")]


def test_given_a_source_when_the_worker_says_it_is_not_finished_then_it_is_fetched_on(
    synth: Synth,
):
    choice = _top(synth, INGEST).states["Is all of it there?"]

    assert choice["Default"] == "Fetch"
    ways = [(it["Condition"], it["Next"]) for it in choice["Choices"]]
    assert ways == [("{% $states.input.finished %}", "Done")]


def test_given_a_deletion_when_its_step_has_answered_then_it_goes_on_as_that_says(synth: Synth):
    top = _top(synth, DELETION)
    (name,) = (name for name, it in top.states.items() if it["Type"] == "Choice")
    choice = top.states[name]

    assert top.following("Delete some") == {name}
    ways = {it["Condition"]: it["Next"] for it in choice["Choices"]}
    assert ways == {
        "{% $states.input.next = 'deleted' %}": "Deleted",
        "{% $states.input.next = 'failed' %}": "Failed",
        "{% $states.input.next = 'wait' %}": "Wait",
    }
    assert choice["Default"] == "Delete some"
    assert top.states["Wait"]["Seconds"] == "{% $states.input.wait_s %}"
    assert top.following("Wait") == {"Delete some"}
    assert {top.states[end]["Type"] for end in ("Deleted", "Failed")} == {"Succeed", "Fail"}


def test_given_the_answers_of_a_deletions_step_when_told_then_the_machine_knows_each(synth: Synth):
    choice = _top(synth, DELETION).states["And then?"]
    known = {it["Condition"].split("'")[1] for it in choice["Choices"]}

    assert {one.value for one in Next} == known | {"again"}


def test_given_an_error_of_a_deletion_when_caught_then_the_execution_fails_with_it(synth: Synth):
    top = _top(synth, DELETION)

    (to,) = top.caught("Delete some")

    assert top.states[to]["Type"] == "Fail"
    assert "$string($states.input.Error)" in top.states[to]["Error"]


def test_given_an_error_in_a_window_or_branch_when_caught_then_it_fails_with_that_error(
    synth: Synth,
):
    """Otherwise `Fail run` could not tell the user what was wrong with the file."""
    for inner in flows(read(synth, PIPELINE))[1:]:
        caught = set().union(*(inner.caught(name) for name in inner.states))
        for to in caught - NOTES:
            state = inner.states[to]
            assert state["Type"] == "Fail"
            assert "$string($states.input.Error)" in state["Error"]
            assert "$string($states.input.Cause)" in state["Cause"]


def test_given_a_failed_analysis_beside_the_cut_when_noted_then_the_run_goes_on(synth: Synth):
    (branch,) = (flow for flow in flows(read(synth, PIPELINE)) if NOTED in flow.states)

    assert {branch.start} == {"Anything to look for?"}
    noted = branch.reach(NOTED, errors=False)
    assert noted == {NOTED, "Analysis done"}
    for name in ("Analyse windows", "Finish analysis"):
        assert branch.caught(name) == {NOTED}


def test_given_a_failed_analysis_before_moments_when_noted_then_the_run_goes_on(synth: Synth):
    noted = f"{NOTED} for moments"
    (branch,) = (flow for flow in flows(read(synth, PIPELINE)) if noted in flow.states)

    assert branch.reach(noted, errors=False) == {noted, "Analysis done for moments"}
    for name in ("Analyse windows for moments", "Finish analysis for moments"):
        assert branch.caught(name) == {noted}


def test_given_failed_moments_or_clips_when_noted_then_the_run_goes_on(synth: Synth):
    (branch,) = (flow for flow in flows(read(synth, PIPELINE)) if WORDS_NOTED in flow.states)

    assert branch.reach(WORDS_NOTED, errors=False) == {WORDS_NOTED, "Words done"}
    for name in ("Find moments", "Cut clips"):
        assert branch.caught(name) == {WORDS_NOTED}


def test_given_what_is_seen_and_said_when_known_then_moments_are_looked_for_and_cut_after(
    synth: Synth,
):
    (branch,) = (flow for flow in flows(read(synth, PIPELINE)) if WORDS_NOTED in flow.states)

    assert branch.start == "Look and listen"
    assert branch.following("Look and listen") == {"Are moments wanted?"}
    assert branch.following("Find moments") == {"Are clips wanted?"}
    (find,) = branch.states["Are moments wanted?"]["Choices"]
    assert find["Condition"] == "{% 'moments' in $stages and $not($moments_found) %}"
    assert branch.states["Are moments wanted?"]["Default"] == "Are clips wanted?"
    (cut,) = branch.states["Are clips wanted?"]["Choices"]
    assert (cut["Condition"], cut["Next"]) == ("{% 'clips' in $stages %}", "Cut clips")
    assert branch.states["Are clips wanted?"]["Default"] == "Words done"


def test_given_a_failed_rendition_when_noted_then_the_run_goes_on(synth: Synth):
    (branch,) = (flow for flow in flows(read(synth, PIPELINE)) if HLS_NOTED in flow.states)

    assert branch.reach(HLS_NOTED, errors=False) == {HLS_NOTED, "HLS done"}
    for name in ("Plan HLS", "Write HLS windows", "Finish HLS"):
        assert branch.caught(name) == {HLS_NOTED}


def test_given_a_failed_transcript_when_noted_then_the_run_goes_on(synth: Synth):
    (branch,) = (flow for flow in flows(read(synth, PIPELINE)) if TRANSCRIPT_NOTED in flow.states)

    assert branch.reach(TRANSCRIPT_NOTED, errors=False) == {TRANSCRIPT_NOTED, "Transcript done"}
    for name in ("Plan transcript", "Listen to windows", "Finish transcript"):
        assert branch.caught(name) == {TRANSCRIPT_NOTED}


def test_given_no_wish_for_a_transcript_when_run_then_nothing_is_called_for_it(synth: Synth):
    (branch,) = (flow for flow in flows(read(synth, PIPELINE)) if TRANSCRIPT_NOTED in flow.states)
    choice = branch.states["Is a transcript wanted?"]
    (way,) = choice["Choices"]

    assert branch.start == "Is a transcript wanted?"
    assert (way["Condition"], way["Next"]) == ("{% $transcript_wanted %}", "Plan transcript")
    assert choice["Default"] == "Transcript done"


def test_given_a_window_without_sound_when_run_then_nobody_is_asked_to_write_it_down(synth: Synth):
    window = next(flow for flow in flows(read(synth, PIPELINE)) if "Transcribe" in flow.states)
    choice = window.states["Anything to hear?"]
    (way,) = choice["Choices"]

    assert (way["Condition"], way["Next"]) == ("{% $states.input.audible %}", "Transcribe")
    assert choice["Default"] == "Window heard"


def test_given_no_wish_for_hls_when_run_then_nothing_is_called_for_it(synth: Synth):
    (branch,) = (flow for flow in flows(read(synth, PIPELINE)) if HLS_NOTED in flow.states)
    choice = branch.states["Is HLS wanted?"]
    (way,) = choice["Choices"]

    assert (way["Condition"], way["Next"]) == ("{% $hls_wanted %}", "Plan HLS")
    assert choice["Default"] == "HLS done"


def test_given_a_wish_for_hls_when_run_then_it_comes_after_the_proxy_it_may_be_a_copy_of(
    synth: Synth,
):
    (branch,) = (flow for flow in flows(read(synth, PIPELINE)) if HLS_NOTED in flow.states)

    assert branch.following("Cut windows") == {"Join segments"}
    assert branch.following("Join audio") == {"Is HLS wanted?"}


@pytest.mark.parametrize(
    ("choice", "stage", "first", "passed_over"),
    [
        ("Is a cut wanted?", "plan", "Plan", {"Plan", "Cut windows", "Join segments"}),
        ("Is the sound wanted?", "audio", "Join audio", {"Join audio"}),
    ],
)
def test_given_a_run_of_some_stages_when_one_is_not_among_them_then_nothing_is_called_for_it(
    synth: Synth, choice: str, stage: str, first: str, passed_over: set[str]
):
    (branch,) = (flow for flow in flows(read(synth, PIPELINE)) if choice in flow.states)
    (way,) = branch.states[choice]["Choices"]

    assert (way["Condition"], way["Next"]) == (f"{{% '{stage}' in $stages %}}", first)
    assert branch.states[choice]["Default"] == "Is HLS wanted?"
    others = branch.reach(branch.states[choice]["Default"], errors=False)
    assert others.isdisjoint(passed_over)


def test_given_a_stage_that_a_way_depends_on_when_named_then_it_is_one_and_set_before(
    synth: Synth,
):
    """A name that is none would never be among a run's stages, and its way never taken."""
    text = json.dumps(read(synth, PIPELINE))
    named = set(re.findall(r"'(\w+)' in \$stages", text))

    assert named
    assert named <= {stage.value for stage in Stage}
    top = _top(synth, PIPELINE)
    assert "stages" in top.states["Plan analysis"]["Assign"]
    assert "Plan analysis" not in top.reach("Cut and look", errors=False)


def test_given_a_plan_that_follows_moments_when_run_then_all_they_need_is_made_first_and_once(
    synth: Synth,
):
    top = _top(synth, PIPELINE)
    (_, way) = top.states["Look first?"]["Choices"]

    assert (way["Condition"], way["Next"]) == ("{% $words_first %}", "Look and listen for moments")
    assert top.following("Look and listen for moments") == {"Find moments first"}
    assert top.following("Find moments first") == {"Cut and look"}
    not_again = ("analysis_needed", "transcript_wanted")
    assert top.states["Find moments first"]["Assign"] == {
        **dict.fromkeys(not_again, "{% false %}"),
        "moments_found": "{% true %}",
    }
    assert top.states["Begin"]["Assign"]["moments_found"] == "{% false %}"
    (said,) = (
        flow
        for flow in flows(read(synth, PIPELINE))
        if "Plan transcript for moments" in flow.states
    )
    for name in ("Plan transcript", "Listen to windows", "Finish transcript"):
        assert said.caught(f"{name} for moments") == {"Transcript failed for moments"}


def test_given_branches_when_they_set_variables_then_none_that_is_known_outside(synth: Synth):
    """Amazon refuses a machine in which a branch sets a variable of what is around it."""

    def check(states: dict[str, Any], outside: set[str]) -> None:
        known = {name for state in states.values() for name in state.get("Assign", {})}
        for state in states.values():
            for catch in state.get("Catch", []):
                known |= set(catch.get("Assign", {}))
        assert known.isdisjoint(outside), known & outside
        for state in states.values():
            inner = [*state.get("Branches", [])]
            inner += [state["ItemProcessor"]] if "ItemProcessor" in state else []
            for part in inner:
                check(part["States"], outside | known)

    check(read(synth, PIPELINE)["States"], set())


def test_given_a_plan_that_follows_the_analysis_when_run_then_that_is_made_first(synth: Synth):
    top = _top(synth, PIPELINE)
    (way, _) = top.states["Look first?"]["Choices"]

    assert way["Condition"] == "{% $analysis_first %}"
    assert way["Next"] == "Analyse windows first"
    assert top.following("Finish analysis first") == {"Cut and look"}
    assert top.states["Finish analysis first"]["Assign"] == {"analysis_needed": "{% false %}"}


def test_given_a_window_when_it_says_it_is_not_finished_then_it_is_cut_on(synth: Synth):
    window = next(flow for flow in flows(read(synth, PIPELINE)) if flow.name == "Cut windows")
    (choice,) = (state for state in window.states.values() if state["Type"] == "Choice")

    assert choice["Default"] == "Cut window"
    assert [it["Condition"] for it in choice["Choices"]] == ["{% $states.input.finished %}"]


@each_machine
def test_given_a_call_of_a_function_when_run_then_the_machine_may_make_it(
    synth: Synth, machine: str
):
    role = {"Role": resource(synth, machine)[1]["RoleArn"]}
    may = {target for action, target in synth.allowed(role) if action == "lambda:InvokeFunction"}
    calls = {task["Arguments"]["FunctionName"] for task in tasks(read(synth, machine)).values()}

    assert calls <= may
    assert {target.removesuffix(":*") for target in may} == calls
