"""Opaque cursors: a storage position, signed together with the list it belongs to."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping

from functions.domain.errors import FieldError, InvalidInputError
from functions.domain.paging import Position

_SIGNATURE = 16


def sign(position: Position | None, scope: Mapping[str, object], secret: bytes) -> str | None:
    """A cursor for a position; `scope` is everything that makes the list what it is."""
    if position is None:
        return None
    body = json.dumps(
        dict(position), separators=(",", ":"), sort_keys=True, ensure_ascii=False
    ).encode()
    return base64.urlsafe_b64encode(_seal(body, scope, secret) + body).decode().rstrip("=")


def verify(cursor: str | None, scope: Mapping[str, object], secret: bytes) -> Position | None:
    """The position of a cursor. Raises InvalidInputError for a forged or a foreign one."""
    if cursor is None:
        return None
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except ValueError as error:
        raise _refused() from error
    seal, body = raw[:_SIGNATURE], raw[_SIGNATURE:]
    if not hmac.compare_digest(seal, _seal(body, scope, secret)):
        raise _refused()
    position: Position = json.loads(body)
    return position


def _seal(body: bytes, scope: Mapping[str, object], secret: bytes) -> bytes:
    named = json.dumps(scope, sort_keys=True, default=str).encode()
    return hmac.digest(secret, hashlib.sha256(named).digest() + body, "sha256")[:_SIGNATURE]


def _refused() -> InvalidInputError:
    detail = "This cursor is not of this list; start again without it."
    return InvalidInputError(
        "request.invalid_cursor", detail, fields=(FieldError("/cursor", "invalid", detail),)
    )
