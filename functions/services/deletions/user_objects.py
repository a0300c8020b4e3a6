"""Objects of a user that no video has: what was dropped, and never became one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from functions.domain.deletions.deletion import StoredObject
from functions.domain.deletions.leaving import Cleared
from functions.domain.deletions.ports import ObjectPage, Refused, StoredObjects
from functions.domain.errors import UnavailableError
from functions.domain.keys import MEDIA, UPLOADS, WORK

_FOLDERS: Final = (UPLOADS, MEDIA, WORK)
Listing = Callable[[str, Mapping[str, str] | None], ObjectPage]
Removing = Callable[[Sequence[StoredObject]], Refused]


def remove_objects(user_id: str, objects: StoredObjects, stop: Callable[[], bool]) -> Cleared:
    """With all their versions. Raises UnavailableError where one is refused."""
    ways: tuple[tuple[Listing, Removing], ...] = (
        (objects.unfinished, objects.abandon),
        (objects.page, objects.remove),
    )
    count = 0
    for folder in _FOLDERS:
        for listing, removing in ways:
            cleared = _remove(f"{folder}/{user_id}/", listing, removing, stop)
            count += cleared.count
            if not cleared.done:
                return Cleared(count=count, done=False)
    return Cleared(count=count, done=True)


def _remove(prefix: str, listing: Listing, removing: Removing, stop: Callable[[], bool]) -> Cleared:
    """Each page is the first: what was read is gone."""
    count = 0
    while not stop():
        found = listing(prefix, None).objects
        if not found:
            return Cleared(count=count, done=True)
        if refused := removing(found):
            _, reason = refused[0]
            says = f"The media bucket keeps {len(refused)} objects ({reason}); try again."
            raise UnavailableError("dependency.unavailable", says)
        count += len(found)
    return Cleared(count=count, done=False)
