from __future__ import annotations

from datetime import timedelta

from functions.domain.runs.lease import INGEST_PATIENCE
from functions.domain.video import VideoStatus
from functions.services.ingests.reap_ingests import IngestReaper, reap_ingests
from functions.services.runs.reaping import Reaped
from tests.builders import USER, VIDEO, make_ingesting_video, make_upload
from tests.fakes.clock import EPOCH
from tests.fakes.world import World

LATER = EPOCH + INGEST_PATIENCE + timedelta(seconds=1)
KEY = make_upload().key


def _reap(world: World, now=LATER, limit: int = 25) -> list[Reaped]:
    reaper = IngestReaper(context=world.context, ingests=world.ingests, watch=world.ingest_watch)
    return list(reap_ingests(reaper, now, limit))


def _waiting(world: World, **overrides: object) -> None:
    world.videos.create(make_ingesting_video(**overrides))


def _status(world: World) -> VideoStatus:
    video = world.videos.get(VIDEO)
    assert video
    return video.status


def test_given_a_row_whose_fetching_never_began_when_it_has_waited_then_it_is_started(
    world: World,
):
    _waiting(world)

    assert _reap(world) == [Reaped.REVIVED]

    assert world.ingests.started == {VIDEO: USER}
    assert _status(world) is VideoStatus.INGESTING


def test_given_a_video_that_has_just_come_further_when_looked_for_then_it_is_left_alone(
    world: World,
):
    _waiting(world, created_at=EPOCH, updated_at=LATER - INGEST_PATIENCE)

    assert _reap(world) == []
    assert world.ingests.calls == 0


def test_given_a_slow_source_when_its_fetching_goes_on_then_it_is_left_alone(world: World):
    _waiting(world)
    world.ingests.start(VIDEO, USER)

    assert _reap(world, EPOCH + timedelta(hours=3)) == [Reaped.WAITING]

    assert _status(world) is VideoStatus.INGESTING


def test_given_a_fetching_that_stopped_without_an_end_when_found_then_the_video_says_so(
    world: World,
):
    _waiting(world)
    world.ingests.start(VIDEO, USER)
    world.ingests.ended.add(VIDEO)
    world.media.start_multipart(KEY, "video/mp4", {})

    assert _reap(world) == [Reaped.STOPPED]

    video = world.videos.get(VIDEO)
    assert video
    assert video.error
    assert (video.status, video.error.code) == (VideoStatus.FAILED, "ingest.stopped")
    assert world.media.multiparts == {}
    assert _reap(world) == []


def test_given_all_bytes_there_when_their_event_is_still_to_come_then_nothing_has_failed(
    world: World,
):
    _waiting(world)
    world.ingests.start(VIDEO, USER)
    world.ingests.ended.add(VIDEO)
    world.media.put(KEY, b"a film")

    assert _reap(world) == [Reaped.LEFT]

    assert _status(world) is VideoStatus.INGESTING


def test_given_a_video_that_moved_on_meanwhile_when_reaped_then_it_is_left_alone(world: World):
    _waiting(world)
    reaper = IngestReaper(context=world.context, ingests=world.ingests, watch=world.ingest_watch)
    video = world.videos.get(VIDEO)
    assert video
    world.videos.save(video.abort(EPOCH))

    assert reaper.reap(VIDEO, LATER) is Reaped.LEFT
    assert reaper.reap("no-such-video", LATER) is Reaped.LEFT
    assert world.ingests.calls == 0


def test_given_executions_that_cannot_be_asked_when_reaped_then_the_next_tick_finds_it_again(
    world: World,
):
    _waiting(world)
    world.ingests.down = True

    assert _reap(world) == []

    world.ingests.down = False
    assert _reap(world) == [Reaped.REVIVED]


def test_given_more_than_the_limit_when_reaped_then_those_that_wait_longest_come_first(
    world: World,
):
    for minutes in range(6):
        at = EPOCH + timedelta(minutes=minutes)
        _waiting(world, video_id=f"video-{minutes}", created_at=at, updated_at=at)

    found = _reap(world, EPOCH + timedelta(hours=1), limit=1)

    assert len(found) <= 4
    assert "video-0" in world.ingests.started
