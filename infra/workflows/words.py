"""What is made of what is said, inside of the video pipeline: the transcript, its moments, their
clips.

It is made beside the cut, where a failure is noted and fails nothing; before it where the cut
follows moments. How loud it is counts for a moment, too: the video is looked at beside the
listening, and both come before the search.
"""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.workflows.analysis import IDS, NOTHING_LEFT, AnalysisSteps
from infra.workflows.machine import CalledFunctions, in_run
from infra.workflows.steps import lambda_step, noted_step
from infra.workflows.transcript import NOTHING_TO_SAY, TranscriptSteps

NOT_FOUND = {"moments_found": "{% false %}"}
FOUND = {**NOTHING_LEFT, **NOTHING_TO_SAY, "moments_found": "{% true %}"}
"""Whether all of this but clips was made before the cut was planned."""
FIRST = " for moments"
"""Ends the names of steps that are made once beside the cut and once before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WordFunctions(CalledFunctions):
    find: lambda_.Function
    clips: lambda_.Function
    fail: lambda_.Function


@dataclass(frozen=True, slots=True)
class WordSteps:
    """Makes the steps."""

    scope: Construct
    functions: WordFunctions
    seen: AnalysisSteps
    said: TranscriptSteps

    def beside(self) -> sfn.Chain:
        """A branch beside the cut: what was made before that is not made again."""
        done = sfn.Pass.jsonata(self.scope, "Words done", outputs={})
        noted = noted_step(self.scope, "words", self.functions.fail, IDS, done)
        cut = lambda_step(self.scope, "Cut clips", self.functions.clips, IDS, caught_by=noted)
        clips = sfn.Choice.jsonata(self.scope, "Are clips wanted?")
        clips.when(in_run("clips"), cut.next(done)).otherwise(done)
        find = lambda_step(self.scope, "Find moments", self.functions.find, IDS, caught_by=noted)
        moments = sfn.Choice.jsonata(self.scope, "Are moments wanted?")
        left = sfn.Condition.jsonata("{% 'moments' in $stages and $not($moments_found) %}")
        moments.when(left, find.next(clips)).otherwise(clips)
        both = sfn.Parallel.jsonata(self.scope, "Look and listen", outputs={})
        both.branch(self.seen.beside(), self.said.beside())
        return both.next(moments)

    def first(self, failed: sfn.IChainable, then: sfn.IChainable) -> sfn.Chain:
        """Before the cut is planned: without moments there is none, and an error leads to
        `failed`. What is only looked for may fail here, too."""
        find = lambda_step(
            self.scope,
            "Find moments first",
            self.functions.find,
            IDS,
            caught_by=failed,
            assign=FOUND,
        )
        both = sfn.Parallel.jsonata(self.scope, f"Look and listen{FIRST}", outputs={})
        both.branch(self.seen.beside(FIRST), self.said.first(FIRST))
        both.add_catch(failed, errors=["States.ALL"], outputs="{% $states.errorOutput %}")
        return both.next(find).next(then)
