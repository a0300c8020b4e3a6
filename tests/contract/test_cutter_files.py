"""What is read from a produced file and made of it: frames, length, picture, sound."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from functions.adapters.ffmpeg.cutter import FfmpegCutter
from functions.domain.cutting.job import Inspection
from functions.domain.cutting.plan import Plan
from functions.domain.errors import MediaError
from tests.contract.cutting import by_window, cut_files, source_packets
from tests.contract.packets import counts, packets
from tests.contract.shelf import Item, Maker, Shelf
from tests.contract.test_cutter_exactness import ODD, STREAMS
from tests.media import make

WITH_SOUND: dict[str, Maker] = {
    name: maker for name, maker in (ODD | STREAMS).items() if name != "one.mp4"
}
CUTTER = FfmpegCutter()


def inspected(item: Item, plan: Plan, folder: Path) -> Iterator[Inspection]:
    """One at a time, as the service looks at them."""
    for file in cut_files(item, plan, by_window(plan), folder):
        yield CUTTER.inspect(file.path, plan)


@pytest.mark.parametrize("name", WITH_SOUND)
def test_given_the_segments_of_a_file_when_their_sound_is_joined_then_each_packet_is_there_once(
    shelf: Shelf, scratch: Path, name: str
) -> None:
    item = shelf.take(name, WITH_SOUND[name])
    plan = item.plan(length=2_000)
    assert plan.audio_format
    pieces = [seen.audio for seen in inspected(item, plan, scratch) if seen.audio]
    target = scratch / f"audio.{plan.audio_format.extension}"

    length = CUTTER.join_audio(pieces, target, plan)

    sound = str(len(source_packets(item, plan)) - 1)
    wanted, made = source_packets(item, plan)[sound], packets(target, stored=True)["0"]
    assert len(made) == len(wanted)
    assert made == wanted or name in STREAMS
    assert length == pytest.approx(item.probe.media.duration, abs=1_600)


@pytest.mark.parametrize(
    "name", ["talk.mp4", "plain.mkv", "bframes.ts", "turned.mp4", "small.webm"]
)
def test_given_the_segments_of_a_file_when_they_are_inspected_then_frames_and_times_add_up(
    shelf: Shelf, scratch: Path, name: str
) -> None:
    item = shelf.take(name, (ODD | STREAMS)[name])
    plan = item.plan(length=2_000)

    seen = list(inspected(item, plan, scratch))

    frames = counts(source_packets(item, plan))["0"]
    assert sum(one.frame_count or 0 for one in seen) == frames
    assert sum(one.duration for one in seen) == pytest.approx(frames * 40, abs=10 * len(seen))


@pytest.mark.parametrize("name", [name for name in ODD if name not in {"sound.m4a", "song.m4a"}])
def test_given_any_picture_when_a_segment_is_inspected_then_it_has_a_thumbnail(
    shelf: Shelf, scratch: Path, name: str
) -> None:
    item = shelf.take(name, ODD[name])
    track = item.probe.media.video
    assert track

    for seen in inspected(item, item.plan(length=4_000), scratch):
        assert seen.thumbnail
        with Image.open(seen.thumbnail) as picture:
            assert picture.format == "JPEG"
            assert picture.size == (track.width, track.height)


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_given_a_turned_picture_when_it_is_inspected_then_its_thumbnail_stands_upright(
    shelf: Shelf, scratch: Path, degrees: int
) -> None:
    item = shelf.take(f"turned{degrees}.mp4", lambda path: make.turned(path, degrees))
    plan = item.plan(length=3_000)

    sizes = []
    for seen in inspected(item, plan, scratch):
        assert seen.thumbnail
        with Image.open(seen.thumbnail) as picture:
            sizes.append(picture.size)

    assert set(sizes) == {(320, 180) if degrees == 180 else (180, 320)}


def test_given_a_large_picture_when_it_is_inspected_then_its_thumbnail_is_small(
    shelf: Shelf, scratch: Path
) -> None:
    item = shelf.take("large.mp4", make.large)

    (seen,) = inspected(item, item.plan(length=3_000), scratch)

    assert seen.thumbnail
    with Image.open(seen.thumbnail) as picture:
        assert picture.size == (640, 360)


def test_given_a_sound_only_file_when_it_is_inspected_then_there_is_no_picture(
    shelf: Shelf, scratch: Path
) -> None:
    item = shelf.take("sound.m4a", make.sound_only)

    for seen in inspected(item, item.plan(length=4_000), scratch):
        assert seen.thumbnail is None
        assert seen.frame_count is None
        assert seen.audio


def test_given_a_broken_segment_when_it_is_inspected_then_trying_again_is_no_use(
    shelf: Shelf, scratch: Path
) -> None:
    plan = shelf.take("talk.mp4", ODD["talk.mp4"]).plan(length=4_000)
    broken = scratch / "000001.mp4"
    broken.write_bytes(b"no video")

    with pytest.raises(MediaError) as caught:
        CUTTER.inspect(broken, plan)

    assert caught.value.code == "media.cannot_cut"
