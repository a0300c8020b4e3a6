from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.domain.errors import InvalidInputError
from functions.runtime.cursor import sign, verify

SECRET = b"a secret of thirty-two bytes ...."
SCOPE = {"list": "videos", "user": "user-1"}
POSITION = {"video_id": "v", "created_at": "2026-03-01T12:00:00.000000Z"}


def _signed() -> str:
    cursor = sign(POSITION, SCOPE, SECRET)
    assert cursor
    return cursor


@given(st.dictionaries(st.text(), st.text()))
def test_given_any_position_when_signed_and_verified_then_it_comes_back(position: dict[str, str]):
    assert verify(sign(position, SCOPE, SECRET), SCOPE, SECRET) == position


def test_given_the_end_of_a_list_when_signed_then_there_is_no_cursor():
    assert sign(None, SCOPE, SECRET) is None


def test_given_no_cursor_when_verified_then_the_list_begins_at_its_start():
    assert verify(None, SCOPE, SECRET) is None


@given(st.integers(min_value=0, max_value=10_000), st.integers(min_value=1, max_value=255))
def test_given_a_cursor_with_one_changed_byte_when_verified_then_it_is_refused(at: int, flip: int):
    raw = bytearray(base64.urlsafe_b64decode(_signed() + "=="))
    raw[at % len(raw)] ^= flip

    with pytest.raises(InvalidInputError, match=r"request\.invalid_cursor"):
        verify(base64.urlsafe_b64encode(bytes(raw)).decode().rstrip("="), SCOPE, SECRET)


@pytest.mark.parametrize(
    "scope",
    [
        {"list": "videos", "user": "user-2"},
        {"list": "segments", "user": "user-1"},
        {"list": "videos", "user": "user-1", "type": None},
        {},
    ],
)
def test_given_a_cursor_of_another_list_when_verified_then_it_is_refused(scope: dict):
    with pytest.raises(InvalidInputError) as caught:
        verify(_signed(), scope, SECRET)

    assert [field.pointer for field in caught.value.fields] == ["/cursor"]


def test_given_a_cursor_signed_with_another_secret_when_verified_then_it_is_refused():
    with pytest.raises(InvalidInputError):
        verify(_signed(), SCOPE, b"another")


@pytest.mark.parametrize("text", ["", "x", "!!!!", "ünïcödé", "A" * 2000, "\n", "AAAA=AAA"])
def test_given_text_that_is_no_cursor_when_verified_then_it_is_refused(text: str):
    with pytest.raises(InvalidInputError):
        verify(text, SCOPE, SECRET)


def test_given_a_cursor_when_put_into_an_address_then_it_needs_no_encoding():
    assert _signed().replace("-", "").replace("_", "").isalnum()


def test_given_a_position_of_the_longest_title_when_signed_then_the_routes_take_its_cursor():
    title = "=" + "😀" * 249
    position = {"user_id": "u" * 64, "sort_title": title, "segment_id": "s" * 64}

    cursor = sign(position, SCOPE, SECRET)

    assert cursor is not None
    assert len(cursor) <= 2_000
    assert verify(cursor, SCOPE, SECRET) == position
