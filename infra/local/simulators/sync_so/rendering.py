"""A row of pieces to an MP4, with ffmpeg: the picture as it was or as long as its mode has it, the
sound of each range its voice's, to the sample.

Nobody's lips are moved: everything else is as the service gives it.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Final

import imageio_ffmpeg

from infra.local.simulators.sync_so.inputs import Media
from infra.local.simulators.sync_so.timeline import Piece, length_of

SAMPLES: Final = 48_000
_SOUND: Final = f"aformat=sample_rates={SAMPLES}:channel_layouts=stereo:sample_fmts=fltp"
_PATIENCE_S: Final = 1_800


class RenderError(Exception):
    """ffmpeg did not come to an end; what it printed."""


def render(video: Media, pieces: Sequence[Piece], target: Path) -> float:
    """Write the file; returns its length in seconds."""
    voices = [piece.voice.path for piece in pieces if piece.voice]
    files = [word for path in (str(video.path), *voices) for word in ("-i", path)]
    graph = [*_sound(video, pieces)]
    picture = "0:v:0"
    if any(piece.mode for piece in pieces):
        graph += _picture(pieces, video.rate)
        picture = "[v]"
    run(
        *files, "-filter_complex", ";".join(graph), "-map", picture, "-map", "[a]",
        "-c:v", "libx264", "-crf", "17", "-preset", "veryfast", "-pix_fmt", "yuv420p",
        "-c:a", "aac", "-b:a", "192k", "-movflags", "+faststart", "-f", "mp4", str(target),
    )  # fmt: skip
    return length_of(pieces)


def run(*words: str) -> None:
    """Raises RenderError."""
    start = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-loglevel", "error", "-y"]
    done = subprocess.run(
        [*start, *words], capture_output=True, text=True, check=False, timeout=_PATIENCE_S
    )
    if done.returncode:
        raise RenderError(done.stderr[-2000:])


def _sound(video: Media, pieces: Sequence[Piece]) -> Iterator[str]:
    """Counted in samples from the beginning on, so that no piece pushes the next."""
    end = f"apad,atrim=end_sample={round(video.seconds * SAMPLES)}"
    kept = sum(piece.voice is None for piece in pieces)
    names = "".join(f"[o{number}]" for number in range(kept))
    if kept:
        own = "[0:a:0]aresample=async=1:first_pts=0," if video.has_sound else "anullsrc,"
        yield f"{own}{_SOUND},{end},asplit={kept}{names}"
    outside, voices, at = iter(range(kept)), iter(range(1, len(pieces) + 1)), 0.0
    for number, piece in enumerate(pieces):
        first, at = round(at * SAMPLES), at + piece.seconds
        count = round(at * SAMPLES) - first
        if piece.voice is None:
            source, start = f"[o{next(outside)}]", piece.start
            stop = round(start * SAMPLES) + count
        else:
            source, start = f"[{next(voices)}:a:0]{_SOUND},", piece.voice.start
            stop = min(round(start * SAMPLES) + count, round(piece.voice.end * SAMPLES))
        yield (
            f"{source}atrim=start_sample={round(start * SAMPLES)}:end_sample={stop},"
            f"asetpts=PTS-STARTPTS,apad,atrim=end_sample={count}[a{number}]"
        )
    joined = "".join(f"[a{number}]" for number in range(len(pieces)))
    yield f"{joined}concat=n={len(pieces)}:v=0:a=1[a]"


def _picture(pieces: Sequence[Piece], rate: Fraction) -> Iterator[str]:
    """Counted in frames, in the same way."""
    names = "".join(f"[p{number}]" for number in range(len(pieces)))
    yield f"[0:v:0]fps={rate},split={len(pieces)}{names}"
    at = 0.0
    for number, piece in enumerate(pieces):
        begin, end = round(piece.start * rate), round(piece.end * rate)
        first, at = round(at * rate), at + piece.seconds
        had, count = max(1, end - begin), max(1, round(at * rate) - first)
        taken = f"[p{number}]trim=start_frame={begin}:end_frame={begin + had},setpts=PTS-STARTPTS"
        yield from _shown(piece.mode, number, taken, had, count, rate)
    joined = "".join(f"[v{number}]" for number in range(len(pieces)))
    yield f"{joined}concat=n={len(pieces)}:v=1:a=0[v]"


def _shown(
    mode: str | None, number: int, taken: str, had: int, count: int, rate: Fraction
) -> Iterator[str]:
    """The frames of a piece, as many as are wanted; the last one stays if it is a frame short."""
    whole = f"tpad=stop_mode=clone:stop={count},trim=end_frame={count},setpts=N/({rate}*TB)"
    out = f"{whole}[v{number}]"
    if mode == "bounce" and count > had:
        yield f"{taken},split[f{number}][b{number}]"
        yield f"[b{number}]reverse[r{number}]"
        there_and_back = f"[f{number}][r{number}]concat=n=2:v=1:a=0"
        yield f"{there_and_back},setpts=N/({rate}*TB),loop=loop=-1:size={2 * had},{out}"
    elif mode == "loop" and count > had:
        yield f"{taken},loop=loop=-1:size={had},{out}"
    elif mode == "remap":
        yield f"{taken},setpts=PTS*{count}/{had},fps={rate},{out}"
    else:
        yield f"{taken},{out}"
