"""How a run comes to hold a video, loses it, and is found: for the tables and the fakes alike."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from functions.adapters.dynamo.run_lock import DynamoRunLock
from functions.adapters.dynamo.run_watch import DynamoRunWatch
from functions.adapters.dynamo.runs import DynamoRunStore
from functions.adapters.dynamo.videos import DynamoVideoStore
from functions.domain.errors import StaleWriteError
from functions.domain.ports import VideoStore
from functions.domain.runs.lease import LEASE, watch_shard
from functions.domain.runs.ports import RunLock, RunStore, RunWatch
from functions.domain.runs.run import Run, RunStatus
from functions.domain.video import Video, VideoStatus
from tests.builders import make_failure, make_queued_video, make_run
from tests.fakes.clock import EPOCH
from tests.fakes.runs import FakeRunLock, FakeRunStore, FakeRunWatch
from tests.fakes.videos import FakeVideoStore


@dataclass
class Stores:
    videos: VideoStore
    runs: RunStore
    lock: RunLock
    watch: RunWatch


@pytest.fixture(params=["fake", "dynamodb"])
def stores(request: pytest.FixtureRequest, tables: dict[str, str]) -> Stores:
    if request.param == "fake":
        videos, runs = FakeVideoStore(), FakeRunStore()
        return Stores(videos, runs, FakeRunLock(videos, runs), FakeRunWatch(runs))
    names = tables["videos"], tables["runs"]
    return Stores(
        DynamoVideoStore(names[0]),
        DynamoRunStore(names[1]),
        DynamoRunLock(*names),
        DynamoRunWatch(names[1]),
    )


@pytest.fixture
def free(stores: Stores, fresh: str) -> Video:
    """A video that no run holds."""
    video = make_queued_video(video_id=fresh, status=VideoStatus.FAILED, error=make_failure())
    stores.videos.create(video)
    return video


def held(video: Video, run_id: str = "run-2") -> tuple[Video, Run]:
    queued = video.queued(run_id, EPOCH)
    run = make_run(video_id=video.video_id, run_id=run_id, number=queued.runs)
    return queued, replace(run, watch_shard=watch_shard(video.video_id))


class TestRunLock:
    def test_given_a_free_video_when_a_run_takes_it_then_both_say_so(
        self, stores: Stores, free: Video
    ) -> None:
        queued, run = held(free)

        taken = stores.lock.take(queued, run)

        assert stores.videos.get(free.video_id) == taken == replace(queued, version=2)
        found = stores.runs.get(free.video_id, "run-2")
        assert found
        assert (found.status, found.number, found.watched) == (RunStatus.QUEUED, 2, True)

    def test_given_a_video_that_moved_on_when_a_run_takes_it_then_nothing_is_written(
        self, stores: Stores, free: Video
    ) -> None:
        stores.videos.save(replace(free, title="Other"))

        with pytest.raises(StaleWriteError):
            stores.lock.take(*held(free))

        assert stores.runs.get(free.video_id, "run-2") is None
        found = stores.videos.get(free.video_id)
        assert found
        assert (found.title, found.status) == ("Other", VideoStatus.FAILED)

    def test_given_a_run_that_is_there_when_it_takes_the_video_again_then_nothing_is_written(
        self, stores: Stores, free: Video
    ) -> None:
        queued, run = held(free)
        stores.runs.create(run)

        with pytest.raises(StaleWriteError):
            stores.lock.take(queued, run)

        assert stores.videos.get(free.video_id) == free

    def test_given_many_runs_when_all_take_the_video_at_once_then_one_holds_it(
        self, stores: Stores, free: Video
    ) -> None:
        def take(number: int) -> str | None:
            with suppress(StaleWriteError):
                return stores.lock.take(*held(free, f"run-of-{number}")).run_id
            return None

        with ThreadPoolExecutor(8) as pool:
            won = [name for name in pool.map(take, range(8)) if name]

        found = stores.videos.get(free.video_id)
        assert found
        assert won == [found.holder]
        rows = stores.runs.of_video(free.video_id, limit=20, after=None).items
        assert [row.run_id for row in rows] == won

    def test_given_a_new_video_when_it_comes_with_its_run_then_it_comes_once(
        self, stores: Stores, fresh: str
    ) -> None:
        video = make_queued_video(video_id=fresh)
        run = make_run(video_id=fresh)

        assert stores.lock.create(video, run)
        assert not stores.lock.create(replace(video, title="Again"), run)

        assert stores.videos.get(fresh) == video
        assert stores.runs.get(fresh, run.run_id)


def watched(stores: Stores, video_id: str, minutes: int = 0, **overrides: object) -> Run:
    """A run whose lease ends so many minutes after EPOCH, in a shard of its own."""
    run = make_run(
        video_id=video_id,
        watch_shard=overrides.pop("shard", video_id),
        lease_until=EPOCH + timedelta(minutes=minutes),
        **overrides,
    )
    stores.runs.create(run)
    return run


class TestRunWatch:
    def test_given_leases_when_asked_which_are_over_then_the_oldest_come_first(
        self, stores: Stores, fresh: str
    ) -> None:
        for minutes in (5, 1, 3, 9):
            watched(stores, f"{fresh}-{minutes}", minutes, shard=fresh)
        watched(stores, f"{fresh}-x", 0, shard=f"{fresh}-other")

        due = stores.watch.due(fresh, EPOCH + timedelta(minutes=6), limit=2)
        every = stores.watch.due(fresh, EPOCH + timedelta(minutes=6), limit=10)

        assert [video for video, _ in due] == [f"{fresh}-1", f"{fresh}-3"]
        assert [video for video, _ in every] == [f"{fresh}-1", f"{fresh}-3", f"{fresh}-5"]

    def test_given_a_run_that_was_let_go_when_asked_then_it_is_not_watched(
        self, stores: Stores, fresh: str
    ) -> None:
        run = watched(stores, fresh)
        stores.runs.fail(fresh, run.run_id, make_failure(), EPOCH)
        assert stores.watch.due(fresh, EPOCH + LEASE, limit=1) == [(fresh, run.run_id)]

        stores.runs.let_go(run)

        assert stores.watch.due(fresh, EPOCH + LEASE, limit=1) == []

    def test_given_a_run_when_postponed_then_it_is_due_later(
        self, stores: Stores, fresh: str
    ) -> None:
        run = watched(stores, fresh)

        stores.watch.postpone(run, EPOCH + timedelta(hours=1))

        assert stores.watch.due(fresh, EPOCH + timedelta(minutes=59), limit=1) == []
        assert stores.watch.due(fresh, EPOCH + timedelta(minutes=61), limit=1)

    def test_given_a_run_that_is_gone_when_postponed_then_it_does_not_come_back(
        self, stores: Stores, fresh: str
    ) -> None:
        stores.watch.postpone(make_run(video_id=fresh), EPOCH)

        assert stores.runs.get(fresh, "run-1") is None

    def test_given_a_run_that_waits_when_two_revive_it_at_once_then_one_does(
        self, stores: Stores, fresh: str
    ) -> None:
        run = watched(stores, fresh)

        with ThreadPoolExecutor(4) as pool:
            won = list(pool.map(lambda _: stores.watch.revive(run, EPOCH), range(4)))

        found = stores.runs.get(fresh, run.run_id)
        assert found
        assert (sum(won), found.revived, found.lease_until) == (1, 1, EPOCH + LEASE)

    def test_given_a_run_that_has_begun_when_revived_then_it_is_left_alone(
        self, stores: Stores, fresh: str
    ) -> None:
        run = watched(stores, fresh)
        stores.runs.begin(fresh, run.run_id, EPOCH)

        assert not stores.watch.revive(run, EPOCH)
