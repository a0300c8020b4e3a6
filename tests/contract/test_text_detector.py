"""Amazon Rekognition's DetectText, asked by the real client, before a simulator of its contract."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from functions.adapters.rekognition_text import RekognitionTextDetector
from functions.domain.errors import UnavailableError
from functions.domain.lipsync.asked import TextRegion
from infra.local.simulators.rekognition.server import ERRORS, Running, serving
from tests.media.make import ffmpeg

WIDTH, HEIGHT = 1280, 720


@pytest.fixture(scope="module")
def service() -> Iterator[Running]:
    with serving() as running:
        yield running


@pytest.fixture
def detector(service: Running) -> RekognitionTextDetector:
    return RekognitionTextDetector(service.endpoint)


def _scene() -> Image.Image:
    """No flat ground: it gets lighter from left to right, and has a white disc in it."""
    picture = Image.linear_gradient("L").rotate(90).resize((WIDTH, HEIGHT)).point(lambda v: v // 2)
    ImageDraw.Draw(picture).ellipse((900, 60, 1100, 260), fill=255)
    return picture.convert("RGB")


def _written(picture: Image.Image, text: str, at: tuple[int, int], size: int = 48) -> TextRegion:
    """Write it; where it is then."""
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(size=size)
    draw.text(at, text, fill="white", font=font, stroke_width=1, stroke_fill="black")
    left, top, right, bottom = draw.textbbox(at, text, font=font)
    return TextRegion(
        x=left / WIDTH,
        y=top / HEIGHT,
        width=(right - left) / WIDTH,
        height=(bottom - top) / HEIGHT,
    )


def _saved(picture: Image.Image, folder: Path) -> Path:
    path = folder / "still.jpg"
    picture.save(path, "JPEG", quality=85)
    return path


def _overlap(one: TextRegion, other: TextRegion) -> float:
    """Of both together, what is in both."""
    width = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    height = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    both = max(0.0, width) * max(0.0, height)
    return both / (one.width * one.height + other.width * other.height - both)


def test_given_a_caption_in_a_picture_when_looked_for_then_its_box_is_found_and_nothing_else(
    detector: RekognitionTextDetector, tmp_path: Path
):
    picture = _scene()
    caption = _written(picture, "Subscribe for more of this", (300, 600))

    (found,) = detector.detect(_saved(picture, tmp_path))

    assert _overlap(found, caption) > 0.7


def test_given_two_lines_when_looked_for_then_each_is_found(
    detector: RekognitionTextDetector, tmp_path: Path
):
    picture = _scene()
    lines = [_written(picture, "A title of a film", (80, 80), 64)]
    lines.append(_written(picture, "and below it a caption", (200, 620), 36))

    found = detector.detect(_saved(picture, tmp_path))

    overlaps = [_overlap(one, other) for one, other in zip(found, lines, strict=True)]
    assert min(overlaps) > 0.7


def test_given_a_picture_without_text_when_looked_at_then_none_is_found(
    detector: RekognitionTextDetector, tmp_path: Path
):
    assert detector.detect(_saved(_scene(), tmp_path)) == []
    assert detector.detect(_saved(Image.new("RGB", (WIDTH, HEIGHT), "white"), tmp_path)) == []


def test_given_a_still_of_a_video_when_looked_at_then_its_words_are_found(
    detector: RekognitionTextDetector, tmp_path: Path
):
    """As ffmpeg writes stills, of another shape than the pictures above."""
    picture = _scene()
    caption = _written(picture, "Subscribe for more of this", (300, 600))
    source, still = tmp_path / "source.png", tmp_path / "still-of-video.jpg"
    picture.save(source)
    ffmpeg("-i", str(source), "-vf", "scale=640:360", "-q:v", "3", str(still))

    (found,) = detector.detect(still)

    assert _overlap(found, caption) > 0.6


@pytest.mark.parametrize("fault", sorted(ERRORS))
def test_given_a_service_that_fails_when_asked_then_another_try_may_help(
    service: Running, detector: RekognitionTextDetector, tmp_path: Path, fault: str
):
    """As often as the client itself tries again."""
    body = json.dumps({"faults": [fault] * 10}).encode()
    request = urllib.request.Request(  # noqa: S310
        f"{service.endpoint}/_simulator/faults", data=body
    )
    urllib.request.urlopen(request, timeout=5).close()  # noqa: S310
    service.service.taken()

    with pytest.raises(UnavailableError):
        detector.detect(_saved(_scene(), tmp_path))
    assert 1 <= service.service.taken() < 10
    service.service.pending.clear()


def test_given_what_is_no_picture_when_sent_then_it_is_refused(
    service: Running, detector: RekognitionTextDetector, tmp_path: Path
):
    path = tmp_path / "still.jpg"
    path.write_bytes(b"no picture")

    with pytest.raises(UnavailableError, match="InvalidImageFormatException"):
        detector.detect(path)
