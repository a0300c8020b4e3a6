"""An object as a file: the same bytes, in few requests, and always of the same version."""

from __future__ import annotations

import io
import os
import random
from pathlib import Path

import pytest

from functions.adapters import range_file
from functions.adapters.range_file import BLOCK
from functions.adapters.s3_media_store import S3MediaStore
from functions.adapters.s3_range_file import S3RangeFile
from functions.domain.errors import MediaError
from functions.domain.media.source import Source

BODY = random.Random(7).randbytes(48 * BLOCK + 1234)


def put(bucket: str, key: str, body: bytes, folder: Path) -> Source:
    path = folder / "body"
    path.write_bytes(body)
    media = S3MediaStore(bucket)
    media.upload(path, key, "video/mp4")
    found = media.find(key)
    assert found
    return found


@pytest.fixture
def file(bucket: str, fresh: str, tmp_path: Path) -> S3RangeFile:
    return S3RangeFile(bucket, put(bucket, fresh, BODY, tmp_path))


def test_given_an_object_when_all_of_it_is_read_then_each_block_is_asked_for_once(
    file: S3RangeFile,
) -> None:
    assert file.read() == BODY
    assert file.bytes_read == len(BODY)
    assert file.read() == file.read(10) == b""
    assert file.requests == 1


def test_given_an_object_when_it_is_read_on_in_small_pieces_then_requests_are_few(
    file: S3RangeFile,
) -> None:
    pieces = iter(lambda: file.read(1_000), b"")

    assert b"".join(pieces) == BODY
    assert file.bytes_read == len(BODY)
    assert file.requests == 5


def test_given_an_object_when_places_here_and_there_are_read_then_they_are_as_in_a_file(
    file: S3RangeFile,
) -> None:
    real, dice = io.BytesIO(BODY), random.Random(3)

    for _ in range(200):
        whence = dice.choice([os.SEEK_SET, os.SEEK_CUR, os.SEEK_END])
        offset = {
            os.SEEK_SET: dice.randrange(len(BODY) + 50),
            os.SEEK_CUR: dice.randrange(0, 5_000),
            os.SEEK_END: -dice.randrange(len(BODY)),
        }[whence]
        size = dice.choice([0, 1, 1_000, BLOCK + 5])
        assert file.seek(offset, whence) == real.seek(offset, whence)
        assert file.read(size) == real.read(size)
        assert file.tell() == real.tell()

    assert file.bytes_read <= len(BODY)


def test_given_a_jump_when_little_is_read_there_then_little_is_asked_for(
    file: S3RangeFile,
) -> None:
    for place in (40, 5, 20):
        file.seek(place * BLOCK)
        file.read(10)

    assert file.requests == 3
    assert file.bytes_read == 6 * BLOCK


def test_given_a_read_across_a_border_when_it_is_repeated_then_it_costs_nothing(
    file: S3RangeFile,
) -> None:
    for _ in range(3):
        file.seek(BLOCK - 3)
        assert file.read(6) == BODY[BLOCK - 3 : BLOCK + 3]

    assert file.requests == 1


def test_given_many_blocks_when_all_were_read_then_only_so_many_are_kept(
    bucket: str, fresh: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(range_file, "KEPT_BLOCKS", 4)
    body = bytes(10 * BLOCK)
    file = S3RangeFile(bucket, put(bucket, fresh, body, tmp_path))
    while file.read(BLOCK):
        pass
    assert file.bytes_read == len(body)

    file.seek(-1, os.SEEK_END)
    file.read(1)
    assert file.bytes_read == len(body)
    file.seek(0)
    file.read(1)
    assert file.bytes_read > len(body)


@pytest.mark.parametrize("change", ["replaced", "deleted"])
def test_given_an_object_when_it_changes_meanwhile_then_the_source_is_missing(
    bucket: str, fresh: str, tmp_path: Path, change: str
) -> None:
    file = S3RangeFile(bucket, put(bucket, fresh, BODY, tmp_path))
    assert file.read(10) == BODY[:10]
    if change == "replaced":
        put(bucket, fresh, BODY[::-1], tmp_path)
    else:
        S3MediaStore(bucket).delete([fresh])

    file.seek(2 * BLOCK)
    with pytest.raises(MediaError) as caught:
        file.read(10)

    assert caught.value.code == "source.missing"


def test_given_a_pinned_version_when_the_object_changes_then_the_old_one_is_read_on(
    versioned_bucket: str, fresh: str, tmp_path: Path
) -> None:
    file = S3RangeFile(versioned_bucket, put(versioned_bucket, fresh, BODY, tmp_path))
    put(versioned_bucket, fresh, BODY[::-1], tmp_path)

    assert file.read() == BODY
