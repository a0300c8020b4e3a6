"""The search for moments as a part of another machine: it needs one variable and fails nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from aws_cdk import App, Duration, Stack
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk.assertions import Template
from statelint.config import Config
from statelint.linter import Linter
from statelint.problem import ProblemType

from infra.workflows.moments import MomentFunctions, MomentSteps
from tests.infra.handlers import payload_keys

LINT = Config(ignored_problem_types={ProblemType.FLOAT})


def _function(stack: Stack, name: str) -> lambda_.Function:
    return lambda_.Function(
        stack,
        name,
        code=lambda_.Code.from_inline("pass"),
        handler="index.x",
        runtime=lambda_.Runtime.PYTHON_3_13,
        timeout=Duration.seconds(60),
    )


@pytest.fixture(scope="module")
def definition() -> dict[str, Any]:
    """A machine that knows of a video, and looks for its moments last."""
    stack = Stack(App(), "Other")
    functions = MomentFunctions(
        generate=_function(stack, "Generate"), fail=_function(stack, "Fail")
    )
    known = sfn.Pass.jsonata(stack, "Begin", assign={"video_id": "{% $states.input.video_id %}"})
    chain = known.next(MomentSteps(stack, functions).after()).next(sfn.Succeed(stack, "Done"))
    sfn.StateMachine(
        stack,
        "Machine",
        definition_body=sfn.DefinitionBody.from_chainable(chain),
        query_language=sfn.QueryLanguage.JSONATA,
    )
    found = Template.from_stack(stack).find_resources("AWS::StepFunctions::StateMachine")
    (machine,) = found.values()
    parts = machine["Properties"]["DefinitionString"]["Fn::Join"][1]
    return dict(json.loads("".join(part if isinstance(part, str) else "arn" for part in parts)))


def test_given_the_steps_in_another_machine_when_linted_then_nothing_is_found(
    definition: dict[str, Any],
):
    assert Linter.validate(definition, LINT) == []


def test_given_a_run_of_the_pipeline_when_it_looks_for_moments_then_no_generation_is_named(
    definition: dict[str, Any],
):
    states = definition["States"]

    assert states["Begin moments"]["Assign"] == {"generation_id": ""}
    payload = states["Find moments"]["Arguments"]["Payload"]
    assert set(payload) == payload_keys("generate_moments")


def test_given_an_error_when_it_looks_for_moments_then_it_is_noted_and_the_run_goes_on(
    definition: dict[str, Any],
):
    states = definition["States"]
    (catch,) = states["Find moments"]["Catch"]

    assert catch["Next"] == "Fail moments"
    noting = states["Fail moments"]
    assert set(noting["Arguments"]["Payload"]) == payload_keys("fail_moments")
    assert noting["Next"] == states["Find moments"]["Next"] == "Moments done"
    assert states["Moments done"]["Next"] == "Done"
