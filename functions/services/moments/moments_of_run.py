"""Moments and clips as stages of a run, beside the cut or before it."""

from __future__ import annotations

from functions.domain.errors import CutroomError, UnavailableError
from functions.domain.failure import Failure
from functions.domain.moments.clip import USUAL_CLIP
from functions.domain.moments.generation import Generation, GenerationStatus
from functions.domain.moments.moment import Moment, MomentOptions, to_cut
from functions.domain.runs.run import Run
from functions.domain.runs.stage import Stage
from functions.domain.segments.segment import SegmentStatus
from functions.domain.video import Video
from functions.services.moments.context import Generators, MomentContext
from functions.services.moments.cut_clips import Cutting, clip_of, cut_clips
from functions.services.moments.fail_generation import fail_generation, moments_failure
from functions.services.moments.generate_moments import generate_moments, run_generation
from functions.services.moments.open_generation import Wanted, lost
from functions.services.runs.stages import StageWork, load, require_open, stage

_OF_WORDS = (Stage.MOMENTS, Stage.CLIPS)


def find_moments_of_run(
    made: MomentContext, generators: Generators, *, video_id: str, run_id: str
) -> Generation:
    """As their user has asked for them last, else as usual; what was found in the same transcript
    is not looked for again, unless the run does the stage again.

    Raises ConflictError where there is no transcript, UnavailableError while a user's own
    generation is under way, and what this one has failed with.
    """
    with stage(made.context, Stage.MOMENTS, video_id, run_id) as work:
        latest = made.generations.latest(video_id)
        options = _options(made, work.video, latest)
        if latest is not None and _serves(latest, work, options):
            work.reused = latest.run_id != run_id
            return latest
        generation = _generate(made, generators, latest, work, options)
        if generation.status is GenerationStatus.FAILED and generation.error:
            raise CutroomError(generation.error.code, generation.error.detail)
    return generation


def cut_clips_of_run(cutting: Cutting, *, video_id: str, run_id: str) -> int:
    """Have all moments cut that were not rejected, as far as they are not: those that have a clip
    as it was asked for. Returns how many there are; they are cut by executions of their own."""
    context = cutting.made.context
    with stage(context, Stage.CLIPS, video_id, run_id) as work:
        moments = to_cut(cutting.made.moments.of_video(video_id))
        left = [one for one in moments if _to_be_cut(cutting, one, work.run)]
        for moment in left:
            require_open(context, work.run)
            options = moment.clip.options if moment.clip else USUAL_CLIP
            cut_clips(cutting, work.video, [moment], options, by=run_id)
        work.reused = bool(moments) and not left
    return len(moments)


def fail_words(
    made: MomentContext, *, video_id: str, run_id: str, code: str | None, detail: str | None
) -> Failure:
    """The run goes on without them; what it has begun of them lets the video go."""
    context = made.context
    run = load(context, video_id, run_id).run
    latest = made.generations.latest(video_id)
    if latest is not None and latest.run_id == run_id:
        ids = {"video_id": video_id, "generation_id": latest.generation_id}
        fail_generation(made, **ids, code=code, detail=detail)
    for name in _OF_WORDS:
        if run.does(name) and run.times(name).finished_at is None:
            context.runs.stage_finished(run, name, context.clock(), reused=False, given_up=True)
    return moments_failure(code, detail)


def _options(made: MomentContext, video: Video, latest: Generation | None) -> MomentOptions:
    """Where the cut follows them, moments as long as its segments may be."""
    if latest is not None and _by_hand(latest) and latest.options.model in made.models.names:
        return latest.options
    usual, cut = MomentOptions(model=made.models.usual), video.segmentation
    return usual.within(cut.min_length, cut.max_length) if cut.mode.follows_moments else usual


def _by_hand(generation: Generation) -> bool:
    return generation.run_id is None and generation.status is GenerationStatus.SUCCEEDED


def _serves(latest: Generation, work: StageWork, options: MomentOptions) -> bool:
    """Whether a finished one is what the run is to come to."""
    if latest.status is not GenerationStatus.SUCCEEDED:
        return False
    if latest.transcript_version != work.video.transcript_version:
        return False
    if latest.run_id == work.run.run_id:
        return True
    again = work.run.redoes(Stage.MOMENTS) or latest.degraded
    return latest.options == options and not again


def _generate(
    made: MomentContext,
    generators: Generators,
    latest: Generation | None,
    work: StageWork,
    options: MomentOptions,
) -> Generation:
    """On with what this run has opened, if it was interrupted, else one more."""
    video_id, run = work.video.video_id, work.run
    if latest is not None and latest.open and not lost(made, latest):
        if latest.run_id != run.run_id:
            says = "Its user has it looked through for moments just now; start the pipeline again."
            raise UnavailableError("moments.under_way", says)
        generation_id = latest.generation_id
        return run_generation(made, generators, video_id=video_id, generation_id=generation_id)
    anew = run.redoes(Stage.MOMENTS)
    wanted = Wanted(options=options, regenerate=anew, run_id=run.run_id)
    return generate_moments(made, generators, video_id, wanted)


def _to_be_cut(cutting: Cutting, moment: Moment, run: Run) -> bool:
    """A clip that was deleted is not wanted, one that has failed is, each unless all of them are
    made again."""
    if moment.clip is None:
        return True
    if run.redoes(Stage.CLIPS):
        return moment.clip.run_id != run.run_id
    known = clip_of(cutting.segments, moment)
    return known is not None and known.status is SegmentStatus.FAILED
