"""Tables as text: RFC 4180, and safe to open where a cell that begins like a formula is run.

None is an empty field, and an empty text is one in quotes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from functions.domain.times import to_iso

Cell = str | int | float | datetime | None
TYPE: Final = "text/csv; charset=utf-8; header=present"
_LINE: Final = "\r\n"
# By these a cell becomes a formula (OWASP, CSV injection), their wide forms included.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_QUOTED: Final = frozenset('",\r\n')


def table(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """Every line ends with CRLF, the last as well. Raises ValueError for a row of another length
    than the header."""
    lines = [header, *rows]
    if any(len(line) != len(header) for line in lines):
        raise ValueError("each row has the fields that the header names")
    return "".join(",".join(map(_field, line)) + _LINE for line in lines)


def _field(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return to_iso(cell)
    if not isinstance(cell, str):
        return str(cell)
    # An apostrophe makes a text of it, and whoever reads numbers finds none here.
    text = f"'{cell}" if cell.lstrip(" ").startswith(_FORMULA) else cell
    if not text or text != text.strip() or _QUOTED & set(text):
        return '"' + text.replace('"', '""') + '"'
    return text
