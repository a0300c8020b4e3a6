"""Pictures whose colours and pixels are told in one place or another: small, two and a half
seconds, a keyframe each half."""

from __future__ import annotations

import struct
from pathlib import Path

from tests.media.make import ffmpeg, picture, tone

PQ = {"color_primaries": 9, "color_trc": 16, "colorspace": 9}
BT601 = {"color_primaries": 5, "color_trc": 6, "colorspace": 5}
_X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-g", "12")
_X265 = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error:keyint=12")
_AROUND = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd", b"avc1")


def _made(target: Path, filters: str, codec: tuple[str, ...], *words: str) -> Path:
    inputs = (*picture(2.4, "160x90"), *tone(2.4))
    ffmpeg(*inputs, "-vf", filters, *codec, *words, "-c:a", "aac", str(target))
    return target


def _points(tags: dict[str, int]) -> str:
    return "setparams=" + ":".join(f"{name}={value}" for name, value in tags.items())


def said_by_pictures(target: Path) -> Path:
    return _made(target, f"{_points(BT601)}:range=2,format=yuv420p", _X264)


def said_by_container(target: Path) -> Path:
    """The bitstream says nothing of colours; a box of the file does."""
    content = _made(target, "format=yuv420p", _X264).read_bytes()
    points = [BT601["color_primaries"], BT601["color_trc"], BT601["colorspace"]]
    box = struct.pack(">I4s4s3HB", 19, b"colr", b"nclx", *points, 0)
    start = content.index(b"avcC") - 4
    end = start + int.from_bytes(content[start : start + 4], "big")
    for kind in _AROUND:
        at = content.rindex(kind, 0, end) - 4
        size = int.from_bytes(content[at : at + 4], "big") + len(box)
        content = content[:at] + size.to_bytes(4, "big") + content[at + 4 :]
    target.write_bytes(content[:end] + box + content[end:])
    return target


def stretched(target: Path) -> Path:
    """Pixels wider than high, as on a DVD."""
    return _made(target, "scale=180:144,setsar=64/45,format=yuv420p", _X264)


def hdr(target: Path) -> Path:
    """PQ in ten bits: white of a film at 203 cd/m²."""
    bright = "zscale=tin=bt709:min=bt709:pin=bt709:t=smpte2084:m=bt2020nc:p=bt2020:npl=203"
    return _made(target, f"setparams=color_primaries=1:color_trc=1:colorspace=1:range=1,{bright},"
                 f"format=yuv420p10le,{_points(PQ)}", _X265, "-tag:v", "hvc1")  # fmt: skip


def sdr(target: Path) -> Path:
    """The same before it became HDR."""
    tags = "setparams=color_primaries=1:color_trc=1:colorspace=1:range=1"
    return _made(target, f"{tags},format=yuv420p", _X264)
