"""One pass over a video's objects of one kind.

A batch is written down, deleted, then counted: whoever is killed in between is followed by one who
deletes the same batch again and counts it, once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from functions.domain.deletions.deletion import Deletion, Leftover, ObjectBatch, StoredObject, Tally
from functions.domain.deletions.ports import StoredObjects
from functions.services.deletions.sweeping import Found, Sweep, Sweeping

NAMED = 20
"""So many of those that are left are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where objects of a kind lie, None for a video that has none. An `exact` one is a key and not
    the beginning of keys. `chosen` are those of a page that are the video's own."""

    kind: str
    prefix: Callable[[Sweep], str | None]
    exact: bool = False
    chosen: Callable[[Sweep, Sequence[StoredObject]], Sequence[StoredObject]] = lambda _, all_: all_
    unfinished: bool = False


def objects(stored: StoredObjects, place: Place) -> Sweeping:
    """All of them, page by page."""
    look = stored.unfinished if place.unfinished else stored.page

    def sweep(of: Sweep) -> Found:
        found, after = Found(), None
        prefix = place.prefix(of)
        while prefix is not None:
            # Before the look: a batch of another worker's that is closed after it is seen as such.
            known = _receipt(of)
            page = look(prefix, after)
            named = [one for one in page.objects if not place.exact or one.key == prefix]
            mine = tuple(place.chosen(of, named))
            if mine:
                batch = ObjectBatch(kind=place.kind, objects=mine, unfinished=place.unfinished)
                of.deletions.open_batch(known, batch)
                found = _and(found, _finish(of, stored, known, batch))
            after = page.next
            # A key comes before all that begin with it.
            if after is None or len(named) < len(page.objects):
                break
            if of.stop():
                return replace(found, unfinished=True)
        return found

    return sweep


def open_batch(stored: StoredObjects) -> Sweeping:
    """The batch that a worker has left behind."""

    def sweep(of: Sweep) -> Found:
        known = _receipt(of)
        batch = of.deletions.batch(known)
        return _finish(of, stored, known, batch) if batch else Found()

    return sweep


def _finish(of: Sweep, stored: StoredObjects, known: Deletion, batch: ObjectBatch) -> Found:
    remove = stored.abandon if batch.unfinished else stored.remove
    refused = remove(batch.objects)
    kept = {(one.key, one.version) for one, _ in refused}
    gone = [one for one in batch.objects if (one.key, one.version) not in kept]
    tally = Tally(count=len(gone), size=sum(one.size for one in gone))
    of.deletions.close_batch(known, tally, batch.kind)
    left = (Leftover(kind=batch.kind, name=one.key, reason=why) for one, why in refused[:NAMED])
    return Found(removed=len(gone), refused=tuple(left))


def _receipt(of: Sweep) -> Deletion:
    deletion = of.deletion
    return of.deletions.get(deletion.user_id, deletion.deletion_id) or deletion


def _and(one: Found, other: Found) -> Found:
    refused = (*one.refused, *other.refused)[:NAMED]
    return Found(removed=one.removed + other.removed, refused=refused)
