"""What events cost at AWS: list prices of us-east-1, on demand, in dollars a million.

Units are worked out from what was asked and answered, by AWS's published rules: see
`scale_costs`. Reading a table's stream is free for a function that is called with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

from tests.bench.scale_costs import READ_UNIT, WRITE_UNIT, item_size
from tests.support.meter import Call

READ_USD: Final = 0.125
WRITE_USD: Final = 0.625
BUS_USD: Final = 1.0
"""An event of 64 KB at the most."""
MESSAGE_USD: Final = 1.0
"""A message over WebSockets, of 32 KB at the most."""
CALL_USD: Final = 0.2
GB_SECOND_USD: Final = 13.3334
"""Of functions, on arm64."""


@dataclass(frozen=True, slots=True)
class Units:
    """By event."""

    calls: float
    read: float
    written: float

    @property
    def usd(self) -> float:
        return self.read * READ_USD + self.written * WRITE_USD


def units_of(calls: Sequence[Call], events: int) -> Units:
    read, written = sum(map(_read, calls)), sum(map(_written, calls))
    return Units(len(calls) / events, read / events, written / events)


def _read(call: Call) -> float:
    answer, consistent = call.answer, call.asked.get("ConsistentRead")
    if call.operation == "GetItem":
        units = max(1, ceil(item_size(answer.get("Item", {})) / READ_UNIT))
    elif call.operation == "Query":
        units = max(1, ceil(sum(map(item_size, answer["Items"])) / READ_UNIT))
    elif call.operation == "BatchGetItem":
        asked = sum(len(one["Keys"]) for one in call.asked["RequestItems"].values())
        rows = [row for found in answer["Responses"].values() for row in found]
        # What is not there is read as well; all are read consistently.
        return asked + sum(ceil(item_size(row) / READ_UNIT) - 1 for row in rows)
    else:
        return 0
    return units if consistent else units / 2


def _written(call: Call) -> float:
    """A row of a transaction counts twice, and once in the index that it is in. None but those
    that are put there is larger than one unit."""
    if call.operation in {"PutItem", "UpdateItem"}:
        return 1 + _of_index(call)
    if call.operation != "TransactWriteItems":
        return 0
    # The head is an update, of a row that is small.
    rows = [one["Put"]["Item"] if "Put" in one else {} for one in call.asked["TransactItems"]]
    whole = sum(2 * max(1, ceil(item_size(row) / WRITE_UNIT)) for row in rows)
    return whole + sum(1 for row in rows if "video_id" in row)


def _of_index(call: Call) -> int:
    """Deliveries that wait are in an index by their time: put there, moved, or taken out."""
    change = call.asked.get("UpdateExpression", "")
    if "retry_shard" in call.asked.get("Item", {}) or "retry_shard" in change:
        return 1
    return 2 if "next_try_at" in change else 0
