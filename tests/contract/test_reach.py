"""A range of a file that has no index: found where it lies, it is as if all before it was read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import av
import pytest

from functions.adapters.ffmpeg.cutter import FfmpegCutter
from functions.adapters.pyav import prober as pyav_prober
from functions.adapters.pyav.prober import PyAvProber
from functions.domain.cutting.exactness import Exactness
from functions.domain.cutting.job import CutFile
from functions.domain.cutting.plan import Plan
from functions.domain.cutting.range_plan import Range, make_range_plan
from functions.domain.errors import MediaError
from functions.domain.media.reach import Reach
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


def fragments(flags: str, *words: str, sound: int = 1) -> Maker:
    """In fragments, and large ones."""
    rate = ("-b:v", "1000k", "-maxrate", "1000k", "-bufsize", "1000k")
    heavy = (*rate, "-x264-params", "nal-hrd=cbr:filler=1", *words, "-movflags", flags)
    return lambda path: make.numbered(path, *heavy, frames=1_000, sound=sound)


FRAGMENTS: dict[str, Maker] = {
    "plain.mp4": fragments("frag_keyframe+empty_moov"),
    "table.mp4": fragments("frag_keyframe+empty_moov+default_base_moof+global_sidx"),
    "bare.mp4": fragments("frag_keyframe+empty_moov+skip_trailer", "-bf", "0"),
    "apart.mp4": fragments("frag_keyframe+empty_moov+separate_moof"),
    "streamed.mp4": fragments("dash+frag_keyframe"),
    "by-time.mp4": fragments("empty_moov", "-frag_duration", "700000"),
    "moved.mp4": fragments("frag_keyframe+delay_moov"),
    "below.mp4": fragments("frag_keyframe+delay_moov+negative_cts_offsets"),
    "silent.mp4": fragments("frag_keyframe+empty_moov", sound=0),
    "two-sounds.mp4": fragments("frag_keyframe+empty_moov", sound=2),
}
FILES = STREAMS | FRAGMENTS
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


@pytest.mark.parametrize("name", FILES)
def test_given_a_stream_when_a_range_is_cut_at_keyframes_then_it_is_as_if_all_was_read(
    shelf: Shelf, scratch: Path, name: str
) -> None:
    item = shelf.take(f"long-{name}", FILES[name])
    plan, through = planned(item, ASKED), planned(item, ASKED, entered=False)

    made, whole = cut(item, plan, scratch / "a"), cut(item, through, scratch / "b")

    reach = plan.windows[0].reach
    assert reach
    assert 0 < reach.head < reach.first < reach.last < item.source.size
    assert plan.segments[0].cut == (reach.entered or item.probe.keyframes.times[0])
    assert packets(made.path, stored=True) == packets(whole.path, stored=True)
    assert made.actual_start == whole.actual_start
    assert make.shown(made.path) == make.shown(whole.path)


@pytest.mark.parametrize("cut_as", [Exactness.SMART, Exactness.ACCURATE])
@pytest.mark.parametrize("name", FILES)
def test_given_a_stream_when_a_range_is_cut_exactly_then_each_frame_is_there_with_its_sound(
    shelf: Shelf, scratch: Path, name: str, cut_as: Exactness
) -> None:
    item = shelf.take(f"long-{name}", FILES[name])
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


@pytest.mark.parametrize("name", FRAGMENTS)
def test_given_fragments_when_probed_then_it_is_as_if_all_were_gone_through(
    shelf: Shelf, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = shelf.take(f"long-{name}", FRAGMENTS[name])
    told = item.probe.media

    monkeypatch.setattr(pyav_prober, "search_of", lambda _: None)
    through = PyAvProber(shelf.bucket).probe(item.source)

    seen = through.media
    assert seen.bit_rate == pytest.approx(told.bit_rate, rel=0.02)
    # An index of them may count the delay of the first picture.
    assert seen.duration == pytest.approx(told.duration, abs=80)
    assert seen.video
    assert told.video
    assert told.video.frame_rate == pytest.approx(25, abs=0.2)
    assert replace(seen.video, frame_rate=told.video.frame_rate) == told.video
    assert seen.audio == told.audio
    assert through.keyframes == item.probe.keyframes


@pytest.mark.parametrize("name", FRAGMENTS)
def test_given_fragments_when_keyframes_are_looked_for_then_they_are_when_they_are_shown(
    shelf: Shelf, name: str
) -> None:
    item = shelf.take(f"long-{name}", FRAGMENTS[name])
    with av.open(str(item.path)) as container:
        start = (container.start_time or 0) // 1000
        packets = [one for one in container.demux(container.streams.video[0]) if one.is_keyframe]
        keys = [int((one.pts or 0) * one.time_base * 1000) - start for one in packets]
    times = [0, 300, 2_001, 21_300, 25_100, 38_000]

    found = item.prober.keyframes_after(item.source, [*times, 60_000])

    assert found.times == tuple(min(key for key in keys if key >= time) for time in times)


def timeless(target: Path) -> Path:
    """Fragments that do not say when they are."""
    whole = FRAGMENTS["plain.mp4"](target.with_name("timed.mp4"))
    target.write_bytes(whole.read_bytes().replace(b"tfdt", b"free"))
    return target


def test_given_fragments_without_times_when_planned_then_all_is_read(shelf: Shelf) -> None:
    item = shelf.take("timeless.mp4", timeless)

    assert planned(item, ASKED).windows[0].reach is None
    assert planned(item, ASKED) == planned(item, ASKED, entered=False)


def test_given_fragments_that_are_cut_off_when_probed_then_the_file_is_refused(
    shelf: Shelf, tmp_path: Path
) -> None:
    whole = shelf.take("long-bare.mp4", FRAGMENTS["bare.mp4"]).path.read_bytes()
    path = tmp_path / "short.mp4"
    path.write_bytes(whole[: len(whole) * 2 // 3])

    with pytest.raises(MediaError, match=r"media\.truncated"):
        shelf.put(path).probe  # noqa: B018


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
