"""Versions of what makes moments: raised when the same words would give others."""

from __future__ import annotations

from typing import Final

EMBEDDED_VERSION: Final = "embedded-1"
