"""What is made of what is said, inside of the video pipeline: the transcript, its moments, their
clips.

It is made beside the cut, where a failure fails nothing; before it where the cut follows moments.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.workflows.analysis import IDS
from infra.workflows.machine import in_run
from infra.workflows.steps import lambda_step, noted_step
from infra.workflows.transcript import TranscriptSteps

NOT_MADE = {"words_made": "{% false %}"}
MADE = {"words_made": "{% true %}"}
"""Whether moments were found before the cut was planned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WordFunctions:
    find: lambda_.Function
    clips: lambda_.Function
    fail: lambda_.Function

    def all(self) -> list[lambda_.Function]:
        return [getattr(self, field.name) for field in fields(self)]


@dataclass(frozen=True, slots=True)
class WordSteps:
    """Makes the steps."""

    scope: Construct
    functions: WordFunctions
    said: TranscriptSteps

    def beside(self) -> sfn.Chain:
        """A branch beside the cut: what was made before that is not made again."""
        done = sfn.Pass.jsonata(self.scope, "Words done", outputs={})
        noted = noted_step(self.scope, "words", self.functions.fail, IDS, done)
        clips = self._clips(noted, done)
        moments = self._moments("", noted, clips)
        said = self.said.beside(then=moments)
        made = sfn.Condition.jsonata("{% $words_made %}")
        choice = sfn.Choice.jsonata(self.scope, "Were moments found before?")
        return sfn.Chain.start(choice.when(made, clips).otherwise(said))

    def first(self, failed: sfn.IChainable, then: sfn.IChainable) -> sfn.Chain:
        """Before the cut is planned: an error leads to `failed`."""
        found = sfn.Pass.jsonata(self.scope, "Words found", outputs={}, assign=MADE)
        found.next(then)
        return self.said.first(failed, then=self._moments(" first", failed, found))

    def _moments(
        self, name: str, caught_by: sfn.IChainable, then: sfn.IChainable
    ) -> sfn.IChainable:
        find = lambda_step(
            self.scope, f"Find moments{name}", self.functions.find, IDS, caught_by=caught_by
        )
        find.next(then)
        choice = sfn.Choice.jsonata(self.scope, f"Are moments wanted{name}?")
        return choice.when(in_run("moments"), find).otherwise(then)

    def _clips(self, caught_by: sfn.IChainable, then: sfn.IChainable) -> sfn.IChainable:
        cut = lambda_step(self.scope, "Cut clips", self.functions.clips, IDS, caught_by=caught_by)
        cut.next(then)
        choice = sfn.Choice.jsonata(self.scope, "Are clips wanted?")
        return choice.when(in_run("clips"), cut).otherwise(then)
