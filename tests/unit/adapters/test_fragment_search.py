"""Fragments that are made up: where they lie, when they are, and what is no fragment at all."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.adapters.fragment_search import FragmentSearch, search_of
from functions.adapters.range_file import RangeFile

SCALE, PICTURE, PICTURES = 1_000, 7, 25
NOT_SYNC = 0x10000
RUN = struct.pack(">2I", 0x804, PICTURES)


class Memory(RangeFile):
    def __init__(self, body: bytes) -> None:
        super().__init__(len(body))
        self._body = body

    def _fetch(self, first: int, last: int) -> bytes:
        return self._body[first : last + 1]


def box(kind: bytes, *inside: bytes) -> bytes:
    body = b"".join(inside)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def full(kind: bytes, flags: int, *words: int) -> bytes:
    return box(kind, struct.pack(f">{len(words) + 1}I", flags, *words))


def header(scale: int = SCALE) -> bytes:
    track = box(
        b"trak",
        full(b"tkhd", 0, 0, 0, PICTURE),
        box(
            b"mdia", full(b"mdhd", 0, 0, 0, scale, 0), box(b"hdlr", bytes(8) + b"vide" + bytes(12))
        ),
    )
    extends = box(b"mvex", full(b"trex", 0, PICTURE, 1, 40, 0, NOT_SYNC))
    return box(b"ftyp", b"iso6", bytes(4)) + box(b"moov", track, extends)


def fragment(
    begin: int, *, samples: int = 25, weight: int = 1_000, clock: bytes = b"tfdt"
) -> bytes:
    """Its first picture is a keyframe, shown 80 ticks after it is decoded."""
    run = full(b"trun", 0x804, samples, 0, *[80] * samples)
    about = box(b"traf", full(b"tfhd", 0x20000, PICTURE), full(clock, 0, begin), run)
    return box(b"moof", full(b"mfhd", 0, 1), about) + box(b"mdat", bytes(weight))


def movie(weights: list[int]) -> bytes:
    rows = [fragment(at * 1_000, weight=weight) for at, weight in enumerate(weights)]
    return header() + b"".join(rows)


def searched(body: bytes) -> FragmentSearch:
    search = search_of(Memory(body))
    assert search
    return search


def begin_of(search: FragmentSearch, tick: int) -> int:
    found = search.until(tick)
    assert found
    return found.parts[PICTURE].begin


@given(
    st.lists(st.sampled_from([0, 100, 5_000, 300_000]), min_size=1, max_size=60),
    st.lists(st.integers(0, 70_000), min_size=1, max_size=5),
)
def test_given_fragments_of_any_size_when_looked_for_then_the_last_until_a_time_is_found(
    weights: list[int], ticks: list[int]
):
    search, count = searched(movie(weights)), len(weights)

    for tick in ticks:
        assert begin_of(search, tick) == min(tick // 1_000, count - 1) * 1_000
    assert [one.parts[PICTURE].end for one in search.last()] == [count * 1_000]


def test_given_many_fragments_when_one_is_looked_for_then_few_are_read():
    file = Memory(movie([200_000] * 400))
    search = search_of(file)
    assert search

    assert begin_of(search, 250_500) == 250_000
    assert file.requests < 40
    assert file.bytes_read < 0.05 * file.size


def test_given_a_fragment_when_read_then_its_times_and_its_keyframe_are_known():
    [_, one] = [searched(movie([10, 10])).until(tick) for tick in (0, 1_500)]

    assert one
    part = one.parts[PICTURE]
    assert (part.begin, part.end, part.samples, part.first) == (1_000, 2_000, 25, 40)
    assert part.keys == (1_080,)


def test_given_a_mark_in_the_media_when_looked_for_then_it_is_not_taken_for_a_fragment():
    lure = (box(b"moof", full(b"mfhd", 0, 1)) + b"moofmoof") * 3_000
    rows = [fragment(at * 1_000, weight=0)[:-8] + box(b"mdat", lure) for at in range(60)]
    search = searched(header() + b"".join(rows))

    assert begin_of(search, 40_500) == 40_000


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x1aE\xdf\xa3" + bytes(100),
        header(),
        header() + box(b"mdat", bytes(50)),
        header() + fragment(0, clock=b"free"),
        header() + fragment(0)[:60],
        header(scale=0) + fragment(0),
        *(header().replace(name, b"free") + fragment(0) for name in (b"tkhd", b"mdhd", b"hdlr")),
        header()
        + fragment(0).replace(struct.pack(">2I", 0x804, 25), struct.pack(">2I", 4, 1 << 31)),
        box(b"ftyp") + fragment(0),
        box(b"ftyp") + struct.pack(">I4s", 0, b"moov"),
    ],
)
def test_given_no_fragments_that_tell_their_times_when_searched_then_there_is_no_search(
    body: bytes,
):
    assert search_of(Memory(body)) is None


def test_given_times_that_fall_when_looked_for_then_nothing_is_found():
    rows = [fragment(at * 1_000) for at in (0, 1, 2, 30, 31, 5, 6, 7)]
    search = searched(header() + b"".join(rows))

    assert not search.last() or search.until(6_500) is None


@given(st.binary(max_size=300), st.integers(0, 200))
def test_given_damage_when_searched_then_it_ends(noise: bytes, at: int):
    body = bytearray(movie([50] * 5))
    body[at : at + len(noise)] = noise

    search = search_of(Memory(bytes(body)))
    assert search is None or len(search.last()) < 10
