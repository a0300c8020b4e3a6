from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.domain import keys
from functions.domain.keys import parse_upload_key


@pytest.mark.parametrize(
    "name",
    [
        "my holiday video.mp4",
        "a+b.mp4",
        "100%25 done.mp4",
        "%2e%2e.mp4",
        'it\'s "quoted".mp4',
        "🎬🏖️.mp4",
        "סרטון חופשה.mp4",
        "no extension",
        "..mp4",
        " leading and trailing ",
    ],
)
def test_given_any_file_name_when_the_key_is_parsed_then_the_name_comes_back_as_it_is(name: str):
    parsed = parse_upload_key(f"uploads/user-1/{name}")

    assert parsed is not None
    assert (parsed.user_id, parsed.file_name) == ("user-1", name)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "uploads",
        "uploads/",
        "uploads/user-1",
        "uploads/user-1/",
        "uploads/user-1/folder/",
        "uploads//file.mp4",
        "media/user-1/file.mp4",
        "Uploads/user-1/file.mp4",
        "xuploads/user-1/file.mp4",
        "/uploads/user-1/file.mp4",
    ],
)
def test_given_a_key_that_is_no_user_s_file_when_parsed_then_there_is_nothing(key: str):
    assert parse_upload_key(key) is None


def test_given_a_file_in_a_folder_when_parsed_then_the_file_name_is_the_last_part():
    parsed = parse_upload_key("uploads/user-1/2026/summer/beach.mp4")

    assert parsed is not None
    assert (parsed.name, parsed.file_name) == ("2026/summer/beach.mp4", "beach.mp4")


@given(st.from_regex(r"[^/]+", fullmatch=True), st.text(min_size=1).filter(lambda t: t[-1] != "/"))
def test_given_any_user_and_name_when_parsed_then_both_come_back(user: str, name: str):
    parsed = parse_upload_key(f"uploads/{user}/{name}")

    assert parsed is not None
    assert (parsed.user_id, parsed.name) == (user, name)


def test_given_the_key_of_an_api_upload_when_parsed_then_it_names_user_and_video():
    parsed = parse_upload_key(keys.upload_key("user-1", "video-1"))

    assert parsed is not None
    assert (parsed.user_id, parsed.name) == ("user-1", "video-1/source")


def test_given_everything_we_make_when_stored_then_it_is_outside_the_watched_prefix():
    made = [
        keys.probe_key("u", "v", "e"),
        keys.plan_key("u", "v", "p"),
        keys.segment_key("u", "v", "p", 1, "mp4"),
        keys.thumbnail_key("u", "v", "p", 1),
        keys.audio_key("u", "v", "p", "m4a"),
        keys.poster_key("u", "v", "p"),
        keys.audio_piece_key("u", "v", "p", 1, "m4a"),
        keys.transcript_key("u", "v", 1, "d"),
        keys.heard_key("u", "v", "t", 0),
        keys.speech_key("u", "v", "t", 0),
        keys.proposals_key("u", "v", "d"),
        keys.moment_answer_key("u", "v", "g", "d"),
        keys.range_plan_key("u", "v", "s"),
        keys.range_key("u", "v", "s", "mp4"),
        keys.range_thumbnail_key("u", "v", "s"),
    ]

    assert [parse_upload_key(key) for key in made] == [None] * len(made)
    assert len(set(made)) == len(made)


def test_given_the_key_of_a_voice_when_parsed_then_its_video_and_its_job_come_back():
    parsed = parse_upload_key(keys.voice_key("u", "v", "j", 7))

    assert parsed is not None
    assert keys.parse_voice_name(parsed.name) == keys.VoiceName("v", "j")


@pytest.mark.parametrize(
    "name",
    ["lipsync/v/j/0", "lipsync/v/j/000", "lipsync/v//00", "lipsync//j/00", "lipsync/v/j/0x", "a",
     "lipsync/v/j", "lipsync/v/j/00/1", "other/v/j/00", "lipsync/00", "lipsync"],
)  # fmt: skip
def test_given_another_name_when_parsed_then_it_is_no_voice(name: str):
    assert keys.parse_voice_name(name) is None


def test_given_two_plans_when_segments_are_stored_then_neither_writes_over_the_other():
    assert keys.segment_key("u", "v", "p1", 1, "mp4") != keys.segment_key("u", "v", "p2", 1, "mp4")
