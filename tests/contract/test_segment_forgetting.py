"""What is left of a segment goes, and many writers of one segment lose nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from functions.adapters.aws import client
from functions.adapters.dynamo import counters
from functions.adapters.dynamo.counter_rows import KEYS
from functions.adapters.dynamo.table import Table
from functions.domain.errors import StaleWriteError
from tests.contract.counting import (
    THREADS,
    Counted,
    at_once,
    either,
    gain,
    in_tables,
    left_of_posts,
    pages_of,
    save,
    snapshot_keys,
    started,
    told,
    with_posts,
)
from tests.fakes.clock import EPOCH

DAY = timedelta(days=1)


@pytest.fixture(params=["fake", "dynamodb"])
def counted(request: pytest.FixtureRequest, tables: dict[str, str]) -> Counted:
    return either(request, tables)


@pytest.fixture
def kept(tables: dict[str, str]) -> Counted:
    return in_tables(tables)


class TestForgetting:
    def test_given_a_deleted_segment_when_it_is_forgotten_then_its_gains_leave_the_user(
        self, counted: Counted, fresh: str
    ) -> None:
        kept = save(counted, started(counted, fresh, 1), told(5))
        gone = save(counted, started(counted, fresh, 2), told(7, name="2"))
        gone = save(counted, gone, gone.social_media_usage[0].told({"views": 9}, EPOCH + DAY))
        counted.store.delete(gone, EPOCH)

        for _ in range(2):
            counted.store.forget(gone)

        assert counted.user_days(fresh) == [gain(0, views=5)]
        assert counted.segment_days(gone.segment_id) == []
        assert counted.segment_days(kept.segment_id) == [gain(0, views=5)]
        assert counted.store.deleted(gone.segment_id) is None

    def test_given_snapshots_over_several_pages_when_a_segment_is_forgotten_then_none_is_left(
        self, kept: Counted, tables: dict[str, str], fresh: str
    ) -> None:
        other = save(kept, started(kept, fresh, 2), told(1))
        segment = started(kept, fresh)
        for days in range(5):
            segment = save(kept, segment, told(days, days), told(9, days, "2"))
        kept.store.delete(segment, EPOCH)

        with pages_of(2):
            kept.store.forget(segment)
            kept.store.forget(segment)

        assert left_of_posts(tables, segment.segment_id) == []
        assert len(snapshot_keys(tables["snapshots"], other.segment_id)) == 1
        assert kept.segment_days(segment.segment_id) == []
        assert [gain.numbers for gain in kept.user_days(fresh)] == [{"views": 1}]

    def test_given_a_forgetting_that_stopped_halfway_when_it_is_repeated_then_it_ends_as_if_not(
        self, kept: Counted, fresh: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        segment = started(kept, fresh)
        for days in range(4):
            segment = save(kept, segment, told(10 * days + 1, days))
        kept.store.delete(segment, EPOCH)
        dynamodb, left = client("dynamodb"), iter(range(2))

        def stops(**asked: Any) -> Any:
            next(left)
            return whole(**asked)

        whole = dynamodb.transact_write_items
        with monkeypatch.context() as patch:
            patch.setattr(dynamodb, "transact_write_items", stops)
            patch.setattr(counters, "_DAYS_AT_ONCE", 1)
            with pytest.raises((RuntimeError, StopIteration)):
                kept.store.forget(segment)
        assert len(kept.user_days(fresh)) == 2

        kept.store.forget(segment)

        assert kept.user_days(fresh) == kept.segment_days(segment.segment_id) == []
        assert kept.store.deleted(segment.segment_id) is None

    def test_given_a_post_when_it_is_unlinked_then_its_snapshots_go_and_the_others_stay(
        self, kept: Counted, tables: dict[str, str], fresh: str
    ) -> None:
        segment = save(kept, started(kept, fresh), told(1), told(1, name="2"))

        save(kept, segment, told(1, name="2"))

        (left,) = snapshot_keys(tables["snapshots"], segment.segment_id)
        assert left[0].endswith("#2")
        ids = {key.rpartition("#")[2] for key in left_of_posts(tables, segment.segment_id)}
        assert ids == {"2", segment.segment_id}

    def test_given_a_video_that_is_gone_when_its_segment_is_forgotten_then_no_day_is_made_anew(
        self, kept: Counted, tables: dict[str, str], fresh: str
    ) -> None:
        """Whoever clears up after the segment may be later than whoever did after its video."""
        segment = save(kept, started(kept, fresh), told(5), told(3, 1, "2"))
        kept.store.delete(segment, EPOCH)
        rows = Table(tables["counters"], "counters")
        video = f"video#{segment.video_id}"
        found = rows.query("counter_of = :video", {":video": video}).items
        rows.delete_many([{name: row[name] for name in KEYS} for row in found])

        kept.store.forget(segment)

        assert rows.query("counter_of = :video", {":video": video}).items == []
        assert kept.user_days(fresh) == kept.segment_days(segment.segment_id) == []


class TestManyWriters:
    def test_given_many_writers_of_one_segment_when_each_adds_its_own_then_nothing_is_lost(
        self, counted: Counted, fresh: str
    ) -> None:
        segment = started(counted, fresh)

        def change(thread: int) -> None:
            mine = told(thread, name=str(thread))
            while True:
                read = counted.store.get(segment.segment_id)
                assert read is not None
                changed = with_posts(read, (*read.social_media_usage, mine))
                try:
                    counted.store.save(read, replace(changed, tags=(*read.tags, str(thread))))
                except StaleWriteError:
                    continue
                return

        at_once(change)

        final = counted.store.get(segment.segment_id)
        views = sum(range(THREADS))
        assert final is not None
        assert final.version == 1 + THREADS
        assert sorted(map(int, final.tags)) == list(range(THREADS))
        assert {int(one.post_id) for one in final.social_media_usage} == set(range(THREADS))
        (sums,) = counted.sums(fresh)
        assert (sums.posts, sums.known["views"], sums.numbers["views"]) == (32, 32, views)
        assert counted.segment_days(segment.segment_id) == [gain(0, views=views)]
        assert counted.user_days(fresh) == [gain(0, views=views)]
