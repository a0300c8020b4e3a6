"""Sound as the transcriber gets it: where a sample lies is when it is heard."""

from __future__ import annotations

import array
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from functions.adapters.ffmpeg.binary import ffmpeg_path
from functions.adapters.ffmpeg.speech import RATE, FfmpegSpeechExtractor
from functions.domain.errors import MediaError, UnavailableError
from functions.domain.transcripts.ports import SpeechJob
from tests.contract.source_server import Manner, served
from tests.media.make import ffmpeg

PICTURE = ("-f", "lavfi", "-i", "testsrc=size=160x90:rate=25:duration=12")
# A beep of a tenth of a second at each whole second.
BEEPS = "aevalsrc='if(lt(mod(t,1),0.1),0.5*sin(2*PI*880*t),0)':s=48000:d=12"
ENCODED = (
    "-c:v",
    "libx264",
    "-preset",
    "ultrafast",
    "-g",
    "25",
    "-pix_fmt",
    "yuv420p",
    "-shortest",
)


def _film(target: Path, *filters: str, sound: str = BEEPS) -> Path:
    chain = ",".join(filters) or "anull"
    ffmpeg(*PICTURE, "-f", "lavfi", "-i", sound, "-af", chain, *ENCODED, "-c:a", "aac", str(target))
    return target


def _job(source: Path | str, folder: Path, **overrides: object) -> SpeechJob:
    container = "mpegts" if str(source).endswith(".ts") else "mov,mp4"
    job = SpeechJob(
        source_url=str(source),
        container=container,
        audio_index=1,
        start=0,
        end=None,
        enterable=True,
        target=folder / "speech.flac",
    )
    return replace(job, **overrides)  # type: ignore[arg-type]


def _extract(job: SpeechJob, stop: Callable[[], bool] = lambda: False) -> bool:
    return FfmpegSpeechExtractor().extract(job, stop)


def _beeps(path: Path) -> list[float]:
    """When each begins, in seconds."""
    words = ["-v", "error", "-i", str(path), "-f", "s16le", "-"]
    pcm = subprocess.run([ffmpeg_path(), *words], capture_output=True, check=True).stdout
    samples = array.array("h", pcm)
    step = RATE // 100
    loud = [
        max(map(abs, samples[at : at + step]), default=0) > 3_000
        for at in range(0, len(samples), step)
    ]
    return [at / 100 for at, now in enumerate(loud) if now and not (at and loud[at - 1])]


def _near(found: list[float], wanted: list[float]) -> bool:
    return len(found) == len(wanted) and all(
        abs(a - b) <= 0.03 for a, b in zip(found, wanted, strict=True)
    )


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _film(tmp_path_factory.mktemp("speech") / "plain.mp4")


def test_given_a_video_when_its_sound_is_taken_out_then_every_moment_is_where_it_was(
    plain: Path, tmp_path: Path
) -> None:
    assert _extract(_job(plain, tmp_path))

    assert _near(_beeps(tmp_path / "speech.flac"), [float(at) for at in range(12)])


def test_given_a_window_when_its_sound_is_taken_out_then_times_count_from_its_start(
    plain: Path, tmp_path: Path
) -> None:
    assert _extract(_job(plain, tmp_path, start=3_500, end=7_250))

    assert _near(_beeps(tmp_path / "speech.flac"), [0.5, 1.5, 2.5, 3.5])


def test_given_a_source_that_cannot_be_entered_when_a_window_is_taken_then_it_is_the_same(
    plain: Path, tmp_path: Path
) -> None:
    ffmpeg("-i", str(plain), "-c", "copy", str(tmp_path / "plain.ts"))

    assert _extract(_job(tmp_path / "plain.ts", tmp_path, start=3_500, end=7_250, enterable=False))

    assert _near(_beeps(tmp_path / "speech.flac"), [0.5, 1.5, 2.5, 3.5])


def test_given_sound_that_begins_late_when_taken_out_then_it_begins_late(tmp_path: Path) -> None:
    source = tmp_path / "late.mp4"
    ffmpeg(
        *PICTURE, "-itsoffset", "2", "-f", "lavfi", "-i", BEEPS, "-map", "0:v", "-map", "1:a",
        *ENCODED, "-c:a", "aac", str(source),
    )  # fmt: skip

    assert _extract(_job(source, tmp_path))

    found = _beeps(tmp_path / "speech.flac")
    assert _near(found[:3], [2.0, 3.0, 4.0])


def test_given_a_gap_in_the_sound_when_taken_out_then_it_is_filled(tmp_path: Path) -> None:
    source = _film(tmp_path / "gap.mp4", "aselect='not(between(t,3.2,5.8))'")

    assert _extract(_job(source, tmp_path))

    found = _beeps(tmp_path / "speech.flac")
    assert _near(found, [0.0, 1.0, 2.0, 3.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0])


@pytest.mark.parametrize("sound", ["anullsrc=d=12", "anoisesrc=d=12:amplitude=0.00005"])
def test_given_silence_when_taken_out_then_there_is_nothing_to_hear(
    tmp_path: Path, sound: str
) -> None:
    assert _extract(_job(_film(tmp_path / "silent.mp4", sound=sound), tmp_path)) is False


def test_given_quiet_speech_when_taken_out_then_there_is(tmp_path: Path) -> None:
    assert _extract(_job(_film(tmp_path / "quiet.mp4", "volume=-40dB"), tmp_path))


def test_given_a_window_past_the_end_when_taken_out_then_there_is_nothing_to_hear(
    plain: Path, tmp_path: Path
) -> None:
    assert _extract(_job(plain, tmp_path, start=60_000)) is False


def test_given_no_more_time_when_taken_out_then_it_gives_up(plain: Path, tmp_path: Path) -> None:
    with served(Manner(plain, rate=1_000)) as url, pytest.raises(MediaError) as refused:
        _extract(_job(url, tmp_path), lambda: True)

    assert refused.value.code == "transcript.too_long"


def test_given_a_source_that_breaks_off_when_taken_out_then_another_try_may_help(
    plain: Path, tmp_path: Path
) -> None:
    half = plain.stat().st_size // 2

    with served(Manner(plain, breaks_at=half)) as url, pytest.raises(UnavailableError):
        _extract(_job(url, tmp_path))


def test_given_no_video_when_taken_out_then_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("no video at all\n" * 500)

    with pytest.raises(MediaError) as refused:
        _extract(_job(tmp_path / "text.mp4", tmp_path))

    assert refused.value.code == "transcript.undecodable"


def test_given_sound_of_many_channels_when_taken_out_then_it_is_one_at_16_khz(
    tmp_path: Path,
) -> None:
    source = _film(tmp_path / "wide.mp4", "pan=5.1|FC=c0")

    assert _extract(_job(source, tmp_path))

    words = ["-hide_banner", "-i", str(tmp_path / "speech.flac")]
    said = subprocess.run([ffmpeg_path(), *words], capture_output=True, text=True, check=False)
    assert "Audio: flac, 16000 Hz, mono, s16" in said.stderr
    assert len(_beeps(tmp_path / "speech.flac")) == 12
