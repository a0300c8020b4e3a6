"""All that is stored, a page at a time: lists of a bucket and rows of tables, real and faked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from functions.adapters.aws import client
from functions.adapters.dynamo.deletions import DynamoDeletionStore
from functions.adapters.dynamo.inventory import VIDEOS_AT_ONCE, DynamoInventory
from functions.adapters.dynamo.segments import DynamoSegmentStore
from functions.adapters.dynamo.videos import DynamoVideoStore
from functions.adapters.s3_object_listing import S3ObjectListing
from functions.domain.deletions.orphan_ports import ObjectListing
from functions.services.deletions.mark_video import mark_video
from tests.builders import make_queued_video, make_segment
from tests.fakes.clock import EPOCH
from tests.fakes.inventory import FakeListing
from tests.fakes.media import FakeMediaStore

ODD = "two words + 100% “quoted” 😀.mp4"


class Shelves:
    """A listing, and how things come into its bucket."""

    def __init__(self, listing: ObjectListing, name: str | None) -> None:
        self.listing, self._name = listing, name

    def put(self, *keys: str) -> None:
        for key in keys:
            if isinstance(self.listing, FakeListing):
                self.listing.media.put(key, b"xy")
            else:
                client("s3").put_object(Bucket=self._name, Key=key, Body=b"xy")

    def remove(self, key: str) -> None:
        if isinstance(self.listing, FakeListing):
            self.listing.media.delete([key])
        else:
            client("s3").delete_object(Bucket=self._name, Key=key)

    def folders(self, prefix: str) -> Iterator[str]:
        after = None
        while True:
            page = self.listing.folders(prefix, after)
            yield from page.folders
            after = page.next
            if after is None:
                return


@pytest.fixture(params=["fake", "s3"])
def shelves(request: pytest.FixtureRequest, versioned_bucket: str) -> Shelves:
    if request.param == "fake":
        return Shelves(FakeListing(FakeMediaStore(), page_size=1_000), None)
    return Shelves(S3ObjectListing(versioned_bucket), versioned_bucket)


def test_given_folders_when_listed_then_each_is_named_once_and_loose_objects_beside(
    shelves: Shelves, fresh: str
) -> None:
    shelves.put(f"{fresh}/a/1", f"{fresh}/a/b/2", f"{fresh}/{ODD}/3", f"{fresh}/loose")

    page = shelves.listing.folders(f"{fresh}/", None)

    assert set(page.folders) == {f"{fresh}/a/", f"{fresh}/{ODD}/"}
    assert [(one.key, one.size) for one in page.objects] == [(f"{fresh}/loose", 2)]
    assert page.next is None


@pytest.mark.parametrize("after", ["a/", "a-b/", "loose"])
def test_given_a_place_when_listed_from_there_then_what_is_behind_it_comes(
    shelves: Shelves, fresh: str, after: str
) -> None:
    """Names that begin with another's are neither passed over nor named again."""
    names = ["a-b/", "a/", "a0/", "ab/", "loose", "z/"]
    shelves.put(*(f"{fresh}/{name}{'x' if name.endswith('/') else ''}" for name in names))

    page = shelves.listing.folders(f"{fresh}/", f"{fresh}/{after}")

    listed = [*page.folders, *(one.key for one in page.objects)]
    wanted = [name for name in names if name > after]
    assert sorted(listed) == [f"{fresh}/{name}" for name in wanted]


def test_given_more_than_a_page_when_listed_then_pages_lead_to_each_other(
    shelves: Shelves, fresh: str
) -> None:
    wanted = [f"{fresh}/{number:04d}/" for number in range(1_003)]
    shelves.put(*(f"{folder}{half}" for folder in wanted for half in ("a", "b")))

    assert list(shelves.folders(f"{fresh}/")) == wanted
    first = shelves.listing.current(f"{fresh}/", None)
    assert first.next is not None
    assert len(first.objects) == 1_000
    second = shelves.listing.current(f"{fresh}/", first.next["key"])
    assert second.objects[0].key > first.objects[-1].key


def test_given_a_removed_object_when_listed_then_it_is_not_there(
    shelves: Shelves, fresh: str
) -> None:
    shelves.put(f"{fresh}/a", f"{fresh}/b")
    shelves.remove(f"{fresh}/a")

    page = shelves.listing.current(f"{fresh}/", None)

    assert [(one.key, one.size, one.modified is not None) for one in page.objects] == [
        (f"{fresh}/b", 2, True)
    ]


def _walked(page: Any) -> Iterator[Any]:
    after = None
    while True:
        some = page(after)
        yield from some.items
        after = some.next
        if after is None:
            return


def test_given_rows_when_gone_through_then_all_are_met_but_those_that_are_deleted(
    tables: dict[str, str], fresh: str
) -> None:
    videos = DynamoVideoStore(tables["videos"])
    segments = DynamoSegmentStore(tables["segments"], tables["counters"], tables["snapshots"])
    ids = [f"{fresh}-{number}" for number in range(2 * VIDEOS_AT_ONCE)]
    for video_id in ids:
        videos.create(make_queued_video(video_id=video_id, user_id=fresh))
        segment = make_segment(video_id=video_id, user_id=fresh, segment_id=f"{video_id}-s")
        segments.create(segment)
    known = segments.get(f"{ids[0]}-s")
    assert known
    segments.delete(known, EPOCH)
    mark_video(
        videos,
        DynamoDeletionStore(tables["deletions"], tables["videos"]),
        user_id=fresh,
        video_id=ids[1],
        now=EPOCH,
        settle=timedelta(0),
    )
    inventory = DynamoInventory(tables["videos"], tables["segments"])

    met = [one.video_id for one in _walked(inventory.videos) if one.user_id == fresh]
    rows = [one for one in _walked(inventory.segments) if one.segment_id.startswith(fresh)]

    assert sorted(met) == sorted([ids[0], *ids[2:]])
    assert sorted(row.segment_id for row in rows) == sorted(f"{one}-s" for one in ids[1:])
    assert all(row.segment_id == f"{row.video_id}-s" for row in rows)
    # One that is being deleted still has a row.
    assert inventory.known([*ids, f"{fresh}-none"]) == frozenset(ids)
