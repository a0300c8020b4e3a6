"""Tokens of the user pool: only those are taken that it has signed, for us, and for now."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from functions.adapters import user_tokens
from functions.adapters.user_tokens import InvalidTokenError, UserPoolTokens
from tests.fakes.clock import EPOCH

POOL, CLIENT = "eu-west-1_test", "client-1"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
NOW = EPOCH.timestamp()
CLAIMS = {
    "iss": f"https://cognito-idp.eu-west-1.amazonaws.com/{POOL}",
    "client_id": CLIENT,
    "sub": "user-1",
    "iat": NOW - 10,
    "exp": NOW + 3_600,
    "cognito:groups": ["pro"],
}


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _token(claims: Any = None, key: rsa.RSAPrivateKey = KEY, pad: Any = None, **header: Any) -> str:
    head = _text(json.dumps({"alg": "RS256", "kid": "k1", **header}).encode())
    body = _text(json.dumps(CLAIMS if claims is None else claims).encode())
    signed = f"{head}.{body}".encode()
    return f"{head}.{body}.{_text(key.sign(signed, pad or padding.PKCS1v15(), hashes.SHA256()))}"


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> UserPoolTokens:
    numbers = KEY.public_key().public_numbers()
    made = UserPoolTokens(POOL, CLIENT)
    made.reads = 0  # type: ignore[attr-defined]

    def read(self: Any) -> Any:
        self.reads += 1
        return {"k1": (numbers.n, numbers.e)}

    monkeypatch.setattr(user_tokens.UserPoolTokens, "_read", read)
    return made


def test_given_a_token_of_the_pool_when_shown_then_its_claims_are_taken(pool: UserPoolTokens):
    assert pool.claims(_token(), EPOCH)["sub"] == "user-1"
    assert pool.claims(_token({**CLAIMS, "aud": CLIENT}), EPOCH)["sub"] == "user-1"


@pytest.mark.parametrize(
    "claims",
    [
        {**CLAIMS, "exp": NOW - 1},
        {**CLAIMS, "exp": NOW},
        {**CLAIMS, "exp": "never"},
        {**CLAIMS, "nbf": NOW + 5},
        {**CLAIMS, "iat": NOW + 600},
        {**CLAIMS, "iss": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_other"},
        {**CLAIMS, "client_id": "another"},
        {**CLAIMS, "aud": "another"},
        {name: value for name, value in CLAIMS.items() if name != "exp"},
        {name: value for name, value in CLAIMS.items() if name != "client_id"},
        {name: value for name, value in CLAIMS.items() if name != "sub"},
        {},
        [],
        "text",
    ],
)
def test_given_claims_that_are_not_for_us_or_now_when_shown_then_refused(
    pool: UserPoolTokens, claims: Any
):
    with pytest.raises(InvalidTokenError):
        pool.claims(_token(claims), EPOCH)


def _unsigned(**header: Any) -> str:
    head, body, _ = _token(**header).split(".")
    return f"{head}.{body}."


def _tampered() -> str:
    head, _, signature = _token().split(".")
    return f"{head}.{_text(json.dumps({**CLAIMS, 'sub': 'victim'}).encode())}.{signature}"


def _short_signature() -> str:
    head, body, signature = _token().split(".")
    return f"{head}.{body}.{signature[:-8]}"


@pytest.mark.parametrize(
    "token",
    [
        "",
        "a.b",
        "a.b.c",
        "....",
        "é.é.é",
        "x" * 9_000,
        _unsigned(),
        _unsigned(alg="none"),
        _unsigned(alg="HS256"),
        _tampered(),
        _short_signature(),
        _token(key=OTHER),
        _token(kid="unknown"),
        _token(alg="none"),
        _token(alg="PS256"),
        _token(pad=padding.PSS(padding.MGF1(hashes.SHA256()), 32)),
        _token() + "A",
    ],
)
def test_given_what_the_pool_has_not_signed_when_shown_then_refused(
    pool: UserPoolTokens, token: str
):
    with pytest.raises(InvalidTokenError):
        pool.claims(token, EPOCH)


def test_given_unknown_keys_when_shown_again_and_again_then_the_pool_is_not_asked_each_time(
    pool: UserPoolTokens,
):
    for second in range(20):
        with pytest.raises(InvalidTokenError):
            pool.claims(_token(kid=f"k{second}x"), EPOCH + timedelta(seconds=second))

    assert pool.reads == 1  # type: ignore[attr-defined]


def test_given_a_key_that_is_new_when_shown_later_then_the_keys_are_read_again(
    pool: UserPoolTokens,
):
    pool.claims(_token(), EPOCH)
    later = EPOCH + timedelta(minutes=6)
    with pytest.raises(InvalidTokenError):
        pool.claims(_token(kid="k2"), later)

    assert pool.reads == 2  # type: ignore[attr-defined]
