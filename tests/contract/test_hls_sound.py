from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import av
import pytest

from functions.domain.errors import MediaError
from tests.contract.hls_rendition import Rendition, planned, rendition, source_packets
from tests.contract.shelf import Maker, Shelf
from tests.media import numbered

ENCODED: dict[str, tuple[Maker, int]] = {
    "pcm.mov": (lambda target: _with(target, "-c:a", "pcm_s16le"), 3),
    "mp3.mp4": (lambda target: _with(target, "-c:a", "libmp3lame"), 3),
    "ac3.mp4": (lambda target: _with(target, "-c:a", "ac3", "-ac", "6"), 3),
    "low.mov": (lambda target: _with(target, "-c:a", "pcm_s16le", "-ar", "37000"), 3),
    "each.mov": (lambda target: _with(target, "-c:a", "pcm_s16le", "-g", "1"), 3),
    "opus.webm": (numbered.vp9, 3),
    "mp3.mkv": (lambda target: _with(target, "-c:a", "libmp3lame"), 3),
}

each = pytest.mark.parametrize("name", ENCODED)


def _with(target: Path, *words: str) -> Path:
    return numbered.numbered(target, *words, frames=750)


def _sound_times(made: Rendition) -> list[int]:
    made.packets()
    with av.open(str(made.folder / "whole.mp4")) as container:
        return [packet.pts for packet in container.demux(audio=0) if packet.pts is not None]


@each
def test_given_sound_that_players_do_not_take_when_written_then_it_is_encoded_without_a_gap(
    shelf: Shelf, tmp_path: Path, name: str
):
    maker, windows = ENCODED[name]
    made = rendition(shelf.take(f"hls-{name}", maker), tmp_path, windows)

    times = _sound_times(made)

    assert {after - at for at, after in pairwise(times)} == {1_024}


@each
def test_given_sound_that_is_encoded_when_heard_then_it_is_where_it_was(
    shelf: Shelf, tmp_path: Path, name: str
):
    maker, windows = ENCODED[name]
    item = shelf.take(f"hls-{name}", maker)
    made = rendition(item, tmp_path, windows)

    off = [one.at - one.told - made.plan.clock / 1000 for one in numbered.heard(made.playlist)]
    was = numbered.heard(item.path)

    # A delay of the encoder's, before and behind.
    assert abs(len(off) - len(was)) <= 2
    assert max(map(abs, off[1:-1])) < 0.01


@each
def test_given_sound_that_is_encoded_when_written_then_the_picture_is_copied(
    shelf: Shelf, tmp_path: Path, name: str
):
    maker, windows = ENCODED[name]
    item = shelf.take(f"hls-{name}", maker)

    made = rendition(item, tmp_path, windows)

    assert made.packets()["0"] == source_packets(item, made.plan)["0"]


def test_given_a_picture_that_players_do_not_take_when_planned_then_it_is_said(shelf: Shelf):
    item = shelf.take("hls-mpeg2.ts", numbered.mpeg2)

    with pytest.raises(MediaError) as refused:
        planned(item)

    assert refused.value.code == "hls.picture"
