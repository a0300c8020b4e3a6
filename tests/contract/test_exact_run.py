"""A whole run of an exact cut: the services with the real cutter, on numbered media."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from functions.adapters.ffmpeg.cutter import FfmpegCutter
from functions.domain.cutting.budget import Budget
from functions.domain.cutting.exactness import EncodeTarget, Exactness
from functions.domain.cutting.job import CutFile
from functions.domain.cutting.segmentation import Segmentation
from functions.domain.extras import Extra
from functions.domain.media.source import Source
from functions.domain.segments.segment import Segment, SegmentType
from functions.services.segments.captions import keep_captions
from tests.contract.exact_cutting import require_frames, require_sound, source_of
from tests.contract.packets import packets
from tests.contract.shelf import Item, Shelf
from tests.fakes.media import FakeMediaStore
from tests.fakes.prober import FakeProber
from tests.fakes.world import World
from tests.media import numbered as make
from tests.media import spoken


class MediaOnDisk(FakeMediaStore):
    """Sources are read from a path, as ffmpeg needs it."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def sign_get(self, source: Source, seconds: int) -> str:
        return str(self._path)


def world_of(item: Item, cut: Exactness, *, planned: bool = True) -> World:
    cutter: Any = FfmpegCutter()
    world = World(media=MediaOnDisk(item.path), prober=FakeProber(item.probe), cutter=cutter)
    if planned:
        world.plan_made(segmentation=Segmentation(length=3_330, cut=cut), per_window=8)
    return world


def test_given_a_long_segment_when_its_run_has_ended_then_it_is_one_exact_file(
    shelf: Shelf, scratch: Path
) -> None:
    item = shelf.take("numbered-closed.mp4", make.numbered)
    world = world_of(item, Exactness.ACCURATE, planned=False)
    world.queue(segmentation=Segmentation(length=6_000, cut=Exactness.ACCURATE))
    world.claim()
    world.probe()
    # So little time that four seconds are too much.
    plan = world.plan(budget=Budget(memory_mb=400, seconds=2, width=3, disk=1 << 30))
    world.cut_all()
    world.join_segments()
    world.join()

    assert world.finish() == 2
    assert [len(plan.chunks_of(join)) for join in plan.joins] == [3, 2]
    rows = world.of_kind(SegmentType.PROCESSED)
    files = [
        CutFile(segment=planned, path=stored(world, row, scratch), actual_start=0)
        for planned, row in zip(plan.segments, rows, strict=True)
    ]
    source = source_of(item, plan)
    require_frames(source, plan, files)
    require_sound(source, files)
    (sound,) = world.of_kind(SegmentType.AUDIO)
    joined = packets(stored(world, sound, scratch), stored=True)["0"]
    assert joined == packets(item.path, streams=[1])["0"]
    assert [key for key in world.media.objects if key.startswith("work/")] == []


@pytest.mark.parametrize("name", ["closed.mp4", "stream.ts"])
def test_given_a_proxy_is_asked_for_when_cut_then_it_has_all_frames_and_sound(
    shelf: Shelf, scratch: Path, name: str
) -> None:
    item = shelf.take(f"numbered-{name}", make.numbered)
    world = world_of(item, Exactness.KEYFRAME, planned=False)
    world.queue(segmentation=Segmentation(length=60_000), extras=(Extra.PROXY,))
    world.claim()
    world.probe()
    plan = world.plan(budget=Budget(memory_mb=400, seconds=2, width=3, disk=1 << 30))
    world.cut_all()
    world.join_segments()

    key = world.video().proxy_key
    assert key
    assert plan.proxy
    scratch.mkdir(exist_ok=True)
    path = scratch / "proxy.mp4"
    path.write_bytes(world.media.objects[key])
    whole = CutFile(segment=plan.proxy.segments[0], path=path, actual_start=0)
    source = source_of(item, plan)
    require_frames(source, plan.proxy, [whole])
    require_sound(source, [whole])


def stored(world: World, row: Segment, folder: Path) -> Path:
    path = folder / Path(row.s3_key).name
    path.write_bytes(world.media.objects[row.s3_key])
    return path


@pytest.mark.parametrize("cut", [Exactness.SMART, Exactness.ACCURATE])
@pytest.mark.parametrize(
    ("name", "maker"), [("closed.mp4", make.numbered), ("stream.ts", make.numbered)]
)
def test_given_an_exact_cut_when_its_run_has_ended_then_what_is_stored_is_exact(
    shelf: Shelf, scratch: Path, name: str, maker: Any, cut: Exactness
) -> None:
    item = shelf.take(f"numbered-{name}", maker)
    world = world_of(item, cut)
    world.cut_all()
    world.join()

    assert world.finish() == 3
    plan, rows = world.stored_plan(), world.of_kind(SegmentType.PROCESSED)
    assert {row.cut for row in rows} == {cut}
    files = [
        CutFile(segment=planned, path=stored(world, row, scratch), actual_start=0)
        for planned, row in zip(plan.segments, rows, strict=True)
    ]
    source = source_of(item, plan)
    require_frames(source, plan, files)
    require_sound(source, files)
    assert sum(row.frame_count or 0 for row in rows) == 250
    (sound,) = world.of_kind(SegmentType.AUDIO)
    joined = packets(stored(world, sound, scratch), stored=True)["0"]
    assert len(joined) == len(packets(item.path, streams=[1])["0"])
    # One each, and the video's poster.
    assert len(world.of_kind(SegmentType.THUMBNAIL)) == 4


def test_given_captions_that_were_kept_when_a_run_cuts_then_they_are_in_its_segments(
    shelf: Shelf, scratch: Path
) -> None:
    item = shelf.take("plain.mp4", spoken.plain)
    world = world_of(item, Exactness.ACCURATE, planned=False)
    key = keep_captions(world.media, "user", "video", "00:01.000 --> 00:03.000\nHello\n")
    target = EncodeTarget(captions_key=key)
    asked = Segmentation(length=2_000, cut=Exactness.ACCURATE, target=target)
    world.plan_made(segmentation=asked, per_window=8)

    world.cut_all()

    scratch.mkdir(exist_ok=True)
    rows = world.of_kind(SegmentType.PROCESSED)
    seen = [
        [round(band.at * 25) for band in spoken.written(stored(world, row, scratch)) if band.white]
        for row in rows
    ]
    assert seen == [[*range(25, 50)], [*range(25)]]
