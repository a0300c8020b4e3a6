"""The analyses inside of the video pipeline: all windows side by side, then one result.

They are made before the cut is planned where its plan follows what they find; else beside the cut,
where a failure is recorded on the video and fails nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.settings import StageSettings
from infra.workflows.machine import CalledFunctions, result, text
from infra.workflows.steps import lambda_step, noted_step

IDS = {"video_id": "{% $video_id %}", "run_id": "{% $run_id %}"}
ANALYSIS = {**IDS, "analysis_id": "{% $analysis_id %}"}
PLANNED = {
    "analysis_needed": result("needed"),
    "analysis_first": result("first"),
    "analysis_id": result("analysis_id"),
    "analysis_windows": result("windows"),
    "hls_wanted": result("hls"),
    "transcript_wanted": result("transcript"),
    "words_first": result("words_first"),
    "stages": result("stages"),
}
"""Variables that the step which plans the analyses sets; `stages` are those of the run."""
NOTHING_LEFT = {"analysis_needed": "{% false %}"}


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisFunctions(CalledFunctions):
    plan: lambda_.Function
    window: lambda_.Function
    finish: lambda_.Function
    fail: lambda_.Function


@dataclass(frozen=True, slots=True)
class AnalysisSteps:
    """Makes the steps; `settings` says how many windows are looked at side by side."""

    scope: Construct
    settings: StageSettings
    functions: AnalysisFunctions

    def plan(self, failed: sfn.IChainable) -> sfn.TaskStateBase:
        return lambda_step(
            self.scope, "Plan analysis", self.functions.plan, IDS, caught_by=failed, assign=PLANNED
        )

    def made(
        self, name: str, failed: sfn.IChainable, assign: dict[str, str] | None = None
    ) -> sfn.Chain:
        """Look at all windows and finish; every error leads to `failed`."""
        finish = lambda_step(
            self.scope,
            f"Finish analysis{name}",
            self.functions.finish,
            ANALYSIS,
            caught_by=failed,
            assign=assign,
        )
        windows = self._windows(name)
        windows.add_catch(failed, errors=["States.ALL"], outputs="{% $states.errorOutput %}")
        return sfn.Chain.start(windows).next(finish)

    def beside(self, name: str = "") -> sfn.Chain:
        """A branch beside others: what is left, or nothing; a failure is noted."""
        done = sfn.Pass.jsonata(self.scope, f"Analysis done{name}", outputs={})
        noted = noted_step(self.scope, f"analysis{name}", self.functions.fail, IDS, done)
        made = self.made(name, noted).next(done)
        needed = sfn.Condition.jsonata("{% $analysis_needed %}")
        choice = sfn.Choice.jsonata(self.scope, f"Anything to look for{name}?")
        return sfn.Chain.start(choice.when(needed, made).otherwise(done))

    def _windows(self, name: str) -> sfn.Map:
        failed = sfn.Fail.jsonata(
            self.scope, f"Look{name} failed", error=text("Error"), cause=text("Cause")
        )
        look = lambda_step(
            self.scope,
            f"Analyse window{name}",
            self.functions.window,
            {**ANALYSIS, "window": "{% $window %}"},
            caught_by=failed,
        )
        take = sfn.Pass.jsonata(
            self.scope, f"Take look{name}", assign={"window": "{% $states.input %}"}
        )
        windows = sfn.Map.jsonata(
            self.scope,
            f"Analyse windows{name}",
            items=sfn.ProvideItems.jsonata("{% $analysis_windows %}"),
            max_concurrency=self.settings.analyses_at_once,
            outputs={},
        )
        windows.item_processor(take.next(look))
        return windows
