"""Exact cuts under way: begun anywhere, stopped, short of room, cut off from their source."""

from __future__ import annotations

import itertools
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.adapters.ffmpeg.cutter import FfmpegCutter
from functions.adapters.ffmpeg.process import folder_bytes
from functions.domain.cutting.exactness import Exactness
from functions.domain.cutting.job import CutFile, CutJob
from functions.domain.cutting.plan import between
from functions.domain.errors import UnavailableError
from tests.contract.cutting import cut_files
from tests.contract.exact_cutting import exact_plan, require_frames, require_sound, source_of
from tests.contract.shelf import Item, Shelf
from tests.contract.source_server import Manner, served
from tests.contract.test_cutter_process import children
from tests.media import numbered as make

BOTH = [Exactness.SMART, Exactness.ACCURATE]
PATIENCE_S = 60


@pytest.fixture(scope="session")
def film(shelf: Shelf) -> Item:
    """Keyframes wherever, at a rate that no millisecond meets."""
    keys = ("-force_key_frames", "0.5,0.9,2.3,2.4,3.7,5.1,5.15,6.6,8,8.7", "-g", "300")
    return shelf.take("film.mp4", lambda path: make.numbered(path, *keys, rate="24000/1001"))


@pytest.fixture(scope="session")
def stream(shelf: Shelf) -> Item:
    return shelf.take("numbered-stream.ts", make.numbered)


def made(job: CutJob) -> list[CutFile]:
    return list(FfmpegCutter().cut(job, lambda _: None, lambda: False))


@pytest.mark.parametrize("cut", BOTH)
@settings(max_examples=4)
@given(length=st.integers(1_000, 6_000), sizes=st.lists(st.integers(1, 4), min_size=1, max_size=3))
def test_given_any_length_when_jobs_begin_anywhere_then_each_frame_is_there_once(
    film: Item, cut: Exactness, length: int, sizes: list[int]
) -> None:
    plan = exact_plan(film, cut, length)
    jobs, turns, at = [], itertools.cycle(sizes), 0
    while at < len(plan.segments):
        size = next(turns)
        jobs.append(plan.segments[at : at + size])
        at += size

    with tempfile.TemporaryDirectory() as folder:
        files = cut_files(film, plan, jobs, Path(folder))
        require_frames(source_of(film, plan), plan, files)


@pytest.mark.parametrize("source", ["film", "stream"])
@pytest.mark.parametrize("cut", BOTH)
@settings(max_examples=4)
@given(times=st.sets(st.integers(2, 102), min_size=1, max_size=5))
def test_given_any_list_of_cuts_when_cut_exactly_then_frames_and_sound_are_where_they_belong(
    request: pytest.FixtureRequest, source: str, cut: Exactness, times: set[int]
) -> None:
    item: Item = request.getfixturevalue(source)
    once = exact_plan(item, cut, 60_000)
    # To the millisecond, wherever frames and keyframes are; none shorter than a tenth of a second.
    cuts = [time * 97 for time in sorted(times) if time * 97 < once.duration - 100]
    segments = tuple(between(once.duration, 0, [(at, at, at) for at in cuts]))
    plan = replace(once, segments=segments)

    with tempfile.TemporaryDirectory() as folder:
        files = cut_files(item, plan, [segments], Path(folder))
        frames = source_of(item, plan)
        require_frames(frames, plan, files)
        require_sound(frames, files)


@pytest.mark.parametrize("cut", BOTH)
def test_given_segments_that_exist_when_the_rest_is_cut_then_it_is_as_before(
    stream: Item, scratch: Path, cut: Exactness
) -> None:
    plan = exact_plan(stream, cut, 2_100)
    job = replace(stream.job(plan, plan.segments, scratch), skip=frozenset({1, 3}))

    files = made(job)

    assert [file.segment.number for file in files] == [2, 4, 5]
    require_frames(source_of(stream, plan), plan, files)


@pytest.mark.parametrize("cut", BOTH)
@pytest.mark.parametrize("source", ["film", "stream"])
def test_given_hardly_any_room_when_cut_exactly_then_all_arrives_and_nothing_is_left(
    request: pytest.FixtureRequest, scratch: Path, source: str, cut: Exactness
) -> None:
    item: Item = request.getfixturevalue(source)
    plan = exact_plan(item, cut, 2_100)
    job = item.job(plan, plan.segments, scratch, disk_budget=1_000)
    end = time.monotonic() + PATIENCE_S
    numbers = []

    for file in FfmpegCutter().cut(job, lambda _: None, lambda: time.monotonic() > end):
        numbers.append(file.segment.number)
        for path in scratch.glob(f"{file.path.stem}*"):
            path.unlink()

    assert numbers == [segment.number for segment in plan.segments]
    assert folder_bytes(scratch) < item.source.size


@pytest.mark.parametrize("cut", BOTH)
@pytest.mark.parametrize("source", ["film", "stream"])
def test_given_a_cut_under_way_when_it_is_asked_to_stop_then_it_ends_early_and_whole(
    request: pytest.FixtureRequest, scratch: Path, source: str, cut: Exactness
) -> None:
    item: Item = request.getfixturevalue(source)
    plan = exact_plan(item, cut, 2_100)
    files: list[CutFile] = []

    job = item.job(plan, plan.segments, scratch)
    for file in FfmpegCutter().cut(job, lambda _: None, lambda: len(files) > 1):
        files.append(file)

    assert 1 < len(files) < len(plan.segments)
    assert not children()


@pytest.mark.parametrize("cut", BOTH)
def test_given_a_source_on_the_web_when_cut_exactly_then_it_is_as_from_the_file(
    film: Item, scratch: Path, cut: Exactness
) -> None:
    plan = exact_plan(film, cut, 2_900)
    source = source_of(film, plan)

    with served(Manner(film.path, drops_at=film.source.size // 2)) as url:
        files = made(film.job(plan, plan.segments, scratch, source_url=url))

    require_frames(source, plan, files)


@pytest.mark.parametrize("cut", BOTH)
@pytest.mark.parametrize("share", [0.0, 0.6])
def test_given_a_source_that_breaks_off_when_cut_exactly_then_no_short_file_passes_for_whole(
    film: Item, scratch: Path, share: float, cut: Exactness
) -> None:
    plan = exact_plan(film, cut, 2_100)
    source = source_of(film, plan)
    files: list[CutFile] = []

    with served(Manner(film.path, breaks_at=round(film.source.size * share))) as url:
        coming = FfmpegCutter().cut(
            film.job(plan, plan.segments, scratch, source_url=url), lambda _: None, lambda: False
        )
        with pytest.raises(UnavailableError):
            files.extend(coming)

    require_frames(source, plan, files)
    assert not children()
