"""What an encoded cut is encoded to, and what of the source is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import pytest

from functions.domain.cutting.exactness import EncodeTarget, Exactness, Shape, VideoCodec
from functions.domain.cutting.job import CutFile
from tests.contract.exact_cutting import (
    cut_exactly,
    exact_plan,
    require_frames,
    require_sound,
    source_of,
)
from tests.contract.shelf import Item, Shelf
from tests.media import numbered as make
from tests.media.make import ffmpeg, picture, tone

BT709 = {"color_primaries": 1, "color_trc": 1, "colorspace": 1, "color_range": 1}


@pytest.fixture(scope="session")
def scenery(shelf: Shelf) -> Item:
    """Three seconds of 640 by 360, quiet, tagged BT.709, with chapters and a data stream's worth
    of metadata."""
    return shelf.take("scenery.mp4", _scenery)


def _scenery(target: Path) -> Path:
    chapters = target.with_name("chapters.txt")
    chapters.write_text(
        ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=1500\ntitle=One\n"
        "[CHAPTER]\nTIMEBASE=1/1000\nSTART=1500\nEND=3000\ntitle=Two\n"
    )
    tags = ("-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709")
    inputs = (*picture(4, "640x360", 30), *tone(4), "-i", str(chapters), "-map_metadata", "2")
    tagged = ("-vf", "setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709:range=tv")
    ffmpeg(*inputs, *tagged, "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p",
           "-g", "15", *tags, "-color_range", "tv", "-c:a", "aac", str(target))  # fmt: skip
    return target


def encoded(item: Item, folder: Path, target: EncodeTarget | None, length: int) -> list[CutFile]:
    plan = exact_plan(item, Exactness.ACCURATE, length, target=target)
    return cut_exactly(item, plan, folder)


@pytest.mark.parametrize(
    ("target", "size"),
    [
        ({}, (640, 360)),
        ({"height": 180}, (320, 180)),
        ({"shape": Shape.PORTRAIT}, (202, 360)),
        ({"shape": Shape.SQUARE, "height": 240}, (240, 240)),
        ({"shape": Shape.SQUARE, "offset": 0.0, "bit_rate": 500_000}, (360, 360)),
    ],
)
def test_given_a_target_when_encoded_then_the_picture_has_its_size_and_all_its_frames(
    scenery: Item, scratch: Path, target: dict[str, Any], size: tuple[int, int]
) -> None:
    files = encoded(scenery, scratch, EncodeTarget(**target), 1_700)

    assert [file.size for file in files] == [size] * len(files)
    assert sum(_frames(file.path) for file in files) == 120


def _frames(path: Path) -> int:
    with av.open(str(path)) as container:
        return sum(1 for _ in container.decode(video=0))


def test_given_a_frame_rate_when_encoded_then_frames_are_as_many_as_it_says(
    scenery: Item, scratch: Path
) -> None:
    files = encoded(scenery, scratch, EncodeTarget(fps=10), 2_000)

    assert [_frames(file.path) for file in files] == [20, 20]


def test_given_a_crop_at_one_side_when_encoded_then_it_is_that_side_which_is_seen(
    shelf: Shelf, scratch: Path
) -> None:
    item = shelf.take("numbered-closed.mp4", make.numbered)
    (left, *_) = encoded(item, scratch / "l", EncodeTarget(shape=Shape.SQUARE, offset=0), 5_000)
    (right, *_) = encoded(item, scratch / "r", EncodeTarget(shape=Shape.SQUARE, offset=1), 5_000)

    # Nine of the sixteen bars are left: of frame 0 the first twelve are dark, then 1001.
    assert _bars(left.path) == "0" * 9
    assert _bars(right.path).endswith("1001")


def _bars(path: Path) -> str:
    with av.open(str(path)) as container:
        frame = next(container.decode(video=0))
        line = bytes(frame.reformat(format="gray").planes[0])[: frame.width]
    return "".join("1" if line[8 + 16 * at] > 128 else "0" for at in range(9))


KINDS = {
    VideoCodec.H264: ("h264", "avc1", "aac", ".mp4"),
    VideoCodec.HEVC: ("hevc", "hvc1", "aac", ".mp4"),
    VideoCodec.AV1: ("av1", "av01", "aac", ".mp4"),
    VideoCodec.VP9: ("vp9", None, "opus", ".webm"),
}


@pytest.mark.parametrize("rate", [{}, {"bit_rate": 300_000}])
@pytest.mark.parametrize("codec", VideoCodec)
def test_given_a_codec_when_encoded_then_it_is_exact_in_the_file_that_players_want(
    shelf: Shelf, scratch: Path, codec: VideoCodec, rate: dict[str, int]
) -> None:
    item = shelf.take("numbered-film.mp4", lambda path: make.numbered(path, rate="24000/1001"))
    plan = exact_plan(item, Exactness.ACCURATE, 4_170, target=EncodeTarget(codec=codec, **rate))

    files = cut_exactly(item, plan, scratch)

    source = source_of(item, plan)
    require_frames(source, plan, files)
    require_sound(source, files)
    with av.open(str(files[0].path)) as container:
        (picture_of, sound_of) = container.streams
        tag = picture_of.codec_context.codec_tag if codec is not VideoCodec.VP9 else None
        kinds = (
            picture_of.codec_context.codec.canonical_name,
            tag,
            sound_of.codec_context.codec.canonical_name,
            files[0].path.suffix,
        )
    assert kinds == KINDS[codec]


def test_given_a_turned_picture_when_its_height_is_told_then_it_is_that_of_the_upright_one(
    shelf: Shelf, scratch: Path
) -> None:
    item = shelf.take("numbered-turned.mp4", make.turned)

    (first, *_) = encoded(item, scratch, EncodeTarget(height=192), 5_000)

    assert first.size == (108, 192)


@pytest.mark.parametrize("cut", [Exactness.SMART, Exactness.ACCURATE])
def test_given_tagged_colours_and_chapters_when_cut_exactly_then_only_the_colours_are_kept(
    scenery: Item, scratch: Path, cut: Exactness
) -> None:
    plan = exact_plan(scenery, cut, 1_700)

    for file in cut_exactly(scenery, plan, scratch):
        assert file.cut is cut
        with av.open(str(file.path)) as container:
            context = container.streams.video[0].codec_context
            assert {name: getattr(context, name) for name in BT709} == BT709
            assert not container.chapters()
            assert {stream.type for stream in container.streams} == {"video", "audio"}


@pytest.mark.parametrize("cut", [Exactness.SMART, Exactness.ACCURATE])
def test_given_a_turned_picture_when_cut_exactly_then_it_stands_upright(
    shelf: Shelf, scratch: Path, cut: Exactness
) -> None:
    item = shelf.take("numbered-turned.mp4", make.turned)
    plan = exact_plan(item, cut, 3_330)

    files = cut_exactly(item, plan, scratch)

    require_frames(source_of(item, plan), plan, files)
    for file in files:
        with av.open(str(file.path)) as container:
            frame = next(container.decode(video=0))
            turned = frame.rotation % 180 == 90
            assert (frame.height > frame.width) is not turned
            assert -frame.rotation % 360 in {0, 90}
