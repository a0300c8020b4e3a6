"""However a file is cut, its packets come out once each, in order, and unchanged."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contract.cutting import by_window, cut, source_packets
from tests.contract.packets import counts
from tests.contract.shelf import Maker, Shelf
from tests.media import make

ODD: dict[str, Maker] = {
    "talk.mp4": lambda path: make.talk(path, gop=25),
    "camera.mov": make.camera_mov,
    "plain.mkv": make.encoded,
    "small.webm": make.webm,
    "old.avi": make.old_avi,
    "fragments.mp4": make.fragmented,
    "edited.mp4": make.edit_list,
    "late.mp4": make.late_picture,
    "open.mp4": make.open_gop,
    "hevc.mp4": make.hevc,
    "turned.mp4": make.turned,
    "uneven.mp4": make.uneven,
    "uneven.mkv": make.uneven,
    "one.mp4": make.one_frame,
    "sound.m4a": make.sound_only,
    "song.m4a": make.song,
}
STREAMS: dict[str, Maker] = {"plain.ts": make.encoded, "bframes.ts": make.talk}


@pytest.mark.parametrize("name", ODD)
def test_given_any_file_when_its_windows_are_cut_then_each_packet_is_there_once(
    shelf: Shelf, scratch: Path, name: str
) -> None:
    item = shelf.take(name, ODD[name])
    plan = item.plan(length=1_500)

    made = cut(item, plan, by_window(plan), scratch)

    assert made == source_packets(item, plan)


@pytest.mark.parametrize("name", [name for name in ODD if name != "one.mp4"])
def test_given_any_file_when_each_segment_is_a_job_of_its_own_then_each_packet_is_there_once(
    shelf: Shelf, scratch: Path, name: str
) -> None:
    item = shelf.take(name, ODD[name])
    plan = item.plan(length=2_000, per_window=1)
    assert len(plan.segments) > 1

    made = cut(item, plan, by_window(plan), scratch)

    assert made == source_packets(item, plan)


@pytest.mark.parametrize("name", STREAMS)
def test_given_a_transport_stream_when_it_is_cut_then_as_many_packets_come_out(
    shelf: Shelf, scratch: Path, name: str
) -> None:
    """Its packets lose their stream headers on the way, so that bytes differ."""
    item = shelf.take(name, STREAMS[name])
    plan = item.plan(length=3_000)
    assert len(plan.windows) == 1
    assert len(plan.segments) > 2

    made = cut(item, plan, by_window(plan), scratch)

    assert counts(made) == counts(source_packets(item, plan))
