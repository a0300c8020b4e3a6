"""A video of which everything that an analysis looks for is known."""

from __future__ import annotations

from pathlib import Path

from tests.media.make import ffmpeg

LENGTH_S = 14
CUTS = (4_000, 7_000, 9_000)
BLACK = (7_000, 9_000)
SILENCE = (5_000, 7_000)
_SIZE = "size=320x180:rate=25"
_PARTS = (
    f"testsrc2={_SIZE}:duration=4",
    f"smptebars={_SIZE}:duration=3",
    f"color=color=black:{_SIZE}:duration=2",
    f"mandelbrot={_SIZE}",
)
_QUIET = f"between(t,{SILENCE[0] / 1000},{SILENCE[1] / 1000})"
_GRAPH = (
    "[3:v]trim=duration=5[last];[0:v][1:v][2:v][last]concat=n=4:v=1:a=0,format=yuv420p[v];"
    f"[4:a]volume='if({_QUIET},0,1)':eval=frame,aformat=channel_layouts=stereo[a]"
)


def known(target: Path, *words: str, gop: int = 50) -> Path:
    """Changes of scene at CUTS, black from BLACK[0] to BLACK[1], no sound from SILENCE[0] to
    SILENCE[1]; H.264 and AAC unless `words` say otherwise."""
    parts = [word for part in _PARTS for word in ("-f", "lavfi", "-i", part)]
    sound = ("-f", "lavfi", "-i", f"sine=frequency=440:sample_rate=48000:duration={LENGTH_S}")
    codec = ("-c:v", "libx264", "-preset", "veryfast", "-g", str(gop), "-c:a", "aac")
    maps = ("-map", "[v]", "-map", "[a]")
    ffmpeg(*parts, *sound, "-filter_complex", _GRAPH, *maps, *codec, *words, str(target))
    return target
