"""What a generator of moments answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from functions.domain.moments.moment import EMBEDDED, Proposal
from functions.domain.moments.usage import Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposals:
    """What a generator proposes, and how it came by it.

    `model_id`, `parameters`, `usage` and `cost_usd` are those of a model service. `notes` tell what
    went otherwise than it should; `degraded` says that the embedded generator had to step in.
    """

    items: tuple[Proposal, ...] = ()
    generator: str = EMBEDDED
    prompt_version: str = ""
    model_id: str | None = None
    parameters: Mapping[str, float] = field(default_factory=dict)
    usage: Usage = field(default_factory=Usage)
    cost_usd: float = 0.0
    notes: tuple[str, ...] = ()
    degraded: bool = False
