"""What of a video's HLS rendition is left to make, and where it lies."""

from __future__ import annotations

from functions.domain.codec import from_plain
from functions.domain.errors import ConflictError, NotFoundError
from functions.domain.extras import Extra
from functions.domain.hls.rendition import HlsIndex, HlsPlan, playlist
from functions.domain.keys import hls_folder, hls_work
from functions.domain.media.ports import MediaStore
from functions.domain.media.source import Source
from functions.domain.runs.stage import Stage
from functions.domain.times import Milliseconds
from functions.domain.video import Video
from functions.services.runs.stages import Context, StageWork

# A playlist is read once, and its addresses are good for as long as it takes to see all of it,
# with pauses. No signature outlives twelve hours of a function's own credentials.
_SLACK_SECONDS = 3_600
_LONGEST_SECONDS = 43_200
KEPT_SECONDS = 300
"""How long a client may keep a playlist: far less than its addresses are good for."""


def hls_wanted(work: StageWork) -> bool:
    """Whether it was asked for, and is not there yet or to be made again."""
    video, run = work.video, work.run
    asked = Extra.HLS in video.extras and run.does(Stage.HLS)
    again = run.redoes(Stage.HLS) and video.hls_run != run.run_id
    return asked and (video.hls_key is None or again)


def folder_of(video: Video) -> str:
    return hls_folder(video.user_id, video.video_id, _etag(video))


def index_key(video: Video) -> str:
    return f"{folder_of(video)}/index.json"


def plan_key_of(video: Video, hls_id: str) -> str:
    return f"{_work_of(video, hls_id)}/plan.json"


def pieces_key(video: Video, hls_id: str, index: int) -> str:
    return f"{_work_of(video, hls_id)}/{index:04d}.json"


def read_hls_plan(context: Context, video: Video, hls_id: str) -> HlsPlan:
    return from_plain(HlsPlan, context.media.read_json(plan_key_of(video, hls_id)))


def read_playlist(media: MediaStore, video: Video) -> str:
    """The playlist with signed addresses.

    Raises NotFoundError where none was asked for, ConflictError where there is none yet.
    """
    if video.hls_key is None:
        raise _absent(video)
    index = from_plain(HlsIndex, media.read_json(video.hls_key))
    seconds = url_seconds(index.duration)
    return playlist(index, lambda name: _sign(media, f"{index.folder}/{name}", seconds))


def url_seconds(duration: Milliseconds) -> int:
    return min(2 * duration // 1000 + _SLACK_SECONDS, _LONGEST_SECONDS)


def _sign(media: MediaStore, key: str, seconds: int) -> str:
    return media.sign_get(Source(key=key, size=0, etag=""), seconds)


def _absent(video: Video) -> NotFoundError | ConflictError:
    if Extra.HLS not in video.extras:
        return NotFoundError("hls.not_asked", "No HLS was asked for when this video was uploaded.")
    if video.hls_error:
        return ConflictError(video.hls_error.code, video.hls_error.detail)
    return ConflictError("hls.not_ready", "The HLS of this video is not made yet; ask again later.")


def _etag(video: Video) -> str:
    return video.source.etag if video.source else "none"


def _work_of(video: Video, hls_id: str) -> str:
    return hls_work(video.user_id, video.video_id, _etag(video), hls_id)
