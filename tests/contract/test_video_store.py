"""Videos: what holds for the table and for the fake alike."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from functions.adapters.dynamo.ingest_watch import DynamoIngestWatch
from functions.adapters.dynamo.videos import DynamoVideoStore
from functions.domain.errors import StaleWriteError
from functions.domain.ingests.ingest import SourceVersion
from functions.domain.ports import VideoStore
from functions.domain.runs.lease import watch_shard
from functions.domain.video import Video
from tests.builders import (
    make_failure,
    make_ingesting_video,
    make_media,
    make_queued_video,
    make_upload,
    make_uploading_video,
    make_video,
)
from tests.fakes.clock import EPOCH
from tests.fakes.videos import FakeIngestWatch, FakeVideoStore


@pytest.fixture(params=["fake", "dynamodb"])
def videos(request: pytest.FixtureRequest, tables: dict[str, str]) -> VideoStore:
    return FakeVideoStore() if request.param == "fake" else DynamoVideoStore(tables["videos"])


def walked(videos: VideoStore, user_id: str, limit: int) -> list[Video]:
    """All pages of a user's videos."""
    found: list[Video] = []
    page = videos.of_user(user_id, limit=limit, after=None)
    while True:
        assert len(page.items) <= limit
        found += page.items
        if page.next is None:
            return found
        page = videos.of_user(user_id, limit=limit, after=page.next)


class TestVideoStore:
    def test_given_a_bare_video_when_it_is_created_then_it_reads_back_as_it_was(
        self, videos: VideoStore, fresh: str
    ) -> None:
        video = make_video(video_id=fresh)

        assert videos.create(video)

        assert videos.get(fresh) == video

    def test_given_a_video_with_everything_when_it_is_created_then_it_reads_back_as_it_was(
        self, videos: VideoStore, fresh: str
    ) -> None:
        upload = make_uploading_video().upload
        video = make_queued_video(
            video_id=fresh,
            file_name="“שלום” 100% 😀.mp4",
            title="",
            upload=upload,
            media=make_media(),
            probe_key="media/probe.json",
            segment_count=0,
            error=make_failure(),
        )

        assert videos.create(video)

        assert videos.get(fresh) == video

    def test_given_no_such_video_when_it_is_read_then_there_is_none(
        self, videos: VideoStore, fresh: str
    ) -> None:
        assert videos.get(fresh) is None

    def test_given_a_taken_id_when_it_is_created_again_then_the_first_stays(
        self, videos: VideoStore, fresh: str
    ) -> None:
        first = make_video(video_id=fresh, title="first")
        videos.create(first)

        assert not videos.create(make_video(video_id=fresh, title="second"))

        assert videos.get(fresh) == first

    def test_given_a_read_video_when_it_is_saved_then_its_version_grows(
        self, videos: VideoStore, fresh: str
    ) -> None:
        video = make_video(video_id=fresh, title="old")
        videos.create(video)

        saved = videos.save(replace(video, title=None))

        assert saved.version == video.version + 1
        assert videos.get(fresh) == saved == replace(video, title=None, version=2)

    def test_given_a_video_that_moved_on_when_the_old_one_is_saved_then_it_is_stale(
        self, videos: VideoStore, fresh: str
    ) -> None:
        video = make_video(video_id=fresh)
        videos.create(video)
        current = videos.save(replace(video, title="new"))

        with pytest.raises(StaleWriteError):
            videos.save(replace(video, title="late"))

        assert videos.get(fresh) == current

    def test_given_a_video_that_is_not_there_when_it_is_saved_then_it_is_stale(
        self, videos: VideoStore, fresh: str
    ) -> None:
        with pytest.raises(StaleWriteError):
            videos.save(make_video(video_id=fresh))

        assert videos.get(fresh) is None

    def test_given_many_writers_when_they_save_one_version_then_one_of_them_wins(
        self, videos: VideoStore, fresh: str
    ) -> None:
        video = make_video(video_id=fresh)
        videos.create(video)

        def saves(number: int) -> bool:
            try:
                videos.save(replace(video, title=f"{number}"))
            except StaleWriteError:
                return False
            return True

        with ThreadPoolExecutor(8) as pool:
            won = list(pool.map(saves, range(8)))

        assert sum(won) == 1
        left = videos.get(fresh)
        assert left
        assert left.title == str(won.index(True))

    @pytest.mark.parametrize("limit", [1, 3, 7, 100])
    def test_given_videos_of_a_user_when_pages_are_walked_then_the_newest_is_first(
        self, videos: VideoStore, fresh: str, limit: int
    ) -> None:
        mine = [
            make_video(
                video_id=f"{fresh}-{at}", user_id=fresh, created_at=EPOCH + timedelta(seconds=at)
            )
            for at in (3, 0, 6, 1, 5, 2, 4)
        ]
        for video in mine:
            videos.create(video)
        videos.create(make_video(video_id=f"{fresh}-x", user_id=f"{fresh}-other"))

        found = walked(videos, fresh, limit)

        assert found == sorted(mine, key=lambda video: video.created_at, reverse=True)

    def test_given_videos_of_one_moment_when_pages_are_walked_then_each_is_shown_once(
        self, videos: VideoStore, fresh: str
    ) -> None:
        names = {f"{fresh}-{at}" for at in range(5)}
        for name in names:
            videos.create(make_video(video_id=name, user_id=fresh))

        found = [video.video_id for video in walked(videos, fresh, 2)]

        assert len(found) == 5
        assert set(found) == names

    def test_given_a_video_by_url_when_it_is_half_way_then_it_reads_back_as_it_was(
        self, videos: VideoStore, fresh: str
    ) -> None:
        video = make_ingesting_video(video_id=fresh)
        assert video.ingest
        begun = video.ingest.begun(SourceVersion(total=9, etag='"v1"')).stored('"e"', 5)
        video = video.fetched(begun, EPOCH, make_upload(upload_id="multipart", part_size=5))

        assert videos.create(video)

        assert videos.get(fresh) == video

    @pytest.mark.parametrize("limit", [1, 2, 100])
    def test_given_videos_of_one_url_when_pages_are_walked_then_just_they_come_newest_first(
        self, videos: VideoStore, fresh: str, limit: int
    ) -> None:
        def make(at: int, **more: object) -> Video:
            made = make_ingesting_video(
                video_id=f"{fresh}-{at}",
                created_at=EPOCH + timedelta(seconds=at),
                **{"user_id": fresh, "source_digest": "one", **more},
            )
            videos.create(made)
            return made

        mine = [make(at) for at in (2, 0, 3, 1)]
        make(4, source_digest="other")
        make(5, source_digest=None)
        make(6, user_id=f"{fresh}-other")
        found: list[Video] = []
        after = None
        while True:
            page = videos.of_source(fresh, "one", limit=limit, after=after)
            found += page.items
            after = page.next
            if after is None:
                break

        assert found == sorted(mine, key=lambda video: video.created_at, reverse=True)

    def test_given_a_user_without_videos_when_they_are_listed_then_there_are_none(
        self, videos: VideoStore, fresh: str
    ) -> None:
        assert walked(videos, fresh, 10) == []


@pytest.mark.parametrize("kind", ["fake", "dynamodb"])
def test_given_videos_that_are_fetched_when_asked_for_then_those_that_have_not_moved_come_first(
    kind: str, tables: dict[str, str], fresh: str
) -> None:
    fake = FakeVideoStore()
    videos: VideoStore = fake if kind == "fake" else DynamoVideoStore(tables["videos"])
    watch = FakeIngestWatch(fake) if kind == "fake" else DynamoIngestWatch(tables["videos"])
    ids = [f"{fresh}-{minutes}" for minutes in (4, 1, 9)]
    for video_id, minutes in zip(ids, (4, 1, 9), strict=True):
        moved = EPOCH + timedelta(minutes=minutes)
        assert videos.create(make_ingesting_video(video_id=video_id, updated_at=moved))

    def waiting(video_id: str) -> bool:
        before = EPOCH + timedelta(minutes=5)
        return video_id in watch.waiting(watch_shard(video_id), before, limit=100)

    assert [waiting(one) for one in ids] == [True, True, False]
    moved, failed = (videos.get(one) for one in ids[:2])
    assert moved
    assert failed
    assert moved.ingest
    videos.save(moved.fetched(moved.ingest, EPOCH + timedelta(minutes=8)))
    videos.save(failed.not_fetched(make_failure(), EPOCH))
    assert [waiting(one) for one in ids] == [False, False, False]
    read = videos.get(ids[2])
    assert read == make_ingesting_video(video_id=ids[2], updated_at=EPOCH + timedelta(minutes=9))
