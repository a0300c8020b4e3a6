"""What a generator of moments answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from functions.domain.moment import EMBEDDED, Proposal


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a model service has counted, over all calls."""

    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0

    def plus(self, other: Usage) -> Usage:
        return Usage(
            calls=self.calls + other.calls,
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposals:
    """What a generator proposes, and how it came by it.

    `model_id`, `parameters`, `usage` and `cost_usd` are those of a model service. `notes` tell what
    went otherwise than it should: a window that was asked about twice, or that had to be left to
    the embedded generator.
    """

    items: tuple[Proposal, ...] = ()
    generator: str = EMBEDDED
    prompt_version: str = ""
    model_id: str | None = None
    parameters: Mapping[str, float] = field(default_factory=dict)
    usage: Usage = field(default_factory=Usage)
    cost_usd: float = 0.0
    notes: tuple[str, ...] = ()
