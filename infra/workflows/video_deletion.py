"""The deletion of a video: the same step again and again, until nothing is found.

How far it is stands in the tables, not here: so the step may be ended and repeated anywhere. It
says when it is to be called next. A deletion that ends badly is told of by its rule, whichever way.
"""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.settings import StageSettings
from infra.workflows.machine import make_machine, tell_of_bad_ends, text
from infra.workflows.steps import lambda_step

IDS = {"video_id": "{% $video_id %}", "user_id": "{% $user_id %}"}


class VideoDeletion(Construct):
    def __init__(
        self,
        scope: Construct,
        name: str,
        settings: StageSettings,
        *,
        delete: lambda_.Function,
        end: lambda_.Function,
    ) -> None:
        super().__init__(scope, name)
        broken = sfn.Fail.jsonata(self, "Broken", error=text("Error"), cause=text("Cause"))
        step = lambda_step(self, "Delete some", delete, IDS, caught_by=broken)
        self.machine = make_machine(
            self,
            settings,
            self._begin().next(step).next(self._and_then(step)),
            name="video-deletion",
            functions=[delete],
            timeout=Duration.hours(12),
        )
        tell_of_bad_ends(self, self.machine, targets.LambdaFunction(end))

    def _begin(self) -> sfn.Pass:
        names = ("video_id", "user_id")
        return sfn.Pass.jsonata(
            self, "Begin", assign={name: f"{{% $states.input.{name} %}}" for name in names}
        )

    def _and_then(self, step: sfn.TaskStateBase) -> sfn.Choice:
        """What is to be done next, as the step says."""
        wait = sfn.Wait.jsonata(
            self, "Wait", time=sfn.WaitTime.seconds("{% $states.input.wait_s %}")
        )
        wait.next(step)
        failed = sfn.Fail.jsonata(
            self, "Failed", error="DeletionFailed", cause="The receipt says why."
        )
        return (
            sfn.Choice.jsonata(self, "And then?")
            .when(_next_is("deleted"), sfn.Succeed(self, "Deleted"))
            .when(_next_is("failed"), failed)
            .when(_next_is("wait"), wait)
            .otherwise(step)
        )


def _next_is(what: str) -> sfn.Condition:
    return sfn.Condition.jsonata(f"{{% $states.input.next = '{what}' %}}")
