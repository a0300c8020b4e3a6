"""Deletions: what holds for the table and for the fake alike."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from functions.adapters.dynamo.deletions import DynamoDeletionStore
from functions.adapters.dynamo.videos import DynamoVideoStore
from functions.domain.deletions.deletion import (
    Deletion,
    DeletionState,
    Leftover,
    ObjectBatch,
    StoredObject,
    Tally,
    deletion_id_of,
)
from functions.domain.deletions.ports import DeletionStore
from functions.domain.errors import StaleWriteError
from functions.domain.failure import Failure
from functions.domain.ports import VideoStore
from functions.domain.video import Video
from tests.builders import make_queued_video
from tests.contract.counting import at_once
from tests.fakes.clock import EPOCH
from tests.fakes.deletions import FakeDeletionStore
from tests.fakes.videos import FakeVideoStore

LATER = EPOCH + timedelta(seconds=60)
LEFT = Leftover(kind="media", name="media/x", reason="AccessDenied")
FAILURE = Failure(code="deletion.refused", detail="Some.", stage="deletion")


@dataclass
class Both:
    videos: VideoStore
    deletions: DeletionStore

    def video(self, fresh: str, **overrides: object) -> Video:
        """A video of a user of its own."""
        named = {"video_id": f"{fresh}-video", "user_id": f"{fresh}-user", **overrides}
        video = make_queued_video(**named)
        assert self.videos.create(video)
        return video

    def marked(self, fresh: str) -> Deletion:
        video = self.video(fresh)
        self.deletions.mark(video, receipt_of(video))
        return self.read(receipt_of(video))

    def read(self, deletion: Deletion) -> Deletion:
        found = self.deletions.get(deletion.user_id, deletion.deletion_id)
        assert found
        return found


def receipt_of(video: Video) -> Deletion:
    return Deletion(
        deletion_id=deletion_id_of(video.video_id),
        video_id=video.video_id,
        user_id=video.user_id,
        state=DeletionState.DELETING,
        requested_at=EPOCH,
        started_at=EPOCH,
        writers_until=LATER,
    )


def batch_of(count: int, kind: str = "media") -> ObjectBatch:
    objects = [
        StoredObject(key=f"media/ü 😀/{at}", version=f"v-{at}", size=at) for at in range(count)
    ]
    return ObjectBatch(kind=kind, objects=tuple(objects))


@pytest.fixture(params=["fake", "dynamodb"])
def both(request: pytest.FixtureRequest, tables: dict[str, str]) -> Both:
    if request.param == "fake":
        videos = FakeVideoStore()
        return Both(videos, FakeDeletionStore(videos))
    deletions = DynamoDeletionStore(tables["deletions"], tables["videos"])
    return Both(DynamoVideoStore(tables["videos"], deletions), deletions)


class TestMarking:
    def test_given_a_video_when_marked_then_it_is_gone_for_readers_and_has_a_receipt(
        self, both: Both, fresh: str
    ) -> None:
        video = both.video(fresh)

        both.deletions.mark(video, receipt_of(video))

        assert both.videos.get(video.video_id) is None
        assert both.videos.of_user(video.user_id, limit=10, after=None).items == ()
        assert both.read(receipt_of(video)) == receipt_of(video)
        assert both.deletions.video(receipt_of(video)) == video
        assert both.deletions.hidden(video.user_id) == {video.video_id}
        assert both.deletions.is_hidden(video.user_id, video.video_id)

    def test_given_a_marked_video_when_written_by_others_then_their_writes_fail(
        self, both: Both, fresh: str
    ) -> None:
        video = both.video(fresh)
        both.deletions.mark(video, receipt_of(video))

        with pytest.raises(StaleWriteError):
            both.videos.save(replace(video, title="Late"))
        assert not both.videos.create(video)
        assert both.videos.get(video.video_id) is None

    def test_given_a_video_that_moved_on_when_marked_then_nothing_is_written(
        self, both: Both, fresh: str
    ) -> None:
        video = both.video(fresh)
        both.videos.save(replace(video, title="Moved on"))

        with pytest.raises(StaleWriteError):
            both.deletions.mark(video, receipt_of(video))
        assert both.videos.get(video.video_id) is not None
        assert both.deletions.get(video.user_id, deletion_id_of(video.video_id)) is None
        assert both.deletions.hidden(video.user_id) == frozenset()

    def test_given_many_requests_when_they_mark_at_once_then_one_does(
        self, both: Both, fresh: str
    ) -> None:
        video = both.video(fresh)

        def mark(_: int) -> bool:
            try:
                both.deletions.mark(video, receipt_of(video))
            except StaleWriteError:
                return False
            return True

        assert sum(at_once(mark, 8)) == 1

    def test_given_another_user_when_a_receipt_is_looked_for_then_there_is_none(
        self, both: Both, fresh: str
    ) -> None:
        deletion = both.marked(fresh)

        assert both.deletions.get("another", deletion.deletion_id) is None
        assert both.deletions.hidden("another") == frozenset()
        assert not both.deletions.is_hidden("another", deletion.video_id)

    def test_given_more_hidden_videos_than_a_page_has_when_asked_then_all_are_named(
        self, both: Both, fresh: str
    ) -> None:
        wanted = set()
        for at in range(30):
            video = both.video(fresh, video_id=f"{fresh}-{at}-{'x' * 40}")
            both.deletions.mark(video, receipt_of(video))
            wanted.add(video.video_id)

        assert both.deletions.hidden(f"{fresh}-user") == wanted


class TestBatches:
    @pytest.mark.parametrize("count", [1, 1_000])
    def test_given_a_batch_when_opened_then_whoever_comes_next_finds_it(
        self, both: Both, fresh: str, count: int
    ) -> None:
        deletion, batch = both.marked(fresh), batch_of(count)

        both.deletions.open_batch(deletion, batch)

        assert both.deletions.batch(deletion) == batch

    def test_given_a_batch_of_uploads_when_opened_then_that_is_known_again(
        self, both: Both, fresh: str
    ) -> None:
        deletion = both.marked(fresh)
        batch = replace(batch_of(2), unfinished=True)

        both.deletions.open_batch(deletion, batch)

        assert both.deletions.batch(deletion) == batch

    def test_given_an_open_batch_when_closed_again_and_again_then_it_is_counted_once(
        self, both: Both, fresh: str
    ) -> None:
        deletion = both.marked(fresh)
        both.deletions.open_batch(deletion, batch_of(3))

        for _ in range(3):
            both.deletions.close_batch(deletion, Tally(count=3, size=70), "media")

        found = both.read(deletion)
        assert found.deleted == {"media": Tally(count=3, size=70)}
        assert found.batches == 1
        assert both.deletions.batch(deletion) is None

    def test_given_an_open_batch_when_another_is_opened_then_it_is_refused(
        self, both: Both, fresh: str
    ) -> None:
        deletion = both.marked(fresh)
        both.deletions.open_batch(deletion, batch_of(3))

        with pytest.raises(StaleWriteError):
            both.deletions.open_batch(deletion, batch_of(1, "work"))
        assert both.deletions.batch(deletion) == batch_of(3)

    def test_given_a_look_before_another_batch_was_closed_when_opened_then_it_is_refused(
        self, both: Both, fresh: str
    ) -> None:
        """What was seen then may be what the other has deleted and counted."""
        before = both.marked(fresh)
        both.deletions.open_batch(before, batch_of(3))
        both.deletions.close_batch(before, Tally(count=3), "media")

        with pytest.raises(StaleWriteError):
            both.deletions.open_batch(before, batch_of(3))

    def test_given_an_old_look_when_another_batch_is_open_then_it_does_not_close_that(
        self, both: Both, fresh: str
    ) -> None:
        before = both.marked(fresh)
        both.deletions.open_batch(before, batch_of(3))
        both.deletions.close_batch(before, Tally(count=3), "media")
        both.deletions.open_batch(both.read(before), batch_of(2, "work"))

        both.deletions.close_batch(before, Tally(count=3), "media")

        assert both.deletions.batch(before) == batch_of(2, "work")
        assert both.read(before).deleted == {"media": Tally(count=3)}

    def test_given_nothing_that_went_when_closed_then_the_kind_is_not_told_of(
        self, both: Both, fresh: str
    ) -> None:
        deletion = both.marked(fresh)
        both.deletions.open_batch(deletion, batch_of(1))

        both.deletions.close_batch(deletion, Tally(), "media")

        assert both.read(deletion).deleted == {}
        assert both.read(deletion).batches == 1


class TestEnds:
    def test_given_a_later_writer_when_expected_then_the_time_moves_only_forward(
        self, both: Both, fresh: str
    ) -> None:
        deletion, far = both.marked(fresh), LATER + timedelta(hours=1)

        for until in (EPOCH, far, LATER):
            both.deletions.expect_writers(deletion, until)

        assert both.read(deletion).writers_until == far

    def test_given_a_deletion_when_closed_then_only_the_receipt_is_left(
        self, both: Both, fresh: str
    ) -> None:
        deletion = both.marked(fresh)
        both.deletions.stuck(deletion, [LEFT])

        both.deletions.close(both.read(deletion), LATER, 1_900_000_000)

        found = both.read(deletion)
        assert (found.state, found.finished_at) == (DeletionState.DELETED, LATER)
        assert (found.expires_at, found.left) == (1_900_000_000, ())
        assert both.deletions.hidden(deletion.user_id) == frozenset()
        assert both.deletions.video(deletion) is None

    def test_given_a_closed_deletion_when_closed_again_then_that_is_refused_and_nothing_changes(
        self, both: Both, fresh: str
    ) -> None:
        deletion = both.marked(fresh)
        both.deletions.close(deletion, LATER, 1)
        before = both.read(deletion)

        with pytest.raises(StaleWriteError):
            both.deletions.close(deletion, LATER + timedelta(1), 2)
        assert both.read(deletion) == before

    def test_given_an_open_batch_when_closed_then_that_is_refused(
        self, both: Both, fresh: str
    ) -> None:
        deletion = both.marked(fresh)
        both.deletions.open_batch(deletion, batch_of(1))

        with pytest.raises(StaleWriteError):
            both.deletions.close(deletion, LATER, 1)
        assert both.deletions.is_hidden(deletion.user_id, deletion.video_id)

    def test_given_what_is_left_when_noted_twice_by_the_same_look_then_it_is_noted_once(
        self, both: Both, fresh: str
    ) -> None:
        deletion = both.marked(fresh)

        for _ in range(2):
            both.deletions.stuck(deletion, [LEFT])

        found = both.read(deletion)
        assert (found.stuck, found.left) == (1, (LEFT,))

    def test_given_a_failure_when_noted_then_it_says_why_and_what_is_left(
        self, both: Both, fresh: str
    ) -> None:
        deletion = both.marked(fresh)

        both.deletions.fail(deletion, FAILURE, [LEFT])

        found = both.read(deletion)
        assert (found.state, found.error) == (DeletionState.FAILED, FAILURE)
        assert found.left == (LEFT,)
        assert both.deletions.is_hidden(deletion.user_id, deletion.video_id)

    def test_given_a_failed_deletion_when_begun_again_then_one_request_does_it(
        self, both: Both, fresh: str
    ) -> None:
        both.deletions.fail(both.marked(fresh), FAILURE, [LEFT])
        deletion = both.read(receipt_of(make_queued_video(
            video_id=f"{fresh}-video", user_id=f"{fresh}-user"
        )))  # fmt: skip

        opened = both.deletions.reopen(deletion, LATER)

        assert both.read(deletion) == opened
        assert (opened.state, opened.attempt, opened.error) == (DeletionState.DELETING, 2, None)
        assert (opened.stuck, opened.started_at) == (0, LATER)
        assert opened.execution == f"{deletion.deletion_id}-2"
        with pytest.raises(StaleWriteError):
            both.deletions.reopen(deletion, LATER)

    def test_given_another_attempt_when_the_first_is_told_to_have_failed_then_nothing_changes(
        self, both: Both, fresh: str
    ) -> None:
        first = both.marked(fresh)
        both.deletions.fail(first, FAILURE)
        both.deletions.reopen(both.read(first), LATER)

        both.deletions.fail(first, FAILURE)

        assert both.read(first).state is DeletionState.DELETING

    def test_given_a_closed_deletion_when_failed_or_begun_again_then_it_stays_closed(
        self, both: Both, fresh: str
    ) -> None:
        deletion = both.marked(fresh)
        both.deletions.close(deletion, LATER, 1)

        both.deletions.fail(deletion, FAILURE)
        with pytest.raises(StaleWriteError):
            both.deletions.reopen(both.read(deletion), LATER)

        assert both.read(deletion).state is DeletionState.DELETED
