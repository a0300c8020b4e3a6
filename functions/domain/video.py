"""A video and the states it moves through.

uploading ──┬─> queued ──> processing ──> ready
ingesting ──┤      ▲   └────────┴───────> failed, cancelled
            │      └── a new run, from ready, failed or cancelled
            └─> aborted                     (ingesting ends in failed, too)

While it is queued or processing, the run that it names holds it (see `lease`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from functions.domain.cutting.segmentation import Segmentation
from functions.domain.errors import ConflictError, GoneError, StaleWriteError
from functions.domain.extras import DEFAULT_EXTRAS, Extra
from functions.domain.failure import Failure
from functions.domain.ingests.ingest import Ingest
from functions.domain.media.probe import Media
from functions.domain.media.source import Source
from functions.domain.transcripts.options import NO_TRANSCRIPT, TranscriptOptions


class VideoStatus(StrEnum):
    UPLOADING = "uploading"
    INGESTING = "ingesting"
    ABORTED = "aborted"
    EXPIRED = "expired"
    QUEUED = "queued"
    PROCESSING = "processing"
    READY = "ready"
    FAILED = "failed"
    CANCELLED = "cancelled"


HELD = frozenset({VideoStatus.QUEUED, VideoStatus.PROCESSING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A place for bytes that come through the API or from a URL. `upload_id` and `part_size` are
    set for multipart only."""

    key: str
    expires_at: datetime
    upload_id: str | None = None
    part_size: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resting:
    """How a video was before runs that do not cut: once one of them went well, it is so again."""

    status: VideoStatus
    error: Failure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Video:
    """One video of one user. `plan_basis` says what its latest plan was made of; `analysis_run`,
    `transcript_run`, `proxy_run` and `hls_run` which runs have made what lies there."""

    video_id: str
    user_id: str
    status: VideoStatus
    file_name: str
    created_at: datetime
    updated_at: datetime
    title: str | None = None
    content_type: str | None = None
    declared_size: int | None = None
    segmentation: Segmentation = field(default_factory=Segmentation)
    extras: tuple[Extra, ...] = DEFAULT_EXTRAS
    transcription: TranscriptOptions = NO_TRANSCRIPT
    upload: Upload | None = None
    ingest: Ingest | None = None
    source_digest: str | None = None
    source: Source | None = None
    media: Media | None = None
    probe_key: str | None = None
    run_id: str | None = None
    runs: int = 0
    before: Resting | None = None
    plan_key: str | None = None
    plan_basis: str | None = None
    segment_count: int | None = None
    poster_id: str | None = None
    analysis_key: str | None = None
    analysed: tuple[Extra, ...] = ()
    analysis_run: str | None = None
    analysis_error: Failure | None = None
    hls_key: str | None = None
    hls_run: str | None = None
    hls_error: Failure | None = None
    proxy_key: str | None = None
    proxy_run: str | None = None
    proxy_error: Failure | None = None
    # `transcript_of` names the source and the options that an engine made it of.
    transcript_key: str | None = None
    transcript_version: int = 0
    transcript_of: str | None = None
    transcript_run: str | None = None
    transcript_corrected: bool = False
    transcript_error: Failure | None = None
    error: Failure | None = None
    version: int = 1

    @property
    def finds_moments(self) -> bool:
        """For themselves, for clips, or to be cut by."""
        wanted = {Extra.MOMENTS, Extra.CLIPS} & {*self.extras}
        return bool(wanted) or self.segmentation.mode.follows_moments

    @property
    def transcribes(self) -> bool:
        """What is said is to be written down: moments are made of it."""
        return self.transcription.wanted or self.finds_moments

    @property
    def visible(self) -> bool:
        """An aborted upload is no video any more."""
        return self.status is not VideoStatus.ABORTED

    @property
    def holder(self) -> str | None:
        """The run that works on it, None while none may."""
        return self.run_id if self.status in HELD else None

    def status_at(self, now: datetime) -> VideoStatus:
        """The status a reader sees: an upload that was never finished expires by itself."""
        waits = self.status in {VideoStatus.UPLOADING, VideoStatus.INGESTING}
        if waits and self.upload and self.upload.expires_at < now:
            return VideoStatus.EXPIRED
        return self.status

    def open_upload(self, now: datetime) -> Upload:
        """The upload while it can go on. Raises GoneError or ConflictError when it cannot."""
        status = self.status_at(now)
        if status in {VideoStatus.EXPIRED, VideoStatus.ABORTED} or self.upload is None:
            raise GoneError("upload.expired", "This upload is over; start a new one.")
        if status is VideoStatus.INGESTING:
            says = "The file is fetched from its URL; the video tells how far that is."
            raise ConflictError("upload.by_url", says)
        if status is not VideoStatus.UPLOADING:
            raise ConflictError("upload.finished", "The file has arrived and is being worked on.")
        return self.upload

    def arrived(self, source: Source, run_id: str, now: datetime) -> Video:
        """The file is there. Raises StaleWriteError if another object took this place."""
        if self.source is not None and self.source != source:
            raise StaleWriteError("The video's source")
        return self.queued(run_id, now, source=source)

    def queued(
        self,
        run_id: str,
        now: datetime,
        *,
        source: Source | None = None,
        segmentation: Segmentation | None = None,
        extras: tuple[Extra, ...] | None = None,
    ) -> Video:
        """A run is about to start. Raises ConflictError while one is under way."""
        if self.holder:
            raise ConflictError("pipeline.already_running", "A run of this video is under way.")
        rested = self.status in {VideoStatus.READY, VideoStatus.FAILED, VideoStatus.CANCELLED}
        now_at = Resting(status=self.status, error=self.error) if rested else None
        return replace(
            self,
            status=VideoStatus.QUEUED,
            source=source or self.source,
            ingest=self.ingest.over() if self.ingest else None,
            segmentation=segmentation or self.segmentation,
            extras=self.extras if extras is None else extras,
            run_id=run_id,
            runs=self.runs + 1,
            before=self.before or now_at,
            error=None,
            updated_at=now,
        )

    def abort(self, now: datetime) -> Video:
        over = self.ingest.over() if self.ingest else None
        return replace(self, status=VideoStatus.ABORTED, ingest=over, updated_at=now)

    def fetched(self, ingest: Ingest, now: datetime, upload: Upload | None = None) -> Video:
        """More of it has come from its URL; with an `upload` it begins there."""
        size = ingest.received if ingest.whole else None
        return replace(
            self,
            ingest=ingest,
            upload=upload or self.upload,
            declared_size=size,
            updated_at=now,
        )

    def not_fetched(self, failure: Failure, now: datetime) -> Video:
        """Nothing comes of its URL."""
        over = self.ingest.over() if self.ingest else None
        return replace(self.failed(failure, now), ingest=over)

    def processing(self, now: datetime) -> Video:
        return replace(self, status=VideoStatus.PROCESSING, updated_at=now)

    def probed(self, media: Media, probe_key: str, now: datetime) -> Video:
        return replace(self, media=media, probe_key=probe_key, updated_at=now)

    def ready(self, *, segment_count: int, poster_id: str | None, now: datetime) -> Video:
        return replace(
            self,
            status=VideoStatus.READY,
            segment_count=segment_count,
            poster_id=poster_id,
            error=None,
            updated_at=now,
        )

    def with_analysis(self, key: str, made: tuple[Extra, ...], now: datetime) -> Video:
        """What was made by the run that holds it is kept under `key`, with what was there."""
        return replace(
            self,
            analysis_key=key,
            analysed=made,
            analysis_run=self.run_id,
            analysis_error=None,
            updated_at=now,
        )

    def without_analysis(self, failure: Failure, now: datetime) -> Video:
        """What was wanted beside the segments could not be made."""
        return replace(self, analysis_error=failure, updated_at=now)

    def planned(self, key: str, basis: str, now: datetime) -> Video:
        """Its latest plan is kept under `key`."""
        return replace(self, plan_key=key, plan_basis=basis, updated_at=now)

    def with_proxy(self, key: str, now: datetime) -> Video:
        """A small copy of it is kept under `key`, made by the run that holds it."""
        return replace(self, proxy_key=key, proxy_run=self.run_id, proxy_error=None, updated_at=now)

    def without_proxy(self, failure: Failure, now: datetime) -> Video:
        """The small copy that was asked for could not be made."""
        return replace(self, proxy_error=failure, updated_at=now)

    def with_hls(self, key: str, now: datetime) -> Video:
        """The list of a finished rendition is kept under `key`, made by the run that holds it."""
        return replace(self, hls_key=key, hls_run=self.run_id, hls_error=None, updated_at=now)

    def without_hls(self, failure: Failure, now: datetime) -> Video:
        """The rendition could not be made."""
        return replace(self, hls_error=failure, updated_at=now)

    def transcribed_as(self, options: TranscriptOptions | None, *, anew: bool) -> Video:
        """What is to be written down; None is as before. `anew`: whatever there is of it."""
        made_of = None if anew else self.transcript_of
        return replace(
            self,
            transcription=options or self.transcription,
            transcript_of=made_of,
            transcript_corrected=self.transcript_corrected and not anew,
        )

    def with_transcript(self, key: str, version: int, made_of: str, now: datetime) -> Video:
        """A version of an engine's is kept under `key`, made for the run that holds it."""
        return replace(
            self,
            transcript_key=key,
            transcript_version=version,
            transcript_of=made_of,
            transcript_run=self.run_id,
            transcript_corrected=False,
            transcript_error=None,
            updated_at=now,
        )

    def with_correction(self, key: str, version: int, now: datetime) -> Video:
        """A version of a user's is kept under `key`; no run writes over it unasked."""
        return replace(
            self,
            transcript_key=key,
            transcript_version=version,
            transcript_corrected=True,
            updated_at=now,
        )

    def without_transcript(self, failure: Failure, now: datetime) -> Video:
        """The words that were asked for could not be written down."""
        return replace(self, transcript_error=failure, updated_at=now)

    def failed(self, failure: Failure, now: datetime) -> Video:
        return replace(self, status=VideoStatus.FAILED, error=failure, updated_at=now)

    def cancelled(self, now: datetime) -> Video:
        """A user has stopped its run; what was made stays."""
        return replace(self, status=VideoStatus.CANCELLED, error=None, updated_at=now)

    def rested(self, now: datetime) -> Video:
        """A run that did not cut has gone well: the video is as it was before, or else ready."""
        was = self.before or Resting(status=VideoStatus.READY)
        return replace(self, status=was.status, error=was.error, before=None, updated_at=now)
