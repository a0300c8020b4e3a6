"""Signatures of Standard Webhooks 1.0.0 (standardwebhooks.com): HMAC-SHA256 over id, time, body."""

from __future__ import annotations

import base64
import hmac
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

PREFIX: Final = "whsec_"
_BYTES: Final = 32


def new_secret() -> str:
    """32 random bytes in base64 (the specification asks for 24 to 64), with its prefix."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def signed_headers(
    message_id: str, at: datetime, body: bytes, keys: Iterable[str]
) -> Mapping[str, str]:
    """`at` is the time of this try; every key signs, so that both of a rotation are right. An id
    has no full stop in it, which would blur where it ends."""
    if "." in message_id:
        raise ValueError("a message's id has no full stop")
    seconds = str(int(at.timestamp()))
    content = f"{message_id}.{seconds}.".encode() + body
    return {
        "webhook-id": message_id,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(_signature(key, content) for key in keys),
    }


def _signature(key: str, content: bytes) -> str:
    raw = base64.b64decode(key.removeprefix(PREFIX))
    return "v1," + base64.b64encode(hmac.digest(raw, content, "sha256")).decode()
