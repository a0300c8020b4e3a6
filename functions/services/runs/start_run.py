"""How a run begins: here by an object that appears in the bucket; in `restart_run`, when asked."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from functions.domain.errors import StaleWriteError
from functions.domain.ids import derived_id, ordered_id
from functions.domain.keys import UploadKey, parse_upload_key, upload_key
from functions.domain.media.source import Source
from functions.domain.ports import PreferenceStore, VideoStore
from functions.domain.runs.course import usual
from functions.domain.runs.lease import lease_from, watch_shard
from functions.domain.runs.ports import Pipeline, RunLock, RunStore
from functions.domain.runs.run import Run, RunOptions, RunStatus
from functions.domain.video import Video, VideoStatus

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ObjectCreated:
    """An event of the bucket: the key as it is, not URL-encoded. `after` names the deletions of
    videos that were made of the same bytes under the same name."""

    bucket: str
    source: Source
    at: datetime | None = None
    after: tuple[str, ...] = ()

    @property
    def run_id(self) -> str:
        """The same for the same event."""
        source, which = self.source, self.source.version_id or self.source.etag
        # The first of its video: its id is known before the video is.
        return ordered_id(1, "run", self.bucket, source.key, which, *self.after)

    @property
    def dropped_id(self) -> str:
        """The id of the video that a dropped file becomes."""
        return derived_id("drop", self.run_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    videos: VideoStore
    runs: RunStore
    lock: RunLock
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
    run_id = event.run_id
    video = _video_of(place, event, stores, now)
    if video.status is VideoStatus.ABORTED:
        logger.warning("object of an aborted upload left alone", extra={"run_id": run_id})
        return None
    if video.run_id is None:
        arrived = video.arrived(source, run_id, now)
        video = stores.lock.take(arrived, new_run(arrived, run_id, now))
    if video.source != source:
        logger.warning("object written over a finished upload ignored", extra={"run_id": run_id})
        return None
    return begin(video, new_run(video, run_id, now), stores)


def _video_of(place: UploadKey, event: ObjectCreated, stores: Stores, now: datetime) -> Video:
    """The video an API upload announced, else a new one for a file dropped into the folder."""
    videos, source = stores.videos, event.source
    announced = videos.get(place.name.split("/", 1)[0])
    if announced and source.key == upload_key(announced.user_id, announced.video_id):
        return announced
    usual_options = stores.preferences.get(place.user_id)
    dropped = Video(
        video_id=event.dropped_id,
        user_id=place.user_id,
        status=VideoStatus.QUEUED,
        file_name=place.file_name,
        segmentation=usual_options.segmentation,
        extras=usual_options.extras,
        transcription=usual_options.transcription,
        source=source,
        run_id=event.run_id,
        runs=1,
        created_at=now,
        updated_at=now,
    )
    if stores.lock.create(dropped, new_run(dropped, event.run_id, now)):
        return dropped
    known = videos.get(dropped.video_id)
    if known is None:
        raise StaleWriteError("The video")
    return known


def begin(video: Video, run: Run, stores: Stores) -> Run:
    """Start the execution of a run that waits; a crash before is mended by doing it again."""
    known = stores.runs.get(video.video_id, run.run_id)
    if known is None:
        stores.runs.create(run)
    elif known.status is not RunStatus.QUEUED:
        return known
    else:
        run = known
    stores.pipeline.start(video.video_id, run.run_id)
    return run


def new_run(video: Video, run_id: str, now: datetime) -> Run:
    """A run of all that the video's options ask for, which is to hold it from now on."""
    cut = video.segmentation
    return Run(
        video_id=video.video_id,
        run_id=run_id,
        user_id=video.user_id,
        status=RunStatus.QUEUED,
        created_at=now,
        number=video.runs,
        options=RunOptions(mode=cut.mode, cut=cut.cut, extras=video.extras),
        todo=usual(video),
        lease_until=lease_from(now),
        watch_shard=watch_shard(video.video_id),
    )
