"""Uploads."""

from __future__ import annotations

from datetime import datetime

from functions.domain.video import Video
from functions.handlers.api.models import uploads as models
from functions.services.ingests.uploads import UploadTicket, object_metadata


def upload(ticket: UploadTicket, now: datetime) -> models.UploadAnswer:
    video = ticket.video
    place = video.open_upload(now)
    single = ticket.put_url is not None
    return models.UploadAnswer(
        video_id=video.video_id,
        status=video.status_at(now),
        method="put" if single else "multipart",
        expires_at=place.expires_at,
        put_url=ticket.put_url,
        put_headers=_put_headers(video) if single else None,
        part_size=place.part_size,
        parts=None
        if single
        else [models.PartUrl(part_number=number, url=url) for number, url in ticket.part_urls],
        arrived=None
        if single
        else [
            models.ArrivedPart(part_number=part.number, size=part.size, etag=part.etag)
            for part in ticket.arrived
        ],
        complete_url=f"/api/videos/uploads/{video.video_id}",
    )


def _put_headers(video: Video) -> dict[str, str]:
    """What the signature covers, and so what the PUT must send."""
    meta = object_metadata(video.file_name).items()
    headers = {f"x-amz-meta-{name}": value for name, value in meta}
    return {"Content-Type": video.content_type or "application/octet-stream", **headers}
