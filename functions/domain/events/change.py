"""What a table's stream tells of one write, and what is told of it in turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeAlias

from functions.domain.events.event import EventType
from functions.domain.ids import derived_id

Row: TypeAlias = Mapping[str, Any]
NUMBER_DIGITS: Final = 48
"""Stream numbers have up to 40 digits: as text of one length they sort as numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One write of one row. `number` is the stream's own: it grows with each write of a row.

    `before` is None where the row was made, `after` where it was removed."""

    kind: str
    key: str
    number: str
    at: datetime
    before: Row | None = None
    after: Row | None = None

    @property
    def subject(self) -> str:
        """Names the row, and tells nothing of it."""
        return derived_id("row", self.kind, self.key)

    @property
    def row(self) -> Row:
        """As it is now, or as it was when it went."""
        return self.after or self.before or {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An event without a number. `job` and `percent` tell how far something is: of one job the
    percentages that are told never go back."""

    user_id: str
    type: EventType
    subject_id: str
    video_id: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    percent: float | None = None


Drafting: TypeAlias = Callable[[Change], Iterator[Draft]]
Schema: TypeAlias = Mapping[str, Any]


def padded(number: str) -> str:
    return number.zfill(NUMBER_DIGITS)


def failure_of(row: Row) -> dict[str, str] | None:
    """Why something ended without a result, if it did: what its user is told."""
    error = row.get("error")
    if not error:
        return None
    return {"code": error["code"], "detail": error["detail"], "stage": error["stage"]}


def seconds_of(milliseconds: int | None) -> float | None:
    return None if milliseconds is None else round(milliseconds / 1000, 3)


# What the schemas of `data` are made of (JSON Schema 2020-12, as OpenAPI 3.1 has it).

TEXT: Final[Schema] = {"type": "string"}
ID: Final[Schema] = {"type": "string"}
NO_ID: Final[Schema] = {"type": ["string", "null"]}
COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
NO_COUNT: Final[Schema] = {"type": ["integer", "null"]}
NO_NUMBER: Final[Schema] = {"type": ["number", "null"]}
PERCENT: Final[Schema] = {"type": "number", "minimum": 0, "maximum": 100}
FAILURE: Final[Schema] = {
    "type": ["object", "null"],
    "properties": {"code": TEXT, "detail": TEXT, "stage": TEXT},
    "required": ["code", "detail", "stage"],
    "additionalProperties": False,
}


def one_of(names: type[Any]) -> Schema:
    """A name of an enumeration."""
    return {"type": "string", "enum": [one.value for one in names]}


def data_schema(**properties: Schema) -> Schema:
    """All of them are always there; more may come."""
    return {
        "type": "object",
        "properties": properties,
        "required": sorted(properties),
        "additionalProperties": False,
    }
