"""Look through all that is stored for what belongs to nothing, and for what is not there.

Nothing is ever deleted here: what is found is written down for an operator. What is young, what is
worked on and what is being deleted is passed over, since it is not yet as it will be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from functions.domain.codec import from_plain, to_plain
from functions.domain.deletions.orphan import Orphan, OrphanSearch, Phase, Step
from functions.domain.deletions.orphan_ports import Inventory, ObjectListing
from functions.domain.deletions.ports import DeletionStore, StoredObjects
from functions.domain.ids import new_id
from functions.domain.keys import orphan_search_key, orphans_key
from functions.domain.media.ports import MediaStore
from functions.domain.ports import SegmentStore

MOST: Final = 5_000
"""So many are found by one call at the most, or little more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrphanWork:
    """What a call works with; `stop` says when its time is up."""

    inventory: Inventory
    listing: ObjectListing
    objects: StoredObjects
    segments: SegmentStore
    deletions: DeletionStore
    media: MediaStore
    bucket: str
    clock: Callable[[], datetime]
    stop: Callable[[], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Looking:
    """A look at some things: only what was written before `until` is told of."""

    work: OrphanWork
    until: datetime

    def is_old(self, since: datetime | None) -> bool:
        return since is None or since <= self.until


Look = Callable[[Looking, Mapping[str, Any] | None], Step]
"""Looks at some things of one phase, from a place on."""


def find_orphans(
    work: OrphanWork,
    looks: Mapping[Phase, Look],
    *,
    every: timedelta,
    grace_hours: int,
    begin: bool = False,
) -> OrphanSearch:
    """Go on with the search that was begun, as far as time goes. With `begin`, or `every` so long
    after the last began, it is a new one. Whoever repeats a call that was killed finds the same."""
    now, search = work.clock(), latest_search(work.media)
    due = search is None or (search.finished_at and now - search.began_at >= every)
    if search is None or begin or due:
        search = OrphanSearch(search_id=new_id(now), began_at=now, grace_hours=grace_hours)
    if search.finished_at is not None:
        return search
    return _kept(work, *_gone_on(work, looks, search))


def latest_search(media: MediaStore) -> OrphanSearch | None:
    key = orphan_search_key()
    return from_plain(OrphanSearch, media.read_json(key)) if media.find(key) else None


def _gone_on(
    work: OrphanWork, looks: Mapping[Phase, Look], search: OrphanSearch
) -> tuple[OrphanSearch, list[Orphan]]:
    until = search.began_at - timedelta(hours=search.grace_hours)
    found = list[Orphan]()
    looking = Looking(work=work, until=until)
    while search.finished_at is None:
        step = looks[search.phase](looking, search.after)
        search = search.moved(step, work.clock())
        found += step.orphans
        if work.stop() or len(found) >= MOST:
            break
    return search, found


def _kept(work: OrphanWork, search: OrphanSearch, found: Sequence[Orphan]) -> OrphanSearch:
    """What was found first: who is killed in between is followed by one who finds it again."""
    if found:
        search = replace(search, parts=search.parts + 1)
        document = {"orphans": [to_plain(one) for one in found]}
        work.media.write_json(orphans_key(search.search_id, search.parts), document)
    work.media.write_json(orphan_search_key(), to_plain(search))
    return search
