from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from functions.domain.keys import voice_key
from functions.domain.media.source import Source
from functions.services.deletions.mark_video import mark_video
from functions.services.ingests.admit_object import admit
from functions.services.runs.start_run import ObjectCreated, start_from_event
from tests.builders import STRANGER, USER, VIDEO, make_source, make_video
from tests.fakes.clock import EPOCH
from tests.fakes.media import FakeMediaStore
from tests.fakes.world import World

KEY = f"uploads/{USER}/beach.mp4"
LATER = EPOCH + timedelta(minutes=5)


def _event(source: Source, at: datetime | None = EPOCH) -> ObjectCreated:
    return ObjectCreated("media", source, at)


def _admitted(world: World, event: ObjectCreated) -> ObjectCreated | None:
    return admit(event, world.deletions, world.media)


def _deleted(world: World, video_id: str, now: datetime = EPOCH) -> None:
    mark_video(
        world.videos,
        world.deletions,
        user_id=USER,
        video_id=video_id,
        now=now,
        settle=timedelta(0),
    )


def _dropped(world: World, source: Source) -> str:
    """The id of the video that a dropped file became."""
    run = start_from_event(_event(source), world.stores, EPOCH)
    assert run
    return run.video_id


@pytest.mark.parametrize(
    "key", [f"uploads/{USER}/{VIDEO}/source", KEY, "elsewhere/a", f"uploads/{USER}/"]
)
def test_given_no_deletion_when_an_object_arrives_then_its_event_is_as_it_was(
    world: World, key: str
):
    event = _event(make_source(key=key))

    assert _admitted(world, event) == event


def test_given_a_deleted_video_when_a_voice_for_it_comes_late_then_it_is_erased(world: World):
    world.videos.create(make_video())
    _deleted(world, VIDEO)
    voice = world.media.put(voice_key(USER, VIDEO, "job", 0), b"late")
    other = world.media.put(voice_key(USER, "another", "job", 0), b"in time")

    assert _admitted(world, _event(voice)) is None
    assert _admitted(world, _event(other)) == _event(other)

    assert world.media.find(voice.key) is None
    assert world.media.find(other.key) is not None


def test_given_a_deleted_upload_when_its_file_comes_late_then_it_is_turned_away_and_erased(
    world: World,
):
    world.videos.create(make_video())
    _deleted(world, VIDEO)
    source = world.media.put(f"uploads/{USER}/{VIDEO}/source", b"late")

    assert _admitted(world, _event(source, LATER)) is None
    assert world.media.objects == {}


def test_given_the_same_in_a_bucket_without_versions_when_it_comes_late_then_it_is_erased(
    world: World,
):
    world.videos.create(make_video())
    _deleted(world, VIDEO)
    world.media = FakeMediaStore(versioned=False)
    source = world.media.put(f"uploads/{USER}/{VIDEO}/source", b"late")

    assert _admitted(world, _event(source, LATER)) is None
    assert world.media.objects == {}


def test_given_another_name_beside_a_deleted_upload_when_dropped_then_it_is_a_video_of_its_own(
    world: World,
):
    world.videos.create(make_video())
    _deleted(world, VIDEO)
    event = _event(world.media.put(f"uploads/{USER}/{VIDEO}/other.mp4", b"other"))

    assert _admitted(world, event) == event


def test_given_somebody_elses_folder_when_an_object_arrives_then_our_deletion_says_nothing(
    world: World,
):
    world.videos.create(make_video())
    _deleted(world, VIDEO)
    event = _event(world.media.put(f"uploads/{STRANGER}/{VIDEO}/source", b"theirs"))

    assert _admitted(world, event) == event


def test_given_a_dropped_file_when_its_video_was_deleted_then_its_event_starts_nothing_again(
    world: World,
):
    source = world.media.put(KEY, b"beach")
    _deleted(world, _dropped(world, source))

    assert _admitted(world, _event(source)) is None
    assert world.media.objects == {}


def test_given_the_same_name_dropped_again_when_versions_are_kept_then_it_is_another_video(
    world: World,
):
    first = world.media.put(KEY, b"beach")
    video_id = _dropped(world, first)
    _deleted(world, video_id)
    again = world.media.put(KEY, b"beach")

    event = _admitted(world, _event(again, LATER))

    assert event is not None
    assert event.dropped_id != video_id


class TestWithoutVersions:
    """Bytes that are dropped again look as they did: only their time tells them apart."""

    @pytest.fixture
    def world(self) -> World:
        return World(media=FakeMediaStore(versioned=False))

    def test_given_the_event_again_when_it_is_from_before_the_deletion_then_it_starts_nothing(
        self, world: World
    ):
        source = world.media.put(KEY, b"beach")
        _deleted(world, _dropped(world, source), LATER)

        for at in (EPOCH, None):
            assert _admitted(world, _event(source, at)) is None
        # Whether it is the old file, the deletion sees for itself.
        assert set(world.media.objects) == {KEY}

    def test_given_the_same_bytes_when_dropped_after_the_deletion_then_they_are_another_video(
        self, world: World
    ):
        source = world.media.put(KEY, b"beach")
        first = _dropped(world, source)
        _deleted(world, first)

        event = _admitted(world, _event(source, LATER))
        repeated = _admitted(world, _event(source, LATER))

        assert event is not None
        assert event == repeated
        run = start_from_event(event, world.stores, LATER)
        assert run is not None
        assert run.video_id != first
        assert world.videos.get(run.video_id) is not None

    def test_given_them_deleted_twice_when_dropped_a_third_time_then_that_is_a_third_video(
        self, world: World
    ):
        source = world.media.put(KEY, b"beach")
        ids = [_dropped(world, source)]
        _deleted(world, ids[0])
        second = _admitted(world, _event(source, LATER))
        assert second
        start_from_event(second, world.stores, LATER)
        ids.append(second.dropped_id)
        _deleted(world, ids[1], LATER + timedelta(minutes=1))

        third = _admitted(world, _event(source, LATER + timedelta(minutes=2)))

        assert third
        assert third.dropped_id not in ids
