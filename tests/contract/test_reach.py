"""A range of a file that has no index: found where it lies, it is as if all before it was read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from functions.adapters.ffmpeg.cutter import FfmpegCutter
from functions.domain.cutting import CutFile
from functions.domain.exactness import Exactness
from functions.domain.plan import Plan
from functions.domain.range_plan import Range, make_range_plan
from functions.domain.reach import Reach
from tests.bench.range_server import serve
from tests.contract.exact_cutting import require_frames, require_sound, source_of
from tests.contract.packets import packets
from tests.contract.shelf import Item, Maker, Shelf
from tests.media import numbered as make

# What a stream is filled up to, so that its bytes are many.
FILLED = ("-muxrate", "2000k")
WRAP_S = 2**33 / 90_000


def long(*words: str, maker: Callable[..., Path] = make.numbered) -> Maker:
    return lambda path: maker(path, *FILLED, *words, frames=1_000)


STREAMS: dict[str, Maker] = {
    "stream.ts": long(),
    "open.ts": long("-x264-params", "open-gop=1:bframes=3"),
    "mpeg2.ts": long("-c:v", "mpeg2video", "-q:v", "4", "-c:a", "mp2"),
    "hevc.ts": long("-c:v", "libx265", "-x265-params", "log-level=error"),
    "silent.ts": lambda path: make.numbered(path, *FILLED, frames=1_000, sound=0),
    "two-sounds.ts": lambda path: make.numbered(path, *FILLED, frames=1_000, sound=2),
    # Its clock begins again after 13 seconds, and after 24.
    "wrapped.ts": long("-output_ts_offset", f"{WRAP_S - 13:.3f}"),
    "wrapped-in-it.ts": long("-output_ts_offset", f"{WRAP_S - 24:.3f}"),
}
CUTTER = FfmpegCutter()
ASKED = Range(start=21_300, end=25_100)


def planned(item: Item, asked: Range, *, entered: bool = True) -> Plan:
    def find(begin: int, end: int) -> Reach | None:
        return item.prober.reach(item.source, item.probe, begin, end) if entered else None

    return make_range_plan(
        item.probe,
        asked,
        find_keyframes=lambda times: item.prober.keyframes_after(item.source, times),
        find_reach=find,
        piece=4_000,
    )


def cut(item: Item, plan: Plan, folder: Path, url: str | None = None) -> CutFile:
    window = plan.windows[0]
    segments = plan.of_window(window)
    job = item.job(plan, segments, folder, source_url=url, reach=window.reach)
    *_, file = CUTTER.cut(job, lambda _: None, lambda: False)
    assert file.segment is segments[-1]
    return file


@pytest.mark.parametrize("name", STREAMS)
def test_given_a_stream_when_a_range_is_cut_at_keyframes_then_it_is_as_if_all_was_read(
    shelf: Shelf, scratch: Path, name: str
) -> None:
    item = shelf.take(f"long-{name}", STREAMS[name])
    plan, through = planned(item, ASKED), planned(item, ASKED, entered=False)

    made, whole = cut(item, plan, scratch / "a"), cut(item, through, scratch / "b")

    reach = plan.windows[0].reach
    assert reach
    assert 0 < reach.head < reach.first < reach.last < item.source.size
    assert packets(made.path, stored=True) == packets(whole.path, stored=True)
    assert made.actual_start == whole.actual_start
    assert make.shown(made.path) == make.shown(whole.path)


@pytest.mark.parametrize("cut_as", [Exactness.SMART, Exactness.ACCURATE])
@pytest.mark.parametrize("name", STREAMS)
def test_given_a_stream_when_a_range_is_cut_exactly_then_each_frame_is_there_with_its_sound(
    shelf: Shelf, scratch: Path, name: str, cut_as: Exactness
) -> None:
    item = shelf.take(f"long-{name}", STREAMS[name])
    plan = planned(item, Range(start=ASKED.start, end=ASKED.end, cut=cut_as))
    # A clock that comes round in the middle is more than the tests' own reader takes.
    steady = shelf.take("long-stream.ts", STREAMS["stream.ts"]) if "wrapped" in name else item
    source = source_of(steady, planned(steady, ASKED))

    file = cut(item, plan, scratch)

    reach = plan.windows[0].reach
    assert reach
    assert 0 < reach.head < reach.first
    require_frames(source, plan, [file])
    require_sound(source, [file])


@pytest.mark.parametrize("asked", [(0, 3_000), (400, 9_000), (35_200, 40_000), (38_900, 40_000)])
def test_given_a_stream_when_a_range_lies_at_its_ends_then_it_is_as_if_all_was_read(
    shelf: Shelf, scratch: Path, asked: tuple[int, int]
) -> None:
    item = shelf.take("long-stream.ts", STREAMS["stream.ts"])
    wish = Range(start=asked[0], end=min(asked[1], item.probe.media.duration))
    plan, through = planned(item, wish), planned(item, wish, entered=False)

    made, whole = cut(item, plan, scratch / "a"), cut(item, through, scratch / "b")

    assert plan.windows[0].reach
    assert packets(made.path, stored=True) == packets(whole.path, stored=True)


def test_given_a_stream_when_a_range_is_cut_then_little_else_is_read(
    shelf: Shelf, scratch: Path
) -> None:
    item = shelf.take("long-stream.ts", STREAMS["stream.ts"])
    plan = planned(item, ASKED)
    held = plan.segments[2].cut - plan.segments[1].cut

    with serve(item.path) as server:
        cut(item, plan, scratch, server.url)

    assert server.requests < 8
    assert server.sent < 2 * item.source.size * held / item.probe.media.duration


def twice(target: Path) -> Path:
    """A clock that begins again in the middle."""
    whole = make.numbered(target.with_name("once.ts"), *FILLED, frames=500)
    target.write_bytes(whole.read_bytes() * 2)
    return target


def headless(target: Path) -> Path:
    """It begins in the middle of a packet."""
    whole = make.numbered(target.with_name("headed.ts"), *FILLED, frames=1_000)
    target.write_bytes(whole.read_bytes()[100:])
    return target


def camera(target: Path) -> Path:
    """Packets have four bytes more, as cameras write them."""
    return make.numbered(target, *FILLED, "-mpegts_m2ts_mode", "1", frames=1_000)


@pytest.mark.parametrize("maker", [twice, headless, camera])
def test_given_a_stream_that_is_not_as_it_should_be_when_planned_then_it_is_read_from_its_start(
    shelf: Shelf, maker: Maker
) -> None:
    item = shelf.take(f"odd-{maker.__name__}.ts", maker)

    plan = planned(item, Range(start=12_300, end=15_100))

    assert plan.windows[0].reach is None
    assert plan == planned(item, Range(start=12_300, end=15_100), entered=False)


def damaged(target: Path) -> Path:
    whole = make.numbered(target.with_name("sound.ts"), *FILLED, frames=1_000).read_bytes()
    middle = len(whole) // 2
    target.write_bytes(whole[:middle] + bytes(range(256)) * 3 + whole[middle:])
    return target


@pytest.mark.parametrize("start", [15_000, 20_000, 22_000])
def test_given_damage_when_a_range_around_it_is_cut_then_it_is_as_if_all_was_read(
    shelf: Shelf, scratch: Path, start: int
) -> None:
    item = shelf.take("damaged.ts", damaged)
    wish = Range(start=start, end=start + 4_000)
    plan, through = planned(item, wish), planned(item, wish, entered=False)

    made, whole = cut(item, plan, scratch / "a"), cut(item, through, scratch / "b")

    assert packets(made.path, stored=True) == packets(whole.path, stored=True)
