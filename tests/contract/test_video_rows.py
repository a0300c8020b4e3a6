"""Rows of a video in tables: they go in one write with what counts them and what tells of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from functions.adapters.aws import client
from functions.adapters.dynamo.deletions import DynamoDeletionStore
from functions.adapters.dynamo.items import encode_item
from functions.adapters.dynamo.kept_answers import KeptAnswers
from functions.adapters.dynamo.lipsync_jobs import BY_VIDEO, DynamoLipSyncJobStore
from functions.adapters.dynamo.runs import DynamoRunStore
from functions.adapters.dynamo.segments import DynamoSegmentStore
from functions.adapters.dynamo.table import Table
from functions.adapters.dynamo.video_rows import (
    Indexed,
    IndexedRows,
    PartitionRows,
    counters_of_video,
    of_video,
)
from functions.adapters.dynamo.video_segments import DeletedSegmentRows, VideoSegmentRows
from functions.adapters.dynamo.videos import DynamoVideoStore
from functions.domain.deletions.deletion import Deletion
from functions.domain.deletions.ports import VideoRows
from functions.domain.lipsync.states import LipSyncStatus
from functions.domain.segments.query import SegmentQuery
from functions.domain.segments.segment import Segment, SegmentType
from functions.domain.times import from_iso
from functions.domain.video import Video
from tests.builders import make_queued_video, make_run, make_segment
from tests.contract.counting import Counted, in_tables, left_of_posts, save, snapshot_keys, told
from tests.contract.test_deletion_store import receipt_of
from tests.contract.test_lipsync_job_store import job as lipsync
from tests.fakes.clock import EPOCH

_NAMES = ("deletions", "segments", "counters", "snapshots", "social_posts")


@dataclass
class Marked:
    """A video that is being deleted."""

    tables: dict[str, str]
    video: Video
    deletion: Deletion
    store: DynamoDeletionStore
    counted: Counted

    def told(self) -> dict[str, int]:
        found = self.store.get(self.video.user_id, self.deletion.deletion_id)
        assert found
        return {kind: tally.count for kind, tally in found.deleted.items()}

    def segment(self, number: int, **overrides: Any) -> Segment:
        segment = make_segment(
            user_id=self.video.user_id,
            video_id=self.video.video_id,
            segment_number=number,
            **overrides,
        )
        assert self.counted.store.create(segment)
        return segment

    def segments(self) -> VideoSegmentRows:
        names = (self.tables[name] for name in _NAMES)
        return VideoSegmentRows(*names)


@pytest.fixture
def marked(tables: dict[str, str], fresh: str) -> Marked:
    video = make_queued_video(video_id=f"{fresh}-video", user_id=f"{fresh}-user")
    DynamoVideoStore(tables["videos"]).create(video)
    store = DynamoDeletionStore(tables["deletions"], tables["videos"])
    store.mark(video, receipt_of(video))
    return Marked(tables, video, receipt_of(video), store, in_tables(tables))


def sweep(rows: VideoRows[Any], marked: Marked) -> int:
    """All pages."""
    after, removed = None, 0
    while True:
        page = rows.page(marked.video, after)
        removed += rows.remove(marked.deletion, page.items)
        after = page.next
        if after is None:
            return removed


class TestSegments:
    def test_given_more_segments_than_a_write_holds_when_swept_then_all_go_and_counts_are_exact(
        self, marked: Marked, fresh: str
    ) -> None:
        kinds = list(SegmentType)
        for number in range(200):
            marked.segment(number, segment_type=kinds[number % 4], file_size=number)
        other = make_segment(user_id=marked.video.user_id, video_id=f"{fresh}-other")
        marked.counted.store.create(other)

        assert sweep(marked.segments(), marked) == 200

        counts = marked.counted.counters.of_user(marked.video.user_id)
        assert (counts.segments, counts.file_size) == (1, other.file_size)
        assert marked.told() == {"segments": 200}
        assert marked.counted.store.get(other.segment_id) == other
        assert sweep(marked.segments(), marked) == 0
        assert marked.told() == {"segments": 200}

    def test_given_segments_with_posts_when_swept_then_sums_days_and_snapshots_are_without_them(
        self, marked: Marked, tables: dict[str, str], fresh: str
    ) -> None:
        other = make_segment(user_id=marked.video.user_id, video_id=f"{fresh}-other")
        marked.counted.store.create(other)
        stays = save(marked.counted, other, told(5, name="stays"))
        one = marked.segment(1)
        for days in range(120):
            one = save(marked.counted, one, told(10 * days + 1, days), told(7, days, "2"))
        two = save(marked.counted, marked.segment(2), told(3, name="3"))
        marked.segment(3)

        assert sweep(marked.segments(), marked) == 3

        counted = marked.counted
        assert left_of_posts(tables, one.segment_id) == []
        assert left_of_posts(tables, two.segment_id) == []
        assert len(snapshot_keys(tables["snapshots"], stays.segment_id)) == 1
        assert counted.segment_days(one.segment_id) == []
        assert [gain.numbers for gain in counted.user_days(marked.video.user_id)] == [{"views": 5}]
        (sums,) = counted.sums(marked.video.user_id)
        assert (sums.posts, sums.numbers["views"]) == (1, 5)
        # A post that was told the same number again has a snapshot all the same.
        assert marked.told() == {"segments": 3, "posts": 3, "snapshots": 241}

    def test_given_a_segment_that_changed_since_it_was_listed_when_removed_then_as_it_is_now(
        self, marked: Marked, tables: dict[str, str]
    ) -> None:
        """An index may lag behind; the change told of a post."""
        old = [marked.segment(number) for number in (1, 2)]
        new = save(marked.counted, old[0], told(40))

        assert marked.segments().remove(marked.deletion, old) == 2

        assert snapshot_keys(tables["snapshots"], new.segment_id) == []
        assert marked.counted.sums(marked.video.user_id) == []
        assert marked.counted.user_days(marked.video.user_id) == []
        assert marked.told() == {"segments": 2, "posts": 1, "snapshots": 1}

    def test_given_segments_that_are_gone_when_removed_then_only_those_that_are_there_count(
        self, marked: Marked
    ) -> None:
        rows = [marked.segment(number) for number in range(1, 6)]
        marked.segments().remove(marked.deletion, rows[:2])
        marked.counted.store.delete(rows[2], EPOCH)

        assert marked.segments().remove(marked.deletion, rows) == 2
        assert marked.segments().remove(marked.deletion, rows) == 0
        assert marked.segments().remove(marked.deletion, []) == 0

        assert marked.told() == {"segments": 4}
        assert marked.counted.counters.of_user(marked.video.user_id).segments == 0

    def test_given_what_a_deletion_alone_has_left_when_swept_then_it_is_gone_and_counted_before(
        self, marked: Marked, tables: dict[str, str]
    ) -> None:
        alone = save(marked.counted, marked.segment(1), told(40))
        marked.segment(2)
        marked.counted.store.delete(alone, EPOCH)
        store = DynamoSegmentStore(tables["segments"], tables["counters"], tables["snapshots"])
        rows = DeletedSegmentRows(store, tables["segments"])

        assert sweep(rows, marked) == 1
        assert sweep(rows, marked) == 0

        assert store.deleted(alone.segment_id) is None
        assert snapshot_keys(tables["snapshots"], alone.segment_id) == []
        assert marked.counted.user_days(marked.video.user_id) == []
        assert marked.counted.counters.of_user(marked.video.user_id).segments == 1
        assert marked.told() == {}


class TestHidden:
    def test_given_segments_of_a_hidden_video_when_asked_for_then_nobody_is_shown_them(
        self, marked: Marked, tables: dict[str, str], fresh: str
    ) -> None:
        """Their rows are still there, and in every index."""
        for number in range(30):
            marked.segment(number, title=f"Title {number}")
        shown = make_segment(user_id=marked.video.user_id, video_id=f"{fresh}-other", title="A")
        marked.counted.store.create(shown)
        names = (tables["segments"], tables["counters"], tables["snapshots"])
        store = DynamoSegmentStore(*names, marked.store)

        for query in (
            SegmentQuery(user_id=marked.video.user_id),
            SegmentQuery(user_id=marked.video.user_id, segment_type=SegmentType.PROCESSED),
            SegmentQuery(user_id=marked.video.user_id, words=("title",)),
        ):
            page = store.search(query, limit=10, after=None)
            wanted = () if query.words else (shown,)
            assert (page.items, page.next) == (wanted, None)
        hidden = make_segment(user_id=marked.video.user_id, video_id=marked.video.video_id)
        assert store.get(hidden.segment_id) is None
        assert store.get(shown.segment_id) == shown
        # Who works on segments sees them as they are.
        assert DynamoSegmentStore(*names).get(hidden.segment_id) is not None


class TestOtherRows:
    def test_given_more_runs_than_a_write_holds_when_swept_then_they_go_and_are_told_of(
        self, marked: Marked, tables: dict[str, str]
    ) -> None:
        runs = DynamoRunStore(tables["runs"])
        for number in range(95):
            runs.create(make_run(video_id=marked.video.video_id, run_id=f"run-{number:03d}"))
        kept = make_run(video_id=f"{marked.video.video_id}-2")
        runs.create(kept)
        rows = PartitionRows(
            tables["deletions"], of_video(tables["runs"], "runs", "run_id", "runs")
        )

        assert sweep(rows, marked) == 95
        assert sweep(rows, marked) == 0

        assert marked.told() == {"runs": 95}
        assert runs.get(kept.video_id, kept.run_id) is not None

    def test_given_rows_that_another_removes_when_swept_then_each_counts_once(
        self, marked: Marked, tables: dict[str, str]
    ) -> None:
        runs = DynamoRunStore(tables["runs"])
        for number in range(6):
            runs.create(make_run(video_id=marked.video.video_id, run_id=f"run-{number}"))
        rows = PartitionRows(
            tables["deletions"], of_video(tables["runs"], "runs", "run_id", "runs")
        )
        page = rows.page(marked.video, None).items

        assert rows.remove(marked.deletion, page[:4]) == 4
        assert rows.remove(marked.deletion, page) == 2

        assert marked.told() == {"runs": 6}

    def test_given_what_counts_a_video_when_swept_then_it_goes_without_a_word(
        self, marked: Marked, tables: dict[str, str]
    ) -> None:
        for number in range(20):
            marked.segment(number)
        rows = PartitionRows(tables["deletions"], counters_of_video(tables["counters"]))

        assert sweep(rows, marked) > 1

        assert marked.told() == {}
        assert marked.counted.counters.of_video(marked.video.video_id).segments == 0
        assert marked.counted.counters.of_user(marked.video.user_id).segments == 20

    def test_given_lip_sync_jobs_when_swept_then_those_of_the_video_go_and_are_told(
        self, marked: Marked, tables: dict[str, str], fresh: str
    ) -> None:
        video, jobs = marked.video.video_id, DynamoLipSyncJobStore(tables["lipsync_jobs"])
        for number in range(100):
            jobs.create(lipsync(f"{fresh}-{number}", video_id=video))
        jobs.create(lipsync(f"{fresh}-other", video_id=f"{fresh}-other"))
        place = Indexed(
            table=tables["lipsync_jobs"],
            what="jobs",
            index=BY_VIDEO,
            key="job_id",
            kind="lipsync_jobs",
        )
        rows = IndexedRows(tables["deletions"], place)
        (first, *_) = page = rows.page(marked.video, None).items

        assert first["status"] == LipSyncStatus.AWAITING_UPLOADS.value
        assert from_iso(first["updated_at"]) == EPOCH
        # Somebody else was here: the index may show what is gone.
        assert rows.remove(marked.deletion, page[:4]) == 4
        assert rows.remove(marked.deletion, page) == len(page) - 4
        assert sweep(rows, marked) == 100 - len(page)

        assert marked.told() == {"lipsync_jobs": 100}
        assert jobs.get(f"{fresh}-1") is None
        assert jobs.get(f"{fresh}-other") is not None

    def test_given_kept_answers_when_swept_then_those_that_tell_of_the_video_are_gone(
        self, marked: Marked, tables: dict[str, str], fresh: str
    ) -> None:
        answers = KeptAnswers(tables["deletions"], tables["idempotency"])
        user, video, other = marked.video.user_id, marked.video.video_id, f"{fresh}-other"
        for number in range(60):
            _keep(tables["idempotency"], f"{fresh}-{number}")
            answers.remember(user, [video], f"{fresh}-{number}", 2_000_000_000)
        for record, about in ((f"{fresh}-both", [video, other]), (f"{fresh}-other", [other])):
            _keep(tables["idempotency"], record)
            answers.remember(user, about, record, 2_000_000_000)
        # One that has expired before what leads to it.
        answers.remember(user, [video], f"{fresh}-expired", 2_000_000_000)

        assert sweep(answers, marked) == 62
        assert sweep(answers, marked) == 0

        table = Table(tables["idempotency"], "answers")
        assert table.get({"id": f"{fresh}-1"}) is None
        assert table.get({"id": f"{fresh}-both"}) is None
        assert table.get({"id": f"{fresh}-other"}) is not None
        assert marked.told() == {"kept_answers": 62}

    def test_given_an_answer_that_is_kept_again_when_remembered_then_it_is_found_once(
        self, marked: Marked, tables: dict[str, str], fresh: str
    ) -> None:
        answers = KeptAnswers(tables["deletions"], tables["idempotency"])
        for until in (2_000_000_000, 2_100_000_000):
            answers.remember(marked.video.user_id, [marked.video.video_id], fresh, until)

        (row,) = answers.page(marked.video, None).items
        assert row["expires_at"] == 2_100_000_000


def _keep(table: str, record: str) -> None:
    client("dynamodb").put_item(TableName=table, Item=encode_item({"id": record, "data": "{}"}))


class TestLateNumbers:
    def test_given_a_number_that_comes_while_days_are_forgotten_when_swept_then_none_is_lost(
        self, marked: Marked, tables: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It is added to the segment's day and to its user's: both must go."""
        segment = save(marked.counted, marked.segment(1), told(40))
        dynamodb, calls = client("dynamodb"), 0
        whole = dynamodb.transact_write_items

        def late(**asked: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls == 2:
                told_anew = segment.social_media_usage[0].told(
                    {"views": 100}, EPOCH + timedelta(hours=1)
                )
                save(marked.counted, segment, told_anew)
            return whole(**asked)

        monkeypatch.setattr(dynamodb, "transact_write_items", late)

        assert sweep(marked.segments(), marked) == 1

        assert calls > 3
        assert marked.counted.user_days(marked.video.user_id) == []
        assert marked.counted.segment_days(segment.segment_id) == []
        assert marked.counted.sums(marked.video.user_id) == []
        assert snapshot_keys(tables["snapshots"], segment.segment_id) == []
        assert replace(segment).segment_id not in [
            one.segment_id for one in marked.segments().page(marked.video, None).items
        ]
