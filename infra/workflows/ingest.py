"""The fetching of one video from its URL, until the function says that it is finished.

An execution is named by its video's id. The bytes are streamed by the function into parts of an
upload, which it notes on the video's row: here are only the ids. A video that is given up or
deleted meanwhile ends it quietly.
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
from infra.workflows.machine import make_machine, tell_of_bad_ends, text
from infra.workflows.steps import lambda_step

NAMES = ("video_id", "user_id")
IDS = {name: f"{{% ${name} %}}" for name in NAMES}


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestFunctions:
    fetch: lambda_.Function
    fail: lambda_.Function

    def all(self) -> list[lambda_.Function]:
        return [getattr(self, field.name) for field in fields(self)]


class Ingest(Construct):
    def __init__(
        self, scope: Construct, name: str, settings: StageSettings, functions: IngestFunctions
    ) -> None:
        super().__init__(scope, name)
        self._functions = functions
        done = sfn.Succeed(self, "Done")
        fetch = lambda_step(
            self, "Fetch", functions.fetch, IDS, caught_by=self._record_failure(done)
        )
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

    def _record_failure(self, done: sfn.Succeed) -> sfn.TaskStateBase:
        """Writes `failed`; if even that fails, the execution does."""
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
        failed = sfn.Fail.jsonata(self, "Failed", error="IngestFailed", cause="The video says why.")
        any_failed = sfn.Condition.jsonata("{% $states.input.failed %}")
        step.next(
            sfn.Choice.jsonata(self, "Has it failed?").when(any_failed, failed).otherwise(done)
        )
        return step
