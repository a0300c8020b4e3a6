"""The fetching of one video from its URL, until the function says that it is finished.

An execution is named by its video's id. The bytes are streamed by the function into parts of an
upload, which it notes on the video's row: here are only the ids. A video that is given up or
deleted meanwhile ends it quietly.
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
from infra.workflows.machine import CalledFunctions, make_machine, tell_of_bad_ends
from infra.workflows.steps import lambda_step, record_step

NAMES = ("video_id", "user_id")
IDS = {name: f"{{% ${name} %}}" for name in NAMES}


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestFunctions(CalledFunctions):
    fetch: lambda_.Function
    fail: lambda_.Function


class Ingest(Construct):
    def __init__(
        self, scope: Construct, name: str, settings: StageSettings, functions: IngestFunctions
    ) -> None:
        super().__init__(scope, name)
        done = sfn.Succeed(self, "Done")
        failed = sfn.Fail.jsonata(self, "Failed", error="IngestFailed", cause="The video says why.")
        recorded = record_step(self, functions.fail, IDS, failed, gone=done)
        fetch = lambda_step(self, "Fetch", functions.fetch, IDS, caught_by=recorded)
        finished = sfn.Condition.jsonata("{% $states.input.finished %}")
        again = sfn.Choice.jsonata(self, "Is all of it there?")
        begin = sfn.Pass.jsonata(
            self, "Begin", assign={name: f"{{% $states.input.{name} %}}" for name in NAMES}
        )
        self.machine = make_machine(
            self,
            settings,
            begin.next(fetch).next(again.when(finished, done).otherwise(fetch)),
            name="ingest",
            functions=functions.all(),
            timeout=Duration.hours(12),
        )
        # Of an execution that was stopped its name is all that is needed.
        stopped = events.RuleTargetInput.from_object(
            {"video_id": events.EventField.from_path("$.detail.name")}
        )
        tell_of_bad_ends(self, self.machine, targets.LambdaFunction(functions.fail, event=stopped))
