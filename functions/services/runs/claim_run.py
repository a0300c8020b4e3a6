"""First stage: the run takes the video, and whatever can be refused unread is refused."""

from __future__ import annotations

from datetime import datetime

from functions.domain.errors import MediaError, RunOverError
from functions.domain.media.source import Source
from functions.domain.ports import UserDirectory
from functions.domain.runs.run import Stage
from functions.domain.tiers import LimitsByTier, Tier
from functions.domain.video import Video, VideoStatus
from functions.services.runs.stages import Context, change_video, stage


def claim_run(
    context: Context,
    users: UserDirectory,
    limits: LimitsByTier,
    *,
    video_id: str,
    run_id: str,
) -> Tier:
    """Mark run and video as under way and check the source's owner, presence and size."""
    if not context.runs.begin(video_id, run_id, context.clock()):
        raise RunOverError
    with stage(context, Stage.CLAIM, video_id, run_id) as work:
        now = context.clock()
        video = change_video(context, video_id, lambda video: _processing(video, now), by=work.run)
        source = work.source
        tier = users.tier(video.user_id)
        if tier is None:
            raise MediaError(
                "upload.unknown_user",
                "The folder under uploads/ is no user's id; put the file under your own.",
            )
        _check(video, source, context.media.find(source.key))
        limits[tier].check_size(source.size)
        return tier


def _processing(video: Video, now: datetime) -> Video:
    return video if video.status is VideoStatus.PROCESSING else video.processing(now)


def _check(video: Video, source: Source, found: Source | None) -> None:
    if found is None or (source.version_id is None and found.etag != source.etag):
        raise MediaError(
            "source.missing", "The uploaded file is gone or was replaced; upload it again."
        )
    if source.size == 0:
        raise MediaError("media.empty", "The file has no bytes; upload it again.")
    if video.declared_size not in {None, source.size}:
        raise MediaError(
            "upload.size_mismatch",
            f"{source.size} bytes arrived, {video.declared_size} were announced; upload it again.",
        )
