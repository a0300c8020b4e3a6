"""Where the objects of a video lie."""

from __future__ import annotations

from collections.abc import Sequence

from functions.domain.deletions.deletion import StoredObject
from functions.domain.keys import upload_key, voices_prefix
from functions.domain.media.source import Source
from functions.services.deletions.sweep_objects import Place
from functions.services.deletions.sweeping import Sweep


def upload(kind: str, *, open_: bool = False) -> Place:
    """What was sent through the API. Other names beside it are files that were dropped there, each
    a video of its own."""
    return Place(
        kind=kind,
        prefix=lambda of: upload_key(of.video.user_id, of.video.video_id),
        exact=True,
        unfinished=open_,
    )


def folder(top: str, *, open_: bool = False) -> Place:
    return Place(
        kind="unfinished_uploads" if open_ else top,
        prefix=lambda of: f"{top}/{of.video.user_id}/{of.video.video_id}/",
        unfinished=open_,
    )


def _dropped_key(of: Sweep) -> str | None:
    video, source = of.video, of.video.source
    own = source is None or source.key == upload_key(video.user_id, video.video_id)
    return None if own or source is None else source.key


def _dropped(of: Sweep, found: Sequence[StoredObject]) -> Sequence[StoredObject]:
    """Of all that was dropped under one name the one that became this video: another version is
    another video's. Marks of removal go with the last of them."""
    source = of.video.source
    mine = [one for one in found if source and _is_source(one, source, of)]
    others = [one for one in found if not one.mark and one not in mine]
    return mine if others else [*mine, *(one for one in found if one.mark)]


def _is_source(one: StoredObject, source: Source, of: Sweep) -> bool:
    """Without versions: the same bytes that are there again since were dropped anew."""
    if one.mark:
        return False
    if source.version_id is not None:
        return one.version == source.version_id
    later = one.modified is not None and one.modified > of.deletion.requested_at
    return one.etag == source.etag and not later


VOICES = Place(kind="uploads", prefix=lambda of: voices_prefix(of.video.user_id, of.video.video_id))
DROPPED = Place(kind="uploads", prefix=_dropped_key, exact=True, chosen=_dropped)
