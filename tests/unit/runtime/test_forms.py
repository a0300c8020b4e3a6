"""Forms with files: any bytes come out as they went in."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.runtime.forms import MAX_PARTS, FormError, Part, read_form

KIND = 'multipart/form-data; boundary="a.b"'
names = st.text(st.characters(codec="utf-8", exclude_characters='"\\\r\n'), min_size=1, max_size=9)
bodies = st.binary(max_size=60).filter(lambda body: b"\r\n--a.b" not in body)


def _form(*parts: Part) -> bytes:
    written = b""
    for part in parts:
        file = "" if part.file_name is None else f'; filename="{part.file_name}"'
        head = f'Content-Disposition: form-data; name="{part.name}"{file}\r\n'
        kind = f"Content-Type: {part.content_type}\r\n\r\n"
        written += b"--a.b\r\n" + head.encode() + kind.encode() + part.body + b"\r\n"
    return written + b"--a.b--\r\n"


@given(rows=st.lists(st.tuples(names, bodies, st.none() | names), min_size=1, max_size=5))
def test_given_any_parts_when_read_then_they_are_what_was_written(
    rows: list[tuple[str, bytes, str | None]],
):
    parts = [Part(name, body, file, "audio/wav") for name, body, file in rows]

    assert read_form(KIND, _form(*parts)) == parts


@given(body=st.binary(max_size=200))
def test_given_any_bytes_when_read_then_they_are_parts_or_no_form(body: bytes):
    with suppress(FormError):
        assert len(read_form(KIND, body)) <= MAX_PARTS


def test_given_too_many_parts_when_read_then_the_form_is_refused():
    with pytest.raises(FormError, match="more than"):
        read_form(KIND, _form(*[Part("a", b"")] * (MAX_PARTS + 1)))


def test_given_a_name_of_other_letters_when_read_then_it_is_understood():
    body = (
        b"--a.b\r\nContent-Disposition: form-data; name=a; filename*=UTF-8''%C3%A4.wav\r\n\r\n"
        b"x\r\n--a.b--"
    )

    assert read_form(KIND, body) == [Part("a", b"x", "ä.wav")]
