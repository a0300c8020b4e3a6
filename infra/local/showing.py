"""What demos have in common: a scene, waiting, and where what they made is kept."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import imageio_ffmpeg
from rich.console import Console

from infra.local import session
from infra.local.footage import make_demo_video
from infra.local.paths import FOOTAGE, LOCAL, ROOT

USER: Final = "pro"
PATIENCE_S: Final = 900


class DemoError(Exception):
    """The demo did not come to its end."""


def make_scene(folder: Path, seconds: float) -> Path:
    """The demo video's first seconds, small."""
    whole = LOCAL / "demo-video.mp4"
    ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
    if not whole.exists():
        make_demo_video(whole, footage=FOOTAGE, ffmpeg=ffmpeg)
    target = folder / "scene.mp4"
    words = ["-i", str(whole), "-t", str(seconds), "-vf", "scale=-2:360", "-c:v", "libx264"]
    words += ["-preset", "veryfast", "-crf", "20", "-c:a", "aac", str(target)]
    subprocess.run([ffmpeg, "-nostdin", "-loglevel", "error", "-y", *words], check=True)
    return target


def until(question: Callable[[], Any], what: str) -> Any:
    """The first answer that is not None. Raises DemoError."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        answer = question()
        if answer is not None:
            return answer
        time.sleep(0.3)
    raise DemoError(f"{what} took more than {PATIENCE_S} s: see `make logs`")


def keep(folder: Path, place: Path) -> Path:
    """Only a whole demo takes the place of an earlier one."""
    folder.chmod(0o755)
    with session.one_at_a_time("demo.lock"):
        shutil.rmtree(place, ignore_errors=True)
        folder.rename(place)
    return place


def farewell(console: Console, folder: Path, seconds: float, picture: str) -> None:
    console.print(f"All of it took {seconds:.0f} s, setting up included. The files:")
    for path in sorted(folder.iterdir()):
        shown = path.relative_to(ROOT)
        console.print(f"  {shown!s:<44}{path.stat().st_size / 1e6:8.2f} MB", highlight=False)
    console.print(f"See [bold]{(folder / picture).relative_to(ROOT)}[/].")
