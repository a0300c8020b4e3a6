from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from functions.adapters.transport import PACKET, entered, head_of, is_whole, opens_picture

TABLE, PICTURE, SOUND = 0x0, 0x100, 0x101


def packet(pid: int, *, stream: int | None = None, opens: bool = False, stuffed: int = 0) -> bytes:
    """A transport packet: a stream's id makes it the first of a PES, `stuffed` bytes come first."""
    first = opens or stream is not None
    field = bytes([stuffed - 1]) + b"\0" * (stuffed - 1) if stuffed else b""
    head = bytes([0x47, first << 6 | pid >> 8, pid & 0xFF, 0x30 if stuffed else 0x10])
    body = b"\0\0\1" + bytes([stream]) if stream is not None else b""
    return (head + field + body).ljust(PACKET, b"\xff")


def row(*packets: bytes) -> bytes:
    return b"".join(packets)


PAT = packet(TABLE, opens=True)
SHOWN, MORE = packet(PICTURE, stream=0xE0, stuffed=20), packet(PICTURE)
HEARD, REST = packet(SOUND, stream=0xC0), packet(SOUND)


def test_given_a_head_when_it_is_taken_then_tables_and_whole_pictures_are_in_it():
    head = row(MORE, PAT, SHOWN, HEARD, MORE, REST, SHOWN, MORE, PAT)

    assert head_of(head) == row(PAT, SHOWN, MORE, PAT)


def test_given_a_place_to_enter_when_read_from_then_each_stream_begins_at_a_beginning():
    data = row(MORE, REST, packet(TABLE), HEARD, MORE, SHOWN, PAT, REST, MORE)

    assert entered(data) == row(HEARD, SHOWN, PAT, REST, MORE)


def test_given_damage_when_read_from_then_all_behind_it_is_as_it_is():
    damaged = row(MORE, SHOWN) + b"damage" + row(MORE, REST)

    assert entered(damaged) == SHOWN + b"damage" + row(MORE, REST)
    assert not is_whole(damaged)


@given(st.binary(max_size=3 * PACKET))
def test_given_any_bytes_when_looked_at_then_only_packets_are_whole(data: bytes):
    marks = [data[at] for at in range(0, len(data), PACKET)]

    whole = len(data) > 0 and len(data) % PACKET == 0 and set(marks) == {0x47}
    assert is_whole(data) == whole
    assert len(entered(data)) <= len(data)
    assert len(head_of(data)) <= len(data)


def test_given_packets_when_looked_at_then_only_a_pictures_first_opens_one():
    assert opens_picture(row(SHOWN, MORE, REST))
    assert not opens_picture(row(MORE, MORE, REST))
    assert not opens_picture(row(HEARD, MORE, REST))
    assert not opens_picture(b"")
