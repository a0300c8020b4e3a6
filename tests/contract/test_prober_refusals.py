"""What the prober does not take, and how it says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from functions.domain.errors import MediaError
from tests.contract.shelf import Shelf
from tests.media import make


def refused(shelf: Shelf, path: Path) -> str:
    with pytest.raises(MediaError) as caught:
        shelf.put(path).probe  # noqa: B018
    return caught.value.code


def test_given_an_upload_cut_short_when_it_is_probed_then_it_is_refused(
    shelf: Shelf, scratch: Path
) -> None:
    index_first = make.encoded(scratch / "fast.mp4", "-movflags", "+faststart").read_bytes()
    index_last = make.encoded(scratch / "slow.mp4").read_bytes()
    fast, slow = scratch / "fast-short.mp4", scratch / "slow-short.mp4"
    fast.write_bytes(index_first[: len(index_first) * 2 // 3])
    slow.write_bytes(index_last[: len(index_last) * 2 // 3])

    assert refused(shelf, fast) == "media.truncated"
    assert refused(shelf, slow) == "media.unreadable"


@pytest.mark.parametrize("name", ["picture.png", "picture.jpg", "picture.gif", "picture.webp"])
def test_given_a_picture_when_it_is_probed_then_it_is_refused_as_one(
    shelf: Shelf, scratch: Path, name: str
) -> None:
    renamed = make.still(scratch / name).rename(scratch / f"{name}.mp4")

    assert refused(shelf, renamed) == "media.still_picture"


@pytest.mark.parametrize(
    "body",
    [
        b"no video at all\n" * 500,
        b"\0" * 100_000,
        b"<html><body>not found</body></html>",
        b"PK\x03\x04" + b"zip" * 5_000,
        b"x",
    ],
)
def test_given_something_else_when_it_is_probed_then_it_is_unreadable(
    shelf: Shelf, scratch: Path, body: bytes
) -> None:
    path = scratch / f"{len(body)}.mp4"
    path.write_bytes(body)

    assert refused(shelf, path) in {"media.unreadable", "media.unsupported_container"}


@pytest.mark.parametrize(
    "listing",
    [
        "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile '/etc/hostname'\n",
    ],
)
def test_given_a_list_of_addresses_when_it_is_probed_then_none_of_them_is_opened(
    shelf: Shelf, scratch: Path, listing: str
) -> None:
    path = scratch / f"{len(listing)}.mp4"
    path.write_text(listing)

    assert refused(shelf, path) in {"media.unreadable", "media.unsupported_container"}
