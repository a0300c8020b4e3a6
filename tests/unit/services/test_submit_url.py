from __future__ import annotations

from datetime import timedelta

import pytest

from functions.domain.cutting.segmentation import Segmentation
from functions.domain.errors import GoneError, InvalidInputError, UnavailableError
from functions.domain.ingests.addresses import parse_rules
from functions.domain.ingests.web_urls import parse_url
from functions.domain.tiers import Tier
from functions.domain.video import Video, VideoStatus
from functions.services.deletions.mark_video import mark_video
from functions.services.ingests.submit_url import NewIngest, submit_url
from tests.builders import STRANGER, URL, USER, make_caller, make_ingesting_video
from tests.fakes.clock import EPOCH
from tests.fakes.world import World

RULES = parse_rules((80, 443), ())


def _submit(world: World, url: str = URL, caller=None, **more) -> Video:
    key = more.pop("key", None)
    wanted = {"file_name": None, "title": "Holiday", "segmentation": Segmentation(), **more}
    return submit_url(
        caller or make_caller(),
        NewIngest(url=parse_url(url, RULES), **wanted),
        videos=world.videos,
        deletions=world.deletions,
        media=world.media,
        ingests=world.ingests,
        now=EPOCH,
        key=key,
    )


def test_given_a_url_when_submitted_then_a_video_waits_for_it_and_its_fetching_is_started(
    world: World,
):
    video = _submit(world)

    assert world.videos.get(video.video_id) == video
    assert video.status is VideoStatus.INGESTING
    assert world.ingests.started == {video.video_id: USER}
    assert video.upload
    assert video.upload.key == f"uploads/{USER}/{video.video_id}/source"
    assert (video.file_name, video.title) == ("holiday.mp4", "Holiday")
    assert video.ingest
    assert (video.ingest.url, video.ingest.tier) == (URL, Tier.PRO)


@pytest.mark.parametrize(
    ("url", "told", "name"),
    [
        ("https://media.example/", None, "video"),
        ("https://media.example/a%20b.mov", None, "a b.mov"),
        ("https://media.example/x", "mine.mp4", "mine.mp4"),
    ],
)
def test_given_a_url_when_its_file_has_no_name_of_its_own_then_it_gets_one(
    world: World, url: str, told: str | None, name: str
):
    assert _submit(world, url, file_name=told).file_name == name


def test_given_a_key_when_it_is_sent_again_then_it_is_the_same_video(world: World):
    first, again = _submit(world, key="k"), _submit(world, key="k")

    assert first == again
    assert len(world.videos.all()) == 1
    assert world.ingests.started == {first.video_id: USER}


def test_given_no_key_when_a_url_is_sent_again_then_it_is_another_video(world: World):
    first, again = _submit(world), _submit(world)

    assert first.video_id != again.video_id
    assert first.source_digest == again.source_digest


def test_given_a_key_when_it_comes_with_another_url_then_it_is_refused(world: World):
    _submit(world, key="k")

    with pytest.raises(InvalidInputError) as caught:
        _submit(world, "https://media.example/other.mp4", key="k")

    assert caught.value.code == "idempotency.key_reused"


def test_given_a_key_of_another_user_when_sent_then_it_is_a_video_of_its_own(world: World):
    ours, theirs = _submit(world, key="k"), _submit(world, key="k", caller=make_caller(STRANGER))

    assert ours.video_id != theirs.video_id
    assert ours.source_digest != theirs.source_digest


def test_given_a_crash_before_the_start_when_the_key_is_sent_again_then_it_is_started(
    world: World,
):
    world.ingests.down = True
    with pytest.raises(UnavailableError):
        _submit(world, key="k")
    world.ingests.down = False

    video = _submit(world, key="k")

    assert world.ingests.started == {video.video_id: USER}
    assert len(world.videos.all()) == 1


def test_given_two_requests_of_one_key_at_once_when_both_write_then_one_video_stays(world: World):
    world.videos.before_create = lambda: _submit(world, key="k")

    _submit(world, key="k")

    assert len(world.videos.all()) == 1


def test_given_a_video_that_has_arrived_when_its_key_is_sent_again_then_nothing_is_started(
    world: World,
):
    video = _submit(world, key="k")
    world.videos.save(video.queued("run", EPOCH))
    calls = world.ingests.calls

    assert _submit(world, key="k").status is VideoStatus.QUEUED
    assert world.ingests.calls == calls


def _deleted(world: World) -> None:
    video = _submit(world, key="k")
    mark_video(
        world.videos,
        world.deletions,
        user_id=USER,
        video_id=video.video_id,
        now=EPOCH,
        settle=timedelta(0),
    )


def test_given_a_video_that_was_deleted_when_its_key_is_sent_again_then_nothing_is_fetched_anew(
    world: World,
):
    """What still comes for the old one would come to the new one."""
    _deleted(world)
    calls = world.ingests.calls

    with pytest.raises(GoneError, match=r"video\.deleted"):
        _submit(world, key="k")

    assert (world.videos.all(), world.ingests.calls) == ([], calls)
    assert _submit(world, key="k2").status is VideoStatus.INGESTING


def test_given_a_video_that_is_deleted_meanwhile_when_its_key_is_sent_twice_then_the_later_is_told(
    world: World,
):
    world.videos.before_create = lambda: _deleted(world)

    with pytest.raises(GoneError, match=r"video\.deleted"):
        _submit(world, key="k")

    assert world.ingests.calls == 1


@pytest.mark.parametrize("move", ["queued", "abort"])
def test_given_a_url_with_a_signature_when_the_video_moves_on_then_it_is_forgotten(move: str):
    video = make_ingesting_video()
    assert "secret" in str(video)

    moved = video.queued("run", EPOCH) if move == "queued" else video.abort(EPOCH)

    assert "secret" not in str(moved)
