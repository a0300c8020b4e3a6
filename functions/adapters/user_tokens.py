"""Tokens of the user pool, held against its keys: what API Gateway's own check does (RFC 7519;
RS256 is RSASSA-PKCS1-v1_5 with SHA-256, RFC 8017, section 8.2.2).

It is done here where a client may bring something else than a token in its header.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from functions.adapters.aws import client
from functions.domain.errors import UnavailableError

# DER of the hash's name (RFC 8017, section 9.2, note 1).
_SHA256: Final = bytes.fromhex("3031300d060960864801650304020105000420")
_LONGEST: Final = 8_192
_FORGET_AFTER_S: Final = 300
_TIMEOUT_S: Final = 3.0

Key = tuple[int, int]


class InvalidTokenError(Exception):
    """It opens nothing; the message says why, without the token."""


class UserPoolTokens:
    """Keys are read once; a name that is not among them has them read again, but not at once."""

    def __init__(self, user_pool_id: str, client_id: str) -> None:
        self._pool, self._client = user_pool_id, client_id
        self._issuer = (
            f"https://cognito-idp.{user_pool_id.partition('_')[0]}.amazonaws.com/{user_pool_id}"
        )
        self._keys: Mapping[str, Key] = {}
        self._read_at = float("-inf")

    def claims(self, token: str, now: datetime) -> Mapping[str, Any]:
        """What a token says. Raises InvalidTokenError, UnavailableError."""
        if len(token) > _LONGEST or token.count(".") != 2:
            raise InvalidTokenError("no token")
        signed, _, signature = token.rpartition(".")
        head, _, body = signed.partition(".")
        header, claims = _object(head), _object(body)
        if header.get("alg") != "RS256":
            raise InvalidTokenError("signed by another algorithm")
        key = self._key(str(header.get("kid")), now)
        if not _signed(signed.encode(), _bytes(signature), key):
            raise InvalidTokenError("not signed by the user pool")
        self._require_current(claims, now)
        return claims

    def _require_current(self, claims: Mapping[str, Any], now: datetime) -> None:
        """As API Gateway does it: an access token names its client, an id token its audience."""
        if claims.get("iss") != self._issuer:
            raise InvalidTokenError("of another user pool")
        audience = claims["aud"] if "aud" in claims else claims.get("client_id")
        if audience != self._client:
            raise InvalidTokenError("of another client")
        times = {name: claims.get(name, 0) for name in ("nbf", "iat", "exp")}
        if not all(isinstance(at, int | float) for at in times.values()):
            raise InvalidTokenError("without times")
        at = now.timestamp()
        if times["exp"] <= at or times["nbf"] > at or times["iat"] > at + 60:
            raise InvalidTokenError("not of this time")
        if not isinstance(claims.get("sub"), str):
            raise InvalidTokenError("of nobody")

    def _key(self, name: str, now: datetime) -> Key:
        if name not in self._keys and now.timestamp() - self._read_at > _FORGET_AFTER_S:
            self._keys, self._read_at = self._read(), now.timestamp()
        if name not in self._keys:
            raise InvalidTokenError("signed by an unknown key")
        return self._keys[name]

    def _read(self) -> Mapping[str, Key]:
        import httpx  # noqa: PLC0415  (once per container, and only where a token comes)

        where = client("cognito-idp").meta.endpoint_url.rstrip("/")
        url = f"{where}/{self._pool}/.well-known/jwks.json"
        try:
            answer = httpx.get(url, timeout=_TIMEOUT_S)
            rows = answer.raise_for_status().json()["keys"]
        except (httpx.HTTPError, KeyError, ValueError) as error:
            says = f"The user pool's keys failed ({type(error).__name__}); try again."
            raise UnavailableError("dependency.unavailable", says) from error
        return {
            row["kid"]: (int.from_bytes(_bytes(row["n"])), int.from_bytes(_bytes(row["e"])))
            for row in rows
            if row.get("kty") == "RSA"
        }


def _signed(message: bytes, signature: bytes, key: Key) -> bool:
    """The whole padded block is made anew and compared: nothing of the signature is parsed."""
    modulus, exponent = key
    size = (modulus.bit_length() + 7) // 8
    number = int.from_bytes(signature)
    if len(signature) != size or number >= modulus:
        return False
    digest = _SHA256 + hashlib.sha256(message).digest()
    padding = b"\xff" * (size - len(digest) - 3)
    expected = b"\x00\x01" + padding + b"\x00" + digest
    found = pow(number, exponent, modulus).to_bytes(size)
    return hmac.compare_digest(found, expected)


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError as error:
        raise InvalidTokenError("not base64url") from error


def _object(text: str) -> Mapping[str, Any]:
    try:
        value = json.loads(_bytes(text))
    except (ValueError, RecursionError) as error:
        raise InvalidTokenError("no JSON") from error
    if not isinstance(value, dict):
        raise InvalidTokenError("no object")
    return value
