"""Two encoders' parameter sets in one decoder configuration."""

from __future__ import annotations

import struct
from pathlib import Path

from functions.adapters.ffmpeg.parameter_sets import ParameterSets, parse_sets, write_sets

# Profile, compatibility, level, then the id as an Exp-Golomb number.
ZERO = b"\x67\x64\x00\x1e\xac"
FIVE = b"\x67\x4d\x40\x29\x34"
PICTURE = b"\x68\xeb\xe3"


def stream(*units: bytes) -> bytes:
    return b"".join(b"\0\0\0\1" + unit for unit in units)


def test_given_a_byte_stream_when_parsed_then_each_set_is_there_once_and_nothing_else():
    sets = parse_sets(stream(ZERO, PICTURE, b"\x06\x01", ZERO, PICTURE))

    assert sets == ParameterSets((ZERO,), (PICTURE,))


def test_given_no_sets_when_parsed_then_there_are_none():
    assert parse_sets(b"") == ParameterSets()


def test_given_sets_with_ids_of_their_own_when_compared_then_nothing_changes():
    assert not ParameterSets((ZERO, FIVE), (PICTURE,)).change


def test_given_two_sets_with_one_id_when_compared_then_the_later_replaces_the_earlier():
    assert ParameterSets((ZERO, ZERO + b"\x01")).change


def test_given_used_ids_when_a_free_one_is_asked_for_then_it_is_none_of_them():
    last = b"\x67\x64\x00\x1e\x04\x10"

    assert ParameterSets((ZERO,)).free_id() == 31
    assert ParameterSets((ZERO, last)).free_id() != 31


def test_given_the_sets_of_two_encoders_when_joined_then_none_is_there_twice():
    joined = ParameterSets((ZERO,), (PICTURE,)).joined(ParameterSets((ZERO, FIVE), (PICTURE,)))

    assert joined == ParameterSets((ZERO, FIVE), (PICTURE,))


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", len(content) + 8, kind) + content


def configuration(sequence: list[bytes], picture: list[bytes], rest: bytes) -> bytes:
    first = sequence[0]
    made = bytes([1, first[1], first[2], first[3], 0xFF, 0xE0 | len(sequence)])
    made += b"".join(struct.pack(">H", len(unit)) + unit for unit in sequence)
    made += bytes([len(picture)])
    return made + b"".join(struct.pack(">H", len(unit)) + unit for unit in picture) + rest


def movie(avcc: bytes, *, sound: bool = True) -> bytes:
    entry = box(b"avc1", b"\1" * 78 + box(b"avcC", avcc) + box(b"pasp", b"\0" * 8))
    tables = box(b"stsd", b"\0" * 8 + entry) + box(b"stts", b"\2" * 8)
    picture = box(b"trak", box(b"mdia", box(b"minf", box(b"stbl", tables))))
    other = box(b"trak", box(b"mdia", box(b"minf", b""))) if sound else b""
    return box(b"ftyp", b"isom") + box(b"mdat", b"\3" * 50) + box(b"moov", other + picture)


def test_given_a_file_when_sets_are_written_then_its_configuration_has_them_and_boxes_fit(
    tmp_path: Path,
):
    path = tmp_path / "film.mp4"
    path.write_bytes(movie(configuration([ZERO], [PICTURE], b"\xfd\xf8\xf8\0")))

    write_sets(path, ParameterSets((ZERO, FIVE), (PICTURE,)))

    # The higher level and profile of the two, and only what both are compatible with.
    wanted = bytearray(configuration([ZERO, FIVE], [PICTURE], b"\xfd\xf8\xf8\0"))
    wanted[1:4] = bytes([0x64, 0x00, 0x29])
    assert path.read_bytes() == movie(bytes(wanted))
