"""Health."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

from functions.handlers.api.models import examples
from functions.handlers.api.models.examples import shown


class HealthAnswer(BaseModel):
    """`checks` are there if it was asked for in depth."""

    model_config = shown(examples.WELL, examples.NOT_WELL)

    status: Literal["ok", "degraded"]
    stage: str
    checks: dict[str, bool] | None = None
