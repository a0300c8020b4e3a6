"""Unfinished uploads to S3, which cost what their parts cost until they are given up."""

from __future__ import annotations

from functions.domain.media.ports import MediaStore


def clear_multiparts(media: MediaStore, key: str, *, but: str | None = None) -> None:
    """Give up all unfinished uploads to a key but one; those that killed workers left, too."""
    for upload_id in media.open_multiparts(key):
        if upload_id != but:
            media.abort_multipart(key, upload_id)
