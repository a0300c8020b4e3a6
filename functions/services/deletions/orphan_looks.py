"""How each phase of a search for orphans looks at some things (see `find_orphans`).

What seems to belong to nothing is looked at once more by itself before it is told of: lists and
rows are read one after the other, and indexes lag behind.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from functions.domain.deletions.deletion import StoredObject
from functions.domain.deletions.orphan import Orphan, OrphanKind, Phase, Step
from functions.domain.keys import parse_upload_key, parse_voice_name, upload_key
from functions.domain.media.source import Source
from functions.domain.paging import Position
from functions.services.deletions.find_orphans import Look, Looking
from functions.services.deletions.orphans_of_video import orphans_of_video
from functions.services.ingests.admit_object import dropped
from functions.services.runs.start_run import ObjectCreated

After = Mapping[str, Any] | None
_UNVERSIONED: Final = "null"


def looks() -> Mapping[Phase, Look]:
    return {
        Phase.MEDIA: _folders(Phase.MEDIA),
        Phase.WORK: _folders(Phase.WORK),
        Phase.UPLOADS: _uploads,
        Phase.VIDEOS: _videos,
        Phase.SEGMENTS: _segments,
    }


def _folders(top: Phase) -> Look:
    """Folders of videos that have no row, user by user: of the others nothing is listed here."""

    def look(looking: Looking, after: After) -> Step:
        listing, known = looking.work.listing, after or {}
        user, loose = known.get("user"), tuple[StoredObject, ...]()
        if "folder" not in known:
            users = listing.folders(f"{top}/", user)
            loose = users.objects if after is None else ()
            if not users.folders:
                return Step(after=None, looked_at=0, orphans=[*_unowned(looking, loose)])
            user = users.folders[0]
        assert user is not None  # noqa: S101  (a folder is told with its user)
        page = listing.folders(user, known.get("folder"))
        orphans = [*_unowned(looking, (*loose, *page.objects)), *_absent(looking, page.folders)]
        place = {"user": user, **({"folder": page.next} if page.next else {})}
        return Step(after=place, looked_at=len(page.folders), orphans=orphans)

    return look


def _absent(looking: Looking, folders: Sequence[str]) -> Iterator[Orphan]:
    """All that lies in those whose video has no row."""
    ids = {folder: folder.split("/")[2] for folder in folders}
    known = looking.work.inventory.known(ids.values())
    for folder, video_id in ids.items():
        if video_id not in known:
            for one in _versions(looking, folder):
                yield from _object(looking, one, video_id)


def _versions(looking: Looking, prefix: str) -> Iterator[StoredObject]:
    after: Mapping[str, str] | None = None
    while True:
        page = looking.work.objects.page(prefix, after)
        yield from (one for one in page.objects if not one.mark)
        after = page.next
        if after is None:
            return


def _unowned(looking: Looking, objects: Sequence[StoredObject]) -> Iterator[Orphan]:
    """Objects where no video's can lie."""
    for one in objects:
        yield from _object(looking, one, None)


def _object(looking: Looking, one: StoredObject, video_id: str | None) -> Iterator[Orphan]:
    if looking.is_old(one.modified):
        yield Orphan(
            kind=OrphanKind.OBJECT,
            video_id=video_id,
            name=one.key,
            size=one.size,
            since=one.modified,
        )


def _uploads(looking: Looking, after: After) -> Step:
    """What was sent and never became a video, or whose video is gone."""
    page = looking.work.objects.page(f"{Phase.UPLOADS}/", after)
    sent = [one for one in page.objects if not one.mark and not one.key.endswith("/")]
    owners = [(one, _videos_of(looking, one)) for one in sent]
    known = looking.work.inventory.known([video for _, videos in owners for video in videos])
    orphans = [
        orphan
        for one, videos in owners
        if known.isdisjoint(videos)
        for orphan in _object(looking, one, videos[0] if videos else None)
    ]
    return Step(after=page.next, looked_at=len(sent), orphans=orphans)


def _videos_of(looking: Looking, one: StoredObject) -> tuple[str, ...]:
    """Ids of the videos that it may be of: as it was announced, or as what is just dropped."""
    place = parse_upload_key(one.key)
    if place is None:
        return ()
    voice = parse_voice_name(place.name)
    announced = voice.video_id if voice else place.name.split("/", 1)[0]
    as_dropped = _dropped_id(looking, one, place.user_id)
    if voice or one.key == upload_key(place.user_id, announced):
        return announced, as_dropped
    return (as_dropped,)


def _dropped_id(looking: Looking, one: StoredObject, user_id: str) -> str:
    version = None if one.version == _UNVERSIONED else one.version
    source = Source(key=one.key, size=one.size, etag=one.etag or "", version_id=version)
    event = ObjectCreated(looking.work.bucket, source, at=one.modified)
    return dropped(event, user_id, looking.work.deletions)[0].dropped_id


def _videos(looking: Looking, after: Position | None) -> Step:
    """Videos at rest, each beside all that is stored of it."""
    page = looking.work.inventory.videos(after)
    orphans = [one for video in page.items for one in orphans_of_video(looking, video)]
    return Step(after=page.next, looked_at=len(page.items), orphans=orphans)


def _segments(looking: Looking, after: Position | None) -> Step:
    """Rows whose video has none."""
    page, work = looking.work.inventory.segments(after), looking.work
    old = [one for one in page.items if looking.is_old(one.updated_at)]
    known = work.inventory.known([one.video_id for one in old])
    orphans = [
        Orphan(
            kind=OrphanKind.STRAY,
            video_id=one.video_id,
            name=one.segment_id,
            since=one.updated_at,
        )
        for one in old
        if one.video_id not in known and work.segments.get(one.segment_id) is not None
    ]
    return Step(after=page.next, looked_at=len(page.items), orphans=orphans)
