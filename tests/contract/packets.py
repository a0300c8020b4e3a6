"""What is in a media file, packet by packet, as ffmpeg itself lists it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from pathlib import Path

from tests.media.make import FFMPEG

Packets = dict[str, list[str]]
"""Packets by stream number, each as the digest of its bytes, in order."""


def packets(path: Path, *, stored: bool = False, streams: Iterable[int] = ()) -> Packets:
    """`stored` lists what a file holds, even what its edit list hides."""
    hidden = ["-ignore_editlist", "1"] if stored and path.suffix in {".mp4", ".mov", ".m4a"} else []
    maps = [word for index in streams for word in ("-map", f"0:{index}")] or ["-map", "0"]
    out = ["-c", "copy", "-f", "framehash", "-hash", "md5", "-"]
    listed = subprocess.run(
        [FFMPEG, "-loglevel", "error", *hidden, "-i", str(path), *maps, *out],
        capture_output=True,
        text=True,
        check=True,
    )
    found: Packets = {}
    for line in listed.stdout.splitlines():
        if not line.startswith("#"):
            columns = [column.strip() for column in line.split(",")]
            found.setdefault(columns[0], []).append(columns[5])
    return found


def together(parts: Iterable[Packets]) -> Packets:
    """Packets of several files, one after the other."""
    joined: Packets = {}
    for part in parts:
        for stream, digests in part.items():
            joined.setdefault(stream, []).extend(digests)
    return joined


def counts(of: Packets) -> dict[str, int]:
    return {stream: len(digests) for stream, digests in of.items()}
