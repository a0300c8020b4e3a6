"""Secrets of users under a KMS key, bound to whose they are.

A key encrypts 4,096 bytes at a time, and the tokens of many pages are more: they go in parts, each
bound to its place, too. What is opened again and again may be remembered, by what it was sealed as.
"""

from __future__ import annotations

import base64
import functools
from collections.abc import Mapping
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from functions.adapters.aws import client, unavailable

_PART: Final = 4_096
# No letter of Base64.
_BETWEEN: Final = "."


class KmsVault:
    def __init__(self, key_id: str, *, remembered: int = 0) -> None:
        """So many secrets that were opened stay in memory."""
        self._key_id = key_id
        self._opened = functools.lru_cache(maxsize=remembered)(self._open)

    def seal(self, text: str, **whose: str) -> str:
        raw = text.encode()
        parts = [raw[start : start + _PART] for start in range(0, len(raw), _PART)]
        return _BETWEEN.join(
            self._encrypt(piece, _context(whose, at, len(parts))) for at, piece in enumerate(parts)
        )

    def open(self, sealed: str, **whose: str) -> str:
        return self._opened(sealed, **whose)

    def _open(self, sealed: str, **whose: str) -> str:
        parts = sealed.split(_BETWEEN)
        pieces = [
            self._decrypt(piece, _context(whose, at, len(parts))) for at, piece in enumerate(parts)
        ]
        return b"".join(pieces).decode()

    def _encrypt(self, raw: bytes, context: dict[str, str]) -> str:
        try:
            told = client("kms").encrypt(
                KeyId=self._key_id, Plaintext=raw, EncryptionContext=context
            )
        except (ClientError, BotoCoreError) as error:
            raise unavailable("The key store", error) from error
        return base64.b64encode(told["CiphertextBlob"]).decode()

    def _decrypt(self, piece: str, context: dict[str, str]) -> bytes:
        try:
            told = client("kms").decrypt(
                KeyId=self._key_id,
                CiphertextBlob=base64.b64decode(piece),
                EncryptionContext=context,
            )
        except (ClientError, BotoCoreError) as error:
            raise unavailable("The key store", error) from error
        return bytes(told["Plaintext"])


def _context(whose: Mapping[str, str], at: int, parts: int) -> dict[str, str]:
    return {**{name: str(value) for name, value in whose.items()}, "part": f"{at + 1}/{parts}"}
