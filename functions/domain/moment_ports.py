"""What moments need from outside: each has an adapter, and a fake under tests/fakes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from functions.domain.boundaries import Envelope
from functions.domain.moment import EMBEDDED, MomentOptions, Proposal
from functions.domain.transcript import Transcript


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
    usage: Usage = Usage()
    cost_usd: float = 0.0
    notes: tuple[str, ...] = ()


class MomentGenerator(Protocol):
    def generate(
        self, transcript: Transcript, options: MomentOptions, audio: Envelope | None = None
    ) -> Proposals:
        """Propose stretches of the transcript's words, the best first. What it says has to be held
        against the transcript. Raises UnavailableError where a service does not answer."""
