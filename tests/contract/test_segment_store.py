"""Segments: what holds for the table and for the fake alike."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from functions.adapters.dynamo.segments import DynamoSegmentStore
from functions.domain.ports import SegmentStore
from functions.domain.segments.segment import Segment, SegmentType
from tests.builders import make_segment
from tests.contract.counting import pages_of
from tests.fakes.segments import FakeSegmentStore


@pytest.fixture(params=["fake", "dynamodb"])
def segments(request: pytest.FixtureRequest, tables: dict[str, str]) -> SegmentStore:
    if request.param == "fake":
        return FakeSegmentStore()
    return DynamoSegmentStore(tables["segments"], tables["counters"], tables["snapshots"])


def of_all_kinds(video_id: str, count: int = 12) -> list[Segment]:
    """In the order in which they are listed."""
    made = [
        make_segment(video_id=video_id, segment_type=kind, segment_number=number)
        for kind in SegmentType
        for number in range(count)
    ]
    return sorted(made, key=lambda segment: segment.order)


def walked(
    segments: SegmentStore, video_id: str, kind: SegmentType | None, limit: int
) -> list[Segment]:
    found: list[Segment] = []
    after: Any = None
    while True:
        page = segments.of_video(video_id, kind, limit=limit, after=after)
        assert len(page.items) <= limit
        found += page.items
        if (after := page.next) is None:
            return found


class TestSegmentStore:
    def test_given_a_segment_with_everything_when_it_is_added_then_it_reads_back_as_it_was(
        self, segments: SegmentStore, fresh: str
    ) -> None:
        segment = make_segment(
            video_id=fresh,
            duration=0,
            start=0,
            end=10_000,
            actual_start=12,
            actual_end=9_998,
            frame_count=250,
            width=1080,
            height=1920,
            title="Ünï “title” 😀",
            description="",
            tags=("a", "b"),
        )

        segments.add([segment])

        assert segments.get(segment.segment_id) == segment

    def test_given_no_such_segment_when_it_is_read_then_there_is_none(
        self, segments: SegmentStore, fresh: str
    ) -> None:
        assert segments.get(fresh) is None

    def test_given_a_stored_segment_when_it_is_added_again_then_the_first_stays(
        self, segments: SegmentStore, fresh: str
    ) -> None:
        first = make_segment(video_id=fresh, segment_number=1)
        new = make_segment(video_id=fresh, segment_number=2)
        segments.add([first])

        segments.add([replace(first, file_size=1), new])

        assert segments.get(first.segment_id) == first
        assert segments.get(new.segment_id) == new

    @pytest.mark.parametrize("kind", [None, *SegmentType])
    @pytest.mark.parametrize("limit", [1, 5, 500])
    def test_given_segments_of_a_video_when_pages_are_walked_then_they_come_by_type_and_number(
        self, segments: SegmentStore, fresh: str, kind: SegmentType | None, limit: int
    ) -> None:
        made = of_all_kinds(fresh)
        segments.add(made[::-1])
        segments.add([make_segment(video_id=f"{fresh}-other")])

        found = walked(segments, fresh, kind, limit)

        assert found == [one for one in made if kind in {None, one.segment_type}]

    def test_given_segments_of_a_video_when_all_of_one_type_are_read_then_they_come_by_number(
        self, segments: SegmentStore, fresh: str
    ) -> None:
        made = of_all_kinds(fresh)
        segments.add(made)

        found = list(segments.all_of(fresh, SegmentType.THUMBNAIL))

        assert found == [one for one in made if one.segment_type is SegmentType.THUMBNAIL]

    def test_given_answers_that_end_early_when_all_are_read_then_all_come(
        self, segments: SegmentStore, fresh: str
    ) -> None:
        made = of_all_kinds(fresh)
        segments.add(made)

        with pages_of(5):
            found = list(segments.all_of(fresh, SegmentType.AUDIO))
            page = segments.of_video(fresh, None, limit=20, after=None)

        assert found == [one for one in made if one.segment_type is SegmentType.AUDIO]
        assert (list(page.items), page.next is None) == (made[:20], False)
