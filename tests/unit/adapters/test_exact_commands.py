"""What ffmpeg is told to do in an exact cut, where a wrong word would go unnoticed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from functions.adapters.ffmpeg.encode_commands import (
    HEADROOM,
    Feed,
    Files,
    direct_feed,
    divided,
    encode_command,
    span,
)
from functions.adapters.ffmpeg.piece_commands import CLOCK_START, split_command
from functions.domain.cutting.exactness import EncodeTarget, Exactness, Shape
from functions.domain.cutting.job import CutJob
from functions.domain.cutting.plan import Plan
from tests.builders import make_plan, make_planned

URL = "https://bucket.test/source?signature=x"


def exact(**overrides: object) -> Plan:
    segments = tuple(make_planned(number, after=(number - 1) * 10_000) for number in range(1, 7))
    return make_plan(
        **{"cut": Exactness.ACCURATE, "video_codec": "h264", "segments": segments} | overrides
    )


def job(first: int = 1, last: int = 3, **overrides: object) -> CutJob:
    plan = exact(**overrides)
    return CutJob(
        source_url=URL,
        plan=plan,
        segments=plan.segments[first - 1 : last],
        skip=frozenset(),
        folder=Path("/scratch/job"),
        disk_budget=1_000,
    )


def value(words: list[str], option: str) -> str:
    return words[words.index(option) + 1]


def encoded(plan: Plan, number: int = 2) -> list[str]:
    feed = Feed(words=["-i", URL], picture="0:0", sound="0:1", clock=1.4)
    loud = plan.target is not None and plan.target.loudness is not None
    files = Files(
        target=Path("/scratch/out.mp4"),
        share=Path("/scratch/share.m4a"),
        raw=Path("/scratch/out.flac") if loud else None,
        listing=Path("/scratch/out.packets"),
    )
    return encode_command(plan, plan.segments[number - 1], feed, files)


def test_given_two_neighbours_when_bounded_then_one_ends_on_the_clock_where_the_other_begins():
    plan = exact()

    assert span(plan, plan.segments[1], 1.4) == (11.4, 21.4)
    assert span(plan, plan.segments[2], 1.4) == (21.4, 31.4)


def test_given_the_last_segment_when_bounded_then_it_holds_all_that_is_left():
    plan = exact()

    assert span(plan, plan.segments[-1], 0) == (50, None)
    assert "end=" not in value(encoded(plan, 6), "-vf")


def test_given_two_neighbours_when_sound_is_divided_then_both_name_one_moment():
    plan = exact()

    assert "gte(pts*tb\\,21.389500)" in divided(plan, plan.segments[1], 1.4)
    assert "lt(pts*tb\\,21.389500)" in divided(plan, plan.segments[2], 1.4)


def test_given_the_first_segment_when_sound_is_divided_then_what_comes_before_zero_is_kept():
    assert "lt(" not in divided(exact(), exact().segments[0], 0)


def test_given_no_target_when_encoded_then_frames_keep_their_number_and_times():
    words = encoded(exact())

    assert value(words, "-fps_mode") == "passthrough"
    assert value(words, "-vf").startswith("trim=start=11.400000:end=21.400000,settb=1/90000")
    assert "fps=" not in value(words, "-vf")
    assert value(words, "-crf") == "20"


def test_given_a_target_when_encoded_then_the_crop_comes_before_the_size():
    target = EncodeTarget(
        height=720, fps=30, bit_rate=2_000_000, shape=Shape.PORTRAIT, offset=0.25, loudness=-16
    )
    words = encoded(exact(target=target))
    filters = value(words, "-vf")

    assert filters.index("fps=30") < filters.index("crop=") < filters.index("scale=")
    assert "(iw-ow)*0.25" in filters
    assert (value(words, "-b:v"), "-crf" in words) == ("2000000", False)
    assert value(words, "-af").endswith(f"volume={HEADROOM}dB")
    assert value(words, "/scratch/out.mp4") == "-map"
    assert "/scratch/out.flac" in words


@pytest.mark.parametrize(("number", "seek"), [(1, None), (3, "19.700")])
def test_given_a_segment_when_read_straight_from_the_source_then_it_is_entered_a_little_early(
    number: int, seek: str | None
):
    work = job(origin=1_400)
    feed = direct_feed(work, work.plan.segments[number - 1])

    assert ("-ss" in feed.words) == (seek is not None)
    assert seek is None or value(feed.words, "-ss") == seek
    assert feed.clock == 1.4
    assert feed.words.index("-protocol_whitelist") < feed.words.index("-i")


def test_given_a_segment_when_read_straight_from_the_source_then_not_to_the_sources_end():
    work = job()

    assert value(direct_feed(work, work.plan.segments[2]).words, "-t") == "13.800"
    assert "-t" not in direct_feed(work, work.plan.segments[-1]).words


def test_given_a_window_when_split_then_it_is_read_to_a_little_behind_its_end():
    words = split_command(job(2, 3), list_fd=7, progress_fd=9)

    assert (value(words, "-ss"), value(words, "-t")) == ("9.700", "23.800")
    assert value(words, "-output_ts_offset") == f"{CLOCK_START:.3f}"
    assert [words[at + 1] for at, word in enumerate(words) if word == "-map"] == ["0:0", "0:1"]
    assert words.count("pipe:7") == 2


def test_given_a_source_without_an_index_when_split_then_it_is_read_from_its_start():
    words = split_command(job(2, 3, one_pass=True), list_fd=7, progress_fd=9)

    assert "-ss" not in words
    assert value(words, "-t") == "33.500"


def test_given_the_last_window_when_split_then_it_is_read_to_the_end():
    assert "-t" not in split_command(job(4, 6), list_fd=7, progress_fd=9)


@pytest.mark.parametrize(
    ("codec", "muxer"), [("h264", "mpegts"), ("hevc", "mpegts"), ("vp9", "nut")]
)
def test_given_a_codec_when_split_then_its_pieces_can_hold_it(codec: str, muxer: str):
    words = split_command(job(video_codec=codec), list_fd=7, progress_fd=9)

    assert value(words, "-segment_format") == muxer
    assert ("-bsf:v" in words) == (muxer == "mpegts")


def test_given_no_sound_when_split_and_encoded_then_there_is_no_word_of_it():
    silent = replace(exact(), audio_index=None, audio_format=None)
    feed = Feed(words=["-i", URL], picture="0:0", sound=None, clock=0)
    words = encode_command(silent, silent.segments[0], feed, Files(target=Path("/scratch/out.mp4")))

    assert not {"-af", "-c:a", "-bsf:a"} & set(words)
    assert "a%06d.nut" not in " ".join(
        split_command(job(audio_index=None, audio_format=None), list_fd=7, progress_fd=9)
    )
