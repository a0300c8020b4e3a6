"""What views share."""

from __future__ import annotations

from dataclasses import asdict

from functions.domain.failure import Failure
from functions.domain.times import Milliseconds, seconds
from functions.handlers.api.models.common import FailureAnswer


def failure(item: Failure | None) -> FailureAnswer | None:
    return FailureAnswer(**asdict(item)) if item else None


def seconds_or_none(value: Milliseconds | None) -> float | None:
    return None if value is None else seconds(value)
