"""A range of any file: all of it is in the one file that is wanted, unchanged and in order."""

from __future__ import annotations

from pathlib import Path

import pytest

from functions.adapters.ffmpeg.cutter import FfmpegCutter
from functions.domain.cutting.job import CutFile
from functions.domain.cutting.plan import Plan
from functions.domain.cutting.range_plan import Range, make_range_plan
from tests.contract.cutting import source_packets
from tests.contract.packets import packets
from tests.contract.shelf import Item, Shelf
from tests.contract.test_cutter_exactness import ODD, STREAMS

PIECE = 1_500
RANGES = [(0, 1_000), (2_000, 4_000), (3_300, 5_200), (5_500, 60_000)]
# The last pictures before a keyframe may be stored behind it, and a packet of sound is short.
ROOM = 150
CUTTER = FfmpegCutter()


def planned(item: Item, asked: Range) -> Plan:
    return make_range_plan(
        item.probe,
        asked,
        find_keyframes=lambda times: item.prober.keyframes_after(item.source, times),
        find_reach=lambda begin, end: item.prober.reach(item.source, item.probe, begin, end),
        piece=PIECE,
    )


def cut(item: Item, plan: Plan, folder: Path, source_url: str | None = None) -> CutFile:
    """The last file of the window; those before it go as they come."""
    window = plan.windows[0]
    segments = plan.of_window(window)
    job = item.job(plan, segments, folder, source_url=source_url, reach=window.reach)
    *before, wanted = CUTTER.cut(job, lambda _: None, lambda: False)
    assert [file.segment for file in [*before, wanted]] == list(job.segments)
    return wanted


def is_run_of(run: list[str], whole: list[str]) -> bool:
    """Whether these packets follow each other in the source."""
    starts = (at for at, one in enumerate(whole) if one == run[0])
    return any(whole[at : at + len(run)] == run for at in starts)


@pytest.mark.parametrize("asked", RANGES)
@pytest.mark.parametrize("name", [name for name in ODD | STREAMS if name != "one.mp4"])
def test_given_any_file_when_a_range_of_it_is_cut_then_all_of_the_range_is_in_it(
    shelf: Shelf, scratch: Path, name: str, asked: tuple[int, int]
) -> None:
    item = shelf.take(name, (ODD | STREAMS)[name])
    end = min(asked[1], item.probe.media.duration)
    plan = planned(item, Range(start=asked[0], end=end))

    file = cut(item, plan, scratch)

    # A picture may begin later than the sound: nothing is there before it.
    seen = CUTTER.inspect(file.path, plan)
    assert file.actual_start <= max(asked[0], plan.segments[0].cut)
    assert file.actual_start + seen.duration >= end - ROOM
    if name not in STREAMS:
        made, whole = packets(file.path, stored=True), source_packets(item, plan)
        for stream, digests in made.items():
            assert is_run_of(digests, whole[stream])


def test_given_one_picture_when_all_of_it_is_cut_then_it_is_in_the_file(
    shelf: Shelf, scratch: Path
) -> None:
    item = shelf.take("one.mp4", ODD["one.mp4"])

    plan = planned(item, Range(start=0, end=item.probe.media.duration))

    assert CUTTER.inspect(cut(item, plan, scratch).path, plan).frame_count == 1


def test_given_a_signed_url_when_a_range_is_cut_then_it_is_as_from_the_file(
    shelf: Shelf, scratch: Path
) -> None:
    from functions.adapters.s3_media_store import S3MediaStore

    item = shelf.take("plain.mkv", ODD["plain.mkv"])
    plan = planned(item, Range(start=3_300, end=5_200))
    url = S3MediaStore(shelf.bucket).sign_get(item.source, seconds=300)

    made = cut(item, plan, scratch / "url", source_url=url)

    assert packets(made.path) == packets(cut(item, plan, scratch / "file").path)
