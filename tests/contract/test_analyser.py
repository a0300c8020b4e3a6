"""What the analyser finds is what was put into the file."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import av
import pytest

from functions.adapters.ffmpeg.analysis.analyser import PREVIEW_BYTES, FfmpegAnalyser
from functions.domain.analyses.analysis import AnalysisJob
from functions.domain.analyses.boundaries import Stretch
from functions.domain.analyses.plan import ANALYSES, plan_analysis
from functions.domain.errors import MediaError
from functions.domain.extras import Extra
from tests.contract.looking import Looked, look, probed
from tests.contract.source_server import Manner, served
from tests.media import make
from tests.media.known import BLACK, CUTS, LENGTH_S, SILENCE, known
from tests.media.make import FFMPEG, ffmpeg


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return known(tmp_path_factory.mktemp("known") / "known.mp4")


@pytest.fixture(scope="module")
def looked(source: Path) -> Looked:
    return look(source)


def _pauses(looked: Looked) -> tuple[Stretch, ...]:
    envelope = looked.result.boundaries.envelope
    assert envelope
    return envelope.silences(level=-50, minimum=300)


def _loudness_by_ffmpeg(path: Path) -> float:
    words = [FFMPEG, "-nostdin", "-hide_banner", "-i", str(path), "-map", "0:a:0"]
    done = subprocess.run(
        [*words, "-af", "ebur128", "-f", "null", "-"], capture_output=True, text=True, check=True
    )
    return float(re.findall(r"I:\s+(-?[\d.]+) LUFS", done.stderr)[-1])


def test_given_known_cuts_when_looked_at_then_each_is_found_at_its_first_picture(looked: Looked):
    assert looked.cuts == list(CUTS)


def test_given_a_black_stretch_when_looked_at_then_it_is_found_to_the_picture(looked: Looked):
    assert looked.result.black == (Stretch(start=BLACK[0], end=BLACK[1]),)


def test_given_a_pause_when_looked_at_then_it_is_found(looked: Looked):
    (pause,) = _pauses(looked)

    assert pause.start == pytest.approx(SILENCE[0], abs=40)
    assert pause.end == pytest.approx(SILENCE[1], abs=40)


def test_given_sound_when_looked_at_then_it_is_as_loud_as_ffmpeg_says(looked: Looked, source: Path):
    loudness = looked.result.loudness

    assert loudness
    assert loudness.integrated == pytest.approx(_loudness_by_ffmpeg(source), abs=0.1)


def test_given_tiles_when_looked_at_then_each_shows_its_own_time(looked: Looked):
    """Seven seconds in, and not before, the picture is black."""
    ((sheet,),) = [one.sheets for one in looked.files]
    assert looked.plan.tiles
    with av.open(str(sheet)) as container:
        picture = next(container.decode(video=0)).reformat(format="gray")
    assert (picture.width, picture.height) == (1_600, 180)
    row = bytes(picture.planes[0])[45 * picture.planes[0].line_size :]
    middles = [row[tile * 160 + 80] for tile in range(10)]
    assert [second for second, light in enumerate(middles) if light < 8] == [7, 8]


@pytest.mark.parametrize("window", [2_000, 5_000])
def test_given_windows_when_looked_at_then_they_find_what_one_look_finds(
    looked: Looked, source: Path, window: int
):
    several = look(source, window=window)

    assert len(several.plan.windows) > 2
    assert several.result.boundaries == looked.result.boundaries
    assert several.result.black == looked.result.black
    assert several.result.loudness == looked.result.loudness


@pytest.mark.parametrize("window", [None, 2_000, 5_000])
@pytest.mark.parametrize("gop", [12, 50, 250])
def test_given_only_scenes_wanted_when_looked_at_by_groups_then_the_same_cuts_are_found(
    tmp_path: Path, gop: int, window: int | None
):
    found = look(known(tmp_path / "known.mp4", gop=gop), [Extra.SCENES], window=window)

    assert found.plan.grouped
    assert found.cuts == list(CUTS)


@pytest.mark.parametrize("gop", [25, 100])
def test_given_keyframes_at_fixed_times_when_looked_at_by_groups_then_the_same_cuts_are_found(
    tmp_path: Path, gop: int
):
    fixed = ("-sc_threshold", "0")
    found = look(known(tmp_path / "known.mp4", *fixed, gop=gop), [Extra.SCENES])

    assert found.cuts == list(CUTS)


HEVC = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error")


@pytest.mark.parametrize("window", [None, 3_000])
@pytest.mark.parametrize("end", ["mp4", "mkv"])
@pytest.mark.parametrize("words", [HEVC, ("-sc_threshold", "0"), ("-bf", "0")], ids=str)
def test_given_other_coding_orders_when_looked_at_by_groups_then_the_same_cuts_are_found(
    tmp_path: Path, words: tuple[str, ...], end: str, window: int | None
):
    found = look(known(tmp_path / f"known.{end}", *words, gop=40), [Extra.SCENES], window=window)

    assert found.plan.grouped
    assert found.cuts == list(CUTS)


def test_given_open_groups_of_hevc_when_tiled_then_no_keyframe_stands_for_what_is_between(
    tmp_path: Path,
):
    """Left alone, their keyframes get lost: all pictures are decoded."""
    dense = known(tmp_path / "known.mp4", *HEVC, gop=12)

    assert not look(dense, [Extra.STORYBOARD]).plan.dense


@pytest.mark.parametrize("name", ["hevc", "webm", "old_avi", "open_gop", "edit_list", "fragmented"])
def test_given_an_odd_file_without_a_cut_when_only_scenes_are_wanted_then_none_is_found(
    tmp_path: Path, name: str
):
    path = getattr(make, name)(tmp_path / f"odd.{_ENDS.get(name, 'mp4')}")

    assert look(path, [Extra.SCENES]).cuts == []


def test_given_a_source_over_http_when_looked_at_then_the_same_is_found(
    looked: Looked, source: Path, tmp_path: Path
):
    path = tmp_path / "source.mp4"
    path.write_bytes(source.read_bytes())
    with served(Manner(path)) as url:
        again = look(path, url=url)

    assert again.result == looked.result


@pytest.mark.parametrize("words", [("-f", "mpegts"), ("-movflags", "frag_keyframe+empty_moov")])
def test_given_a_source_that_cannot_be_entered_when_looked_at_then_all_is_found_in_one_go(
    source: Path, tmp_path: Path, words: tuple[str, ...]
):
    path = tmp_path / "source.bin"
    ffmpeg(
        "-i",
        str(source),
        "-c",
        "copy",
        *(words if "mpegts" in words else (*words, "-f", "mp4")),
        str(path),
    )

    found = look(path)

    assert len(found.plan.windows) == 1
    first = probed(path).keyframes.times[0]
    assert found.cuts == pytest.approx([cut + first for cut in CUTS], abs=2)
    assert found.files[0].moving
    assert len(_pauses(found)) == 1


def test_given_a_preview_when_animated_then_it_moves_and_is_small(looked: Looked, tmp_path: Path):
    moving = looked.files[0].moving
    assert moving

    FfmpegAnalyser().animate(moving, tmp_path / "preview.webp")

    body = (tmp_path / "preview.webp").read_bytes()
    # Pictures that are the same become one that stays longer.
    assert body.count(b"ANMF") > 20
    assert len(body) <= PREVIEW_BYTES


@pytest.mark.parametrize("name", ["hevc", "webm", "old_avi", "open_gop", "edit_list"])
def test_given_an_odd_file_when_looked_at_then_everything_is_made(tmp_path: Path, name: str):
    found = look(getattr(make, name)(tmp_path / f"odd.{_ENDS.get(name, 'mp4')}"))

    assert found.result.made == tuple(ANALYSES)
    assert found.result.loudness
    assert found.result.storyboard
    assert found.files[0].moving


_ENDS = {"webm": "webm", "old_avi": "avi"}


def test_given_no_sound_when_looked_at_then_there_is_no_pause_to_cut_at(
    source: Path, tmp_path: Path
):
    path = tmp_path / "mute.mp4"
    ffmpeg("-i", str(source), "-c", "copy", "-an", str(path))

    found = look(path)

    assert (found.result.loudness, _pauses(found)) == (None, ())
    assert found.cuts == list(CUTS)


def test_given_no_picture_when_looked_at_then_there_is_no_scene(source: Path, tmp_path: Path):
    path = tmp_path / "sound.m4a"
    ffmpeg("-i", str(source), "-c", "copy", "-vn", str(path))

    found = look(path)

    assert (found.result.boundaries.scenes, found.result.black) == ((), ())
    assert len(_pauses(found)) == 1


def test_given_silent_sound_when_looked_at_then_it_has_no_loudness(tmp_path: Path):
    path = tmp_path / "silent.mp4"
    ffmpeg(*make.picture(2), "-f", "lavfi", "-i", "anullsrc", "-t", "2", *make.H264, str(path))

    found = look(path).result

    assert found.loudness
    assert (found.loudness.integrated, found.loudness.peak) == (None, None)


@pytest.mark.parametrize("window", [None, 3_000])
@pytest.mark.parametrize("shorter", ["v", "a"])
def test_given_streams_of_unlike_lengths_when_looked_at_then_what_is_there_is_found(
    source: Path, tmp_path: Path, shorter: str, window: int | None
):
    """Later windows have nothing of one stream."""
    path, longer = tmp_path / "unlike.mp4", {"v": "a", "a": "v"}[shorter]
    ffmpeg("-t", "5", "-i", str(source), "-i", str(source), "-map", f"0:{shorter}",
           "-map", f"1:{longer}", "-c", "copy", str(path))  # fmt: skip

    found = look(path, window=window)

    if shorter == "v":
        assert found.cuts == [CUTS[0]]
        assert _pauses(found)[0].end == pytest.approx(SILENCE[1], abs=40)
    else:
        assert found.cuts == list(CUTS)
        assert _pauses(found)[-1].end == pytest.approx(LENGTH_S * 1_000, abs=50)


def test_given_one_picture_when_looked_at_then_it_has_one_tile(tmp_path: Path):
    path = tmp_path / "one.mp4"
    ffmpeg(*make.picture(1), "-frames:v", "1", *make.H264, str(path))

    found = look(path).result

    assert found.storyboard
    assert found.storyboard.webvtt(lambda *_: "sheet.jpg").count("-->") == 1


def test_given_sound_that_begins_late_when_looked_at_then_pauses_are_where_they_are_heard(
    source: Path, tmp_path: Path
):
    path = tmp_path / "late.mp4"
    ffmpeg("-i", str(source), "-itsoffset", "1", "-i", str(source), "-map", "0:v", "-map", "1:a",
           "-c", "copy", str(path))  # fmt: skip

    before, pause = _pauses(look(path))

    assert (before.start, before.end) == pytest.approx((0, 1_000), abs=40)
    assert pause.start == pytest.approx(SILENCE[0] + 1_000, abs=40)


def test_given_sound_on_one_side_only_when_looked_at_then_it_is_no_silence(tmp_path: Path):
    """A mix of channels that cancel each other would be silent."""
    path = tmp_path / "against.mp4"
    against = "pan=stereo|c0=c0|c1=-1*c0"
    ffmpeg(*make.picture(2), *make.tone(2), "-af", against, *make.H264, "-c:a", "aac", str(path))

    assert _pauses(look(path)) == ()


def test_given_only_loudness_when_looked_at_then_no_picture_is_decoded(source: Path):
    found = look(source, [Extra.LOUDNESS], window=100_000)

    assert found.plan.video_index is None
    assert found.files[0].sheets == ()
    assert list(source.with_name("known.mp4-100000-0").iterdir()) == [
        source.with_name("known.mp4-100000-0") / "loudness.txt"
    ]


def test_given_too_little_time_when_looked_at_then_it_says_so(source: Path, tmp_path: Path):
    plan = plan_analysis(probed(source), ANALYSES)
    job = AnalysisJob(source_url=str(source), plan=plan, window=plan.windows[0], folder=tmp_path)

    with pytest.raises(MediaError, match=r"analysis\.too_long"):
        FfmpegAnalyser().analyse(job, lambda: True)


def test_given_bytes_that_are_no_streams_when_looked_at_then_it_says_so(
    source: Path, tmp_path: Path
):
    plan = plan_analysis(probed(source), ANALYSES)
    (tmp_path / "noise").write_bytes(bytes(range(256)) * 100)
    job = AnalysisJob(
        source_url=str(tmp_path / "noise"), plan=plan, window=plan.windows[0], folder=tmp_path
    )

    with pytest.raises(MediaError, match=r"analysis\.undecodable"):
        FfmpegAnalyser().analyse(job, lambda: False)


def test_given_the_whole_when_looked_at_then_the_envelope_is_as_long(looked: Looked):
    envelope = looked.result.boundaries.envelope

    assert envelope
    assert len(envelope.attenuations) * envelope.step == pytest.approx(LENGTH_S * 1_000, abs=50)
