"""The stages of a run: the one list of them, and which of them a run goes through.

A new stage is a name and a line here, and a step in `infra/workflows/video_pipeline.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Stage(StrEnum):
    """In the order in which they are shown; those that stand beside each other begin together."""

    CLAIM = "claim"
    PROBE = "probe"
    ANALYSIS = "analysis"
    TRANSCRIPT = "transcript"
    MOMENTS = "moments"
    CLIPS = "clips"
    PLAN = "plan"
    CUT = "cut"
    AUDIO = "audio"
    HLS = "hls"
    FINISH = "finish"


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRule:
    """`share` is what it weighs in a run's percentage, `after` what it is made of. Those that are
    `always` there frame a run, whatever was asked for."""

    share: int
    after: tuple[Stage, ...] = ()
    always: bool = False


STAGES: Final[Mapping[Stage, StageRule]] = {
    Stage.CLAIM: StageRule(share=1, always=True),
    Stage.PROBE: StageRule(share=3, after=(Stage.CLAIM,), always=True),
    Stage.ANALYSIS: StageRule(share=10, after=(Stage.PROBE,)),
    Stage.TRANSCRIPT: StageRule(share=10, after=(Stage.PROBE,)),
    Stage.MOMENTS: StageRule(share=4, after=(Stage.TRANSCRIPT,)),
    Stage.CLIPS: StageRule(share=1, after=(Stage.MOMENTS,)),
    Stage.PLAN: StageRule(share=2, after=(Stage.PROBE,)),
    # Cutting is counted by milliseconds done.
    Stage.CUT: StageRule(share=78, after=(Stage.PLAN,)),
    Stage.AUDIO: StageRule(share=4, after=(Stage.CUT,)),
    Stage.HLS: StageRule(share=10, after=(Stage.PROBE,)),
    Stage.FINISH: StageRule(share=2, always=True),
}
ALL_STAGES: Final = tuple(Stage)
Links = Mapping[Stage, Collection[Stage]]
"""What a stage is made of in this video alone, beside what its rule says."""


def needed_by(asked: Iterable[Stage], also: Links | None = None) -> tuple[Stage, ...]:
    """The stages asked for, with all that they are made of, in order."""
    needed = {stage for stage, rule in STAGES.items() if rule.always}
    waiting = list(asked)
    while waiting:
        stage = waiting.pop()
        needed.add(stage)
        waiting += [one for one in _after(stage, also) if one not in needed]
    return tuple(stage for stage in Stage if stage in needed)


def following(first: Stage, also: Links | None = None) -> tuple[Stage, ...]:
    """A stage and all that is made of it, directly or not, in order; the last step of a run
    follows from each."""
    found = {first, Stage.FINISH}
    for stage in Stage:
        if found & set(_after(stage, also)):
            found.add(stage)
    return tuple(stage for stage in Stage if stage in found)


def _after(stage: Stage, also: Links | None) -> tuple[Stage, ...]:
    return (*STAGES[stage].after, *(also or {}).get(stage, ()))
