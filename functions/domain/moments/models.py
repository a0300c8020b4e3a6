"""Model services that moments may be left to, as they are configured."""

from __future__ import annotations

from dataclasses import dataclass, field

from functions.domain.moments.moment import EMBEDDED
from functions.domain.moments.usage import Usage

_MILLION = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """`name` is what users choose it by; prices are dollars for a million tokens."""

    name: str
    model_id: str
    input_usd: float
    output_usd: float
    temperature: float = 0.2

    def cost(self, usage: Usage) -> float:
        spent = usage.input_tokens * self.input_usd + usage.output_tokens * self.output_usd
        return round(spent / _MILLION, 6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Models:
    """`usual` is the name of what is taken where nobody says; `endpoint` is the service's address
    where that is not AWS's own."""

    usual: str = EMBEDDED
    endpoint: str | None = None
    models: tuple[Model, ...] = field(default_factory=tuple)

    @property
    def names(self) -> tuple[str, ...]:
        return (EMBEDDED, *(model.name for model in self.models))

    def named(self, name: str) -> Model | None:
        """None for the embedded generator. Raises KeyError for a name that is none."""
        if name == EMBEDDED:
            return None
        found = {model.name: model for model in self.models}
        return found[name]
