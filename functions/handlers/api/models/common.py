"""What bodies share."""

from __future__ import annotations

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


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


Text = Annotated[str, AfterValidator(_printable)]
"""One line."""

Lines = Annotated[str, AfterValidator(_lines)]
"""Text with line ends."""

Id = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[\w-]+$")]


class Body(BaseModel):
    """Unknown fields are refused: a misspelt option must not be passed over in silence."""

    model_config = ConfigDict(extra="forbid")


class FailureAnswer(BaseModel):
    """Why something failed: a stable code, words for the user, the stage."""

    code: str
    detail: str
    stage: str
