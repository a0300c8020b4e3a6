"""The video pipeline: claim, probe, plan, cut all windows, join the sound, finish.

Every error of every step ends in `Fail run`, which writes down why. Payloads carry ids and
indexes; plans and indexes of keyframes are objects in the bucket.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from aws_cdk import Duration
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.settings import StageSettings
from infra.workflows.machine import make_machine, result, tell_of_bad_ends, text
from infra.workflows.steps import lambda_step

IDS = {"video_id": "{% $video_id %}", "run_id": "{% $run_id %}"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineFunctions:
    claim: lambda_.Function
    probe: lambda_.Function
    plan: lambda_.Function
    cut: lambda_.Function
    audio: lambda_.Function
    finish: lambda_.Function
    fail: lambda_.Function

    def all(self) -> list[lambda_.Function]:
        return [getattr(self, field.name) for field in fields(self)]


class VideoPipeline(Construct):
    def __init__(
        self, scope: Construct, name: str, settings: StageSettings, functions: PipelineFunctions
    ) -> None:
        super().__init__(scope, name)
        self._functions = functions
        self._failed = self._fail_run()
        chain = (
            self._begin()
            .next(self._step("Claim", functions.claim, assign={"tier": result("tier")}))
            .next(self._step("Probe", functions.probe, {**IDS, "tier": "{% $tier %}"}))
            .next(self._step("Plan", functions.plan))
            .next(self._cut(settings))
            .next(self._step("Join audio", functions.audio))
            .next(self._step("Finish", functions.finish))
            .next(sfn.Succeed(self, "Done"))
        )
        self.machine = make_machine(
            self,
            settings,
            chain,
            name="video-pipeline",
            functions=functions.all(),
            timeout=Duration.hours(12),
        )

    def tell_of_bad_ends(self, function: lambda_.Function) -> None:
        tell_of_bad_ends(self, self.machine, targets.LambdaFunction(function))

    def _begin(self) -> sfn.Pass:
        """The ids are variables, so that no step has to hand them on."""
        names = ("video_id", "run_id")
        return sfn.Pass.jsonata(
            self, "Begin", assign={name: f"{{% $states.input.{name} %}}" for name in names}
        )

    def _step(
        self,
        name: str,
        function: lambda_.Function,
        payload: dict[str, str] | None = None,
        assign: dict[str, str] | None = None,
    ) -> sfn.TaskStateBase:
        return lambda_step(
            self, name, function, payload or IDS, caught_by=self._failed, assign=assign
        )

    def _cut(self, settings: StageSettings) -> sfn.Map:
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
            max_concurrency=settings.windows_at_once,
            outputs={},
        )
        windows.item_processor(
            take.next(cut).next(again.when(finished, done).otherwise(cut)),
        )
        windows.add_catch(self._failed, errors=["States.ALL"], outputs="{% $states.errorOutput %}")
        return windows

    def _fail_run(self) -> sfn.TaskStateBase:
        """Writes `failed`; if even that fails, the execution does."""
        unrecorded = sfn.Fail.jsonata(
            self, "Failure not recorded", error="FailureNotRecorded", cause="See the first error."
        )
        step = lambda_step(
            self,
            "Fail run",
            self._functions.fail,
            {
                **IDS,
                "error": text("Error"),
                "cause": text("Cause"),
            },
            caught_by=unrecorded,
        )
        step.next(sfn.Fail.jsonata(self, "Failed", error="RunFailed", cause="The run says why."))
        return step
