"""What counts segments follows every write of them, or nothing is written at all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from functions.domain.errors import StaleWriteError
from functions.domain.segments.counts import SegmentCounts
from functions.domain.segments.segment import Segment, SegmentType
from tests.builders import make_segment
from tests.contract.counting import THREADS, Counted, at_once, either
from tests.fakes.clock import EPOCH

PROCESSED, AUDIO = SegmentType.PROCESSED, SegmentType.AUDIO


@pytest.fixture(params=["fake", "dynamodb"])
def counted(request: pytest.FixtureRequest, tables: dict[str, str]) -> Counted:
    return either(request, tables)


def make(fresh: str, number: int = 1, **overrides: object) -> Segment:
    named = {"user_id": f"user-{fresh}", "video_id": f"video-{fresh}", "segment_number": number}
    return make_segment(**{**named, **overrides})


def counts(counted: Counted, fresh: str) -> tuple[SegmentCounts, SegmentCounts]:
    return counted.counts(f"user-{fresh}", f"video-{fresh}")


def both(by_type: dict[SegmentType, int], file_size: int) -> tuple[SegmentCounts, SegmentCounts]:
    one = SegmentCounts(by_type=by_type, file_size=file_size)
    return one, one


class TestSegmentCounts:
    def test_given_nothing_when_it_is_counted_then_there_is_nothing(
        self, counted: Counted, fresh: str
    ) -> None:
        assert counts(counted, fresh) == both({}, 0)

    def test_given_segments_of_two_types_when_they_are_created_then_each_is_counted(
        self, counted: Counted, fresh: str
    ) -> None:
        for number in range(5):
            assert counted.store.create(make(fresh, number, file_size=10**12))
        assert counted.store.create(make(fresh, segment_type=AUDIO, file_size=1))

        found = counts(counted, fresh)

        assert found == both({PROCESSED: 5, AUDIO: 1}, 5 * 10**12 + 1)
        assert found[0].segments == 6

    def test_given_two_videos_when_they_are_counted_then_the_user_has_both(
        self, counted: Counted, fresh: str
    ) -> None:
        counted.store.add([make(fresh), make(fresh, video_id=f"other-{fresh}", file_size=1)])

        user, video = counts(counted, fresh)

        assert (user.segments, user.file_size) == (2, 701)
        assert (video.segments, video.file_size) == (1, 700)

    def test_given_a_segment_when_it_is_added_twice_then_it_counts_once(
        self, counted: Counted, fresh: str
    ) -> None:
        for _ in range(2):
            counted.store.add([make(fresh, 1), make(fresh, 2)])

        assert counts(counted, fresh) == both({PROCESSED: 2}, 1_400)

    def test_given_a_segment_when_its_size_becomes_known_then_the_bytes_follow(
        self, counted: Counted, fresh: str
    ) -> None:
        segment = make(fresh, file_size=0)
        counted.store.create(segment)

        counted.store.save(segment, replace(segment, file_size=900))

        assert counts(counted, fresh) == both({PROCESSED: 1}, 900)

    def test_given_a_segment_when_its_words_change_then_the_counts_do_not(
        self, counted: Counted, fresh: str
    ) -> None:
        segment = make(fresh)
        counted.store.create(segment)

        counted.store.save(segment, replace(segment, title="New", tags=("a",)))

        assert counts(counted, fresh) == both({PROCESSED: 1}, 700)

    def test_given_two_segments_when_one_is_deleted_then_the_other_is_counted(
        self, counted: Counted, fresh: str
    ) -> None:
        counted.store.add([make(fresh, 1, file_size=5), make(fresh, 2)])

        counted.store.delete(make(fresh, 1, file_size=5), EPOCH)

        assert counts(counted, fresh) == both({PROCESSED: 1}, 700)

    def test_given_the_last_segment_when_it_is_deleted_then_no_type_is_left(
        self, counted: Counted, fresh: str
    ) -> None:
        counted.store.create(make(fresh))

        counted.store.delete(make(fresh), EPOCH)

        assert counts(counted, fresh) == both({}, 0)

    def test_given_a_deleted_segment_when_it_is_deleted_again_then_it_does_not_count_twice(
        self, counted: Counted, fresh: str
    ) -> None:
        counted.store.add([make(fresh, 1), make(fresh, 2)])
        counted.store.delete(make(fresh, 1), EPOCH)

        with pytest.raises(StaleWriteError):
            counted.store.delete(make(fresh, 1), EPOCH)

        assert counts(counted, fresh) == both({PROCESSED: 1}, 700)

    def test_given_a_deleted_segment_when_it_is_created_again_then_it_stays_away_and_uncounted(
        self, counted: Counted, fresh: str
    ) -> None:
        counted.store.create(make(fresh))
        counted.store.delete(make(fresh), EPOCH)

        assert not counted.store.create(make(fresh))

        assert counted.store.get(make(fresh).segment_id) is None
        assert counts(counted, fresh) == both({}, 0)

    def test_given_a_deleted_segment_when_it_is_forgotten_then_the_counts_stay(
        self, counted: Counted, fresh: str
    ) -> None:
        counted.store.add([make(fresh, 1), make(fresh, 2)])
        counted.store.delete(make(fresh, 1), EPOCH)

        counted.store.forget(make(fresh, 1))

        assert counts(counted, fresh) == both({PROCESSED: 1}, 700)

    def test_given_a_segment_that_moved_on_when_it_is_written_over_then_nothing_changes(
        self, counted: Counted, fresh: str
    ) -> None:
        first = make(fresh)
        counted.store.create(first)
        second = counted.store.save(first, replace(first, title="second"))

        with pytest.raises(StaleWriteError):
            counted.store.save(first, replace(first, file_size=10**6))
        with pytest.raises(StaleWriteError):
            counted.store.delete(first, EPOCH)

        assert counted.store.get(first.segment_id) == second
        assert counts(counted, fresh) == both({PROCESSED: 1}, 700)

    def test_given_many_writers_when_each_creates_segments_then_the_counts_are_exact(
        self, counted: Counted, fresh: str
    ) -> None:
        def create(thread: int) -> list[bool]:
            return [
                counted.store.create(make(fresh, thread * 10 + number, file_size=thread))
                for number in range(4)
            ]

        assert at_once(create) == [[True] * 4] * THREADS

        assert counts(counted, fresh) == both({PROCESSED: 4 * THREADS}, 4 * sum(range(THREADS)))

    def test_given_many_writers_when_all_create_one_segment_then_one_does_and_it_counts_once(
        self, counted: Counted, fresh: str
    ) -> None:
        created = at_once(lambda _: counted.store.create(make(fresh)))

        assert created.count(True) == 1
        assert counts(counted, fresh) == both({PROCESSED: 1}, 700)

    def test_given_many_writers_when_all_delete_one_segment_then_one_does_and_it_counts_once(
        self, counted: Counted, fresh: str
    ) -> None:
        counted.store.add([make(fresh, 1), make(fresh, 2)])

        def delete(_: int) -> bool:
            try:
                counted.store.delete(make(fresh, 1), EPOCH)
            except StaleWriteError:
                return False
            return True

        assert at_once(delete).count(True) == 1
        assert counts(counted, fresh) == both({PROCESSED: 1}, 700)
