"""The cut of one range: plan, cut, and on any error a failure that its segment tells of.

An execution is named by its segment's id. A segment that is deleted meanwhile ends it quietly.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.settings import StageSettings
from infra.workflows.machine import make_machine, result, tell_of_bad_ends, text
from infra.workflows.steps import lambda_step

SEGMENT = {"segment_id": "{% $segment_id %}"}
PLANNED = {**SEGMENT, "plan_key": "{% $plan_key %}", "target_key": "{% $target_key %}"}


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeCutFunctions:
    plan: lambda_.Function
    cut: lambda_.Function
    fail: lambda_.Function

    def all(self) -> list[lambda_.Function]:
        return [getattr(self, field.name) for field in fields(self)]


class RangeCut(Construct):
    def __init__(
        self, scope: Construct, name: str, settings: StageSettings, functions: RangeCutFunctions
    ) -> None:
        super().__init__(scope, name)
        self._functions = functions
        done = sfn.Succeed(self, "Done")
        failed = self._record_failure(done)
        plan = lambda_step(
            self,
            "Plan range",
            functions.plan,
            SEGMENT,
            caught_by=failed,
            assign={key: result(key) for key in ("plan_key", "target_key")},
        )
        cut = lambda_step(self, "Cut range", functions.cut, PLANNED, caught_by=failed)
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

    def _record_failure(self, done: sfn.Succeed) -> sfn.TaskStateBase:
        """Writes `failed`; if even that fails, the execution does."""
        unrecorded = sfn.Fail.jsonata(
            self, "Failure not recorded", error="FailureNotRecorded", cause="See the first error."
        )
        step = lambda_step(
            self,
            "Record failure",
            self._functions.fail,
            {**PLANNED, "error": text("Error"), "cause": text("Cause")},
            caught_by=unrecorded,
        )
        failed = sfn.Fail.jsonata(
            self, "Failed", error="RangeFailed", cause="The segment says why."
        )
        any_failed = sfn.Condition.jsonata("{% $states.input.failed %}")
        step.next(
            sfn.Choice.jsonata(self, "Has it failed?").when(any_failed, failed).otherwise(done)
        )
        return step
