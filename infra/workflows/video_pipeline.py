"""The video pipeline: claim, probe, then plan, cut all windows, join segments that were encoded in
chunks and the sound beside the analyses and beside what is said, which is written down, looked
through for moments and cut as clips (what the plan follows of it comes first); finish.

Every error of every step ends in `Fail run`, which writes down why. Payloads carry ids and
indexes; plans and indexes of keyframes are objects in the bucket.
"""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.settings import StageSettings
from infra.workflows.analysis import IDS, NOTHING_LEFT, AnalysisFunctions, AnalysisSteps
from infra.workflows.hls import HlsFunctions, HlsSteps
from infra.workflows.machine import (
    CalledFunctions,
    in_run,
    make_machine,
    result,
    tell_of_bad_ends,
    text,
)
from infra.workflows.steps import lambda_step, record_step
from infra.workflows.transcript import TranscriptFunctions, TranscriptSteps
from infra.workflows.words import NOT_FOUND, WordFunctions, WordSteps


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineFunctions(CalledFunctions):
    claim: lambda_.Function
    probe: lambda_.Function
    plan: lambda_.Function
    cut: lambda_.Function
    join: lambda_.Function
    audio: lambda_.Function
    finish: lambda_.Function
    fail: lambda_.Function


PLANNED_CUT = {"joins": result("joins"), "at_once": result("at_once")}
"""Variables that the step which plans the cut sets."""


class VideoPipeline(Construct):
    def __init__(
        self,
        scope: Construct,
        name: str,
        settings: StageSettings,
        functions: PipelineFunctions,
        analysis: AnalysisFunctions,
        hls: HlsFunctions,
        transcript: TranscriptFunctions,
        words: WordFunctions,
    ) -> None:
        super().__init__(scope, name)
        self._functions = functions
        failed = sfn.Fail.jsonata(self, "Failed", error="RunFailed", cause="The run says why.")
        self._failed = record_step(self, functions.fail, IDS, failed, name="Fail run")
        steps = AnalysisSteps(self, settings, analysis)
        said = WordSteps(self, words, steps, TranscriptSteps(self, settings, transcript))
        made = self._cut_beside(HlsSteps(self, settings, hls), said)
        made.next(self._step("Finish", functions.finish)).next(sfn.Succeed(self, "Done"))
        chain = (
            self._begin()
            .next(self._step("Claim", functions.claim, assign={"tier": result("tier")}))
            .next(self._step("Probe", functions.probe, {**IDS, "tier": "{% $tier %}"}))
            .next(steps.plan(self._failed))
            .next(self._first(steps, said, made))
        )
        called = (functions, analysis, hls, transcript, words)
        self.machine = make_machine(
            self,
            settings,
            chain,
            name="video-pipeline",
            functions=[one for part in called for one in part.all()],
            timeout=Duration.hours(12),
        )

    def tell_of_bad_ends(self, function: lambda_.Function) -> None:
        tell_of_bad_ends(self, self.machine, targets.LambdaFunction(function))

    def _begin(self) -> sfn.Pass:
        """The ids are variables, so that no step has to hand them on."""
        ids = {name: f"{{% $states.input.{name} %}}" for name in ("video_id", "run_id")}
        return sfn.Pass.jsonata(self, "Begin", assign={**ids, **NOT_FOUND})

    def _step(
        self,
        name: str,
        function: lambda_.Function,
        payload: dict[str, str] | None = None,
        assign: dict[str, str] | None = None,
        failed: sfn.IChainable | None = None,
    ) -> sfn.TaskStateBase:
        caught_by = failed or self._failed
        return lambda_step(self, name, function, payload or IDS, caught_by=caught_by, assign=assign)

    def _first(self, steps: AnalysisSteps, said: WordSteps, then: sfn.Parallel) -> sfn.Choice:
        """Where the cut follows what is seen, heard or said, that comes before its plan."""
        seen = sfn.Condition.jsonata("{% $analysis_first %}")
        words = sfn.Condition.jsonata("{% $words_first %}")
        looked = steps.made(" first", self._failed, NOTHING_LEFT).next(then)
        found = said.first(self._failed, then)
        choice = sfn.Choice.jsonata(self, "Look first?")
        return choice.when(seen, looked).when(words, found).otherwise(then)

    def _cut_beside(self, hls: HlsSteps, said: WordSteps) -> sfn.Parallel:
        """The cut in one branch, what is seen and said in another. HLS comes after the cut, which
        makes the proxy that it may be a copy of."""
        both = sfn.Parallel.jsonata(self, "Cut and look", outputs={})
        both.branch(self._cut_branch(hls.after()), said.beside())
        both.add_catch(self._failed, errors=["States.ALL"], outputs="{% $states.errorOutput %}")
        return both

    def _cut_branch(self, rest: sfn.Chain) -> sfn.Chain:
        """Plan, cut and join, as far as the run goes through that."""
        failed = sfn.Fail.jsonata(self, "Cut failed", error=text("Error"), cause=text("Cause"))
        audio = self._step("Join audio", self._functions.audio, failed=failed).next(rest)
        sound = sfn.Choice.jsonata(self, "Is the sound wanted?")
        cut = (
            self._step("Plan", self._functions.plan, failed=failed, assign=PLANNED_CUT)
            .next(self._cut(failed))
            .next(self._joins(failed))
            .next(sound.when(in_run("audio"), audio).otherwise(rest))
        )
        wanted = sfn.Choice.jsonata(self, "Is a cut wanted?")
        return sfn.Chain.start(wanted.when(in_run("plan"), cut).otherwise(rest))

    def _cut(self, branch_failed: sfn.Fail) -> sfn.Map:
        """All windows side by side; each window is called until it says it is finished."""
        again = sfn.Choice.jsonata(self, "Window finished?")
        failed = sfn.Fail.jsonata(
            self,
            "Window failed",
            error=text("Error"),
            cause=text("Cause"),
        )
        cut = lambda_step(
            self,
            "Cut window",
            self._functions.cut,
            {**IDS, "window": "{% $window %}"},
            caught_by=failed,
        )
        take = sfn.Pass.jsonata(self, "Take window", assign={"window": "{% $states.input %}"})
        done = sfn.Pass.jsonata(self, "Window done", outputs={})
        finished = sfn.Condition.jsonata("{% $states.input.finished %}")
        windows = sfn.Map.jsonata(
            self,
            "Cut windows",
            items=sfn.ProvideItems.jsonata("{% $states.input.windows %}"),
            jsonata_max_concurrency="{% $at_once %}",
            outputs={},
        )
        windows.item_processor(
            take.next(cut).next(again.when(finished, done).otherwise(cut)),
        )
        windows.add_catch(branch_failed, errors=["States.ALL"], outputs="{% $states.errorOutput %}")
        return windows

    def _joins(self, branch_failed: sfn.Fail) -> sfn.Map:
        """Each segment whose picture was encoded in chunks; mostly there is none."""
        failed = sfn.Fail.jsonata(self, "Join failed", error=text("Error"), cause=text("Cause"))
        join = lambda_step(
            self,
            "Join segment",
            self._functions.join,
            {**IDS, "window": "{% $window %}"},
            caught_by=failed,
        )
        take = sfn.Pass.jsonata(self, "Take join", assign={"window": "{% $states.input %}"})
        joins = sfn.Map.jsonata(
            self,
            "Join segments",
            items=sfn.ProvideItems.jsonata("{% $joins %}"),
            jsonata_max_concurrency="{% $at_once %}",
            outputs={},
        )
        joins.item_processor(take.next(join))
        joins.add_catch(branch_failed, errors=["States.ALL"], outputs="{% $states.errorOutput %}")
        return joins
