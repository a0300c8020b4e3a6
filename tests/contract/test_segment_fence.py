"""What a run may still write of segments once it is closed: nothing, on tables and fake alike."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from functions.adapters.dynamo.segment_watch import DynamoSegmentWatch
from functions.adapters.dynamo.segments import DynamoSegmentStore
from functions.domain.errors import RunOverError, StaleWriteError
from functions.domain.ports import SegmentStore
from functions.domain.runs.lease import watch_shard
from functions.domain.runs.run import Run
from functions.domain.segments.segment import Segment, SegmentStatus
from tests.builders import make_pending, make_run, make_segment
from tests.fakes.clock import EPOCH
from tests.fakes.segments import FakeSegmentStore


@pytest.fixture(params=["fake", "dynamodb"])
def segments(request: pytest.FixtureRequest, tables: dict[str, str]) -> SegmentStore:
    if request.param == "fake":
        return FakeSegmentStore()
    return dynamo_store(tables)


def dynamo_store(tables: dict[str, str]) -> DynamoSegmentStore:
    return DynamoSegmentStore(tables["segments"], tables["counters"], tables["snapshots"])


def run_of(video_id: str, number: int = 2) -> Run:
    return make_run(video_id=video_id, run_id=f"run-{number}", number=number)


def rows_of(video_id: str, count: int = 24) -> list[Segment]:
    return [make_segment(video_id=video_id, segment_number=n) for n in range(1, count + 1)]


class TestFence:
    def test_given_an_open_run_when_it_writes_then_all_is_written(
        self, segments: SegmentStore, fresh: str
    ) -> None:
        rows = rows_of(fresh)

        segments.add(rows, by=run_of(fresh))

        found = {row.segment_id for row in segments.get_many([row.segment_id for row in rows])}
        assert found == {row.segment_id for row in rows}

    @pytest.mark.parametrize("number", [1, 2])
    def test_given_a_closed_run_when_it_or_an_earlier_one_writes_then_nothing_is_written(
        self, segments: SegmentStore, fresh: str, number: int
    ) -> None:
        """However its rows are spread: every one meets the fence."""
        segments.close(run_of(fresh))

        for row in rows_of(fresh):
            with pytest.raises(RunOverError):
                segments.create(row, by=run_of(fresh, number))
            with pytest.raises(RunOverError):
                segments.add([row], by=run_of(fresh, number))
            assert segments.get(row.segment_id) is None

    def test_given_a_closed_run_when_a_later_one_writes_then_it_is_written(
        self, segments: SegmentStore, fresh: str
    ) -> None:
        segments.close(run_of(fresh))

        segments.add(rows_of(fresh), by=run_of(fresh, 3))

        assert all(segments.get(row.segment_id) for row in rows_of(fresh))

    def test_given_a_closed_run_when_an_earlier_one_is_closed_late_then_the_fence_stays(
        self, segments: SegmentStore, fresh: str
    ) -> None:
        segments.close(run_of(fresh, 3))
        segments.close(run_of(fresh, 1))

        with pytest.raises(RunOverError):
            segments.create(make_segment(video_id=fresh), by=run_of(fresh, 3))

    def test_given_a_closed_run_when_it_changes_or_deletes_then_the_row_stays_as_it_was(
        self, segments: SegmentStore, fresh: str
    ) -> None:
        row = make_segment(video_id=fresh)
        segments.add([row])
        segments.close(run_of(fresh))

        for changed in (replace(row, segment_number=9), replace(row, file_size=9)):
            with pytest.raises(RunOverError):
                segments.save(row, changed, by=run_of(fresh))
        with pytest.raises(RunOverError):
            segments.delete(row, EPOCH, by=run_of(fresh))

        assert segments.get(row.segment_id) == row

    def test_given_a_closed_run_when_the_user_changes_a_segment_then_that_is_written(
        self, segments: SegmentStore, fresh: str
    ) -> None:
        row = make_segment(video_id=fresh)
        segments.add([row])
        segments.close(run_of(fresh))

        saved = segments.save(row, replace(row, title="Mine"))
        segments.delete(saved, EPOCH)

        assert segments.get(row.segment_id) is None

    def test_given_a_closed_run_when_another_videos_run_writes_then_that_is_written(
        self, segments: SegmentStore, fresh: str
    ) -> None:
        segments.close(run_of(fresh))

        assert segments.create(
            make_segment(video_id=f"{fresh}-2"), by=run_of(f"{fresh}-2", number=1)
        )

    def test_given_a_row_that_moved_on_when_an_open_run_saves_then_that_is_what_it_is_told(
        self, segments: SegmentStore, fresh: str
    ) -> None:
        row = make_segment(video_id=fresh)
        segments.add([row])
        segments.save(row, replace(row, title="Mine"))

        with pytest.raises(StaleWriteError):
            segments.save(row, replace(row, segment_number=4), by=run_of(fresh))

    def test_given_many_writers_when_their_run_is_closed_meanwhile_then_none_writes_after(
        self, segments: SegmentStore, fresh: str
    ) -> None:
        rows, run = rows_of(fresh, 60), run_of(fresh)

        def write(row: Segment) -> bool:
            try:
                return segments.create(row, by=run)
            except RunOverError:
                return False

        with ThreadPoolExecutor(8) as pool:
            writing = [pool.submit(write, row) for row in rows[:40]]
            segments.close(run)
            there = len(segments.get_many([row.segment_id for row in rows]))
            late = [pool.submit(write, row) for row in rows[40:]]
            written = sum(one.result() for one in writing)

        assert not any(one.result() for one in late)
        assert len(segments.get_many([row.segment_id for row in rows])) == written == there


def test_given_ranges_that_wait_when_asked_for_then_the_oldest_that_are_old_enough_come_first(
    tables: dict[str, str], fresh: str
) -> None:
    segments = dynamo_store(tables)
    watch = DynamoSegmentWatch(tables["segments"])
    ids = []
    for minutes in (4, 1, 9):
        made = EPOCH + timedelta(minutes=minutes)
        one = make_pending(segment_id=f"{fresh}-{minutes}", video_id=fresh, created_at=made)
        segments.create(one)
        ids.append(one.segment_id)
    done = segments.get(ids[1])
    assert done
    shards = {one: watch_shard(one) for one in ids}

    def waiting(name: str) -> bool:
        return name in watch.waiting(shards[name], EPOCH + timedelta(minutes=5), limit=100)

    assert [waiting(name) for name in ids] == [True, True, False]
    segments.save(done, replace(done, status=SegmentStatus.READY))
    assert not waiting(ids[1])
