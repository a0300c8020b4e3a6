"""One lip-sync job: look at its files, wait for a place at the provider, have it made, fetch it.

An execution is named by its job's id. It turns on `next`, which a submission and a collection
answer with: a generation that came to nothing is followed by another, with a pause in between, and
files that could not be read are written anew first. While it waits, nothing of ours runs.
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
from infra.workflows.machine import make_machine, result, tell_of_bad_ends
from infra.workflows.steps import lambda_step, record_step, waiting_step

JOB = {"job_id": "{% $job_id %}"}
ONWARD = {"next": result("next"), "pause": result("seconds")}
LINE_HOURS = 16
PROVIDER_HOURS = 5
"""A generation has less; this only ends what nobody looks at any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LipSyncFunctions:
    prepare: lambda_.Function
    enter: lambda_.Function
    submit: lambda_.Function
    wait: lambda_.Function
    collect: lambda_.Function
    encode: lambda_.Function
    finish: lambda_.Function
    fail: lambda_.Function

    def all(self) -> list[lambda_.Function]:
        return [getattr(self, field.name) for field in fields(self)]


class LipSync(Construct):
    def __init__(
        self, scope: Construct, name: str, settings: StageSettings, functions: LipSyncFunctions
    ) -> None:
        super().__init__(scope, name)
        self._functions = functions
        done = sfn.Succeed(self, "Done")
        error = sfn.Fail.jsonata(self, "Failed", error="LipSyncFailed", cause="The job says why.")
        failed = record_step(self, functions.fail, JOB, error, gone=done)
        fits = sfn.Condition.jsonata("{% $states.input.fits %}")
        prepare = lambda_step(self, "Look at files", functions.prepare, JOB, caught_by=failed)
        enter = waiting_step(
            self,
            "Wait for a place",
            functions.enter,
            JOB,
            caught_by=failed,
            most=Duration.hours(LINE_HOURS),
        )
        enter.next(self._made(failed, done))
        choice = sfn.Choice.jsonata(self, "Do they fit?").when(fits, enter).otherwise(done)
        begin = sfn.Pass.jsonata(self, "Begin", assign={"job_id": "{% $states.input.job_id %}"})
        self.machine = make_machine(
            self,
            settings,
            begin.next(prepare).next(choice),
            name="lipsync",
            functions=functions.all(),
            timeout=Duration.hours(24),
        )
        self._tell_of_bad_ends()

    def _made(self, failed: sfn.IChainable, done: sfn.Succeed) -> sfn.TaskStateBase:
        """The round of submission, waiting and collection, until `next` leads out of it."""
        functions = self._functions
        submit = lambda_step(self, "Submit", functions.submit, JOB, caught_by=failed, assign=ONWARD)
        wait = waiting_step(
            self,
            "Wait for the provider",
            functions.wait,
            JOB,
            caught_by=failed,
            most=Duration.hours(PROVIDER_HOURS),
        )
        collect = lambda_step(
            self, "Collect", functions.collect, JOB, caught_by=failed, assign=ONWARD
        )
        encode = lambda_step(self, "Encode files", functions.encode, JOB, caught_by=failed)
        finish = lambda_step(self, "Finish", functions.finish, JOB, caught_by=failed)
        pause = sfn.Wait.jsonata(self, "Pause", time=sfn.WaitTime.seconds("{% $pause %}"))
        onward = sfn.Choice.jsonata(self, "What comes next?")
        onward.when(_next("wait"), wait).when(_next("submit"), pause)
        onward.when(_next("encode"), encode).when(_next("finish"), finish).otherwise(done)
        submit.next(onward)
        wait.next(collect)
        collect.next(onward)
        pause.next(submit)
        encode.next(submit)
        finish.next(done)
        return submit

    def _tell_of_bad_ends(self) -> None:
        """Of an execution that was stopped its name is all that is needed."""
        stopped = events.RuleTargetInput.from_object(
            {"job_id": events.EventField.from_path("$.detail.name")}
        )
        target = targets.LambdaFunction(self._functions.fail, event=stopped)
        tell_of_bad_ends(self, self.machine, target)


def _next(step: str) -> sfn.Condition:
    return sfn.Condition.jsonata(f"{{% $next = '{step}' %}}")
