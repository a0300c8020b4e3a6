"""What the prober says of odd files, each an object in the bucket."""

from __future__ import annotations

import pytest

from functions.adapters.pyav.prober import PyAvProber
from tests.contract.shelf import Item, Maker, Shelf
from tests.contract.test_cutter_exactness import ODD, STREAMS
from tests.media import make

MOV, MKV = "mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm"
# name: container, codecs of picture and sound, duration, number of keyframes
KNOWN = {
    "talk.mp4": (MOV, "h264", "aac", 10_000, 10),
    "camera.mov": (MOV, "h264", "pcm_s16le", 12_000, 12),
    "plain.mkv": (MKV, "h264", "aac", 12_000, 12),
    "small.webm": (MKV, "vp8", "opus", 8_000, 8),
    "old.avi": ("avi", "mpeg4", "mp3", 12_000, 12),
    "open.mp4": (MOV, "h264", "aac", 12_000, 12),
    "hevc.mp4": (MOV, "hevc", "aac", 6_000, 6),
    "late.mp4": (MOV, "h264", "aac", 13_500, 12),
    "turned.mp4": (MOV, "h264", "aac", 6_000, 6),
    "one.mp4": (MOV, "h264", None, 40, 1),
    "fragments.mp4": (MOV, "h264", "aac", 12_000, None),
    "plain.ts": ("mpegts", "h264", "aac", 12_000, None),
    "bframes.ts": ("mpegts", "h264", "aac", 10_000, None),
    "sound.m4a": (MOV, None, "aac", 12_000, 0),
    "song.m4a": (MOV, None, "aac", 12_000, 0),
}
ALL: dict[str, Maker] = ODD | STREAMS


@pytest.mark.parametrize("name", KNOWN)
def test_given_a_file_when_it_is_probed_then_its_streams_and_length_are_known(
    shelf: Shelf, name: str
) -> None:
    media = shelf.take(name, ALL[name]).probe.media
    container, picture, sound, duration, _ = KNOWN[name]

    assert media.container == container
    assert (media.video.codec if media.video else None) == picture
    assert (media.audio.codec if media.audio else None) == sound
    assert media.duration == pytest.approx(duration, abs=80)


@pytest.mark.parametrize("name", [name for name in KNOWN if KNOWN[name][4]])
def test_given_a_file_with_an_index_when_it_is_probed_then_every_keyframe_is_known(
    shelf: Shelf, name: str
) -> None:
    keyframes = shelf.take(name, ALL[name]).probe.keyframes
    late = 1_500 if name == "late.mp4" else 0
    # The index holds decoding times: where leading pictures come and go, it is off by some.
    frames = 3 if name == "open.mp4" else 1

    assert keyframes.complete
    assert len(keyframes.times) == KNOWN[name][4]
    for at, time in enumerate(keyframes.times):
        assert time == pytest.approx(late + at * 1_000, abs=45 * frames)


@pytest.mark.parametrize("name", ["plain.ts", "bframes.ts"])
def test_given_a_file_without_an_index_when_it_is_probed_then_keyframes_are_found_by_asking(
    shelf: Shelf, name: str
) -> None:
    item = shelf.take(name, ALL[name])
    keyframes = item.probe.keyframes
    gop = 1_000 if name == "plain.ts" else 4_000

    found = item.prober.keyframes_after(item.source, [gop - 500, 2 * gop - 500, 60_000])

    assert (keyframes.complete, keyframes.seekable) == (False, False)
    assert keyframes.times[0] == pytest.approx(0, abs=45)
    assert keyframes.origin == found.origin > 1_000
    assert found.times == pytest.approx([gop + 20, 2 * gop + 20], abs=45)


@pytest.mark.parametrize("name", ["talk.mp4", "camera.mov", "edited.mp4", "uneven.mp4"])
def test_given_sound_timed_to_the_sample_when_it_is_probed_then_it_can_be_entered_anywhere(
    shelf: Shelf, name: str
) -> None:
    assert shelf.take(name, ALL[name]).probe.keyframes.seekable


@pytest.mark.parametrize("name", ["plain.mkv", "small.webm"])
def test_given_sound_timed_to_the_millisecond_when_it_is_probed_then_it_is_read_in_one_pass(
    shelf: Shelf, name: str
) -> None:
    item = shelf.take(name, ALL[name])

    assert not item.probe.keyframes.seekable
    assert len(item.plan(length=1_000, per_window=2).windows) == 1


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_given_a_turned_picture_when_it_is_probed_then_its_shown_size_is_known(
    shelf: Shelf, degrees: int
) -> None:
    item = shelf.take(f"turned{degrees}.mp4", lambda path: make.turned(path, degrees))
    track = item.probe.media.video

    assert track
    assert track.rotation == degrees
    assert (track.coded_width, track.coded_height) == (320, 180)
    assert (track.width, track.height) == ((320, 180) if degrees == 180 else (180, 320))


@pytest.mark.parametrize("name", ["talk.mp4", "plain.mkv", "uneven.mp4", "plain.ts"])
def test_given_a_frame_rate_when_it_is_probed_then_an_uneven_one_is_told(
    shelf: Shelf, name: str
) -> None:
    track = shelf.take(name, ALL[name]).probe.media.video

    assert track
    assert track.variable_frame_rate is name.startswith("uneven")
    assert name.startswith("uneven") or track.frame_rate == 25


def test_given_a_large_file_when_it_is_probed_then_only_a_small_share_is_read(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    from functions.adapters.pyav import prober as pyav_prober

    item = shelf.take("noise.mov", lambda path: make.heavy(path, 20, "320x180"))
    opened = []

    def spy(*arguments: object) -> object:
        opened.append(real(*arguments))  # type: ignore[arg-type]
        return opened[-1]

    real = pyav_prober.S3RangeFile
    monkeypatch.setattr(pyav_prober, "S3RangeFile", spy)

    Item(item.path, item.source, PyAvProber(shelf.bucket)).probe  # noqa: B018

    assert item.source.size > 30_000_000
    assert sum(file.bytes_read for file in opened) < item.source.size / 8
    assert 0 < sum(file.requests for file in opened) < 8
