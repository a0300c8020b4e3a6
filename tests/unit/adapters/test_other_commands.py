from __future__ import annotations

from pathlib import Path

from functions.adapters.ffmpeg.commands import (
    inspect_command,
    join_command,
    list_command,
    sound_command,
)
from functions.domain.media.containers import MKA, MKV
from tests.builders import make_plan

FILE = Path("/scratch/000001.mp4")
PICTURE = Path("/scratch/000001.jpg")
SOUND = Path("/scratch/000001-sound.m4a")


def _inputs(words: list[str]) -> list[str]:
    return [words[at + 1] for at, word in enumerate(words) if word == "-i"]


def _maps(words: list[str]) -> list[str]:
    return [words[at + 1] for at, word in enumerate(words) if word == "-map"]


def test_given_a_picture_when_inspected_then_it_is_taken_from_an_input_of_its_own():
    words = inspect_command(FILE, PICTURE)

    assert _inputs(words) == [str(FILE)] * 2
    assert _maps(words) == ["0", "1:v:0"]


def test_given_sound_alone_when_inspected_then_packets_are_listed_and_no_more():
    words = inspect_command(FILE, None)

    assert _maps(words) == ["0"]
    assert str(PICTURE) not in words


def test_given_a_segment_when_its_thumbnail_is_taken_then_only_keyframes_are_decoded():
    words = inspect_command(FILE, PICTURE)

    skip = words.index("-skip_frame")
    assert words[skip + 1] == "nokey"
    assert words[skip + 2] == "-i"


def test_given_an_mp4_when_its_sound_is_taken_then_no_packet_is_trimmed_away():
    assert "-ignore_editlist" in sound_command(FILE, SOUND, make_plan())
    assert "-ignore_editlist" not in sound_command(FILE, SOUND, make_plan(format=MKV))


def test_given_a_segment_when_its_sound_is_taken_then_it_is_copied_into_the_chosen_format():
    words = sound_command(FILE, SOUND, make_plan(audio_format=MKA))

    assert _maps(words) == ["0:a:0"]
    assert words[-5:] == ["-c", "copy", "-f", "matroska", str(SOUND)]


def test_given_pieces_of_sound_when_joined_then_packets_are_copied_into_the_chosen_format():
    words = join_command(Path("/s/list.txt"), Path("/s/audio.mka"), make_plan(audio_format=MKA))

    assert words[words.index("-c") + 1] == "copy"
    assert words[-3:] == ["-f", "matroska", "/s/audio.mka"]


def test_given_a_file_when_listed_then_nothing_is_decoded():
    words = list_command(FILE)

    assert words[words.index("-c") + 1] == "copy"
    assert words[-2:] == ["framecrc", "pipe:1"]
