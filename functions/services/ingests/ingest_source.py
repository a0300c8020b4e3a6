"""Fetch a video from its URL into the bucket, where the event of its arrival starts the pipeline.

A lost connection is gone on with by range as long as it brings something; where nothing comes, the
state machine tries again later. A worker whose time is over hands the rest to the next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta

from functions.domain.errors import MediaError, StaleWriteError, UnavailableError
from functions.domain.keys import upload_key
from functions.domain.media.ports import MediaStore, Part
from functions.domain.video import Video, VideoStatus
from functions.services.ingests.intake import PARTS_AT_ONCE, IngestTools, Intake
from functions.services.ingests.multiparts import clear_multiparts

# A connection that brings less is not gone on with at once.
LEAST_BYTES = 256 * 1024
StopRequested = Callable[[], bool]


def ingest_source(tools: IngestTools, stop: StopRequested, *, video_id: str, user_id: str) -> bool:
    """False hands the rest to the next invocation; True also where there is nothing to do.

    Raises MediaError or TooLargeError for what does not get better, UnavailableError for the rest.
    """
    video = tools.videos.get(video_id)
    if video is None or video.status is not VideoStatus.INGESTING:
        leave_nothing(tools.media, video, video_id=video_id, user_id=user_id)
        return True
    try:
        fetched = _fetched(tools, video, stop)
        if fetched is None:
            return False
        _complete(tools, fetched)
    except (StaleWriteError, UnavailableError):
        video = tools.videos.get(video_id)
        if video is not None and video.status is VideoStatus.INGESTING:
            raise
    leave_nothing(tools.media, tools.videos.get(video_id), video_id=video_id, user_id=user_id)
    return True


def leave_nothing(media: MediaStore, video: Video | None, *, video_id: str, user_id: str) -> None:
    """What a video that was given up or deleted meanwhile leaves in the bucket."""
    if video is None or not video.visible:
        key = upload_key(user_id, video_id)
        clear_multiparts(media, key)
        media.erase(key)


class _BrokenOffError(Exception):
    """The source does not answer, or no more."""

    def __init__(self, cause: UnavailableError) -> None:
        super().__init__()
        self.cause = cause


def _fetched(tools: IngestTools, video: Video, stop: StopRequested) -> Video | None:
    """The video once all its bytes are stored in parts; None when time is over."""
    with ThreadPoolExecutor(PARTS_AT_ONCE) as pool:
        intake = Intake(tools, video, pool)
        while not intake.ingest.whole:
            if intake.has_all:
                intake.finish()
                break
            _require_time(tools, intake.video)
            before = intake.received
            try:
                stopped = _pull(tools, intake, stop)
            except _BrokenOffError as broken:
                if intake.received - before >= LEAST_BYTES:
                    continue
                intake.settle()
                if intake.made:
                    return None
                raise broken.cause from broken
            if stopped:
                intake.settle()
                _require_resumable(intake)
                return None
    return intake.video


def _pull(tools: IngestTools, intake: Intake, stop: StopRequested) -> bool:
    """Take what one connection brings; True if time is over. Raises _BrokenOffError."""
    with ExitStack() as stack:
        try:
            url = tools.resolver.media_url(intake.ingest.url)
            known = intake.ingest.version
            stream = stack.enter_context(tools.reader.open(url, intake.next_byte, known))
            chunks = intake.meet(stream)
        except UnavailableError as error:
            raise _BrokenOffError(error) from error
        for chunk in _read(chunks):
            intake.add(chunk)
            if stop():
                return True
    total = stream.version.total
    if total is None:
        intake.finish()
    elif intake.received != total:
        says = "The connection broke off before all was there."
        raise _BrokenOffError(UnavailableError("ingest.interrupted", says))
    return False


def _read(chunks: Iterator[bytes]) -> Iterator[bytes]:
    try:
        yield from chunks
    except UnavailableError as error:
        raise _BrokenOffError(error) from error


def _require_time(tools: IngestTools, video: Video) -> None:
    assert video.ingest is not None  # noqa: S101  (only such videos are fetched)
    seconds = tools.seconds[video.ingest.tier]
    if tools.clock() - video.created_at > timedelta(seconds=seconds):
        raise MediaError(
            "ingest.too_slow",
            f"The file was not there after the {seconds // 60} minutes that your tier allows. Put "
            "it on a faster server, or upload it.",
        )


def _require_resumable(intake: Intake) -> None:
    """Who would have to begin again would not come further the next time."""
    if intake.next_byte == 0:
        raise MediaError(
            "ingest.too_slow",
            "The source takes longer than one connection can be kept, and it cannot go on where it "
            "ended. Put the file on a server that takes ranges, or upload it.",
        )


def _complete(tools: IngestTools, video: Video) -> None:
    """Join the parts; a repeat finds it done."""
    upload, ingest = video.upload, video.ingest
    assert upload is not None  # noqa: S101  (all bytes are in its parts)
    assert upload.upload_id is not None  # noqa: S101
    assert ingest is not None  # noqa: S101
    parts = [Part(number, 0, etag) for number, etag in enumerate(ingest.etags, 1)]
    try:
        tools.media.complete_multipart(upload.key, upload.upload_id, parts)
    except UnavailableError:
        if tools.media.find(upload.key) is None:
            raise
