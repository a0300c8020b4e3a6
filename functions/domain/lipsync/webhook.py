"""A webhook of Sync.so: who has sent it, and what it hints at. Nothing else of it is believed.

Source: its guide to webhooks. `Sync-Signature: t=<Unix seconds>,v1=<hex>` is HMAC-SHA256 under the
whole secret of `<t>.` and the body as it came.
"""

from __future__ import annotations

import hmac
import json
import re
from datetime import datetime
from hashlib import sha256
from typing import Final

from functions.domain.errors import CutroomError, InvalidInputError, TooLargeError

HEADER: Final = "sync-signature"
TOLERANCE_S: Final = 300
MOST_BYTES: Final = 256 * 1024
_MOST_SIGNATURES: Final = 4
_SECONDS: Final = re.compile(r"[0-9]{1,12}")
_SIGNATURE: Final = re.compile(r"[0-9a-f]{64}")
_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


class WebhookRefusedError(CutroomError):
    """It is not from the provider, or not of now."""

    status = 401

    def __init__(self, why: str) -> None:
        super().__init__("webhook.refused", f"The webhook is not accepted: {why}.")


def require_signed(header: str | None, body: bytes, secret: str, now: datetime) -> None:
    """Raises WebhookRefusedError; TooLargeError for a body that none of theirs is as long as.

    The time is checked after the signature, so that nobody learns anything by trying.
    """
    if len(body) > MOST_BYTES:
        raise TooLargeError("webhook.too_large", f"Webhooks have {MOST_BYTES} bytes at most.")
    told, signatures = _parsed(header or "")
    wanted = hmac.new(secret.encode(), f"{told}.".encode() + body, sha256).hexdigest()
    if not any(hmac.compare_digest(wanted, one) for one in signatures):
        raise WebhookRefusedError("its signature is wrong")
    if abs(now.timestamp() - int(told)) > TOLERANCE_S:
        raise WebhookRefusedError("it was signed too long ago, or in the future")


def hinted_generation(body: bytes) -> str:
    """The id of the generation to look at. Raises InvalidInputError."""
    try:
        found = json.loads(body)["id"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _unreadable() from error
    if not isinstance(found, str) or not _ID.fullmatch(found):
        raise _unreadable()
    return found


def _parsed(header: str) -> tuple[str, list[str]]:
    """The time, as it was written, and the signatures: two while a secret is being changed."""
    times, signatures = [], []
    for part in header.split(","):
        name, _, value = part.strip().partition("=")
        if name == "t":
            times.append(value)
        elif name == "v1":
            signatures.append(value)
    good = len(times) == 1 and _SECONDS.fullmatch(times[0]) is not None
    if not good or not 1 <= len(signatures) <= _MOST_SIGNATURES:
        raise WebhookRefusedError("it is not signed as Sync.so signs")
    return times[0], [one for one in signatures if _SIGNATURE.fullmatch(one)]


def _unreadable() -> InvalidInputError:
    return InvalidInputError("webhook.unreadable", "The webhook names no generation.")
