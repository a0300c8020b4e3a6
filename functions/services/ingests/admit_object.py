"""What arrives in the bucket for a video that was deleted is turned away.

A signed URL is good for an hour, and an event may come late or twice: by the receipts they are
known as long as those are kept.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime

from functions.domain.deletions.deletion import Deletion, deletion_id_of
from functions.domain.deletions.ports import DeletionStore
from functions.domain.keys import parse_upload_key, parse_voice_name, upload_key
from functions.domain.media.ports import MediaStore
from functions.services.runs.start_run import ObjectCreated

logger = logging.getLogger(__name__)


def admit(
    event: ObjectCreated, deletions: DeletionStore, media: MediaStore
) -> ObjectCreated | None:
    """The event as it is to be acted on; None where its video was deleted. Then the object goes,
    too: the deletion may have looked for the last time."""
    source = event.source
    place = parse_upload_key(source.key)
    if place is None:
        return event
    voice = parse_voice_name(place.name)
    announced = voice.video_id if voice else place.name.split("/", 1)[0]
    if voice or source.key == upload_key(place.user_id, announced):
        late = deletions.get(place.user_id, deletion_id_of(announced))
    else:
        event, late = dropped(event, place.user_id, deletions)
    if late is None:
        return event
    if late.video_id == announced or source.version_id:
        media.erase_version(source)
    logger.warning("object of a deleted video turned away", extra={"video_id": late.video_id})
    return None


def dropped(
    event: ObjectCreated, user_id: str, deletions: DeletionStore
) -> tuple[ObjectCreated, Deletion | None]:
    """The event of a file that was dropped as it makes a video, and the deletion of that video if
    it was deleted.

    A bucket without versions knows bytes that are dropped again by their time alone: after the
    deletion they are another video."""
    while known := deletions.get(user_id, deletion_id_of(event.dropped_id)):
        if event.source.version_id or not _is_later(event.at, known):
            return event, known
        event = replace(event, after=(*event.after, known.deletion_id))
    return event, None


def _is_later(at: datetime | None, known: Deletion) -> bool:
    return at is not None and at > known.requested_at
