"""What calls cost at AWS, worked out from what was asked and answered, by AWS's published rules.

The engine's own account is not used: it differs from AWS's. A query pays for the bytes of the rows
it reads, before its filter, rounded up to 4 KB once for each answer, and half of that since it is
eventually consistent. Rows that a filter passed over are not seen here; since all rows of a
measured table weigh the same, they count with that weight.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, Final

from tests.support.meter import Call

READ_UNIT: Final = 4_096
WRITE_UNIT: Final = 1_024
Item = Mapping[str, Any]
Indexes = Mapping[str, Sequence[str]]
"""Of the segments' table: the attributes that each index is sorted by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    requests: int
    rows_read: int
    bytes_read: int
    read_units: float
    write_units: float

    @property
    def units(self) -> float:
        return self.read_units + self.write_units


def item_size(item: Item) -> int:
    """Lengths of names and values."""
    return sum(len(name.encode()) + _value_size(value) for name, value in item.items())


def _value_size(typed: Mapping[str, Any]) -> int:
    ((kind, value),) = typed.items()
    if kind == "S":
        return len(value.encode())
    if kind == "N":
        return _number_size(value)
    if kind == "L":
        return 3 + sum(1 + _value_size(one) for one in value)
    if kind == "M":
        return 3 + sum(1 + len(name.encode()) + _value_size(one) for name, one in value.items())
    return 1


def _number_size(text: str) -> int:
    """One byte for two digits, and one; leading and trailing zeros are not kept."""
    digits = text.lstrip("-").replace(".", "").strip("0")
    return ceil(len(digits) / 2) + 1 + text.startswith("-")


def cost_of(
    calls: Sequence[Call], table: str, row_bytes: int, indexes: Indexes, before: Item | None = None
) -> Cost:
    """`before` is how the written segment was."""
    sizes = [_bytes_read(call, table, row_bytes) for call in calls]
    return Cost(
        requests=len(calls),
        rows_read=sum(call.rows_read for call in calls),
        bytes_read=sum(sizes),
        read_units=sum(_read_units(call, size) for call, size in zip(calls, sizes, strict=True)),
        write_units=sum(_write_units(call, table, indexes, before) for call in calls),
    )


def _bytes_read(call: Call, table: str, row_bytes: int) -> int:
    if call.operation == "GetItem":
        return item_size(call.answer.get("Item", {}))
    if call.operation != "Query":
        return 0
    if "FilterExpression" in call.asked:
        if call.asked["TableName"] != table:
            raise AssertionError("only the segments' rows are known to weigh the same")
        return call.rows_read * row_bytes
    return sum(item_size(item) for item in call.answer["Items"])


def _read_units(call: Call, size: int) -> float:
    """Reading nothing costs as much as the least."""
    if call.operation not in {"GetItem", "Query"}:
        return 0
    units = max(1, ceil(size / READ_UNIT))
    return units if call.asked.get("ConsistentRead") else units / 2


def _write_units(call: Call, table: str, indexes: Indexes, before: Item | None) -> float:
    """Twice for a transaction; each index is written as well, outside the transaction's price.

    A counter's row is far below one unit.
    """
    if call.operation != "TransactWriteItems":
        return 0
    units = 0
    for write in call.asked["TransactItems"]:
        put = write.get("Put")
        if put is None or put["TableName"] != table:
            units += 2
            continue
        old, new = before or {}, put["Item"]
        units += 2 * max(_units(old), _units(new))
        units += sum(_index_units(old, new, keys) for keys in indexes.values())
    return units


def _index_units(old: Item, new: Item, keys: Sequence[str]) -> int:
    """Its row is written, or removed, or both where its keys changed."""
    was = [old[key] for key in keys] if all(key in old for key in keys) else None
    now = [new[key] for key in keys] if all(key in new for key in keys) else None
    if was == now:
        return 0 if was is None else max(_units(old), _units(new))
    return (_units(old) if was is not None else 0) + (_units(new) if now is not None else 0)


def _units(item: Item) -> int:
    return ceil(item_size(item) / WRITE_UNIT)
