"""All that is stored, as one sees it who looks through everything."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from functions.domain.deletions.deletion import StoredObject
from functions.domain.deletions.orphan_ports import FolderPage, SegmentPlace
from functions.domain.deletions.ports import ObjectPage
from functions.domain.paging import Page, Position
from functions.domain.video import Video
from tests.fakes.clock import EPOCH
from tests.fakes.media import FakeMediaStore
from tests.fakes.segments import FakeSegmentStore
from tests.fakes.videos import FakeVideoStore


class FakeListing:
    """A bucket's lists, in pages of `page_size`; `written` says when, EPOCH if it does not."""

    def __init__(self, media: FakeMediaStore, page_size: int = 2) -> None:
        self.media, self.page_size = media, page_size
        self.written: dict[str, datetime] = {}

    def folders(self, prefix: str, after: str | None) -> FolderPage:
        names = set[str]()
        for key in self.media.objects:
            if key.startswith(prefix):
                name, below, _ = key.removeprefix(prefix).partition("/")
                names.add(prefix + name + below)
        later = sorted(name for name in names if after is None or name > after)
        shown = later[: self.page_size]
        return FolderPage(
            tuple(name for name in shown if name.endswith("/")),
            tuple(self._stored(name) for name in shown if not name.endswith("/")),
            shown[-1] if len(later) > len(shown) else None,
        )

    def current(self, prefix: str, after: str | None) -> ObjectPage:
        later = sorted(
            key
            for key in self.media.objects
            if key.startswith(prefix) and (after is None or key > after)
        )
        shown = later[: self.page_size]
        more = len(later) > len(shown)
        objects = tuple(map(self._stored, shown))
        return ObjectPage(objects, {"key": shown[-1]} if more else None)

    def page(self, prefix: str, after: Mapping[str, str] | None) -> ObjectPage:
        """Of one version each."""
        return self.current(prefix, after["key"] if after else None)

    def _stored(self, key: str) -> StoredObject:
        source = self.media.find(key)
        assert source
        return StoredObject(
            key=key,
            version=source.version_id or "null",
            size=source.size,
            etag=source.etag,
            modified=self.written.get(key, EPOCH),
        )


class FakeInventory:
    def __init__(
        self, videos: FakeVideoStore, segments: FakeSegmentStore, page_size: int = 2
    ) -> None:
        self._videos, self._segments, self._page_size = videos, segments, page_size

    def known(self, video_ids: Collection[str]) -> frozenset[str]:
        marked = (one for one in video_ids if self._videos.marked(one) is not None)
        there = {video.video_id for video in self._videos.all()}
        return frozenset({*marked, *there}.intersection(video_ids))

    def videos(self, after: Position | None) -> Page[Video]:
        rows = sorted(self._videos.all(), key=lambda video: video.video_id)
        later = [row for row in rows if after is None or row.video_id > str(after["video_id"])]
        shown = later[: self._page_size]
        more = len(later) > len(shown)
        return Page(tuple(shown), {"video_id": shown[-1].video_id} if more else None)

    def segments(self, after: Position | None) -> Page[SegmentPlace]:
        rows = sorted(self._segments.all(), key=lambda row: row.segment_id)
        later = [row for row in rows if after is None or row.segment_id > str(after["segment_id"])]
        shown = later[: self._page_size]
        more = len(later) > len(shown)
        return Page(
            tuple(SegmentPlace(row.segment_id, row.video_id, row.updated_at) for row in shown),
            {"segment_id": shown[-1].segment_id} if more else None,
        )
