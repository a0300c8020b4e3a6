"""The HLS rendition inside of the video pipeline: all windows side by side, then one playlist.

It is written after the cut, where a failure is recorded on the video and fails nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.settings import StageSettings
from infra.workflows.analysis import IDS
from infra.workflows.machine import CalledFunctions, result, text
from infra.workflows.steps import lambda_step, noted_step

RENDITION = {**IDS, "hls_id": "{% $hls_id %}"}
PLANNED = {"hls_id": result("hls_id"), "hls_windows": result("windows")}


@dataclass(frozen=True, slots=True, kw_only=True)
class HlsFunctions(CalledFunctions):
    plan: lambda_.Function
    window: lambda_.Function
    finish: lambda_.Function
    fail: lambda_.Function


@dataclass(frozen=True, slots=True)
class HlsSteps:
    """Makes the steps; `settings` says how many windows are written side by side."""

    scope: Construct
    settings: StageSettings
    functions: HlsFunctions

    def after(self) -> sfn.Chain:
        """What follows the cut; nothing is called where no HLS is wanted."""
        done = sfn.Pass.jsonata(self.scope, "HLS done", outputs={})
        noted = noted_step(self.scope, "HLS", self.functions.fail, IDS, done)
        plan = lambda_step(
            self.scope, "Plan HLS", self.functions.plan, IDS, caught_by=noted, assign=PLANNED
        )
        finish = lambda_step(
            self.scope, "Finish HLS", self.functions.finish, RENDITION, caught_by=noted
        )
        windows = self._windows()
        windows.add_catch(noted, errors=["States.ALL"], outputs="{% $states.errorOutput %}")
        made = plan.next(windows).next(finish).next(done)
        wanted = sfn.Condition.jsonata("{% $hls_wanted %}")
        choice = sfn.Choice.jsonata(self.scope, "Is HLS wanted?")
        return sfn.Chain.start(choice.when(wanted, made).otherwise(done))

    def _windows(self) -> sfn.Map:
        failed = sfn.Fail.jsonata(
            self.scope, "HLS window failed", error=text("Error"), cause=text("Cause")
        )
        write = lambda_step(
            self.scope,
            "Write HLS",
            self.functions.window,
            {**RENDITION, "window": "{% $window %}"},
            caught_by=failed,
        )
        take = sfn.Pass.jsonata(
            self.scope, "Take HLS window", assign={"window": "{% $states.input %}"}
        )
        windows = sfn.Map.jsonata(
            self.scope,
            "Write HLS windows",
            items=sfn.ProvideItems.jsonata("{% $hls_windows %}"),
            max_concurrency=self.settings.hls_at_once,
            outputs={},
        )
        windows.item_processor(take.next(write))
        return windows
