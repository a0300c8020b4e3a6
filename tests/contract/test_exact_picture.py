"""What a picture's numbers mean is kept, or changed with them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import av
import pytest

from functions.domain.cutting.exactness import EncodeTarget, Exactness, Shape, VideoCodec
from functions.domain.cutting.job import CutFile
from tests.contract.exact_cutting import cut_exactly, exact_plan
from tests.contract.shelf import Item, Maker, Shelf
from tests.media import numbered, tagged
from tests.media.make import FFMPEG

BOTH = [Exactness.SMART, Exactness.ACCURATE]
BT709 = {"color_primaries": 1, "color_trc": 1, "colorspace": 1}


def cut(item: Item, folder: Path, how: Exactness, **target: object) -> list[CutFile]:
    wanted = EncodeTarget(**target) if target else None  # type: ignore[arg-type]
    return cut_exactly(item, exact_plan(item, how, 1_100, target=wanted), folder)


def points(path: Path) -> dict[str, int]:
    """By the container, and what decoding finds."""
    with av.open(str(path)) as container:
        of = container.streams.video[0].codec_context
        found = {name: int(getattr(of, name)) for name in BT709}
        frame = next(container.decode(video=0))
        assert {name: int(getattr(frame, name)) for name in BT709} == found
        return found


def kind_of(path: Path) -> str:
    with av.open(str(path)) as container:
        return str(container.streams.video[0].codec_context.pix_fmt)


def brightness(path: Path) -> float:
    """Of the first picture, from 0 to 1."""
    with av.open(str(path)) as container:
        frame = next(container.decode(video=0))
        bits, plane = frame.format.components[0].bits, memoryview(frame.planes[0]).cast("B")
        step = frame.planes[0].line_size
        rows = [plane[at * step : (at + 1) * step] for at in range(frame.height)]
        lines = [row.cast("H" if bits > 8 else "B")[: frame.width] for row in rows]
        return sum(map(sum, lines)) / frame.width / frame.height / (1 << bits)


@pytest.mark.parametrize("how", BOTH)
@pytest.mark.parametrize(
    ("name", "maker"),
    [("pictures.mp4", tagged.said_by_pictures), ("container.mp4", tagged.said_by_container)],
)
@pytest.mark.parametrize("ending", ["mp4", "one-pass"])
def test_given_colours_told_anywhere_when_cut_exactly_then_each_segment_tells_them(
    shelf: Shelf, scratch: Path, name: str, maker: Maker, ending: str, how: Exactness
) -> None:
    item = shelf.take(f"{ending}-{name}", maker)
    if ending == "one-pass":
        object.__setattr__(item.probe.keyframes, "seekable", False)

    files = cut(item, scratch, how)

    assert {file.cut for file in files} == {how}
    assert [points(file.path) for file in files] == [tagged.BT601] * len(files)


def test_given_a_full_range_when_encoded_then_it_is_said_to_be(shelf: Shelf, scratch: Path) -> None:
    item = shelf.take("mp4-pictures.mp4", tagged.said_by_pictures)

    (first, *_) = cut(item, scratch, Exactness.ACCURATE)

    with av.open(str(first.path)) as container:
        assert int(next(container.decode(video=0)).color_range) == 2
    assert brightness(first.path) == pytest.approx(brightness(item.path), abs=0.02)


@pytest.mark.parametrize("codec", [VideoCodec.HEVC, VideoCodec.AV1, VideoCodec.VP9])
def test_given_hdr_when_encoded_to_what_can_show_it_then_it_stays_hdr_in_ten_bits(
    shelf: Shelf, scratch: Path, codec: VideoCodec
) -> None:
    item = shelf.take("hdr.mp4", tagged.hdr)

    (first, *_) = cut(item, scratch, Exactness.ACCURATE, codec=codec)

    assert points(first.path) == tagged.PQ
    assert kind_of(first.path) == "yuv420p10le"


def test_given_hdr_when_encoded_to_h264_then_it_becomes_what_every_screen_shows(
    shelf: Shelf, scratch: Path
) -> None:
    item, plain = shelf.take("hdr.mp4", tagged.hdr), shelf.take("sdr.mp4", tagged.sdr)

    (first, *_) = cut(item, scratch, Exactness.ACCURATE, codec=VideoCodec.H264)

    assert points(first.path) == BT709
    assert kind_of(first.path) == "yuv420p"
    assert brightness(first.path) == pytest.approx(brightness(plain.path), abs=0.03)


def test_given_ten_bits_when_encoded_to_h264_then_every_player_can_show_it(
    shelf: Shelf, scratch: Path
) -> None:
    item = shelf.take("numbered-ten-bits.mp4", numbered.ten_bits)

    (first, *_) = cut_exactly(item, exact_plan(item, Exactness.ACCURATE, 5_000), scratch)

    assert kind_of(first.path) == "yuv420p"


@pytest.mark.parametrize("how", BOTH)
def test_given_pixels_that_are_not_square_when_cut_exactly_then_the_picture_keeps_its_shape(
    shelf: Shelf, scratch: Path, how: Exactness
) -> None:
    item = shelf.take("stretched.mp4", tagged.stretched)

    for file in cut(item, scratch, how):
        assert (shape_of(file.path), squared(file.path)) == (pytest.approx(16 / 9), False)


@pytest.mark.parametrize(
    ("target", "size"),
    [
        ({"height": 144}, (256, 144)),
        ({"shape": Shape.SQUARE}, (144, 144)),
        ({"shape": Shape.UPRIGHT, "height": 240}, (192, 240)),
        ({"shape": Shape.PORTRAIT, "height": 1920}, (1080, 1920)),
        ({"shape": Shape.WIDE}, (256, 144)),
    ],
)
def test_given_pixels_that_are_not_square_when_resized_then_they_are_after_it(
    shelf: Shelf, scratch: Path, target: dict[str, object], size: tuple[int, int]
) -> None:
    item = shelf.take("stretched.mp4", tagged.stretched)

    (first, *_) = cut(item, scratch, Exactness.ACCURATE, **target)

    assert (first.size, squared(first.path)) == (size, True)


def shape_of(path: Path) -> float:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        return float(stream.width * (stream.sample_aspect_ratio or 1) / stream.height)


def squared(path: Path) -> bool:
    with av.open(str(path)) as container:
        return (container.streams.video[0].sample_aspect_ratio or 1) == 1


@pytest.mark.parametrize(("target", "kept"), [({}, True), ({"height": 144}, False)])
def test_given_fields_when_encoded_then_they_stay_unless_their_lines_are_moved(
    shelf: Shelf, scratch: Path, target: dict[str, object], kept: bool
) -> None:
    item = shelf.take("numbered-fields.mp4", numbered.fields)

    (first, *_) = cut(item, scratch, Exactness.ACCURATE, **target)

    with av.open(str(first.path)) as container:
        frame = next(container.decode(video=0))
        assert frame.interlaced_frame is kept
    said = subprocess.run([FFMPEG, "-i", str(first.path)], capture_output=True, check=False).stderr
    assert (b"top first" in said) is kept
