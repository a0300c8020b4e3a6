"""Moments and clips as stages of a run, beside the cut or before it."""

from __future__ import annotations

from functions.domain.errors import CutroomError
from functions.domain.generation import Generation, GenerationStatus
from functions.domain.moment import MomentOptions, to_cut
from functions.domain.stage import Stage
from functions.services.cut_clips import Cutting, cut_clips
from functions.services.generate_moments import generate_moments
from functions.services.moments import Generators, MomentContext
from functions.services.stages import Context, load, stage

_OF_WORDS = (Stage.MOMENTS, Stage.CLIPS)


def find_moments_of_run(
    made: MomentContext, generators: Generators, *, video_id: str, run_id: str
) -> Generation:
    """With what is usual, within the lengths that segments may have where the cut follows them.

    Raises ConflictError where there is no transcript, and what another generation failed with.
    """
    with stage(made.context, Stage.MOMENTS, video_id, run_id) as work:
        usual = MomentOptions(model=made.models.usual)
        known = made.generations.latest(video_id)
        generation = generate_moments(made, generators, video_id, usual)
        if generation.status is GenerationStatus.FAILED and generation.error:
            raise CutroomError(generation.error.code, generation.error.detail)
        work.reused = known is not None and known.generation_id == generation.generation_id
    return generation


def cut_clips_of_run(cutting: Cutting, *, video_id: str, run_id: str) -> int:
    """Have all moments cut that were not rejected, as far as they are not. Returns how many there
    are; they are cut by executions of their own."""
    context = cutting.made.context
    with stage(context, Stage.CLIPS, video_id, run_id) as work:
        moments = to_cut(cutting.made.moments.of_video(video_id))
        waiting = [one for one in moments if one.clip is None]
        work.reused = bool(moments) and not waiting
        cut_clips(cutting, work.video, waiting)
    return len(moments)


def fail_words(context: Context, *, video_id: str, run_id: str) -> None:
    """The run goes on without them; the stage tells what has failed last."""
    run = load(context, video_id, run_id).run
    for name in _OF_WORDS:
        if run.does(name) and run.times(name).finished_at is None:
            context.runs.stage_finished(run, name, context.clock(), reused=False, given_up=True)
