"""/api/videos/{video_id}/hls"""

from __future__ import annotations

from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response

from functions import bootstrap
from functions.domain.hls.rendition import PLAYLIST_TYPE
from functions.handlers.api.request import caller, new_router, settings, video_store
from functions.services.hls.left import KEPT_SECONDS, read_playlist
from functions.services.ownership import own_video

router = new_router()


@router.get(
    "/api/videos/<video_id>/hls",
    tags=["videos"],
    operation_id="getHls",
    summary="An HLS playlist of a video, its pieces as signed URLs",
)
def get_hls(video_id: str) -> Response[str]:
    video = own_video(caller(router), video_store(), video_id)
    text = read_playlist(bootstrap.media_store(settings.media_bucket), video)
    return Response(
        status_code=HTTPStatus.OK,
        content_type=PLAYLIST_TYPE,
        body=text,
        headers={"Cache-Control": f"private, max-age={KEPT_SECONDS}"},
    )
