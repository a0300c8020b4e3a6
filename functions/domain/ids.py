"""Ids: opaque, sortable where we choose them, derived where a retry could write twice."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from datetime import datetime

_NAMESPACE = uuid.UUID("6f1f2a52-0c9f-5b0e-9a7e-1d6f1c6a7c11")


def new_id(now: datetime) -> str:
    """A UUIDv7 (RFC 9562): 48 bits of milliseconds, then random bits."""
    value = int(now.timestamp() * 1000) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(uuid.UUID(int=value))


def derived_id(*parts: object) -> str:
    """The same parts give the same id, so that a repeated write is the same write."""
    return str(uuid.uuid5(_NAMESPACE, "\x1f".join(str(part) for part in parts)))


def ordered_id(number: int, *parts: object) -> str:
    """A UUIDv8 (RFC 9562): 48 bits of a number, by which ids sort, then what follows from the
    parts."""
    text = "\x1f".join(str(part) for part in (number, *parts))
    value = number << 80 | int.from_bytes(hashlib.sha256(text.encode()).digest()[:10])
    value = value & ~(0xF << 76) | 0x8 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(uuid.UUID(int=value))


def fingerprint(*parts: object) -> str:
    """A short hash that names a value, such as a plan."""
    text = "\x1f".join(str(part) for part in parts)
    return hashlib.sha256(text.encode()).hexdigest()[:20]
