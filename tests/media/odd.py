"""Tiny files of odd kinds, cheap to make and to cut: six seconds unless told otherwise.

The kinds that matter for an exact cut are in `make`; these are for refusals and whole runs.
"""

from __future__ import annotations

from pathlib import Path

import av

from tests.media.make import RATE, ffmpeg, picture, tone

X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
AAC = ("-c:a", "aac", "-b:a", "64k")
SIZE = "128x72"


def tiny(target: Path, *codec: str, seconds: float = 6) -> Path:
    """Picture and sound, a key frame each second; H.264 and AAC unless `codec` says otherwise."""
    words = codec or (*X264, *AAC)
    inputs = (*picture(seconds, SIZE), *tone(seconds))
    ffmpeg(*inputs, "-g", str(RATE), *words, "-shortest", str(target))
    return target


def silent(target: Path) -> Path:
    ffmpeg(*picture(6, SIZE), "-g", str(RATE), *X264, str(target))
    return target


def sound(target: Path) -> Path:
    ffmpeg(*tone(6), *AAC, "-f", "mp4", str(target))
    return target


def one_picture(target: Path) -> Path:
    """A video of a single frame."""
    ffmpeg(*picture(1, SIZE), *X264, "-frames:v", "1", str(target))
    return target


def posing(target: Path, kind: str) -> Path:
    """A picture file (jpg, png or gif) under any name."""
    real = target.with_name(f"picture.{kind}")
    ffmpeg(*picture(1, SIZE), "-frames:v", "1", "-update", "1", str(real))
    return real.rename(target)


def cut_off(target: Path, *, index_first: bool) -> Path:
    """The first 35 % of a file, with its index at the front or, lost, at the end."""
    flags = ("-movflags", "+faststart") if index_first else ()
    return _beginning(tiny(target.with_stem("whole"), *X264, *AAC, *flags), target)


def cut_off_stream(target: Path) -> Path:
    """The first 35 % of a WebM, which states its length and needs no index to be read."""
    return _beginning(vp9(target.with_name("whole.webm")), target)


def _beginning(whole: Path, target: Path) -> Path:
    content = whole.read_bytes()
    target.write_bytes(content[: len(content) * 35 // 100])
    return target


def no_pictures_yet(target: Path) -> Path:
    """The head of a fragmented file, before its first fragment."""
    flags = ("-movflags", "frag_keyframe+empty_moov+default_base_moof")
    content = tiny(target.with_stem("whole"), *X264, *AAC, *flags).read_bytes()
    target.write_bytes(content[: content.index(b"moof") - 4])
    return target


def portrait(target: Path) -> Path:
    """Stored lying, shown upright, as phones do."""
    lying = tiny(target.with_name("lying.mp4"))
    ffmpeg("-display_rotation", "90", "-i", str(lying), "-c", "copy", str(target))
    return target


def variable_rate(target: Path) -> Path:
    """25 frames a second, then five."""
    thin = ("-vf", r"select=lt(t\,3)+not(mod(n\,5))", "-fps_mode", "vfr")
    return tiny(target, *thin, *X264, *AAC)


def hevc(target: Path) -> Path:
    quiet = ("-preset", "ultrafast", "-x265-params", "log-level=none")
    return tiny(target, "-c:v", "libx265", *quiet, *AAC)


def vp9(target: Path) -> Path:
    fast = ("-deadline", "realtime", "-cpu-used", "8")
    return tiny(target, "-c:v", "libvpx-vp9", *fast, "-c:a", "libopus")


def surround(target: Path) -> Path:
    return tiny(target, *X264, "-ac", "6", *AAC)


def two_sounds(target: Path) -> Path:
    inputs = (*picture(6, SIZE), *tone(6), *tone(6, 44_100))
    maps = ("-map", "0:v", "-map", "1:a", "-map", "2:a")
    ffmpeg(*inputs, *maps, "-g", str(RATE), *X264, *AAC, "-shortest", str(target))
    return target


def with_cover(target: Path, of: Path, *, at: int) -> Path:
    """The same file with cover art, its video stream number `at`."""
    cover = posing(target.with_name("cover.bin"), "png")
    inputs = ("-i", str(of), "-i", str(cover), "-map", "0", "-map", "1", "-c", "copy")
    ffmpeg(*inputs, f"-disposition:v:{at}", "attached_pic", "-f", "mp4", str(target))
    return target


def covered_video(target: Path) -> Path:
    return with_cover(target, tiny(target.with_name("bare.mp4")), at=1)


def covered_song(target: Path) -> Path:
    return with_cover(target, sound(target.with_name("bare.m4a")), at=0)


def padded(target: Path, size: int) -> Path:
    """A whole video with nothing behind it, in a box of its own, up to `size` bytes."""
    content = tiny(target, *X264, *AAC, "-movflags", "+faststart").read_bytes()
    rest = size - len(content)
    target.write_bytes(content + rest.to_bytes(4, "big") + b"free" + bytes(rest - 8))
    return target


def long_and_tiny(target: Path, minutes: int) -> Path:
    """One frame a second."""
    ffmpeg(*picture(minutes * 60, "64x64", 1), *X264, "-g", "60", str(target))
    return target


def frames(path: Path) -> int:
    """How many pictures a file holds, by its packets."""
    with av.open(str(path)) as container:
        return sum(1 for packet in container.demux(video=0) if packet.size)
