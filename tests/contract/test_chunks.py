"""A segment whose picture is encoded in chunks is the segment that one call of ffmpeg encodes."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import av
import pytest

from functions.adapters.ffmpeg.cutter import FfmpegCutter
from functions.domain.cutting.exactness import EncodeTarget, Exactness, Shape, VideoCodec
from functions.domain.cutting.job import CutFile
from functions.domain.cutting.plan import Chunk, Plan, PlannedSegment
from functions.domain.errors import UnavailableError
from tests.contract.exact_cutting import (
    cut_exactly,
    exact_plan,
    require_frames,
    require_sound,
    source_of,
)
from tests.contract.packets import packets
from tests.contract.shelf import Item, Shelf
from tests.contract.source_server import Manner, served
from tests.media import numbered as make

LENGTH = 4_170
CUTTER = FfmpegCutter()


@pytest.fixture(scope="session")
def long(shelf: Shelf) -> Item:
    """Twenty seconds of pictures that take some room."""
    kind = ("-crf", "0", "-preset", "ultrafast")
    return shelf.take("roomy-long.mp4", lambda path: make.numbered(path, *kind, frames=500))


def chunks_of(segment: PlannedSegment, times: Sequence[int]) -> list[Chunk]:
    bounds = [segment.start, *times, segment.end]
    return [Chunk(start=start, end=end) for start, end in pairwise(bounds)]


def in_chunks(item: Item, plan: Plan, number: int, times: Sequence[int], folder: Path) -> CutFile:
    """Each chunk in a folder of its own, as each function has it."""
    segment = plan.segments[number - 1]
    made: list[Path] = []
    for place, chunk in enumerate(chunks_of(segment, times)):
        job = item.job(plan, (segment,), folder / f"{number}-{place}")
        path = CUTTER.encode_chunk(job, chunk, lambda: False)
        assert path is not None
        made.append(path)
    job = item.job(plan, (segment,), folder / f"{number}-joined")
    together = [path.rename(job.folder / f"{place}.mp4") for place, path in enumerate(made)]
    file = CUTTER.join_chunks(job, together, lambda: False)
    assert file is not None
    assert sorted(path.suffix for path in job.folder.iterdir()) == _left(plan)
    return file


def _left(plan: Plan) -> list[str]:
    """The segment, and the source's own sound of it."""
    extension = f".{plan.format.extension}"
    sound = [f".{plan.audio_format.extension}"] if plan.audio_format else []
    return sorted([extension, *sound])


def anywhere(segment: PlannedSegment, seed: int, count: int = 4) -> list[int]:
    room = range(segment.start + 1, segment.end)
    return sorted(random.Random(seed).sample(room, min(count, len(room))))


def shown_at(path: Path) -> list[float]:
    with av.open(str(path)) as container:
        return sorted(
            float(one.pts * one.time_base)
            for one in container.demux(video=0)
            if one.pts is not None and one.time_base
        )


MAKERS: dict[str, Callable[[Path], Path]] = {
    "closed.mp4": make.numbered,
    "open.mp4": make.open_groups,
    "uneven.mp4": make.uneven,
    "late.mp4": make.late,
    "edited.mp4": make.edited,
    "turned.mp4": make.turned,
    "refreshed.mp4": make.refreshed,
    "brief-sound.mp4": make.brief_sound,
    "brief-picture.mp4": make.brief_picture,
    "early-sound.mp4": make.early_sound,
    "silent.mp4": lambda path: make.numbered(path, sound=0),
    "film.mp4": lambda path: make.numbered(path, rate="24000/1001"),
    "fields.mp4": make.fields,
    "negative.mp4": make.negative,
    "unedited.mp4": make.unedited,
    "covered.mp4": make.covered,
    "hevc.mp4": make.hevc,
    "fragmented.mp4": make.fragmented,
}


@pytest.mark.parametrize("name", MAKERS)
def test_given_chunks_anywhere_when_joined_then_each_frame_is_there_once_and_in_step(
    shelf: Shelf, scratch: Path, name: str
) -> None:
    item = shelf.take(f"chunks-{name}", MAKERS[name])
    plan = exact_plan(item, Exactness.ACCURATE, LENGTH)

    files = [
        in_chunks(item, plan, segment.number, anywhere(segment, segment.number), scratch)
        for segment in plan.segments
    ]

    source = source_of(item, plan)
    require_frames(source, plan, files)
    require_sound(source, files)


TARGETS = {
    "rate up": EncodeTarget(fps=60),
    "rate down": EncodeTarget(fps=10),
    "rate odd": EncodeTarget(fps=23.976, height=144),
    "loud": EncodeTarget(loudness=-14),
    "shape": EncodeTarget(shape=Shape.SQUARE, bit_rate=300_000),
    "hevc": EncodeTarget(codec=VideoCodec.HEVC),
    "av1": EncodeTarget(codec=VideoCodec.AV1),
    "vp9": EncodeTarget(codec=VideoCodec.VP9),
}


@pytest.mark.parametrize("name", ["closed.mp4", "uneven.mp4"])
@pytest.mark.parametrize("target", TARGETS)
def test_given_chunks_when_joined_then_times_and_sound_are_those_of_one_pass(
    shelf: Shelf, scratch: Path, name: str, target: str
) -> None:
    item = shelf.take(f"chunks-{name}", MAKERS[name])
    plan = exact_plan(item, Exactness.ACCURATE, LENGTH, target=TARGETS[target])
    (first, second, *_) = cut_exactly(item, plan, scratch / "whole")

    for whole in (first, second):
        number = whole.segment.number
        joined = in_chunks(item, plan, number, anywhere(whole.segment, number), scratch)

        assert shown_at(joined.path) == pytest.approx(shown_at(whole.path), abs=2e-5)
        assert joined.actual_start == whole.actual_start
        assert packets(joined.path, streams=[1]) == packets(whole.path, streams=[1])


def test_given_another_rate_when_chunks_are_joined_then_its_pictures_are_those_of_one_pass(
    shelf: Shelf, scratch: Path
) -> None:
    item = shelf.take("numbered-uneven.mp4", make.uneven)
    plan = exact_plan(item, Exactness.ACCURATE, LENGTH, target=EncodeTarget(fps=30))
    (_, whole, *_) = cut_exactly(item, plan, scratch / "whole")

    joined = in_chunks(item, plan, 2, anywhere(whole.segment, 7, 9), scratch)

    assert [one.number for one in make.shown(joined.path)] == [
        one.number for one in make.shown(whole.path)
    ]


def test_given_a_chunk_without_a_picture_when_encoded_then_the_others_are_joined_around_it(
    shelf: Shelf, scratch: Path
) -> None:
    """Two frames a second: the middle chunk lies between two of them."""
    item = shelf.take("numbered-slow.mp4", lambda path: make.numbered(path, rate="2", frames=16))
    plan = exact_plan(item, Exactness.ACCURATE, 8_000)

    joined = in_chunks(item, plan, 1, [3_100, 3_400], scratch)

    assert [one.number for one in make.shown(joined.path)] == list(range(16))


def test_given_no_time_when_a_chunk_is_encoded_then_there_is_none(
    shelf: Shelf, scratch: Path
) -> None:
    item = shelf.take("numbered-closed.mp4", make.numbered)
    plan = exact_plan(item, Exactness.ACCURATE, LENGTH)
    (segment, *_) = plan.segments
    job = item.job(plan, (segment,), scratch)

    assert CUTTER.encode_chunk(job, chunks_of(segment, [])[0], lambda: True) is None
    assert CUTTER.join_chunks(job, [], lambda: True) is None


@pytest.mark.parametrize("rate", [None, 30])
def test_given_a_source_that_breaks_off_when_a_chunk_is_encoded_then_no_short_one_passes_for_whole(
    long: Item, scratch: Path, rate: float | None
) -> None:
    plan = exact_plan(long, Exactness.ACCURATE, 60_000, target=EncodeTarget(fps=rate))
    chunk = Chunk(start=0, end=18_000)

    with served(Manner(long.path, breaks_at=long.source.size // 2)) as url:
        job = long.job(plan, plan.segments, scratch, source_url=url)
        with pytest.raises(UnavailableError):
            CUTTER.encode_chunk(job, chunk, lambda: False)


def test_given_a_connection_that_is_lost_once_when_in_chunks_then_each_frame_is_there(
    long: Item, scratch: Path
) -> None:
    plan = exact_plan(long, Exactness.ACCURATE, 60_000)
    (segment,) = plan.segments
    made: list[Path] = []
    for place, chunk in enumerate(chunks_of(segment, [9_010])):
        with served(Manner(long.path, drops_at=long.source.size // 3)) as url:
            job = long.job(plan, (segment,), scratch / str(place), source_url=url)
            path = CUTTER.encode_chunk(job, chunk, lambda: False)
        assert path
        made.append(path)
    job = long.job(plan, (segment,), scratch / "joined")
    file = CUTTER.join_chunks(
        job, [path.rename(job.folder / f"{at}.mp4") for at, path in enumerate(made)], lambda: False
    )

    assert file
    require_frames(source_of(long, plan), plan, [file])
