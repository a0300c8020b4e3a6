"""As loud as was asked for, over a whole segment and as it is heard; and never clipped."""

from __future__ import annotations

from pathlib import Path

import pytest

from functions.adapters.ffmpeg.loudness import HIGHEST_PEAK, measured
from functions.domain.cutting.exactness import EncodeTarget, Exactness, VideoCodec
from functions.domain.cutting.job import CutFile
from tests.contract.exact_cutting import cut_exactly, exact_plan, require_sound, source_of
from tests.contract.shelf import Item, Maker, Shelf
from tests.media import numbered as make
from tests.media.make import ffmpeg, picture

# What a listener cannot tell; the target of platforms is held within one.
NEAR_LU = 0.6
# Words: bursts that swell and end, with pauses, and a click now and then far above them.
_WORDS = (
    "0.05*sin(2*PI*180*t)*(0.6+0.4*sin(2*PI*3*t))*lt(mod(t\\,1.7)\\,1.2)"
    "+0.9*random(0)*lt(mod(t\\,2.3)\\,0.004)"
)
_LEVELS = "0.3*sin(2*PI*440*t)*if(lt(t\\,6)\\,0.03\\,1)"


def sounding(expression: str) -> Maker:
    def made(target: Path) -> Path:
        sound = ("-f", "lavfi", "-i", f"aevalsrc='{expression}':s=48000:d=12")
        ffmpeg(*picture(12, "64x36", 5), *sound, "-c:v", "libx264", "-preset", "ultrafast",
               "-g", "5", "-c:a", "aac", "-b:a", "192k", str(target))  # fmt: skip
        return target

    return made


SOUNDS: dict[str, Maker] = {
    "peaks.mp4": sounding(_WORDS),
    "two-levels.mp4": sounding(_LEVELS),
    "loud.mp4": sounding("1.6*sin(2*PI*997*t)"),
}


def cut(item: Item, folder: Path, length: int, **target: object) -> list[CutFile]:
    wanted = EncodeTarget(height=144, **target)  # type: ignore[arg-type]
    return cut_exactly(item, exact_plan(item, Exactness.ACCURATE, length, target=wanted), folder)


@pytest.mark.parametrize("loudness", [-14, -16])
@pytest.mark.parametrize("name", SOUNDS)
def test_given_a_loudness_when_encoded_then_the_whole_segment_has_it_and_no_peak_is_too_high(
    shelf: Shelf, scratch: Path, name: str, loudness: int
) -> None:
    (file,) = cut(shelf.take(name, SOUNDS[name]), scratch, 60_000, loudness=loudness)

    found = measured(file.path, lambda: False)

    assert found.integrated == pytest.approx(loudness, abs=NEAR_LU)
    assert found.peak <= HIGHEST_PEAK


def test_given_a_quiet_and_a_loud_part_when_encoded_together_then_they_stay_as_far_apart(
    shelf: Shelf, scratch: Path
) -> None:
    """One gain for all: nothing breathes."""
    item = shelf.take("two-levels.mp4", SOUNDS["two-levels.mp4"])
    (file,) = cut(item, scratch, 60_000, loudness=-16)

    def apart(path: Path) -> float:
        levels = []
        for start in (1, 7):
            part = scratch / f"{start}.wav"
            ffmpeg("-ss", str(start), "-t", "4", "-i", str(path), "-map", "0:a", str(part))
            levels.append(measured(part, lambda: False).integrated)
        return levels[1] - levels[0]

    assert apart(file.path) == pytest.approx(apart(item.path), abs=0.3)


@pytest.mark.parametrize("codec", [VideoCodec.H264, VideoCodec.VP9])
def test_given_a_loudness_when_encoded_then_sound_stays_with_its_picture(
    shelf: Shelf, scratch: Path, codec: VideoCodec
) -> None:
    item = shelf.take("numbered-closed.mp4", make.numbered)
    target = EncodeTarget(codec=codec, loudness=-14)
    plan = exact_plan(item, Exactness.ACCURATE, 3_330, target=target)

    require_sound(source_of(item, plan), cut_exactly(item, plan, scratch))


def test_given_silence_when_encoded_to_a_loudness_then_it_stays_silent(
    shelf: Shelf, scratch: Path
) -> None:
    item = shelf.take("silence.mp4", sounding("0"))

    (file,) = cut(item, scratch, 60_000, loudness=-14)

    assert measured(file.path, lambda: False).peak < -90


def test_given_a_loudness_when_cut_then_nothing_is_left_beside_the_segments(
    shelf: Shelf, scratch: Path
) -> None:
    item = shelf.take("two-levels.mp4", SOUNDS["two-levels.mp4"])

    cut(item, scratch, 4_000, loudness=-14)

    left = sorted(path.name for path in scratch.rglob("*.*") if path.is_file())
    segments = [f"00000{number}{rest}" for number in (1, 2, 3) for rest in ("-sound.m4a", ".mp4")]
    assert left == segments
