"""A Sync.so of one's own, media for it, and what is heard in what comes back."""

from __future__ import annotations

import array
import json
import math
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.local.simulators.sources import Source, Sources
from infra.local.simulators.sources import serving as serving_files
from infra.local.simulators.sync_so.server import Running, serving
from tests.media.make import FFMPEG, ffmpeg

RATE = 8_000
SECONDS = 6
KEY = "sk-test-of-cutroom"


@dataclass(frozen=True)
class Stage:
    """The simulator and a server of files beside it: `video` has a low tone, `anna` and `ben` are
    noises that are unlike each other."""

    running: Running
    files: Sources
    folder: Path

    @property
    def url(self) -> str:
        return self.running.endpoint

    def file(self, name: str) -> str:
        """The URL of a file of the folder."""
        return f"{self.files.base}/{name}"

    def expect(self, *faults: dict[str, Any]) -> None:
        ask(f"{self.url}/_simulator/faults", {"faults": list(faults)})

    def set(self, **settings: Any) -> None:
        ask(f"{self.url}/_simulator/settings", settings)

    def calls(self) -> list[dict[str, Any]]:
        return list(ask(f"{self.url}/_simulator/calls")["calls"])


@contextmanager
def stage(folder: Path) -> Iterator[Stage]:
    make_media(folder)
    with serving_files() as files, serving(folder / "service") as running:
        for path in sorted(folder.iterdir()):
            if path.is_file():
                files.put(path.name, Source(path=path))
        yield Stage(running, files, folder)


def make_media(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    picture = f"testsrc2=size=128x72:rate=25:duration={SECONDS}"
    sound = f"sine=frequency=220:sample_rate=48000:duration={SECONDS}"
    codec = ("-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-c:a", "aac")
    both = ("-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound)
    ffmpeg(*both, *codec, str(folder / "video.mp4"))
    noise(folder / "anna.wav", 3, seed=1)
    noise(folder / "ben.wav", 2, seed=2)


def noise(target: Path, seconds: float, seed: int) -> Path:
    ffmpeg("-f", "lavfi", "-i", f"anoisesrc=color=pink:seed={seed}:amplitude=0.5:r=48000",
           "-af", "lowpass=f=3000", "-t", str(seconds), str(target))  # fmt: skip
    return target


def ask(url: str, body: Any = None, method: str | None = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, method=method)  # noqa: S310
    with urllib.request.urlopen(request, timeout=30) as reply:  # noqa: S310
        return json.loads(reply.read() or b"null")


def heard(path: Path | str, start: float = 0.0, seconds: float | None = None) -> list[float]:
    """Samples at RATE."""
    length = () if seconds is None else ("-t", str(seconds))
    words = [FFMPEG, "-nostdin", "-loglevel", "error", "-i", str(path), "-ss", str(start), *length]
    done = subprocess.run(
        [*words, "-map", "0:a:0", "-ac", "1", "-ar", str(RATE), "-f", "f32le", "-"],
        capture_output=True,
        check=True,
    )
    return list(array.array("f", done.stdout))


def likeness(one: Sequence[float], other: Sequence[float], shift: int = 16) -> float:
    """Correlation, -1 to 1, at the best place within `shift` samples: coders move sound a bit."""
    count = min(len(one), len(other)) - 2 * shift
    middle = other[shift : shift + count]

    def at(offset: int) -> float:
        part = one[offset : offset + count]
        both = sum(a * b for a, b in zip(part, middle, strict=True))
        power = math.sqrt(sum(a * a for a in part) * sum(b * b for b in middle))
        return both / power if power else 0.0

    return max(at(offset) for offset in range(0, 2 * shift + 1))


def loudness(samples: Sequence[float]) -> float:
    return math.sqrt(sum(one * one for one in samples) / max(1, len(samples)))


def fetched(url: str, target: Path) -> Path:
    with urllib.request.urlopen(url, timeout=30) as reply:  # noqa: S310
        target.write_bytes(reply.read())
    return target


def until(holds: Any, patience: float = 60) -> None:
    end = time.monotonic() + patience
    while not holds():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.05)
