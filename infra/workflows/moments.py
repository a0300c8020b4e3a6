"""The search for moments: one step, and on any error a failure that its generation tells of.

The step stands in a machine of its own, for whoever asks by the API; a run of the video pipeline
has its own (see `words`).
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from aws_cdk import Duration
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.settings import StageSettings
from infra.workflows.machine import make_machine, tell_of_bad_ends, text
from infra.workflows.steps import lambda_step

IDS = {"video_id": "{% $video_id %}", "generation_id": "{% $generation_id %}"}


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentFunctions:
    generate: lambda_.Function
    fail: lambda_.Function

    def all(self) -> list[lambda_.Function]:
        return [getattr(self, field.name) for field in fields(self)]


class MomentSearch(Construct):
    """The machine. An execution is named by its video and its generation."""

    def __init__(
        self, scope: Construct, name: str, settings: StageSettings, functions: MomentFunctions
    ) -> None:
        super().__init__(scope, name)
        self._functions = functions
        begin = sfn.Pass.jsonata(
            self, "Begin", assign={key: f"{{% $states.input.{key} %}}" for key in IDS}
        )
        find = lambda_step(
            self, "Find moments", functions.generate, IDS, caught_by=self._record_failure()
        )
        self.machine = make_machine(
            self,
            settings,
            begin.next(find).next(sfn.Succeed(self, "Done")),
            name="moments",
            functions=functions.all(),
            # Less than a generation keeps its video for itself.
            timeout=Duration.minutes(70),
        )

    def tell_of_bad_ends(self, function: lambda_.Function) -> None:
        tell_of_bad_ends(self, self.machine, targets.LambdaFunction(function))

    def _record_failure(self) -> sfn.TaskStateBase:
        """Writes `failed`; if even that fails, the execution's end is told of."""
        unrecorded = sfn.Fail.jsonata(
            self, "Failure not recorded", error="FailureNotRecorded", cause="See the first error."
        )
        step = lambda_step(
            self,
            "Record failure",
            self._functions.fail,
            {**IDS, "error": text("Error"), "cause": text("Cause")},
            caught_by=unrecorded,
        )
        step.next(
            sfn.Fail.jsonata(
                self, "Failed", error="MomentsFailed", cause="The generation says why."
            )
        )
        return step
