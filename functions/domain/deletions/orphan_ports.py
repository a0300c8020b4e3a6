"""What the search for orphans needs from outside (see `domain/ports.py` for the rest)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from functions.domain.deletions.deletion import StoredObject
from functions.domain.deletions.ports import ObjectPage
from functions.domain.paging import Page, Position
from functions.domain.video import Video


@dataclass(frozen=True, slots=True)
class FolderPage:
    """Folders directly below a prefix, whose names end with `/`, and objects that lie there.
    `next` is the name that the next page begins after."""

    folders: tuple[str, ...]
    objects: tuple[StoredObject, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class SegmentPlace:
    """A segment's row, as far as it says whose it is."""

    segment_id: str
    video_id: str
    updated_at: datetime


class ObjectListing(Protocol):
    def folders(self, prefix: str, after: str | None) -> FolderPage:
        """Up to 1,000, in the order of their names."""

    def current(self, prefix: str, after: str | None) -> ObjectPage:
        """Up to 1,000 objects as they are now, by key; `next` holds the last `key`."""


class Inventory(Protocol):
    """All rows, in an order of their own."""

    def known(self, video_ids: Collection[str]) -> frozenset[str]:
        """Those of them that have a row, read consistently; also while they are deleted."""

    def videos(self, after: Position | None) -> Page[Video]:
        """A few; those that are being deleted are passed over."""

    def segments(self, after: Position | None) -> Page[SegmentPlace]:
        """Many; those that are deleted are passed over."""
