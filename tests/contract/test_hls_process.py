"""The process behind a rendition: held, stopped, cut off from its source."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from functions.adapters.ffmpeg.hls import FfmpegHlsWriter
from functions.adapters.ffmpeg.process import folder_bytes
from functions.domain.errors import MediaError, UnavailableError
from functions.domain.hls.rendition import HlsJob, HlsPlan
from tests.contract.hls_rendition import planned
from tests.contract.shelf import Item, Shelf
from tests.contract.source_server import Manner, served
from tests.contract.test_cutter_process import children, until_held
from tests.media import make

MB = 1_000_000
SECONDS = 60


def _noise(target: Path) -> Path:
    """A minute of H.264, some 60 MB: one second is encoded, then repeated packet by packet."""
    second = target.with_stem("second")
    inputs = (*make.picture(1), *make.tone(1))
    noise = ("-vf", "noise=alls=60:allf=t", *make.H264, "-b:v", "8M", "-g", "25", "-bf", "0")
    make.ffmpeg(*inputs, *noise, "-c:a", "aac", "-shortest", str(second))
    again = ("-stream_loop", str(SECONDS - 1), "-i", str(second), "-t", str(SECONDS))
    make.ffmpeg(*again, "-c", "copy", str(target))
    return target


@pytest.fixture(scope="session")
def noise(shelf: Shelf) -> Item:
    return shelf.take("hls-noise.mp4", _noise)


@pytest.fixture(autouse=True)
def _no_process_is_left() -> Iterator[None]:
    yield
    assert not children()


def _job(plan: HlsPlan, url: str, folder: Path, index: int = 0, budget: int = 1 << 40) -> HlsJob:
    window = plan.windows[index]
    return HlsJob(source_url=url, plan=plan, window=window, folder=folder, disk_budget=budget)


def test_given_a_slow_reader_when_pieces_pile_up_then_the_folder_stays_small_and_all_arrive(
    noise: Item, scratch: Path
) -> None:
    plan, peak, numbers = planned(noise), 0, []

    with served(Manner(noise.path, rate=40 * MB)) as url:
        job = _job(plan, url, scratch, budget=noise.source.size // 8)
        for file in FfmpegHlsWriter().write(job, lambda: False):
            if len(numbers) == 1:
                until_held()
            peak = max(peak, folder_bytes(scratch))
            numbers.append(file.piece.number)
            file.path.unlink()

    assert peak < noise.source.size // 2
    assert numbers == list(range(1, plan.windows[0].count + 1))


@pytest.mark.parametrize("part", [0.3, 0.7])
def test_given_a_source_that_breaks_off_when_written_then_another_try_is_asked_for(
    noise: Item, scratch: Path, part: float
) -> None:
    manner = Manner(noise.path, breaks_at=int(noise.source.size * part))

    with served(manner) as url, pytest.raises(UnavailableError):
        list(FfmpegHlsWriter().write(_job(planned(noise), url, scratch), lambda: False))


def test_given_a_lost_connection_when_written_then_it_is_found_again(
    noise: Item, scratch: Path
) -> None:
    plan = planned(noise)

    with served(Manner(noise.path, drops_at=noise.source.size // 2)) as url:
        job = _job(plan, url, scratch)
        numbers = [file.piece.number for file in FfmpegHlsWriter().write(job, lambda: False)]

    assert numbers == list(range(1, plan.windows[0].count + 1))


def test_given_a_window_when_written_then_little_more_than_it_is_read(
    noise: Item, scratch: Path
) -> None:
    plan = planned(noise, windows=4)
    share = noise.source.size * plan.windows[1].count / sum(one.count for one in plan.windows)
    manner = Manner(noise.path, rate=30 * MB)

    with served(manner) as url:
        job = _job(plan, url, scratch, index=1)
        made = list(FfmpegHlsWriter().write(job, lambda: False))

    assert len(made) == plan.windows[1].count
    # The keyframe before and the one after, half a second, and what is on the way when it ends.
    assert manner.sent < share + noise.source.size * 3 / SECONDS + 16 * MB


def test_given_no_more_time_when_a_window_is_written_then_it_is_tried_again(
    noise: Item, scratch: Path
) -> None:
    with served(Manner(noise.path, rate=2 * MB)) as url, pytest.raises(UnavailableError) as slow:
        list(FfmpegHlsWriter().write(_job(planned(noise), url, scratch), lambda: True))

    assert slow.value.code == "cut.too_slow"


def test_given_no_more_time_when_a_stream_is_read_through_then_it_is_too_large(
    shelf: Shelf, scratch: Path
) -> None:
    item = shelf.take("talk-stream.ts", lambda target: make.encoded(target, seconds=30))

    with served(Manner(item.path, rate=MB // 10)) as url, pytest.raises(MediaError) as large:
        list(FfmpegHlsWriter().write(_job(planned(item), url, scratch), lambda: True))

    assert large.value.code == "hls.too_large"
