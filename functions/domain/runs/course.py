"""Which stages a run goes through: what its video's options ask for, what was asked of the run, and
what follows from what."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from functions.domain.errors import FieldError
from functions.domain.extras import Extra
from functions.domain.runs.stage import Links, Stage, following, needed_by
from functions.domain.video import Video

# Stages that not every video has.
_WANTED: Final[Mapping[Stage, Callable[[Video], bool]]] = {
    Stage.TRANSCRIPT: lambda video: video.transcribes,
    Stage.MOMENTS: lambda video: video.finds_moments,
    Stage.CLIPS: lambda video: Extra.CLIPS in video.extras,
    Stage.HLS: lambda video: Extra.HLS in video.extras,
}
# What makes an extra, if not the analyses.
_MAKES: Final[Mapping[Extra, Stage]] = {
    Extra.HLS: Stage.HLS,
    Extra.PROXY: Stage.CUT,
    Extra.MOMENTS: Stage.MOMENTS,
    Extra.CLIPS: Stage.CLIPS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """The stages that a run goes through, and those of them that it does again though they were
    done."""

    todo: tuple[Stage, ...]
    redo: tuple[Stage, ...] = ()

    def not_made(self, extras: Sequence[Extra], video: Video) -> list[FieldError]:
        """Extras that are asked for, and neither there nor made by any of the stages."""
        there = {*video.analysed, *_made_beside(video)}
        wanting = {extra: _MAKES.get(extra, Stage.ANALYSIS) for extra in extras}
        return [
            FieldError(
                f"/extras/{place}",
                "not_made",
                f"This needs the stage `{wanting[extra].value}`, which `stages` leaves out.",
            )
            for place, extra in enumerate(extras)
            if wanting[extra] not in self.todo and extra not in there
        ]


def usual(video: Video) -> tuple[Stage, ...]:
    """All stages that a video's options ask for, in order."""
    return tuple(stage for stage in Stage if _is_wanted(stage, video))


def links(video: Video) -> Links:
    """What is made of what because of how the video is cut."""
    mode = video.segmentation.mode
    if mode.follows_moments:
        return {Stage.PLAN: (Stage.MOMENTS,)}
    return {Stage.PLAN: (Stage.ANALYSIS,)} if mode.follows_boundaries else {}


def course(
    video: Video, *, stages: Sequence[Stage] | None, from_stage: Stage | None
) -> tuple[Course, list[FieldError]]:
    """`stages` and all that they are made of, else all that the video's options ask for; from
    `from_stage` on, whatever is made of it is made again. With it all that is wrong."""
    also = links(video)
    todo = usual(video) if stages is None else needed_by(stages, also)
    wrong = [
        _unwanted(f"/stages/{place}", stage)
        for place, stage in enumerate(stages or ())
        if not _is_wanted(stage, video)
    ]
    if from_stage is None:
        return Course(todo=todo), wrong
    if not _is_wanted(from_stage, video):
        wrong.append(_unwanted("/from_stage", from_stage))
    elif from_stage not in todo:
        says = "`stages` leaves this one out, and none of them is made of it."
        wrong.append(FieldError("/from_stage", "not_among_stages", says))
    again = following(from_stage, also)
    return Course(todo=todo, redo=tuple(stage for stage in todo if stage in again)), wrong


def _is_wanted(stage: Stage, video: Video) -> bool:
    return stage not in _WANTED or _WANTED[stage](video)


def _unwanted(pointer: str, stage: Stage) -> FieldError:
    place = "transcript" if stage is Stage.TRANSCRIPT else "extras"
    says = f"This video is to have no {stage.value}: ask for it in `{place}`."
    return FieldError(pointer, "not_asked", says)


def _made_beside(video: Video) -> list[Extra]:
    made = {Extra.PROXY: video.proxy_key, Extra.HLS: video.hls_key}
    return [extra for extra, key in made.items() if key]
