"""What is said, inside of the video pipeline: the sound of each window is taken out, then a task
waits until the transcriber has written it down; then one transcript.

It is made beside the cut, where a failure is recorded on the video and fails nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from aws_cdk import Duration
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.settings import StageSettings
from infra.workflows.analysis import IDS
from infra.workflows.machine import result, text
from infra.workflows.steps import lambda_step, noted_step, waiting_step

SAID = {**IDS, "transcription_id": "{% $transcription_id %}"}
WINDOW = {**SAID, "window": "{% $window %}"}
PLANNED = {"transcription_id": result("transcription_id"), "speech_windows": result("windows")}
AT_ONCE = 4
"""Windows that are listened to side by side; most videos have one."""
JOB_HOURS = 5
"""A job is of three hours of sound at the most, and takes a fraction of that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptFunctions:
    plan: lambda_.Function
    extract: lambda_.Function
    wait: lambda_.Function
    finish: lambda_.Function
    fail: lambda_.Function

    def all(self) -> list[lambda_.Function]:
        return [getattr(self, field.name) for field in fields(self)]


@dataclass(frozen=True, slots=True)
class TranscriptSteps:
    """Makes the steps."""

    scope: Construct
    settings: StageSettings
    functions: TranscriptFunctions

    def beside(self) -> sfn.Chain:
        """A branch beside the cut; nothing is called where no transcript is wanted."""
        done = sfn.Pass.jsonata(self.scope, "Transcript done", outputs={})
        noted = noted_step(self.scope, "transcript", self.functions.fail, IDS, done)
        plan = lambda_step(
            self.scope, "Plan transcript", self.functions.plan, IDS, caught_by=noted, assign=PLANNED
        )
        finish = lambda_step(
            self.scope, "Finish transcript", self.functions.finish, SAID, caught_by=noted
        )
        windows = self._windows()
        windows.add_catch(noted, errors=["States.ALL"], outputs="{% $states.errorOutput %}")
        made = plan.next(windows).next(finish).next(done)
        wanted = sfn.Condition.jsonata("{% $transcript_wanted %}")
        choice = sfn.Choice.jsonata(self.scope, "Is a transcript wanted?")
        return sfn.Chain.start(choice.when(wanted, made).otherwise(done))

    def _windows(self) -> sfn.Map:
        take = sfn.Pass.jsonata(self.scope, "Take speech", assign={"window": "{% $states.input %}"})
        windows = sfn.Map.jsonata(
            self.scope,
            "Listen to windows",
            items=sfn.ProvideItems.jsonata("{% $speech_windows %}"),
            max_concurrency=AT_ONCE,
            outputs={},
        )
        windows.item_processor(take.next(self._heard()))
        return windows

    def _heard(self) -> sfn.Chain:
        """Where nothing is to be heard, nobody is asked."""
        failed = sfn.Fail.jsonata(
            self.scope, "Listening failed", error=text("Error"), cause=text("Cause")
        )
        extract = lambda_step(
            self.scope, "Extract speech", self.functions.extract, WINDOW, caught_by=failed
        )
        wait = waiting_step(
            self.scope,
            "Transcribe",
            self.functions.wait,
            WINDOW,
            caught_by=failed,
            most=Duration.hours(JOB_HOURS),
        )
        heard = sfn.Pass.jsonata(self.scope, "Window heard", outputs={})
        audible = sfn.Condition.jsonata("{% $states.input.audible %}")
        choice = sfn.Choice.jsonata(self.scope, "Anything to hear?")
        return extract.next(choice.when(audible, wait.next(heard)).otherwise(heard))
