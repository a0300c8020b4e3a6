from __future__ import annotations

from dataclasses import replace

import pytest

from functions.domain.errors import MediaError
from functions.domain.runs.run import Stage
from functions.domain.segments.segment import SegmentType
from functions.domain.tiers import Tier
from tests.builders import make_media, make_probe, make_silent
from tests.environment import TIERS
from tests.fakes.prober import FakeProber
from tests.fakes.world import World


def _claimed(world: World, **overrides) -> World:
    world.queue(**overrides)
    world.claim()
    return world


def test_given_a_claimed_run_when_probed_then_the_video_shows_what_it_is(world: World):
    _claimed(world)

    assert world.probe() == world.video().media == make_media()
    assert world.run().times(Stage.PROBE).reused is False


def test_given_a_source_when_probed_then_it_is_recorded_as_the_original(world: World):
    source = world.queue(title="Holiday", content_type="video/mp4")
    world.claim()
    world.probe()

    (original,) = world.of_kind(SegmentType.ORIGINAL)
    assert (original.s3_key, original.file_size) == (source.key, source.size)
    assert (original.duration, original.actual_end) == (60_000, 60_000)
    # As it is shown: the picture is turned upright.
    assert (original.width, original.height) == (1080, 1920)
    assert (original.title, original.source) == ("Holiday", "upload")


def test_given_a_probed_source_when_probed_again_then_the_result_is_reused(world: World):
    _claimed(world)
    first = world.probe()
    video, writes = world.video(), world.segments.writes

    assert world.probe() == first
    assert len(world.prober.probed) == 1
    assert (world.video(), world.segments.writes) == (video, writes)


def test_given_a_worker_killed_before_the_original_was_recorded_when_probed_again_then_it_is(
    world: World,
):
    _claimed(world)
    world.probe()
    fresh = World(videos=world.videos, runs=world.runs, media=world.media, prober=world.prober)

    fresh.probe()

    assert fresh.numbers(SegmentType.ORIGINAL) == [0]


def test_given_a_file_that_is_no_video_when_probed_then_it_is_refused_and_nothing_is_kept(
    world: World,
):
    _claimed(world)
    world.prober.error = MediaError("media.unreadable", "No video.")

    with pytest.raises(MediaError, match=r"media\.unreadable"):
        world.probe()

    assert world.video().media is None
    assert world.of_kind(SegmentType.ORIGINAL) == []


def test_given_a_video_longer_than_the_tier_allows_when_probed_then_it_is_refused(world: World):
    _claimed(world)
    long = TIERS["free"]["max_duration"] + 1
    world.prober = FakeProber(make_probe(media=make_media(duration=long)))

    with pytest.raises(MediaError, match=r"media\.too_long"):
        world.probe(Tier.FREE)


def test_given_a_kept_probe_when_the_tier_has_fallen_since_then_the_length_is_checked_again(
    world: World,
):
    _claimed(world)
    long = TIERS["free"]["max_duration"] + 1
    world.prober = FakeProber(make_probe(media=make_media(duration=long)))
    world.probe(Tier.PRO)

    with pytest.raises(MediaError, match=r"media\.too_long"):
        world.probe(Tier.FREE)


def test_given_sound_alone_when_probed_then_the_original_has_no_size_of_a_picture(world: World):
    _claimed(world)
    world.prober = FakeProber(make_probe(media=make_media(video=None)))
    world.probe()

    (original,) = world.of_kind(SegmentType.ORIGINAL)
    assert (original.width, original.height) == (None, None)


@pytest.mark.parametrize(
    ("container", "content_type"),
    [
        ("mov,mp4,m4a,3gp,3g2,mj2", "video/mp4"),
        ("mpegts", "video/mp2t"),
        ("avi", "video/x-msvideo"),
        ("something new", "application/octet-stream"),
    ],
)
def test_given_a_dropped_file_when_probed_then_its_type_is_what_was_found(
    world: World, container: str, content_type: str
):
    _claimed(world)
    probe = make_silent(make_probe())
    world.prober = FakeProber(replace(probe, media=replace(probe.media, container=container)))
    world.probe()

    assert world.of_kind(SegmentType.ORIGINAL)[0].content_type == content_type
