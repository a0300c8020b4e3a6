"""Files are made with ffmpeg: what it writes is what has to be understood."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from functions.adapters.mp4 import open_index_first
from tests.media.make import FFMPEG, ffmpeg, picture, talk, tone


def _packets(path: Path) -> list[str]:
    words = ["-loglevel", "error", "-i", str(path), "-map", "0", "-c", "copy"]
    done = subprocess.run(
        [FFMPEG, *words, "-f", "framecrc", "-"], capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


def _read(path: Path, size: int) -> bytes:
    with open_index_first(path) as file:
        return b"".join(iter(lambda: file.read(size), b""))


@pytest.mark.parametrize("size", [1, 4096, 1 << 24])
def test_given_an_index_behind_the_data_when_read_then_it_comes_first_and_points_right(
    tmp_path: Path, size: int
):
    source = talk(tmp_path / "talk.mp4", seconds=1 if size == 1 else 4)
    moved = tmp_path / "moved.mp4"
    moved.write_bytes(_read(source, size))

    body = moved.read_bytes()
    assert source.read_bytes().index(b"mdat") < source.read_bytes().index(b"moov")
    assert body.index(b"moov") < body.index(b"mdat")
    assert len(body) == source.stat().st_size
    assert _packets(moved) == _packets(source)


def test_given_an_index_that_is_first_already_when_read_then_the_file_is_as_it_was(tmp_path: Path):
    source, ready = talk(tmp_path / "talk.mp4", seconds=1), tmp_path / "ready.mp4"
    ffmpeg("-i", str(source), "-c", "copy", "-movflags", "+faststart", str(ready))

    assert _read(ready, 1 << 20) == ready.read_bytes()


@pytest.mark.parametrize("content", [b"", b"JPEG", b"\0\0\0\x08ftyp", b"\xff" * 100])
def test_given_something_else_when_read_then_it_is_as_it_was(tmp_path: Path, content: bytes):
    path = tmp_path / "thing"
    path.write_bytes(content)

    assert _read(path, 7) == content


def test_given_a_webm_when_read_then_it_is_as_it_was(tmp_path: Path):
    path = tmp_path / "small.webm"
    ffmpeg(*picture(0.2, size="64x64"), *tone(0.2), "-c:v", "libvpx", "-c:a", "libopus", str(path))

    assert _read(path, 1000) == path.read_bytes()
