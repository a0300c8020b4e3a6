"""Sound made as loud as a target says, by what is measured of it and not by guess.

The gain is one for the whole segment, so that nothing breathes. Where peaks would go too high a
limiter holds them, and the gain is measured again on what comes out: as encoded, as it is heard.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path

from functions.adapters.ffmpeg.commands import QUIET
from functions.adapters.ffmpeg.encode_commands import HEADROOM
from functions.adapters.ffmpeg.encoders import sound_of
from functions.adapters.ffmpeg.run import run
from functions.domain.cutting.exactness import EncodeTarget
from functions.domain.cutting.job import StopRequested

HIGHEST_PEAK = -1.0
MOST_GAIN = 30.0
"""Decibels; what is quieter is noise, and stays quieter than was asked for."""
_CEILING = -1.5
_NEAR = 0.3
_ROUNDS = 4
_SILENT = -69.0
_FOUND = re.compile(r"lavfi\.r128\.(I|true_peak)=(\S+)")


@dataclass(frozen=True, slots=True)
class Loudness:
    """Of a whole file: LUFS, and the highest true peak in dBTP. EBU R 128, ITU-R BS.1770-4."""

    integrated: float
    peak: float


def make_loud(raw: Path, target: EncodeTarget, made: Path, stop: StopRequested) -> None:
    """Encode `raw` to `made` at the target's loudness; silence stays silence."""
    wanted, found = target.loudness or 0, measured(raw, stop)
    if found.integrated < _SILENT:
        _render(raw, target, made, -HEADROOM, None, stop)
        return
    most = MOST_GAIN - HEADROOM
    gain = min(most, wanted - found.integrated)
    ceiling = None if found.peak + gain <= _CEILING else _CEILING
    for _ in range(_ROUNDS):
        _render(raw, target, made, gain, ceiling, stop)
        heard = measured(made, stop)
        off, above = wanted - heard.integrated, heard.peak - HIGHEST_PEAK
        if (abs(off) <= _NEAR or gain >= most) and above <= 0:
            return
        gain = min(most, gain + off)
        if above > 0:
            ceiling = (_CEILING if ceiling is None else ceiling) - max(above, 0.0) - 0.2


def measured(path: Path, stop: StopRequested) -> Loudness:
    """Of what is heard, so of the samples that a codec gives back."""
    meter = "ebur128=peak=true:metadata=1"
    told = ",".join(
        f"ametadata=mode=print:key=lavfi.r128.{key}:file=-" for key in ("I", "true_peak")
    )
    words = [*QUIET, "-i", str(path), "-map", "0:a:0", "-af", f"{meter},{told}", "-f", "null", "-"]
    text = run(words, folder=path.parent, stop=stop).text
    last = {match[1]: float(match[2]) for match in _FOUND.finditer(text)}
    peak = last.get("true_peak", 0.0)
    return Loudness(last.get("I", -70.0), 20 * math.log10(peak) if peak > 0 else -120.0)


def _render(
    raw: Path,
    target: EncodeTarget,
    made: Path,
    gain: float,
    ceiling: float | None,
    stop: StopRequested,
) -> None:
    """True peaks lie between samples: the limiter works on four times as many."""
    filters = [f"volume={gain:.3f}dB:precision=double"]
    if ceiling is not None:
        limit = f"alimiter=level=disabled:limit={10 ** (ceiling / 20):.6f}:attack=5:release=80"
        filters += ["aresample=192000", limit]
    filters.append("aresample=48000")
    sound = sound_of(target)
    words = [*QUIET, "-i", str(raw), "-map", "0:a:0", "-af", ",".join(filters), *sound.words]
    run([*words, "-f", sound.muxer, str(made)], folder=raw.parent, stop=stop)


def mux_command(picture: Path | None, sound: Path, muxer: str, target: Path) -> list[str]:
    """Picture and sound into one file, as they are."""
    first = ["-i", str(picture), "-i", str(sound), "-map", "0:v:0", "-map", "1:a:0"]
    inputs = first if picture else ["-i", str(sound), "-map", "0:a:0"]
    return [*QUIET, "-copyts", *inputs, "-c", "copy", "-f", muxer, str(target)]
