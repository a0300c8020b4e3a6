"""What a deletion costs at AWS, worked out from what was asked and answered, by published rules.

A row that goes in a transaction is paid for twice by its bytes, and once in each index that held
it. A receipt is paid for by what it holds at that moment, the batch that is open included.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from functions.adapters.aws import client
from tests.bench.scale_costs import READ_UNIT, WRITE_UNIT, item_size
from tests.support.meter import Call, metered

RECEIPT_BYTES = 700
INDEXES = 9
# Dollars a million units, and a thousand requests of S3 that are paid for; eu-west-1, on demand.
READ_USD, WRITE_USD, LIST_USD = 0.1415, 0.7075, 0.005


@dataclass
class Bill:
    """`requests` by operation."""

    requests: Counter[str] = field(default_factory=Counter)
    read_units: float = 0
    write_units: float = 0

    def usd(self) -> float:
        units = self.read_units * READ_USD + self.write_units * WRITE_USD
        # Deleting is free; looking and beginning are not.
        paid = sum(n for name, n in self.requests.items() if name.startswith(("List", "Put")))
        return units / 1e6 + paid * LIST_USD / 1e3

    @property
    def calls(self) -> int:
        return self.requests.total()


@contextmanager
def billed(segments: str, row_bytes: int) -> Iterator[Bill]:
    """Of all that is asked inside the block; rows of the table of segments weigh `row_bytes`."""
    bill = Bill()
    events, names = client("s3").meta.events, list[str]()

    def after(model: Any, **_: Any) -> None:
        names.append(model.name)

    events.register("after-call.s3", after)
    try:
        with metered() as calls:
            yield bill
    finally:
        events.unregister("after-call.s3", after)
    bill.requests.update(names)
    for call in calls:
        bill.requests[call.operation] += 1
        bill.read_units += _read(call)
        bill.write_units += sum(_written(call, segments, row_bytes))


def _read(call: Call) -> float:
    if call.operation == "GetItem":
        units = max(1, ceil(item_size(call.answer.get("Item", {})) / READ_UNIT))
    elif call.operation == "Query":
        units = max(1, ceil(sum(map(item_size, call.answer["Items"])) / READ_UNIT))
    elif call.operation == "BatchGetItem":
        rows = [row for found in call.answer["Responses"].values() for row in found]
        units = sum(ceil(item_size(row) / READ_UNIT) for row in rows)
    else:
        return 0
    whole = call.operation == "BatchGetItem" or call.asked.get("ConsistentRead")
    return units if whole else units / 2


def _written(call: Call, segments: str, row_bytes: int) -> Iterator[float]:
    if call.operation in {"UpdateItem", "PutItem", "DeleteItem"}:
        values = call.asked.get("ExpressionAttributeValues", {})
        yield _units(RECEIPT_BYTES + item_size({k: v for k, v in values.items() if "B" in v}))
    elif call.operation == "TransactWriteItems":
        for write in call.asked["TransactItems"]:
            ((kind, one),) = write.items()
            yield 2 * _of_one(kind, one, segments, row_bytes)
            if one["TableName"] == segments:
                yield _of_indexes(kind, one, row_bytes)
    elif call.operation == "BatchWriteItem":
        yield from (1 for rows in call.asked["RequestItems"].values() for _ in rows)


def _of_one(kind: str, one: Mapping[str, Any], segments: str, row_bytes: int) -> float:
    if one["TableName"] == segments:
        return _units(row_bytes)
    return _units(item_size(one["Item"])) if kind == "Put" else 1


def _of_indexes(kind: str, one: Mapping[str, Any], row_bytes: int) -> float:
    """A mark takes a row out of all, and into the one that leads to marks."""
    marks = 1 if kind == "Put" and "deleted_at" in one["Item"] else 0
    return INDEXES * _units(row_bytes) + marks * _units(row_bytes)


def _units(size: int) -> int:
    return max(1, ceil(size / WRITE_UNIT))


def shares(bill: Bill, names: Sequence[str]) -> str:
    return ", ".join(f"{bill.requests[name]:,} {name}" for name in names if bill.requests[name])
