from __future__ import annotations

from pathlib import Path

import pytest

from functions.adapters.ffmpeg.commands import cut_command, starts_inside
from functions.domain.cutting.job import CutJob
from functions.domain.cutting.plan import Plan
from functions.domain.media.containers import MKV, MP4, WEBM
from tests.builders import make_plan, make_planned

URL = "https://bucket.test/source?signature=x"


def _job(first: int = 1, last: int = 3, *, plan: Plan | None = None, url: str = URL) -> CutJob:
    plan = plan or make_plan()
    return CutJob(
        source_url=url,
        plan=plan,
        segments=plan.segments[first - 1 : last],
        skip=frozenset(),
        folder=Path("/scratch/job"),
        disk_budget=1_000,
    )


def _command(job: CutJob) -> list[str]:
    return cut_command(job, list_fd=7, progress_fd=9)


def _value(words: list[str], option: str) -> str:
    return words[words.index(option) + 1]


def test_given_a_window_from_the_start_when_cut_then_the_source_is_not_entered_in_the_middle():
    assert "-ss" not in _command(_job())
    assert not starts_inside(_job())


def test_given_an_inner_window_when_cut_then_it_is_entered_between_two_keyframes():
    words = _command(_job(4, 6))

    # Segment 4 opens at 30 s, and the keyframe before is at 28 s.
    assert _value(words, "-ss") == "29.000000"
    assert words.index("-ss") < words.index("-i")


def test_given_a_source_without_an_index_when_an_inner_part_is_cut_then_it_is_read_from_the_start():
    job = _job(4, 6, plan=make_plan(one_pass=True))

    assert "-ss" not in _command(job)
    assert not starts_inside(job)


def test_given_a_window_from_the_start_when_cut_then_times_count_from_the_first_keyframe():
    # Cuts at 10, 20 and the next window's 30 s, each aimed at a second before.
    assert _value(_command(_job()), "-segment_times") == "9.000000,19.000000,29.000000"


def test_given_an_inner_window_when_cut_then_times_count_from_the_keyframe_before_it():
    # Read from 28 s on: cuts at 30, 40 and 50 s; after the last segment nothing follows.
    assert _value(_command(_job(4, 6)), "-segment_times") == "1.000000,11.000000,21.000000"


def test_given_a_source_that_is_first_shown_late_when_cut_then_times_count_from_there():
    first = make_planned(1, cut=400, after=400)
    plan = make_plan(2, segments=(first, make_planned(2)))

    assert _value(_command(_job(1, 2, plan=plan)), "-segment_times") == "8.600000"


def test_given_one_segment_of_the_whole_source_when_cut_then_no_cut_is_ever_reached():
    times = _value(_command(_job(1, 1, plan=make_plan(1))), "-segment_times")

    assert float(times) > 12 * 3600


def test_given_a_clock_that_starts_elsewhere_when_cut_then_times_do_not_change():
    assert _value(_command(_job(plan=make_plan(origin=1_400))), "-segment_times") == _value(
        _command(_job()), "-segment_times"
    )


def test_given_a_source_on_the_web_when_cut_then_only_the_named_protocols_may_be_opened():
    words = _command(_job())

    assert set(_value(words, "-protocol_whitelist").split(",")) == {
        "file",
        "http",
        "https",
        "tcp",
        "tls",
        "crypto",
    }
    assert words.index("-protocol_whitelist") < words.index("-i")


def test_given_a_lost_connection_when_cut_then_ffmpeg_connects_again_and_never_waits_for_ever():
    words = _command(_job())

    assert _value(words, "-reconnect") == "1"
    assert int(_value(words, "-rw_timeout")) > 0


def test_given_a_local_source_when_cut_then_no_option_of_the_web_is_passed():
    assert "-reconnect" not in _command(_job(url="/data/source.mp4"))


@pytest.mark.parametrize(
    ("container", "demuxer"),
    [("mov,mp4,m4a,3gp,3g2,mj2", "mov"), ("matroska,webm", "matroska"), ("mpegts", "mpegts")],
)
def test_given_the_probed_container_when_cut_then_its_demuxer_is_named(
    container: str, demuxer: str
):
    words = _command(_job(plan=make_plan(container=container)))

    # The first -f belongs to the input: it may not pass for a playlist now.
    assert _value(words, "-f") == demuxer
    assert words.index("-f") < words.index("-i")


def test_given_chosen_streams_when_cut_then_just_these_are_copied():
    words = _command(_job(plan=make_plan(video_index=0, audio_index=3)))

    maps = [words[at + 1] for at, word in enumerate(words) if word == "-map"]
    assert maps == ["0:0", "0:3"]
    assert _value(words, "-c") == "copy"


def test_given_sound_alone_when_cut_then_only_it_is_copied():
    words = _command(_job(plan=make_plan(video_index=None)))

    assert [words[at + 1] for at, word in enumerate(words) if word == "-map"] == ["0:1"]


@pytest.mark.parametrize("file_format", [MP4, MKV, WEBM])
def test_given_a_format_when_cut_then_its_muxer_and_extension_are_used(file_format):
    words = _command(_job(plan=make_plan(format=file_format)))

    assert _value(words, "-segment_format") == file_format.muxer
    assert words[-1].endswith(f".{file_format.extension}")


def test_given_two_pipes_when_cut_then_the_list_and_the_progress_go_to_theirs():
    words = _command(_job())

    assert (_value(words, "-segment_list"), _value(words, "-progress")) == ("pipe:7", "pipe:9")


def test_given_a_url_that_looks_like_an_option_when_cut_then_it_is_one_word_after_the_input_flag():
    words = _command(_job(url="-y; rm -rf /"))

    assert words[words.index("-i") + 1] == "-y; rm -rf /"
