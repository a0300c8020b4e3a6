from __future__ import annotations

import hmac
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.domain.errors import InvalidInputError, TooLargeError
from functions.domain.lipsync.webhook import (
    MOST_BYTES,
    TOLERANCE_S,
    WebhookRefusedError,
    hinted_generation,
    require_signed,
)

SECRET = "whsec_test_0123456789abcdef"
BODY = b'{"id":"6f1d2c3b-4a59-4e68-8b77-1c2d3e4f5a6b","status":"COMPLETED"}'
AT = 1_767_225_600
# Computed apart from this code, by the documented scheme.
SIGNED = "683848fcc6550765a288a9e990dc686f7a3b07a5e41ff7fa38e1a5d9d84e478f"
NOW = datetime.fromtimestamp(AT, UTC)
HEADER = f"t={AT},v1={SIGNED}"


def _signed(body: bytes, at: int, secret: str = SECRET) -> str:
    value = hmac.new(secret.encode(), f"{at}.".encode() + body, sha256).hexdigest()
    return f"t={at},v1={value}"


def test_given_the_documented_example_when_checked_then_it_is_accepted():
    require_signed(HEADER, BODY, SECRET, NOW)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "v1=" + SIGNED,
        f"t={AT}",
        f"t={AT},v1=",
        f"t={AT},v1={SIGNED[:-1]}",
        f"t={AT},v1={SIGNED[:-1]}0",
        f"t={AT + 1},v1={SIGNED}",
        f"t={AT},t={AT},v1={SIGNED}",
        f"t= {AT},v1={SIGNED}",
        f"t=-{AT},v1={SIGNED}",
        f"t={AT}.0,v1={SIGNED}",
        f"t=١٧٦٧٢٢٥٦٠٠,v1={SIGNED}",
        f"t={AT},v1=é{SIGNED[1:]}",
        f"t={AT},v0={SIGNED}",
        f"t={AT}," + ",".join(["v1=" + "0" * 64] * 5),
        SIGNED,
    ],
)
def test_given_another_header_when_checked_then_it_is_refused(header: str | None):
    with pytest.raises(WebhookRefusedError):
        require_signed(header, BODY, SECRET, NOW)


def test_given_two_signatures_when_one_is_right_then_it_is_accepted():
    require_signed(f"t={AT},v1={'0' * 64},v1={SIGNED}", BODY, SECRET, NOW)
    require_signed(f" v1={SIGNED} , t={AT}", BODY, SECRET, NOW)


def test_given_a_body_written_anew_when_checked_then_it_is_refused():
    with pytest.raises(WebhookRefusedError):
        require_signed(HEADER, BODY.replace(b":", b": "), SECRET, NOW)


@pytest.mark.parametrize("seconds", [-TOLERANCE_S, 0, TOLERANCE_S])
def test_given_a_time_within_the_tolerance_when_checked_then_it_is_accepted(seconds: int):
    require_signed(HEADER, BODY, SECRET, NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize("seconds", [-TOLERANCE_S - 1, TOLERANCE_S + 1, 86_400])
def test_given_a_stale_time_when_checked_then_it_is_refused(seconds: int):
    with pytest.raises(WebhookRefusedError, match="too long ago"):
        require_signed(HEADER, BODY, SECRET, NOW + timedelta(seconds=seconds))


def test_given_a_huge_body_when_checked_then_it_is_not_read():
    body = b"x" * (MOST_BYTES + 1)
    with pytest.raises(TooLargeError):
        require_signed(_signed(body, AT), body, SECRET, NOW)


@given(body=st.binary(max_size=200), secret=st.text(min_size=1, max_size=20))
def test_given_any_body_when_signed_then_it_is_accepted_with_its_secret_only(
    body: bytes, secret: str
):
    require_signed(_signed(body, AT, secret), body, secret, NOW)
    with pytest.raises(WebhookRefusedError):
        require_signed(_signed(body, AT, secret), body, secret + "x", NOW)
    with pytest.raises(WebhookRefusedError):
        require_signed(_signed(body, AT, secret), body + b"x", secret, NOW)


def test_given_a_hint_when_read_then_only_its_id_is_taken():
    assert hinted_generation(BODY) == "6f1d2c3b-4a59-4e68-8b77-1c2d3e4f5a6b"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"{}",
        b'{"id": 7}',
        b'{"id": ""}',
        b'{"id": "../etc"}',
        b'{"id": "' + b"a" * 65 + b'"}',
        b"\xff\xfe",
        b"[" * 100_000,
    ],
)
def test_given_no_id_when_read_then_it_is_refused(body: bytes):
    with pytest.raises(InvalidInputError):
        hinted_generation(body)
