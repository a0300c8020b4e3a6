"""/api/videos/{video_id}/extras"""

from __future__ import annotations

from functions import bootstrap
from functions.domain.media.source import Source
from functions.handlers.api.models.extras import ExtrasAnswer
from functions.handlers.api.request import caller, new_router, settings, video_store
from functions.handlers.api.views.extras import URL_SECONDS, extras
from functions.services.analyses.left import read_result
from functions.services.ownership import own_video

router = new_router()


@router.get(
    "/api/videos/<video_id>/extras",
    tags=["videos"],
    operation_id="getExtras",
    summary="What a video has beside its segments",
)
def get_extras(video_id: str) -> ExtrasAnswer:
    """By a route of its own: signed URLs expire, while a video's answer may be kept by its ETag."""
    video = own_video(caller(router), video_store(), video_id)
    media = bootstrap.media_store(settings.media_bucket)
    return extras(
        video, read_result(media, video), lambda key: media.sign_get(_at(key), URL_SECONDS)
    )


def _at(key: str) -> Source:
    """An object of ours: its key is all that a URL needs."""
    return Source(key=key, size=0, etag="")
