"""The process behind a cut: held, stopped, killed, cut off from its source."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from functions.adapters.ffmpeg.cutter import FfmpegCutter
from functions.adapters.ffmpeg.process import folder_bytes
from functions.domain.cutting.job import CutFile
from functions.domain.errors import MediaError, UnavailableError
from tests.contract.packets import packets, together
from tests.contract.shelf import Item, Shelf
from tests.contract.source_server import Manner, served
from tests.media import make

MB = 1_000_000
PATIENCE_S = 30


def children() -> dict[int, str]:
    """ffmpeg processes of ours, with their states as the system shows them."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = stat.read_text().partition("(")[2].rpartition(") ")
        except (FileNotFoundError, ProcessLookupError):
            continue
        state, parent = rest.split()[:2]
        if "ffmpeg" in name and int(parent) == os.getpid():
            found[int(stat.parent.name)] = state
    return found


def until_held() -> None:
    end = time.monotonic() + PATIENCE_S
    while set(children().values()) != {"T"}:
        assert time.monotonic() < end, "never held"
        time.sleep(0.01)


@pytest.fixture(scope="session")
def noise(shelf: Shelf) -> Item:
    """Twenty seconds, some 50 MB."""
    return shelf.take("noise.mov", lambda path: make.heavy(path, 20, "320x180"))


@pytest.fixture(autouse=True)
def _no_process_is_left() -> Iterator[None]:
    yield
    assert not children()


def test_given_a_slow_reader_when_files_pile_up_then_the_folder_stays_small_and_all_arrives(
    noise: Item, scratch: Path
) -> None:
    plan = noise.plan(length=1_000, per_window=100)
    budget = noise.source.size // 8
    peak, files = 0, []

    with served(Manner(noise.path, rate=40 * MB)) as url:
        job = noise.job(plan, plan.segments, scratch, disk_budget=budget, source_url=url)
        for file in FfmpegCutter().cut(job, lambda _: None, lambda: False):
            if len(files) == 1:
                until_held()
            peak = max(peak, folder_bytes(scratch))
            files.append(packets(file.path, stored=True))
            file.path.unlink()

    assert peak < noise.source.size // 2
    assert together(files) == packets(noise.path)
    assert not list(scratch.iterdir())


def test_given_segments_larger_than_the_room_for_them_when_they_are_cut_then_all_arrive(
    noise: Item, scratch: Path
) -> None:
    """A file is only known to be whole once the next is begun: nobody could make room before."""
    plan = noise.plan(length=2_000, per_window=100)
    end = time.monotonic() + PATIENCE_S
    files = []

    with served(Manner(noise.path, rate=40 * MB)) as url:
        job = noise.job(plan, plan.segments, scratch, disk_budget=1_000, source_url=url)
        for file in FfmpegCutter().cut(job, lambda _: None, lambda: time.monotonic() > end):
            files.append(packets(file.path, stored=True))
            file.path.unlink()

    assert together(files) == packets(noise.path)


def test_given_a_cut_under_way_when_it_is_asked_to_stop_then_it_ends_early_and_whole(
    noise: Item, scratch: Path
) -> None:
    plan = noise.plan(length=1_000, per_window=100)
    files: list[CutFile] = []

    with served(Manner(noise.path, rate=25 * MB)) as url:
        job = noise.job(plan, plan.segments, scratch, source_url=url)
        files += FfmpegCutter().cut(job, lambda _: None, lambda: len(list(scratch.iterdir())) > 3)

    assert 0 < len(files) < len(plan.segments)
    made = together(packets(file.path, stored=True) for file in files)
    whole = packets(noise.path)
    assert all(whole[stream][: len(made[stream])] == made[stream] for stream in whole)


def test_given_a_reader_that_gives_up_when_it_closes_then_the_process_goes_too(
    noise: Item, scratch: Path
) -> None:
    plan = noise.plan(length=1_000, per_window=100)
    with served(Manner(noise.path, rate=25 * MB)) as url:
        job = noise.job(plan, plan.segments, scratch, source_url=url)
        files = FfmpegCutter().cut(job, lambda _: None, lambda: False)
        next(iter(files))
        assert children()

        files.close()  # type: ignore[attr-defined]

        assert not children()


def test_given_a_cut_under_way_when_its_process_is_killed_then_another_try_may_help(
    noise: Item, scratch: Path
) -> None:
    plan = noise.plan(length=1_000, per_window=100)
    with served(Manner(noise.path, rate=25 * MB)) as url:
        job = noise.job(plan, plan.segments, scratch, source_url=url)
        files = iter(FfmpegCutter().cut(job, lambda _: None, lambda: False))
        next(files)
        for pid in children():
            os.kill(pid, signal.SIGKILL)

        with pytest.raises(UnavailableError):
            list(files)


@pytest.mark.parametrize("share", [0.3, 0.52, 0.98])
def test_given_a_source_that_breaks_off_when_it_is_cut_then_no_short_file_passes_for_whole(
    noise: Item, scratch: Path, share: float
) -> None:
    plan = noise.plan(length=1_000, per_window=100)
    files: list[CutFile] = []
    breaks_at = round(noise.source.size * share)
    with served(Manner(noise.path, breaks_at=breaks_at)) as url:
        job = noise.job(plan, plan.segments, scratch, source_url=url)
        with pytest.raises(UnavailableError):
            files.extend(FfmpegCutter().cut(job, lambda _: None, lambda: False))

    made = [packets(file.path, stored=True) for file in files]
    assert {(len(each["0"]), len(each["1"])) for each in made} <= {(25, 46), (25, 47), (25, 48)}


def test_given_a_connection_that_is_lost_once_when_it_is_cut_then_all_of_it_arrives(
    noise: Item, scratch: Path
) -> None:
    plan = noise.plan(length=1_000, per_window=100)
    with served(Manner(noise.path, drops_at=noise.source.size // 2)) as url:
        job = noise.job(plan, plan.segments, scratch, source_url=url)
        files = list(FfmpegCutter().cut(job, lambda _: None, lambda: False))

    assert together(packets(file.path, stored=True) for file in files) == packets(noise.path)


def test_given_a_source_that_is_no_media_when_it_is_cut_then_trying_again_is_no_use(
    noise: Item, scratch: Path
) -> None:
    plan = noise.plan(length=1_000, per_window=100)
    text = scratch.parent / "text.mov"
    text.write_text("no video " * 1000)
    job = noise.job(plan, plan.segments, scratch, source_url=str(text))

    with pytest.raises(MediaError) as caught:
        list(FfmpegCutter().cut(job, lambda _: None, lambda: False))

    assert caught.value.code == "media.cannot_cut"


def test_given_a_refused_url_when_it_is_cut_then_another_try_may_help_and_it_is_not_logged(
    noise: Item, scratch: Path, caplog: pytest.LogCaptureFixture
) -> None:
    plan = noise.plan(length=1_000, per_window=100)
    with served(Manner(noise.path, breaks_at=0)) as url:
        job = noise.job(plan, plan.segments, scratch, source_url=url)
        with pytest.raises(UnavailableError):
            list(FfmpegCutter().cut(job, lambda _: None, lambda: False))

    assert url not in caplog.text


def test_given_a_long_cut_when_it_is_followed_then_its_progress_only_grows(
    noise: Item, scratch: Path
) -> None:
    plan = noise.plan(length=1_000, per_window=100)
    told: list[int] = []
    with served(Manner(noise.path, rate=40 * MB)) as url:
        job = noise.job(plan, plan.segments, scratch, source_url=url)
        list(FfmpegCutter().cut(job, told.append, lambda: False))

    assert told == sorted(told)
    assert told[0] < told[-1] <= plan.duration
