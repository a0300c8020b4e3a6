"""A run that a user asks for: all of it or some stages, on from what is there or done again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from functions.domain.cutting.segmentation import Mode, Segmentation
from functions.domain.errors import (
    ConflictError,
    FieldError,
    InvalidInputError,
    StaleWriteError,
)
from functions.domain.extras import Extra
from functions.domain.ids import ordered_id
from functions.domain.runs.course import Course, course
from functions.domain.runs.ports import RunStore
from functions.domain.runs.run import Run, RunStatus
from functions.domain.runs.stage import Stage
from functions.domain.times import seconds
from functions.domain.transcripts.options import TranscriptOptions
from functions.domain.video import Video, VideoStatus
from functions.services.ownership import Caller, own_video
from functions.services.runs.close_run import close_run
from functions.services.runs.reap_runs import Reaper
from functions.services.runs.reaping import Reaped
from functions.services.runs.stages import Context
from functions.services.runs.start_run import Stores, begin, new_run
from functions.services.segments.said_captions import with_words_kept


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRun:
    """What is asked of a run; None is as before. `stages`: these alone, with what they are made
    of; `from_stage`: this one and what is made of it again; `keep_segments`: those of earlier
    cuts, too; `replace_corrections`: a transcript that was corrected is to be followed by a new
    one."""

    segmentation: Segmentation | None = None
    extras: tuple[Extra, ...] | None = None
    transcription: TranscriptOptions | None = None
    replace_corrections: bool = False
    keep_segments: bool = False
    stages: tuple[Stage, ...] | None = None
    from_stage: Stage | None = None


AS_BEFORE = NewRun()


def restart(
    caller: Caller, video_id: str, stores: Stores, reaper: Reaper, new: NewRun = AS_BEFORE
) -> Run:
    """Run a video again; what is finished is found done and not repeated, unless that is asked.

    Raises InvalidInputError naming all that cannot be together, ConflictError while the file has
    not arrived, another run holds the video, or there is no transcript to make captions of. A run
    that stopped without an end is ended.
    """
    now = reaper.context.clock()
    video = own_video(caller, stores.videos, video_id)
    if video.source is None:
        raise ConflictError("upload.incomplete", "The file has not arrived yet.")
    way = _course(_asked(video, new), video, new)
    new = _with_captions_kept(new, video, reaper.context)
    waiting = _same_run(video, way, new, stores.runs)
    if waiting is not None:
        return begin(video, waiting, stores)
    video = _freed(video, reaper, now)
    run_id = ordered_id(video.runs + 1, "rerun", video_id)
    queued = _asked(video, new).queued(run_id, now)
    run = _run(queued, way, new, now)
    try:
        video = stores.lock.take(queued, run)
    except StaleWriteError as error:
        raise ConflictError("pipeline.already_running", "A run has just been started.") from error
    return begin(video, run, stores)


def latest_run(video: Video, runs: RunStore, run_id: str | None = None) -> Run | None:
    """The video's latest run, or one by its id; None for an id that is none of its runs, and before
    its file has arrived."""
    named = run_id or video.run_id
    known = runs.get(video.video_id, named) if named else None
    if known is None and named is not None and named == video.run_id:
        return new_run(video, named, video.updated_at)
    return known


def _asked(video: Video, new: NewRun) -> Video:
    """The video as it would be with the new options."""
    changed = replace(
        video,
        segmentation=video.segmentation if new.segmentation is None else new.segmentation,
        extras=video.extras if new.extras is None else new.extras,
    )
    return changed.transcribed_as(new.transcription, anew=new.replace_corrections)


def _with_captions_kept(new: NewRun, video: Video, context: Context) -> NewRun:
    if new.segmentation is None:
        return new
    return replace(new, segmentation=with_words_kept(context.media, video, new.segmentation))


def _course(asked: Video, video: Video, new: NewRun) -> Course:
    """Raises InvalidInputError."""
    way, wrong = course(asked, stages=new.stages, from_stage=new.from_stage)
    cuts = Stage.CUT in way.todo
    if new.segmentation is not None:
        wrong += _outside(new.segmentation, video) if cuts else [_not_cut("/segmentation")]
    if new.keep_segments and not cuts:
        wrong.append(_not_cut("/keep_segments"))
    if new.extras is not None:
        wrong += way.not_made(new.extras, video)
    if new.transcription is not None and Stage.TRANSCRIPT not in way.todo and new.stages:
        says = "This needs the stage `transcript`, which `stages` leaves out."
        wrong.append(FieldError("/transcript", "not_made", says))
    if wrong:
        says = "The run cannot be as it was asked for; `errors` names each place."
        raise InvalidInputError("request.invalid", says, fields=tuple(wrong))
    return way


def _not_cut(pointer: str) -> FieldError:
    return FieldError(pointer, "not_cut", "This needs the stage `cut`, which `stages` leaves out.")


def _outside(asked: Segmentation, video: Video) -> list[FieldError]:
    """Once a video was read, a range beyond it need not wait for the plan to be refused."""
    duration = video.media.duration if video.media else None
    if asked.mode is not Mode.RANGES or duration is None:
        return []
    says = f"The video lasts {seconds(duration)} s; begin before that."
    return [
        FieldError(f"/segmentation/ranges/{place}/start", "beyond_end", says)
        for place, one in enumerate(asked.ranges)
        if one.start >= duration
    ]


def _same_run(video: Video, way: Course, new: NewRun, runs: RunStore) -> Run | None:
    """The run that waits already, if it is just what is asked for: its request was sent again."""
    if video.status is not VideoStatus.QUEUED or video.run_id is None:
        return None
    if _asked(video, new) != video:
        return None
    known = runs.get(video.video_id, video.run_id)
    if known is None:
        return new_run(video, video.run_id, video.updated_at)
    same = (known.todo, known.redo, known.keep_segments) == (way.todo, way.redo, new.keep_segments)
    return known if same and known.status is RunStatus.QUEUED else None


def _freed(video: Video, reaper: Reaper, now: datetime) -> Video:
    """The video as it is after a run that stopped without an end, or was interrupted in letting it
    go, has been looked after."""
    held_by = video.holder
    run = reaper.context.runs.get(video.video_id, held_by) if held_by else None
    if run is None:
        return video
    if run.status in {RunStatus.FAILED, RunStatus.CANCELLED}:
        close_run(reaper.context, run, reaper.works)
    elif reaper.reap(run, now) not in {Reaped.STOPPED, Reaped.CLOSED}:
        return video
    return reaper.context.videos.get(video.video_id) or video


def _run(video: Video, way: Course, new: NewRun, now: datetime) -> Run:
    run = new_run(video, str(video.run_id), now)
    options = run.options and replace(run.options, stages=new.stages, from_stage=new.from_stage)
    return replace(
        run, options=options, todo=way.todo, redo=way.redo, keep_segments=new.keep_segments
    )
