"""Health."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel


class HealthAnswer(BaseModel):
    status: Literal["ok", "degraded"]
    stage: str
    checks: dict[str, bool] | None = None
