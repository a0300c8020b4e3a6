from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

from tests.contract.hls_rendition import Rendition, rendition, source_packets
from tests.contract.packets import counts
from tests.contract.shelf import Maker, Shelf
from tests.media import make, numbered


def _rare(target: Path) -> Path:
    """A picture each twelve seconds, shown long after it is decoded."""
    return numbered.numbered(target, "-g", "4", frames=30, rate="1/12", sound=0)


# Names, makers, and in how many windows they are written.
COPIED: dict[str, tuple[Maker, int]] = {
    "plain.mp4": (lambda target: numbered.numbered(target, frames=1_000), 3),
    "broadcast.mp4": (lambda target: numbered.numbered(target, frames=1_000, rate="30000/1001"), 3),
    "irregular.mp4": (lambda target: make.irregular(target, seconds=30), 2),
    "open.mp4": (numbered.open_groups, 2),
    "hevc.mp4": (lambda target: _hevc(target, 500), 2),
    "uneven.mp4": (lambda target: _uneven(target, 750), 2),
    "turned.mp4": (numbered.turned, 2),
    "edited.mp4": (numbered.edited, 2),
    "late.mp4": (numbered.late, 2),
    "silent.mp4": (lambda target: numbered.numbered(target, frames=500, sound=0), 3),
    "six.mp4": (lambda target: numbered.numbered(target, "-ac", "6", frames=500), 2),
    "one.mp4": (numbered.one_frame, 2),
    "rare.mp4": (_rare, 2),
    "brief-sound.mp4": (numbered.brief_sound, 2),
    "stream.ts": (lambda target: numbered.numbered(target, frames=500), 2),
    "frag.mp4": (numbered.fragmented, 2),
    "aac.mkv": (lambda target: numbered.numbered(target, frames=500), 2),
    "sound.m4a": (lambda target: make.sound_only(target, seconds=20), 2),
    "brief-picture.mp4": (numbered.brief_picture, 2),
    "hevc.ts": (lambda target: _hevc(target, 500), 2),
}

# Those whose pictures carry numbers, and show all that they hold.
NUMBERED = COPIED.keys() - {"irregular.mp4", "sound.m4a", "edited.mp4"}

each = pytest.mark.parametrize("name", COPIED)


def _hevc(target: Path, frames: int) -> Path:
    kind = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error")
    return numbered.numbered(target, *kind, frames=frames)


def _uneven(target: Path, frames: int) -> Path:
    drop = ("-vf", "select='not(mod(n,3))+lt(mod(n,50),20)'", "-fps_mode", "vfr", "-g", "20")
    return numbered.numbered(target, *drop, frames=frames)


@each
def test_given_a_source_when_written_by_windows_then_every_packet_is_there_once(
    shelf: Shelf, tmp_path: Path, name: str
):
    maker, windows = COPIED[name]
    item = shelf.take(f"hls-{name}", maker)

    made = rendition(item, tmp_path, windows)

    found, wanted = made.packets(), source_packets(item, made.plan)
    # Transport streams frame the same packets in another way.
    same = counts if name.endswith(".ts") else dict
    assert same(found) == same(wanted)


@pytest.mark.parametrize("name", [name for name in COPIED if name in NUMBERED])
def test_given_a_rendition_when_ffmpeg_plays_it_then_every_picture_is_where_it_was(
    shelf: Shelf, tmp_path: Path, name: str
):
    maker, windows = COPIED[name]
    item = shelf.take(f"hls-{name}", maker)

    made = rendition(item, tmp_path, windows)

    moved = made.plan.clock / 1000 - (made.plan.origin / 1000 if made.plan.one_pass else 0)
    was, seen = numbered.shown(item.path), numbered.shown(made.playlist)
    assert [one.number for one in seen] == [one.number for one in was]
    assert max(abs(new.at - old.at - moved) for new, old in zip(seen, was, strict=True)) < 0.001


@pytest.mark.parametrize("name", ["plain.mp4", "late.mp4", "six.mp4", "stream.ts", "edited.mp4"])
def test_given_a_rendition_when_ffmpeg_plays_it_then_picture_and_sound_agree(
    shelf: Shelf, tmp_path: Path, name: str
):
    maker, windows = COPIED[name]
    made = rendition(shelf.take(f"hls-{name}", maker), tmp_path, windows)

    first = numbered.shown(made.playlist)[0]
    picture = first.at - first.number / 25

    told = [one.at - one.told for one in numbered.heard(made.playlist)]
    late = 1.5 if name == "late.mp4" else 0
    # Less than a picture.
    assert max(abs(one + late - picture) for one in told[2:-2]) < 0.03


def test_given_pictures_that_an_edit_list_hides_when_played_then_it_starts_behind_them(
    shelf: Shelf, tmp_path: Path
):
    made = rendition(shelf.take("hls-edited.mp4", numbered.edited), tmp_path)

    (offset,) = re.findall(r"#EXT-X-START:TIME-OFFSET=([\d.]+),PRECISE=YES", _text(made))
    hidden = [one for one in numbered.shown(made.playlist) if one.at < made.plan.clock / 1000]
    assert len(hidden) == 33
    assert float(offset) == pytest.approx(33 / 25, abs=0.005)


@each
def test_given_a_rendition_when_its_playlist_is_read_then_it_is_whole(
    shelf: Shelf, tmp_path: Path, name: str
):
    maker, windows = COPIED[name]
    made = rendition(shelf.take(f"hls-{name}", maker), tmp_path, windows)

    text = _text(made)
    lengths = [float(length) for length in re.findall(r"#EXTINF:([\d.]+),", text)]
    (target,) = re.findall(r"#EXT-X-TARGETDURATION:(\d+)", text)
    assert max(lengths) <= int(target)
    assert text.count("#EXT-X-MAP") == 1
    assert text.endswith("#EXT-X-ENDLIST\n")
    hidden = made.index.hidden
    whole = (made.plan.duration + hidden) / 1000
    # Uneven pictures are decoded now more, now less before they are shown.
    assert sum(lengths) == pytest.approx(whole, abs=0.2)


@pytest.mark.parametrize(("name", "alone"), [("plain.mp4", True), ("open.mp4", False)])
def test_given_open_groups_when_told_then_pieces_are_not_called_independent(
    shelf: Shelf, tmp_path: Path, name: str, alone: bool
):
    maker, windows = COPIED[name]
    made = rendition(shelf.take(f"hls-{name}", maker), tmp_path, windows)

    assert ("#EXT-X-INDEPENDENT-SEGMENTS" in _text(made)) is alone


@pytest.mark.parametrize("at", [0, 7.3, 13.0, 24.99, 39.5])
def test_given_a_rendition_when_entered_anywhere_then_the_picture_of_that_time_is_shown(
    shelf: Shelf, tmp_path: Path, at: float
):
    maker, windows = COPIED["plain.mp4"]
    made = rendition(shelf.take("hls-plain.mp4", maker), tmp_path, windows)

    taken = tmp_path / "taken.mkv"
    words = ("-i", str(made.playlist), "-an", "-frames:v", "1", "-c:v", "ffv1")
    make.ffmpeg("-ss", str(at), *words, str(taken))
    (picture,) = numbered.shown(taken)
    assert picture.number == math.ceil(round(at * 25, 6))


def _text(made: Rendition) -> str:
    return made.playlist.read_text()
