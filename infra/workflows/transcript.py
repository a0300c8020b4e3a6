"""What is said, inside of the video pipeline: the sound of each window is taken out, then a task
waits until the transcriber has written it down; then one transcript.

It is made beside the cut, where a failure is recorded on the video and fails nothing; before it
where the cut follows moments.
"""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.settings import StageSettings
from infra.workflows.analysis import IDS
from infra.workflows.machine import CalledFunctions, result, text
from infra.workflows.steps import lambda_step, noted_step, waiting_step

SAID = {**IDS, "transcription_id": "{% $transcription_id %}"}
WINDOW = {**SAID, "window": "{% $window %}"}
PLANNED = {"transcription_id": result("transcription_id"), "speech_windows": result("windows")}
NOTHING_TO_SAY = {"transcript_wanted": "{% false %}"}
AT_ONCE = 4
"""Windows that are listened to side by side; most videos have one."""
JOB_HOURS = 5
"""A job is of three hours of sound at the most, and takes a fraction of that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptFunctions(CalledFunctions):
    plan: lambda_.Function
    extract: lambda_.Function
    wait: lambda_.Function
    finish: lambda_.Function
    fail: lambda_.Function


@dataclass(frozen=True, slots=True)
class TranscriptSteps:
    """Makes the steps."""

    scope: Construct
    settings: StageSettings
    functions: TranscriptFunctions

    def beside(self) -> sfn.Chain:
        """A branch beside others: a failure is noted."""
        done = sfn.Pass.jsonata(self.scope, "Transcript done", outputs={})
        noted = noted_step(self.scope, "transcript", self.functions.fail, IDS, done)
        return self._made("", noted, done)

    def first(self, name: str) -> sfn.Chain:
        """A branch that fails where there will be no transcript."""
        done = sfn.Pass.jsonata(self.scope, f"Transcript done{name}", outputs={})
        failed = sfn.Fail.jsonata(
            self.scope, f"Transcript failed{name}", error=text("Error"), cause=text("Cause")
        )
        return self._made(name, failed, done)

    def _made(self, name: str, caught_by: sfn.IChainable, done: sfn.Pass) -> sfn.Chain:
        """Nothing is called where no transcript is wanted."""
        calls = self.functions
        plan = lambda_step(
            self.scope,
            f"Plan transcript{name}",
            calls.plan,
            IDS,
            caught_by=caught_by,
            assign=PLANNED,
        )
        finish = lambda_step(
            self.scope, f"Finish transcript{name}", calls.finish, SAID, caught_by=caught_by
        )
        windows = self._windows(name)
        windows.add_catch(caught_by, errors=["States.ALL"], outputs="{% $states.errorOutput %}")
        made = plan.next(windows).next(finish).next(done)
        wanted = sfn.Condition.jsonata("{% $transcript_wanted %}")
        choice = sfn.Choice.jsonata(self.scope, f"Is a transcript wanted{name}?")
        return sfn.Chain.start(choice.when(wanted, made).otherwise(done))

    def _windows(self, name: str) -> sfn.Map:
        take = sfn.Pass.jsonata(
            self.scope, f"Take speech{name}", assign={"window": "{% $states.input %}"}
        )
        windows = sfn.Map.jsonata(
            self.scope,
            f"Listen to windows{name}",
            items=sfn.ProvideItems.jsonata("{% $speech_windows %}"),
            max_concurrency=AT_ONCE,
            outputs={},
        )
        windows.item_processor(take.next(self._heard(name)))
        return windows

    def _heard(self, name: str) -> sfn.Chain:
        """Where nothing is to be heard, nobody is asked."""
        failed = sfn.Fail.jsonata(
            self.scope, f"Listening failed{name}", error=text("Error"), cause=text("Cause")
        )
        extract = lambda_step(
            self.scope, f"Extract speech{name}", self.functions.extract, WINDOW, caught_by=failed
        )
        wait = waiting_step(
            self.scope,
            f"Transcribe{name}",
            self.functions.wait,
            WINDOW,
            caught_by=failed,
            most=Duration.hours(JOB_HOURS),
        )
        heard = sfn.Pass.jsonata(self.scope, f"Window heard{name}", outputs={})
        audible = sfn.Condition.jsonata("{% $states.input.audible %}")
        choice = sfn.Choice.jsonata(self.scope, f"Anything to hear{name}?")
        return extract.next(choice.when(audible, wait.next(heard)).otherwise(heard))
