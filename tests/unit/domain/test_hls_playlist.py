from __future__ import annotations

import re
from itertools import accumulate, pairwise

from hypothesis import given
from hypothesis import strategies as st

from functions.domain.hls.plan import CLOCK, plan_hls
from functions.domain.hls.rendition import (
    HlsEntry,
    HlsIndex,
    HlsPiece,
    HlsWindowPieces,
    make_index,
    playlist,
)
from functions.domain.media.source import Source
from tests.builders import make_probe

PLAN = plan_hls(make_probe(), Source(key="k", size=1, etag="e"))


def _index(lengths: list[int], headers: list[str] | None = None, **more: object) -> HlsIndex:
    names = headers or ["init.mp4"] * len(lengths)
    entries = tuple(
        HlsEntry(name=f"{number}.m4s", header=header, duration=length)
        for number, (length, header) in enumerate(zip(lengths, names, strict=True), 1)
    )
    return HlsIndex(folder="f", entries=entries, **{"independent": True, **more})


def _text(index: HlsIndex) -> str:
    return playlist(index, lambda name: f"https://b/{name}")


def _piece(number: int, at: int, until: int, **more: object) -> HlsPiece:
    times = {"begins": at, "decoded": at, "opens": at + 80, "until": until}
    return HlsPiece(**{"number": number, "header": "init.mp4", **times, **more})


@given(st.lists(st.integers(1, 600_000), min_size=1, max_size=50))
def test_given_any_lengths_when_told_then_none_is_above_the_target(lengths: list[int]):
    text = _text(_index(lengths))

    (target,) = re.findall(r"TARGETDURATION:(\d+)", text)
    told = [float(one) for one in re.findall(r"#EXTINF:([\d.]+),", text)]
    assert [round(one * 1_000) for one in told] == lengths
    assert max(told) <= int(target) < max(told) + 1


@given(st.lists(st.integers(1, 20_000), min_size=2, max_size=50), st.integers(1, 5))
def test_given_pieces_of_all_windows_when_put_together_then_lengths_are_from_one_to_the_next(
    lengths: list[int], windows: int
):
    times = list(accumulate(lengths, initial=CLOCK))
    pieces = [_piece(number, *span) for number, span in enumerate(pairwise(times), 1)]
    share = -(-len(pieces) // windows)
    parts = [
        HlsWindowPieces(index=at, pieces=tuple(pieces[at * share : (at + 1) * share]))
        for at in range(windows)
    ]

    index = make_index(PLAN, "f", parts)

    assert [entry.duration for entry in index.entries] == lengths
    assert [entry.name for entry in index.entries] == [
        f"{number:06d}.m4s" for number in range(1, len(lengths) + 1)
    ]


def test_given_sound_before_the_picture_when_put_together_then_the_first_piece_has_it():
    late = _piece(1, CLOCK, CLOCK + 6_000, decoded=CLOCK + 1_500, opens=CLOCK + 1_580)
    window = HlsWindowPieces(index=0, pieces=(late, _piece(2, CLOCK + 6_000, CLOCK + 9_000)))

    index = make_index(PLAN, "f", [window])

    assert [entry.duration for entry in index.entries] == [6_000, 3_000]
    assert index.hidden == 0


def test_given_a_new_header_when_told_then_it_is_a_discontinuity():
    text = _text(_index([6_000] * 3, ["a.mp4", "b.mp4", "b.mp4"]))

    assert text.count("#EXT-X-DISCONTINUITY\n") == 1
    assert re.findall(r'#EXT-X-MAP:URI="https://b/(\w)\.mp4"', text) == ["a", "b"]
    assert text.index("DISCONTINUITY") < text.index("b.mp4")


def test_given_a_rendition_when_told_then_it_says_that_it_is_complete():
    lines = _text(_index([6_000, 4_000])).splitlines()

    assert lines[0] == "#EXTM3U"
    assert "#EXT-X-PLAYLIST-TYPE:VOD" in lines
    assert lines[-1] == "#EXT-X-ENDLIST"


def test_given_pieces_that_lean_on_others_when_put_together_then_they_are_not_independent():
    first, second = _piece(1, CLOCK, CLOCK + 6_000), _piece(2, CLOCK + 6_000, CLOCK + 9_000)
    leaning = HlsPiece(**{**_fields(second), "leans": True})

    alone = make_index(PLAN, "f", [HlsWindowPieces(index=0, pieces=(first, second))])
    bound = make_index(PLAN, "f", [HlsWindowPieces(index=0, pieces=(first, leaning))])

    assert "INDEPENDENT" in _text(alone)
    assert "INDEPENDENT" not in _text(bound)


def test_given_hidden_pictures_when_told_then_players_start_behind_them():
    assert "#EXT-X-START:TIME-OFFSET=1.320,PRECISE=YES" in _text(_index([6_000], hidden=1_320))
    assert "#EXT-X-START" not in _text(_index([6_000], hidden=20))


def _fields(piece: HlsPiece) -> dict[str, object]:
    return {name: getattr(piece, name) for name in piece.__dataclass_fields__}
