"""What a large source is made of, and what every packet of it is, to be found again in segments."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path

from infra.local.paths import LOCAL
from tests.media.make import FFMPEG, ffmpeg

LOOP_S = 30


def make_source(path: Path, size: int) -> Path:
    """The loop again and again; the index comes last."""
    once = loop()
    again = -(-size // once.stat().st_size)
    ffmpeg("-stream_loop", str(again - 1), "-i", str(once), "-c", "copy", str(path))
    return path


def loop() -> Path:
    """Half a minute of 24 Mb/s."""
    made = LOCAL / "bench" / f"loop-1080p-{LOOP_S}s.mp4"
    if not made.exists():
        part = made.with_name("loop-1080p-part.mp4")
        noise = f"testsrc2=s=1920x1080:r=30:d={LOOP_S},noise=alls=12:allf=t"
        ffmpeg(
            "-f", "lavfi", "-i", noise, "-f", "lavfi", "-i", f"sine=f=440:r=48000:d={LOOP_S}",
            "-c:v", "libx264", "-preset", "ultrafast", "-g", "60", "-bf", "3",
            "-sc_threshold", "0", "-b:v", "24M", "-c:a", "aac", "-b:a", "192k", "-shortest",
            str(part),
        )  # fmt: skip
        part.rename(made)
    return made


def digests(files: Iterable[Path]) -> dict[str, tuple[int, str]]:
    """For each stream how many packets there are, and a digest of all, in order."""
    counts: dict[str, int] = {}
    digests: dict[str, blake2b] = {}
    for path in files:
        words = ["-loglevel", "error", "-ignore_editlist", "1", "-i", str(path), "-map", "0"]
        command = [FFMPEG, *words, "-c", "copy", "-f", "framecrc", "-"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as listing:
            assert listing.stdout
            for line in listing.stdout:
                if not line.startswith("#"):
                    columns = line.split(",")
                    stream = columns[0]
                    counts[stream] = counts.get(stream, 0) + 1
                    packet = (columns[4] + columns[5]).encode()
                    digests.setdefault(stream, blake2b()).update(packet)
        if listing.returncode:
            raise AssertionError(f"{path.name} cannot be read")
    return {stream: (counts[stream], digests[stream].hexdigest()) for stream in counts}
