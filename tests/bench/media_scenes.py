"""Footage of which every change of scene is known: real shots in a fixed disorder, encoded as
cameras, editors and platforms do."""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from tests.media.make import ffmpeg

RATE = 25
SCENES = 36
_CLIPS = "bigbuckbunny.mp4", "bikes.mp4", "carphone_pristine.mp4"
# Clip, first second and length of what is one shot.
_SHOTS = (
    (0, 0.0, 5.2), (1, 0.0, 1.2), (1, 1.24, 1.8), (1, 3.08, 2.36), (1, 5.52, 1.92), (1, 7.52, 2.12),
    (2, 0.0, 3.9),
)  # fmt: skip
_LOOKS = "null", "hflip", "eq=brightness=-0.08", "hue=h=40"
_FIT = "scale=1280:720:force_original_aspect_ratio=increase,crop=1280:720,setsar=1,format=yuv420p"
_FIXED = "-c:v", "libx264", "-preset", "veryfast", "-crf", "21", "-g", "50", "-sc_threshold", "0"
LONG_SHOTS = "x264, a keyframe each 2 s, long shots"
ENCODINGS = {
    "x264, keyframes at changes": ("-c:v", "libx264", "-preset", "veryfast", "-crf", "21"),
    "x264, a keyframe each 2 s": _FIXED,
    "x265, a keyframe each 10 s": (
        "-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error",
    ),
    LONG_SHOTS: _FIXED,
}  # fmt: skip


@dataclass(frozen=True)
class Footage:
    """`cuts` are the seconds of each scene's first picture, but for the first."""

    path: Path
    cuts: tuple[float, ...]


def footage(clips: Path, folder: Path, encoding: str) -> Footage:
    """Made once; `clips` is the folder of the real clips."""
    scenes = _scenes(shortest=3.0 if encoding == LONG_SHOTS else 0.0)
    frames = [round(length * RATE) for _, _, length, _ in scenes]
    cuts = tuple(frame / RATE for frame in accumulate(frames[:-1]))
    path = folder / f"cuts-720p-{list(ENCODINGS).index(encoding)}.mp4"
    if not path.exists():
        partial = path.with_suffix(".partial.mp4")
        _encode(clips, scenes, frames, ENCODINGS[encoding], partial)
        partial.replace(path)
    return Footage(path, cuts)


def _scenes(shortest: float) -> list[tuple[int, float, float, str]]:
    """Clip, start, length, look: no shot follows itself."""
    dice, scenes, last = random.Random(4), list[tuple[int, float, float, str]](), -1
    shots = [shot for shot in _SHOTS if shot[2] >= shortest]
    while len(scenes) < SCENES:
        place = dice.randrange(len(shots))
        if place == last:
            continue
        clip, start, whole = shots[place]
        length = whole * dice.uniform(0.7, 1.0)
        scenes.append((clip, start + dice.uniform(0, whole - length), length, dice.choice(_LOOKS)))
        last = place
    return scenes


def _encode(
    clips: Path,
    scenes: list[tuple[int, float, float, str]],
    frames: list[int],
    words: tuple[str, ...],
    target: Path,
) -> None:
    """By way of JPEG pictures one after the other: each scene has as many as its cut says."""
    pictures, piece = target.with_suffix(".mjpeg"), target.with_suffix(".piece")
    with pictures.open("wb") as whole:
        for (clip, start, _, look), count in zip(scenes, frames, strict=True):
            held = f"fps={RATE},{_FIT},tpad=stop=-1:stop_mode=clone,{look},format=yuvj420p"
            ffmpeg(
                "-ss", f"{start:.3f}", "-i", str(clips / _CLIPS[clip]), "-vf", held,
                "-frames:v", str(count), "-q:v", "2", "-f", "mjpeg", str(piece),
            )  # fmt: skip
            whole.write(piece.read_bytes())
    piece.unlink()
    shown = ("-vf", "scale=out_range=tv,format=yuv420p")
    ffmpeg("-f", "mjpeg", "-framerate", str(RATE), "-i", str(pictures), *shown, *words, str(target))
    pictures.unlink()
