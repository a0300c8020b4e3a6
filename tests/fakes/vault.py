from __future__ import annotations

import base64
import json

from functions.domain.errors import UnavailableError


class FakeVault:
    """Hides nothing, and opens only for whom it was sealed."""

    def seal(self, text: str, **whose: str) -> str:
        told = json.dumps([text, whose]).encode()
        return base64.b64encode(told).decode()

    def open(self, sealed: str, **whose: str) -> str:
        text, known = json.loads(base64.b64decode(sealed))
        if whose != known:
            raise UnavailableError("dependency.unavailable", "It was sealed for somebody else.")
        return str(text)
