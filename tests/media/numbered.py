"""Media whose every frame carries its number and whose sound carries a clock, and their reader.

A frame is sixteen bars, light or dark: twelve bits of its number and four to check them. The sound
rises steadily in pitch, so that the pitch at any moment tells the time.
"""

from __future__ import annotations

import subprocess
from array import array
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import av

from tests.media.make import FFMPEG, ffmpeg

WIDTH, HEIGHT, BARS = 256, 144, 16
FIRST_PITCH, RISE = 300.0, 300.0
SAMPLES = 48_000
_WINDOW = 2_400
_X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-crf", "26")


def numbered(
    target: Path, *words: str, frames: int = 250, rate: str = "25", sound: int = 1
) -> Path:
    """H.264 with B-frames and AAC unless `words` say otherwise; `sound` is how many tracks."""
    seconds = frames * _seconds(rate)
    clock = f"aevalsrc='sin(2*PI*({FIRST_PITCH}*t+{RISE / 2}*t*t))':s={SAMPLES}:d={seconds}"
    inputs = ["-f", "rawvideo", "-pix_fmt", "gray", "-s", f"{WIDTH}x{HEIGHT}", "-r", rate]
    inputs += ["-i", "pipe:0", *["-f", "lavfi", "-i", clock] * sound]
    maps = [word for index in range(sound + 1) for word in ("-map", str(index))]
    codec = [*_X264, "-bf", "2", "-g", "50", "-pix_fmt", "yuv420p", "-c:a", "aac"]
    command = [FFMPEG, "-loglevel", "error", "-y", *inputs, *maps, *codec, *words, str(target)]
    subprocess.run(command, input=b"".join(map(frame_of, range(frames))), check=True)
    return target


def _seconds(rate: str) -> float:
    above, _, below = rate.partition("/")
    return int(below or 1) / int(above)


def frame_of(number: int, width: int = WIDTH, height: int = HEIGHT) -> bytes:
    """A grey picture, byte by byte."""
    code = number << 4 | _check(number)
    bars = (b"\xe0" if code >> (BARS - 1 - at) & 1 else b"\x20" for at in range(BARS))
    return b"".join(bar * (width // BARS) for bar in bars) * height


def _check(number: int) -> int:
    return (number ^ number >> 4 ^ number >> 8 ^ 0x9) & 0xF


@dataclass(frozen=True, slots=True)
class Shown:
    """A frame's number and when it is shown, in seconds on the file's clock."""

    number: int
    at: float


def shown(path: Path) -> list[Shown]:
    """Every frame in the order it is shown in. Raises where one cannot be read."""
    with av.open(str(path)) as container:
        return [_shown(frame) for frame in container.decode(video=0)]


def _shown(frame: av.VideoFrame) -> Shown:
    """Pictures that were turned upright have their bars across."""
    down = frame.height > frame.width
    code = int("".join("1" if _light(frame, at, down) else "0" for at in range(BARS)), 2)
    number = code >> 4
    if _check(number) != code & 0xF:
        raise AssertionError(f"a frame at {frame.time} is damaged")
    return Shown(number, float(frame.time or 0))


def _light(frame: av.VideoFrame, bar: int, down: bool) -> bool:
    """Whether the middle of a bar is; samples of more than eight bits take two bytes."""
    plane, bits = frame.planes[0], frame.format.components[0].bits
    along, across = (frame.height, frame.width) if down else (frame.width, frame.height)
    place, middle = (2 * bar + 1) * along // (2 * BARS), across // 2
    x, y = (middle, place) if down else (place, middle)
    size = 1 if bits == 8 else 2
    at = y * plane.line_size + x * size
    value = int.from_bytes(memoryview(plane)[at : at + size], "little")
    return value >> (bits - 8) > 128


@dataclass(frozen=True, slots=True)
class Heard:
    """A moment on the file's clock, and the time that the sound tells there."""

    at: float
    told: float


def heard(path: Path) -> list[Heard]:
    """What the sound tells, every twentieth of a second that has sound in it."""
    samples = _samples(path)
    found = []
    for start in range(0, len(samples) - _WINDOW, _WINDOW):
        pitch = _pitch(samples[start : start + _WINDOW])
        if pitch is not None:
            middle = (start + _WINDOW / 2) / SAMPLES
            found.append(Heard(middle, (pitch - FIRST_PITCH) / RISE))
    return found


def _samples(path: Path) -> array[int]:
    filled = "aresample=async=1:first_pts=0:min_hard_comp=0.01"
    lead = ("-af", filled, "-ac", "1", "-ar", str(SAMPLES))
    words = [FFMPEG, "-loglevel", "error", "-copyts", "-i", str(path), "-map", "0:a:0", *lead]
    raw = subprocess.run([*words, "-f", "s16le", "pipe:1"], capture_output=True, check=True).stdout
    return array("h", raw)


def _pitch(samples: array[int]) -> float | None:
    """From the moments at which the wave rises through zero; None in silence."""
    if max(samples) < 300:
        return None
    rises = [at + a / (a - b) for at, (a, b) in enumerate(pairwise(samples)) if a < 0 <= b]
    return SAMPLES * (len(rises) - 1) / (rises[-1] - rises[0]) if len(rises) > 2 else None


def _copied(target: Path, *words: str, inputs: tuple[str, ...] = ()) -> Path:
    """A numbered file, muxed anew."""
    whole = numbered(target.with_name(f"whole-{target.stem}.mp4"))
    ffmpeg(*inputs, "-i", str(whole), "-c", "copy", *words, str(target))
    return target


def open_groups(target: Path) -> Path:
    """Keyframes whose leading pictures need the group before."""
    kind = ("-preset", "veryfast", "-x264-params", "open-gop=1:bframes=3:scenecut=0")
    return numbered(target, *kind)


def hevc(target: Path) -> Path:
    kind = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error")
    return numbered(target, *kind, "-tag:v", "hvc1", frames=200)


def mpeg2(target: Path) -> Path:
    return numbered(target, "-c:v", "mpeg2video", "-b:v", "2M", "-c:a", "mp2")


def vp9(target: Path) -> Path:
    fast = ("-deadline", "realtime", "-cpu-used", "8", "-crf", "30", "-b:v", "0")
    return numbered(target, "-c:v", "libvpx-vp9", *fast, "-c:a", "libopus", frames=200)


def uneven(target: Path) -> Path:
    """A variable frame rate, as screen recorders make it."""
    drop = ("-vf", "select='not(mod(n,3))+lt(mod(n,50),20)'", "-fps_mode", "vfr", "-g", "20")
    return numbered(target, *drop)


def turned(target: Path) -> Path:
    return _copied(target, inputs=("-display_rotation", "-90"))


def edited(target: Path) -> Path:
    """Trimmed without encoding: an edit list hides the first pictures."""
    return _copied(target, inputs=("-ss", "1.3"))


def late(target: Path) -> Path:
    """The sound begins long before the picture."""
    whole = numbered(target.with_stem("on-time"))
    both = ("-itsoffset", "1.5", "-i", str(whole), "-i", str(whole))
    ffmpeg(*both, "-map", "0:v", "-map", "1:a", "-c", "copy", str(target))
    return target


def brief_sound(target: Path) -> Path:
    """The sound ends long before the picture."""
    return _copied(target, "-bsf:a", "noise=drop=gt(pts*tb\\,4)")


def brief_picture(target: Path) -> Path:
    """The picture ends long before the sound."""
    return _copied(target, "-bsf:v", "noise=drop=gte(dts*tb\\,4)")


def one_frame(target: Path) -> Path:
    return numbered(target, frames=1, sound=0)


def fragmented(target: Path) -> Path:
    """Without pictures out of order: their delay would part the sound's first packets."""
    return numbered(target, "-bf", "0", "-movflags", "frag_keyframe+empty_moov")


def refreshed(target: Path) -> Path:
    """No keyframe after the first: a picture is made whole column by column, from points on that
    the container calls keyframes."""
    kind = ("-preset", "veryfast", "-x264-params", "intra-refresh=1:keyint=50:bframes=2")
    return numbered(target, *kind)


def fields(target: Path) -> Path:
    """Interlaced, the upper line first, as broadcasts are."""
    return numbered(target, "-vf", "setfield=tff", "-flags", "+ilme+ildct")


def ten_bits(target: Path) -> Path:
    return numbered(target, "-pix_fmt", "yuv420p10le")


def av1(target: Path) -> Path:
    return numbered(target, "-c:v", "libsvtav1", "-preset", "10", "-crf", "24", frames=200)


def covered(target: Path) -> Path:
    """Cover art is a picture stream, too, and here the first one."""
    whole, cover = numbered(target.with_stem("bare")), target.with_name("cover.png")
    ffmpeg("-f", "lavfi", "-i", "testsrc2=size=64x64", "-frames:v", "1", "-update", "1", str(cover))
    ffmpeg("-i", str(cover), "-i", str(whole), "-map", "0", "-map", "1", "-c", "copy",
           "-disposition:v:0", "attached_pic", str(target))  # fmt: skip
    return target


def negative(target: Path) -> Path:
    """Frames that are shown before they are decoded, by offsets below zero."""
    return numbered(target, "-movflags", "+negative_cts_offsets")


def unedited(target: Path) -> Path:
    """No edit list: the picture begins late by what its order needs."""
    return numbered(target, "-use_editlist", "0")


def early_sound(target: Path) -> Path:
    """A stream whose sound begins before its picture, on a clock that begins late."""
    whole = numbered(target.with_name("on-time.mp4"))
    both = ("-itsoffset", "0.7", "-i", str(whole), "-i", str(whole))
    ffmpeg(*both, "-map", "0:v", "-map", "1:a", "-c", "copy", "-output_ts_offset", "5",
           str(target))  # fmt: skip
    return target


def ultra(target: Path) -> Path:
    """4K, a second and a half."""
    large = ("-vf", "scale=3840:2160:flags=neighbor", "-g", "5")
    return numbered(target, *large, frames=12, rate="8")
