"""Wherever the jobs of a cut begin and end, together they are one single pass."""

from __future__ import annotations

import itertools
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.adapters.ffmpeg.cutter import FfmpegCutter
from functions.domain.cutting.plan import Plan, PlannedSegment
from tests.contract.cutting import cut, source_packets
from tests.contract.shelf import Item, Shelf
from tests.media import make

EXAMPLES = 6


@pytest.fixture(scope="session")
def irregular(shelf: Shelf) -> Item:
    return shelf.take("irregular.mp4", make.irregular)


@pytest.fixture(scope="session")
def talk(shelf: Shelf) -> Item:
    return shelf.take("frequent.mp4", lambda path: make.talk(path, gop=12))


def _jobs(plan: Plan, sizes: list[int]) -> list[tuple[PlannedSegment, ...]]:
    """The segments in runs of these sizes, over and over."""
    jobs, at, turn = [], 0, itertools.cycle(sizes)
    while at < len(plan.segments):
        size = next(turn)
        jobs.append(plan.segments[at : at + size])
        at += size
    return jobs


@pytest.mark.parametrize("name", ["irregular", "talk"])
@settings(max_examples=EXAMPLES)
@given(length=st.integers(1_000, 7_000), sizes=st.lists(st.integers(1, 4), min_size=1, max_size=4))
def test_given_any_length_when_jobs_begin_anywhere_then_each_packet_is_there_once(
    request: pytest.FixtureRequest, name: str, length: int, sizes: list[int]
) -> None:
    item: Item = request.getfixturevalue(name)
    plan = item.plan(length)

    with tempfile.TemporaryDirectory() as folder:
        made = cut(item, plan, _jobs(plan, sizes), Path(folder))

    assert made == source_packets(item, plan)


def test_given_a_job_in_the_middle_when_it_is_cut_then_its_files_start_where_they_were_planned(
    irregular: Item, scratch: Path
) -> None:
    plan = irregular.plan(length=3_000)
    middle = plan.segments[2:4]

    files = FfmpegCutter().cut(irregular.job(plan, middle, scratch), lambda _: None, lambda: False)

    for file in files:
        assert file.actual_start == pytest.approx(file.segment.cut, abs=2)


def test_given_a_signed_url_when_a_window_in_the_middle_is_cut_then_it_is_as_from_the_file(
    shelf: Shelf, irregular: Item, scratch: Path
) -> None:
    """By HTTP, with the signature of the media store."""
    from functions.adapters.s3_media_store import S3MediaStore

    plan = irregular.plan(length=3_000)
    url = S3MediaStore(shelf.bucket).sign_get(irregular.source, seconds=300)
    jobs = [plan.of_window(window) for window in plan.windows]

    made = cut(irregular, plan, jobs, scratch, source_url=url)

    assert url.startswith("http://")
    assert made == source_packets(irregular, plan)
