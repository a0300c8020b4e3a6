"""The search for moments: one step, and on any error a failure that its generation tells of.

The step stands in a machine of its own, for whoever asks by the API; a run of the video pipeline
has its own (see `words`).
"""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.settings import StageSettings
from infra.workflows.machine import CalledFunctions, make_machine, tell_of_bad_ends
from infra.workflows.steps import lambda_step, record_step

IDS = {"video_id": "{% $video_id %}", "generation_id": "{% $generation_id %}"}


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentFunctions(CalledFunctions):
    generate: lambda_.Function
    fail: lambda_.Function


class MomentSearch(Construct):
    """The machine. An execution is named by its video and its generation."""

    def __init__(
        self, scope: Construct, name: str, settings: StageSettings, functions: MomentFunctions
    ) -> None:
        super().__init__(scope, name)
        failed = sfn.Fail.jsonata(
            self, "Failed", error="MomentsFailed", cause="The generation says why."
        )
        recorded = record_step(self, functions.fail, IDS, failed)
        begin = sfn.Pass.jsonata(
            self, "Begin", assign={key: f"{{% $states.input.{key} %}}" for key in IDS}
        )
        find = lambda_step(self, "Find moments", functions.generate, IDS, caught_by=recorded)
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
