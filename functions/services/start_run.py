"""Every way a run begins: an object appears in the bucket, or a user asks again."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from functions.domain.course import usual
from functions.domain.errors import (
    ConflictError,
    FieldError,
    InvalidInputError,
    StaleWriteError,
)
from functions.domain.extras import Extra
from functions.domain.ids import derived_id
from functions.domain.keys import UploadKey, parse_upload_key, upload_key
from functions.domain.media_ports import MediaStore
from functions.domain.ports import Pipeline, PreferenceStore, RunStore, VideoStore
from functions.domain.run import Run, RunStatus
from functions.domain.segmentation import Mode, Segmentation
from functions.domain.times import seconds
from functions.domain.transcript_options import TranscriptOptions
from functions.domain.video import Source, Video, VideoStatus
from functions.services.captions import with_captions_kept
from functions.services.ownership import Caller, own_video

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ObjectCreated:
    """An event of the bucket: the key as it is, not URL-encoded."""

    bucket: str
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    videos: VideoStore
    runs: RunStore
    pipeline: Pipeline
    preferences: PreferenceStore


def start_from_event(event: ObjectCreated, stores: Stores, now: datetime) -> Run | None:
    """Start the run of an uploaded object; the same event, however often, starts one run.

    None where there is nothing to run: no user's file, or a place already taken by another object.
    """
    source = event.source
    place = parse_upload_key(source.key)
    if place is None:
        return None
    run_id = derived_id("run", event.bucket, source.key, source.version_id or source.etag)
    video = _video_of(place, source, run_id, stores, now)
    if video.status is VideoStatus.ABORTED:
        logger.warning("object of an aborted upload left alone", extra={"run_id": run_id})
        return None
    if video.run_id is None:
        video = stores.videos.save(video.arrived(source, run_id, now))
    if video.source != source:
        logger.warning("object written over a finished upload ignored", extra={"run_id": run_id})
        return None
    return _start(video, run_id, stores, now)


def _video_of(
    place: UploadKey, source: Source, run_id: str, stores: Stores, now: datetime
) -> Video:
    """The video an API upload announced, else a new one for a file dropped into the folder."""
    videos = stores.videos
    announced = videos.get(place.name.split("/", 1)[0])
    if announced and source.key == upload_key(announced.user_id, announced.video_id):
        return announced
    usual = stores.preferences.get(place.user_id)
    dropped = Video(
        video_id=derived_id("drop", run_id),
        user_id=place.user_id,
        status=VideoStatus.QUEUED,
        file_name=place.file_name,
        segmentation=usual.segmentation,
        extras=usual.extras,
        transcription=usual.transcription,
        source=source,
        run_id=run_id,
        runs=1,
        created_at=now,
        updated_at=now,
    )
    if videos.create(dropped):
        return dropped
    return videos.get(dropped.video_id) or dropped


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCut:
    """How to cut a video anew; None is as before. `keep_segments`: those of earlier cuts, too.
    `replace_corrections`: a transcript that was corrected is to be followed by a new one."""

    segmentation: Segmentation | None = None
    extras: tuple[Extra, ...] | None = None
    transcription: TranscriptOptions | None = None
    replace_corrections: bool = False
    keep_segments: bool = False


AS_BEFORE = NewCut()


def restart(
    caller: Caller,
    video_id: str,
    stores: Stores,
    media: MediaStore,
    now: datetime,
    new: NewCut = AS_BEFORE,
) -> Run:
    """Run a video again; finished stages are found done and not repeated."""
    video = own_video(caller, stores.videos, video_id)
    if video.source is None:
        raise ConflictError("upload.incomplete", "The file has not arrived yet.")
    asked = new.segmentation
    if asked is not None:
        _require_inside(asked, video)
        asked = with_captions_kept(media, caller.user_id, video_id, asked)
    same_cut = asked in {None, video.segmentation}
    changed = not same_cut or new.extras not in {None, video.extras}
    changed |= new.transcription not in {None, video.transcription} or new.replace_corrections
    if video.status is VideoStatus.QUEUED and video.run_id and not changed:
        # Killed between the row and the execution: starting the same run again is harmless.
        return _start(video, video.run_id, stores, now) or _new_run(video, video.run_id, now)
    run_id = derived_id("rerun", video_id, video.runs)
    try:
        queued = video.queued(run_id, now, segmentation=asked, extras=new.extras)
        video = stores.videos.save(
            queued.transcribed_as(new.transcription, anew=new.replace_corrections)
        )
    except StaleWriteError as error:
        raise ConflictError("pipeline.already_running", "A run has just been started.") from error
    keep = new.keep_segments
    return _start(video, run_id, stores, now, keep=keep) or _new_run(video, run_id, now, keep=keep)


def _require_inside(asked: Segmentation, video: Video) -> None:
    """Once a video was read, a range beyond it need not wait for the plan to be refused."""
    duration = video.media.duration if video.media else None
    if asked.mode is not Mode.RANGES or duration is None:
        return
    says = f"The video lasts {seconds(duration)} s; begin before that."
    wrong = tuple(
        FieldError(f"/segmentation/ranges/{place}/start", "beyond_end", says)
        for place, one in enumerate(asked.ranges)
        if one.start >= duration
    )
    if wrong:
        raise InvalidInputError("request.invalid", says, fields=wrong)


def latest_run(video: Video, runs: RunStore) -> Run | None:
    """The video's latest run, None before its file has arrived.

    The video names its run a moment before the run's row is there: till then it is queued.
    """
    if video.run_id is None:
        return None
    known = runs.get(video.video_id, video.run_id)
    return known or _new_run(video, video.run_id, video.updated_at)


def _start(
    video: Video, run_id: str, stores: Stores, now: datetime, *, keep: bool = False
) -> Run | None:
    """Row first, execution second: a crash in between is mended by doing it again."""
    run = _new_run(video, run_id, now, keep=keep)
    if not stores.runs.create(run):
        known = stores.runs.get(video.video_id, run_id)
        if known is None or known.status is not RunStatus.QUEUED:
            return known
        run = known
    stores.pipeline.start(video.video_id, run_id)
    return run


def _new_run(video: Video, run_id: str, now: datetime, *, keep: bool = False) -> Run:
    return Run(
        video_id=video.video_id,
        run_id=run_id,
        user_id=video.user_id,
        status=RunStatus.QUEUED,
        created_at=now,
        todo=usual(video),
        keep_segments=keep,
    )
