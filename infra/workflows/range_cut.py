"""The cut of one range: plan, cut, and on any error a failure that its segment tells of.

An execution is named by its segment's id. A segment that is deleted meanwhile ends it quietly.
"""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.settings import StageSettings
from infra.workflows.machine import CalledFunctions, make_machine, result, tell_of_bad_ends
from infra.workflows.steps import lambda_step, record_step

SEGMENT = {"segment_id": "{% $segment_id %}"}
PLANNED = {**SEGMENT, "plan_key": "{% $plan_key %}", "target_key": "{% $target_key %}"}


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeCutFunctions(CalledFunctions):
    plan: lambda_.Function
    cut: lambda_.Function
    fail: lambda_.Function


class RangeCut(Construct):
    def __init__(
        self, scope: Construct, name: str, settings: StageSettings, functions: RangeCutFunctions
    ) -> None:
        super().__init__(scope, name)
        done = sfn.Succeed(self, "Done")
        failed = sfn.Fail.jsonata(
            self, "Failed", error="RangeFailed", cause="The segment says why."
        )
        recorded = record_step(self, functions.fail, PLANNED, failed, gone=done)
        plan = lambda_step(
            self,
            "Plan range",
            functions.plan,
            SEGMENT,
            caught_by=recorded,
            assign={key: result(key) for key in ("plan_key", "target_key")},
        )
        cut = lambda_step(self, "Cut range", functions.cut, PLANNED, caught_by=recorded)
        self.machine = make_machine(
            self,
            settings,
            self._begin().next(plan).next(cut).next(done),
            name="range-cut",
            functions=functions.all(),
            timeout=Duration.hours(4),
        )
        # An execution's name is all that is needed.
        stopped = events.RuleTargetInput.from_object(
            {"segment_id": events.EventField.from_path("$.detail.name")}
        )
        tell_of_bad_ends(self, self.machine, targets.LambdaFunction(functions.fail, event=stopped))

    def _begin(self) -> sfn.Pass:
        """There are no keys before the plan is made, and a failure may come before that."""
        known = {"segment_id": "{% $states.input.segment_id %}", "plan_key": "", "target_key": ""}
        return sfn.Pass.jsonata(self, "Begin", assign=known)
