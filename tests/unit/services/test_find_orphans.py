from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.domain.codec import from_plain
from functions.domain.deletions.orphan import Orphan, OrphanKind, OrphanSearch
from functions.domain.deletions.ports import StoredObjects
from functions.domain.keys import orphans_key, voice_key
from functions.domain.media.source import Source
from functions.domain.video import VideoStatus
from functions.services.deletions.find_orphans import OrphanWork, find_orphans, latest_search
from functions.services.deletions.mark_video import mark_video
from functions.services.deletions.orphan_looks import looks
from functions.services.runs.start_run import ObjectCreated
from tests.builders import USER, VIDEO, make_queued_video, make_segment
from tests.fakes.clock import EPOCH
from tests.fakes.inventory import FakeInventory, FakeListing
from tests.fakes.world import World

NOW = EPOCH + timedelta(days=10)
WEEK = timedelta(days=7)
GONE = "01890000-0000-7000-8000-0000000000aa"


class Killed(BaseException):
    """The worker is gone: nothing catches it."""


@dataclass
class Searching:
    """A bucket and tables, in which all is as it should be until a test says otherwise."""

    world: World = field(default_factory=World)
    now: datetime = NOW

    def __post_init__(self) -> None:
        self.listing = FakeListing(self.world.media)

    def put(self, key: str, body: bytes = b"x", written: datetime = EPOCH) -> Source:
        self.listing.written[key] = written
        return self.world.media.put(key, body)

    def video(self, video_id: str = VIDEO, *, segments: int = 3, **more: Any) -> None:
        """At rest, with all its files."""
        world, folder = self.world, f"media/{USER}/{video_id}"
        source = self.put(f"uploads/{USER}/{video_id}/source")
        pointers = {"probe_key": f"{folder}/probe-e.json", "plan_key": f"{folder}/p-1/plan.json"}
        defaults = {"status": VideoStatus.READY, "source": source, **pointers}
        world.videos.create(make_queued_video(**{"video_id": video_id, **defaults, **more}))
        for key in (*pointers.values(), f"{folder}/hls-e/0.m4s", f"work/{USER}/{video_id}/piece"):
            self.put(key)
        for number in range(1, segments + 1):
            key = f"{folder}/p-1/{number:06d}.mp4"
            self.put(key)
            row = make_segment(video_id=video_id, segment_number=number, s3_key=key)
            world.segments.create(row)

    def work(self, stop: Callable[[], bool] = lambda: True) -> OrphanWork:
        world = self.world
        objects: Any = self.listing
        stored: StoredObjects = objects
        return OrphanWork(
            inventory=FakeInventory(world.videos, world.segments),
            listing=self.listing,
            objects=stored,
            segments=world.segments,
            deletions=world.deletions,
            media=world.media,
            bucket="media",
            clock=lambda: self.now,
            stop=stop,
        )

    def call(self, *, begin: bool = False, stop: Callable[[], bool] = lambda: True) -> OrphanSearch:
        return find_orphans(self.work(stop), looks(), every=WEEK, grace_hours=24, begin=begin)

    def found(self) -> list[tuple[str, str]]:
        """What a whole search finds, each call of which makes one step: kinds and names."""
        self.call(begin=True)
        for _ in range(200):
            search = self.call()
            if search.finished_at is not None:
                return sorted((one.kind.value, one.name) for one in self.told(search))
        raise AssertionError("the search does not end")

    def told(self, search: OrphanSearch) -> list[Orphan]:
        parts = (orphans_key(search.search_id, part + 1) for part in range(search.parts))
        documents = (self.world.media.read_json(key)["orphans"] for key in parts)
        return [from_plain(Orphan, row) for document in documents for row in document]


@pytest.fixture
def searching() -> Searching:
    made = Searching()
    made.video()
    made.video("01890000-0000-7000-8000-000000000002")
    return made


def test_given_all_as_it_should_be_when_searched_then_nothing_is_found(searching: Searching):
    assert searching.found() == []

    search = latest_search(searching.world.media)
    assert search
    assert (search.parts, search.size, search.found) == (0, 0, {})
    assert search.looked_at == {"media": 2, "work": 2, "uploads": 2, "videos": 2, "segments": 6}


def test_given_a_voice_for_a_video_when_searched_then_it_is_the_videos(searching: Searching):
    searching.put(voice_key(USER, VIDEO, "job", 0))

    assert searching.found() == []


@pytest.mark.parametrize(
    "key",
    [
        f"media/{USER}/{GONE}/p-1/000001.mp4",
        f"media/{USER}/{GONE}/probe-e.json",
        f"media/other-user/{GONE}/p-1/000001.mp4",
        f"work/{USER}/{GONE}/piece",
        f"uploads/{USER}/{GONE}/source",
        f"uploads/{USER}/lipsync/{GONE}/job/00",
        f"uploads/{USER}/never started.mp4",
        f"media/{USER}/{VIDEO}/p-1/000009.mp4",
        f"media/{USER}/{VIDEO}/p-0/000001.mp4",
        "media/somewhere",
        f"media/{USER}/somewhere",
        "uploads/somewhere",
    ],
)
def test_given_an_object_that_no_row_names_when_searched_then_it_is_told_and_stays(
    searching: Searching, key: str
):
    searching.put(key, b"12345")

    assert searching.found() == [("object_without_row", key)]

    search = latest_search(searching.world.media)
    assert search
    assert (search.found, search.size) == ({"object_without_row": 1}, 5)
    assert key in searching.world.media.objects


def test_given_a_file_that_is_gone_when_searched_then_the_row_that_names_it_is_told(
    searching: Searching,
):
    key = f"media/{USER}/{VIDEO}/p-1/000002.mp4"
    searching.world.media.delete([key])
    (row,) = (one for one in searching.world.segments.all() if one.s3_key == key)

    assert searching.found() == [("row_without_object", row.segment_id)]


@pytest.mark.parametrize("name", ["probe_key", "plan_key", "source"])
def test_given_what_a_video_is_made_of_when_it_is_gone_then_that_is_told(
    searching: Searching, name: str
):
    video = searching.world.video()
    key = video.source.key if name == "source" and video.source else getattr(video, name)
    searching.world.media.delete([key])

    assert searching.found() == [("row_without_object", f"{VIDEO}.{name}")]


def test_given_a_segment_without_a_video_when_searched_then_it_is_told(searching: Searching):
    stray = make_segment(video_id=GONE, segment_number=1)
    searching.world.segments.create(stray)

    assert searching.found() == [("row_without_video", stray.segment_id)]


@pytest.mark.parametrize("name", ["beach.mp4", "holiday/beach.mp4", "holiday/source"])
def test_given_a_dropped_file_that_became_a_video_when_searched_then_it_is_none(
    searching: Searching, name: str
):
    source = searching.put(f"uploads/{USER}/{name}")
    video_id = ObjectCreated("media", source).dropped_id
    searching.video(video_id, source=source)
    searching.world.media.delete([f"uploads/{USER}/{video_id}/source"])

    assert searching.found() == []


def test_given_what_was_written_lately_when_searched_then_it_is_passed_over(searching: Searching):
    lately = NOW - timedelta(hours=23)
    for key in (f"media/{USER}/{GONE}/x.mp4", f"media/{USER}/{VIDEO}/p-1/9.mp4", "uploads/a"):
        searching.put(key, written=lately)
    searching.world.segments.create(
        make_segment(video_id=GONE, segment_number=1, updated_at=lately)
    )

    assert searching.found() == []
    searching.now += timedelta(hours=2)
    assert len(searching.found()) == 4


@pytest.mark.parametrize("status", [VideoStatus.QUEUED, VideoStatus.PROCESSING])
def test_given_a_run_under_way_when_searched_then_its_video_is_passed_over(
    searching: Searching, status: VideoStatus
):
    video = searching.world.video()
    searching.world.videos.save(replace(video, status=status))
    searching.world.media.delete([f"media/{USER}/{VIDEO}/p-1/000002.mp4"])
    searching.put(f"media/{USER}/{VIDEO}/p-1/000009.mp4")

    assert searching.found() == []


def test_given_a_deletion_under_way_when_searched_then_its_video_is_passed_over(
    searching: Searching,
):
    world = searching.world
    mark_video(
        world.videos,
        world.deletions,
        user_id=USER,
        video_id=VIDEO,
        now=NOW,
        settle=timedelta(0),
    )
    world.media.delete([f"media/{USER}/{VIDEO}/p-1/000002.mp4"])

    assert searching.found() == []


def test_given_a_segment_that_is_deleted_while_its_video_is_looked_at_then_it_is_none(
    searching: Searching,
):
    """The file was listed, the row is not there any more; nor is the file, when asked again."""
    key = f"media/{USER}/{VIDEO}/p-1/000002.mp4"
    (row,) = (one for one in searching.world.segments.all() if one.s3_key == key)
    current = searching.listing.current

    def listed(prefix: str, after: str | None) -> Any:
        page = current(prefix, after)
        if key in {one.key for one in page.objects}:
            searching.world.segments.delete(row, NOW)
            searching.world.media.delete([key])
        return page

    searching.listing.current = listed

    assert searching.found() == []


def _many(searching: Searching) -> list[tuple[str, str]]:
    for number in range(5):
        searching.put(f"media/{USER}/{GONE[:-1]}{number}/p/000001.mp4")
        searching.put(f"uploads/{USER}/lost-{number}.mp4")
        searching.world.segments.create(make_segment(video_id=GONE, segment_number=number + 1))
    return searching.found()


@given(kills=st.lists(st.integers(0, 40), max_size=6))
def test_given_workers_that_are_killed_when_others_go_on_then_the_same_is_found_once(
    kills: list[int],
):
    searching = Searching()
    searching.video()
    whole = _many(searching)
    searching.call(begin=True)
    write = searching.world.media.write_json

    for at in kills:
        calls = itertools.count()

        def dying(key: str, document: Any, at: int = at, calls: Any = calls) -> None:
            if next(calls) == at % 3:
                raise Killed
            write(key, document)

        searching.world.media.write_json = dying
        try:
            searching.call()
        except Killed:
            pass
        finally:
            searching.world.media.write_json = write

    search = searching.call(stop=lambda: False)
    assert search.finished_at == NOW
    assert sorted((one.kind.value, one.name) for one in searching.told(search)) == whole
    assert len(whole) == 15


def test_given_a_search_that_has_ended_when_called_then_the_next_begins_when_it_is_time(
    searching: Searching,
):
    first = searching.call(stop=lambda: False)
    assert first.finished_at == NOW

    searching.now += WEEK - timedelta(seconds=1)
    assert searching.call() == first
    searching.now += timedelta(seconds=1)
    assert searching.call().search_id != first.search_id


def test_given_an_operator_when_he_says_so_then_a_new_search_begins(searching: Searching):
    first = searching.call()
    assert first.finished_at is None

    again = searching.call(begin=True)

    assert again.search_id != first.search_id
    assert searching.call().search_id == again.search_id


def test_given_very_many_when_found_then_a_call_ends_and_the_next_goes_on(
    searching: Searching, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("functions.services.deletions.find_orphans.MOST", 2)
    for number in range(6):
        searching.put(f"uploads/{USER}/lost-{number}.mp4")

    search = searching.call(stop=lambda: False)
    assert (search.finished_at, search.found[OrphanKind.OBJECT]) == (None, 2)
    while search.finished_at is None:
        search = searching.call(stop=lambda: False)

    assert (search.parts, search.found[OrphanKind.OBJECT]) == (3, 6)
    assert len(searching.told(search)) == 6
