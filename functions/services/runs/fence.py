"""What a run makes of a video that was deleted meanwhile goes nowhere."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from functions.domain.errors import NotFoundError
from functions.domain.keys import video_in
from functions.domain.media.ports import MediaStore
from functions.domain.ports import VideoStore


def fenced(media: MediaStore, videos: VideoStore) -> MediaStore:
    """The store, but for new objects of a video that is not there.

    A worker goes on for a while after its execution was stopped. Each of its writes raises
    NotFoundError here; what was let in a moment before is found by the deletion's last look.
    """
    return cast("MediaStore", _FencedMedia(media, videos))


class _FencedMedia:
    def __init__(self, media: MediaStore, videos: VideoStore) -> None:
        self._media, self._videos = media, videos

    def __getattr__(self, name: str) -> Any:
        return getattr(self._media, name)

    def start_multipart(self, key: str, content_type: str, metadata: Mapping[str, str]) -> str:
        self._require_video(key)
        return self._media.start_multipart(key, content_type, metadata)

    def write_json(self, key: str, document: Any) -> None:
        self._require_video(key)
        self._media.write_json(key, document)

    def upload(self, path: Path, key: str, content_type: str) -> None:
        self._require_video(key)
        self._media.upload(path, key, content_type)

    def copy(self, from_key: str, to_key: str) -> None:
        self._require_video(to_key)
        self._media.copy(from_key, to_key)

    def _require_video(self, key: str) -> None:
        video_id = video_in(key)
        if video_id is not None and self._videos.get(video_id) is None:
            raise NotFoundError("video.not_found", "The video was deleted while it was worked on.")
