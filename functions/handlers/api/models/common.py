"""What bodies share."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime
from typing import Annotated, Final

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
)

_FIRST: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LAST: Final = datetime(9999, 1, 1, tzinfo=UTC)
_DATE_AND_TIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ].+")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# What the checks below want, in the words of JSON Schema.
_CONTROLS: Final = r"\u0000-\u001f\u007f-\u009f"
_MANY_LINES: Final = r"^[^\u0000-\u0008\u000b-\u001f\u007f-\u009f]*$"
_YEARS: Final = "^(19[7-9]|[2-9][0-9][0-9])[0-9]-"


def one_line(but: str = "") -> str:
    """The pattern of a text that is not blank, and has none of the letters of `but`."""
    never = _CONTROLS + but
    return rf"^[^{never}]*[^\s{never}][^{never}]*$"


def _printable(text: str) -> str:
    if any(unicodedata.category(char) in {"Cc", "Cs"} for char in text):
        raise ValueError("control characters are not allowed")
    if not text.strip():
        raise ValueError("must not be blank")
    return text


def _lines(text: str) -> str:
    if any(unicodedata.category(char) in {"Cc", "Cs"} and char not in "\n\t" for char in text):
        raise ValueError("control characters are not allowed, but line ends and tabs")
    return text


def _written_out(value: object) -> object:
    """A number would be taken for seconds since 1970, or for milliseconds."""
    if not isinstance(value, str) or not _DATE_AND_TIME.fullmatch(value):
        raise ValueError("must be a date and a time as in RFC 3339, such as 2026-03-01T12:00:00Z")
    return value


def _written_day(value: object) -> object:
    """The library would take a number for seconds since 1970, and a time for its day."""
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise ValueError("must be a date such as 2026-03-01")
    return value


def _near(value: datetime) -> datetime:
    """Beyond that, a time cannot be told in UTC, or not with four digits of the year."""
    if not _FIRST <= value < _LAST:
        raise ValueError("must be of the years 1970 to 9998")
    return value


def _whole(value: object) -> object:
    """JSON knows one kind of number: 3.0 is 3."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


WHOLE = BeforeValidator(_whole)
"""Beside a strict integer: no text and no boolean is one."""

Text = Annotated[str, AfterValidator(_printable), Field(json_schema_extra={"pattern": one_line()})]
"""One line."""

Lines = Annotated[str, AfterValidator(_lines), Field(json_schema_extra={"pattern": _MANY_LINES})]
"""Text with line ends."""

Moment = Annotated[
    AwareDatetime,
    BeforeValidator(_written_out),
    AfterValidator(_near),
    Field(json_schema_extra={"pattern": _YEARS}),
]

Day = Annotated[date, BeforeValidator(_written_day)]
"""A day of the calendar, written out."""

Id = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[\w-]+$")]


# Longer than any source can be.
MAX_SECONDS: Final = 1_000_000.0


class Body(BaseModel):
    """Unknown fields are refused: a misspelt option must not be passed over in silence."""

    model_config = ConfigDict(extra="forbid")


class FailureAnswer(BaseModel):
    """Why something failed: a stable code, words for the user, the stage."""

    code: str
    detail: str
    stage: str
