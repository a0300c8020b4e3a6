"""The few table calls that every store uses, with errors in the domain's words."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from functions.adapters.aws import client
from functions.adapters.dynamo.failures import asked
from functions.adapters.dynamo.items import decode_item, encode, encode_item
from functions.domain.errors import UnavailableError
from functions.domain.paging import Position

_BATCHES = 20


@dataclass(frozen=True, slots=True)
class Filter:
    """What the engine passes over after it has read it."""

    expression: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Rows:
    """`read` counts the rows before the filter, `units` what they cost; `next` is where the next
    page begins."""

    items: list[dict[str, Any]]
    read: int
    next: Position | None
    units: float = 0.0


class Table:
    """One table. Values go in and out plain."""

    def __init__(self, name: str, what: str) -> None:
        self.name, self._what = name, what

    def get(self, key: Mapping[str, str | int]) -> dict[str, Any] | None:
        answer = asked(
            self._what,
            lambda: client("dynamodb").get_item(
                TableName=self.name, Key=encode_item(key), ConsistentRead=True
            ),
        )
        return decode_item(answer["Item"]) if "Item" in answer else None

    def get_many(self, keys: Sequence[Mapping[str, str | int]]) -> list[dict[str, Any]]:
        """Rows by key, read consistently, in any order; asks again for what was held back."""
        rows: list[dict[str, Any]] = []
        for start in range(0, len(keys), 100):
            named = [encode_item(key) for key in keys[start : start + 100]]
            wanted = {self.name: {"Keys": named, "ConsistentRead": True}}
            for answer in self._batch("batch_get_item", wanted, "UnprocessedKeys"):
                rows += [decode_item(item) for item in answer["Responses"].get(self.name, [])]
        return rows

    def _batch(self, call: str, wanted: Any, held_back: str) -> Iterator[Any]:
        """The engine holds back part of a batch under load; that part is asked for again."""
        for attempt in range(_BATCHES):
            time.sleep(min(0.05 * attempt, 1.0))
            request = partial(getattr(client("dynamodb"), call), RequestItems=wanted)
            answer: Any = asked(self._what, request)
            yield answer
            wanted = answer.get(held_back)
            if not wanted:
                return
        raise UnavailableError("dependency.unavailable", f"The table of {self._what} is busy.")

    def put(
        self,
        row: Mapping[str, Any],
        condition: str | None = None,
        values: Mapping[str, Any] | None = None,
        names: Mapping[str, str] | None = None,
    ) -> None:
        """Write a whole row. Raises ConditionFailedError."""
        asked(
            self._what,
            lambda: client("dynamodb").put_item(
                TableName=self.name,
                Item=encode_item(row),
                **({"ConditionExpression": condition} if condition else {}),
                **expression(values, names),
            ),
        )

    def update(
        self,
        key: Mapping[str, str | int],
        change: str,
        condition: str | None,
        values: Mapping[str, Any],
        names: Mapping[str, str] | None = None,
    ) -> None:
        """Change attributes of a row. Raises ConditionFailedError."""
        asked(
            self._what,
            lambda: client("dynamodb").update_item(
                TableName=self.name,
                Key=encode_item(key),
                UpdateExpression=change,
                **({"ConditionExpression": condition} if condition else {}),
                **expression(values, names),
            ),
        )

    def count(self, key: Mapping[str, str], name: str, also: Mapping[str, Any]) -> int:
        """Add one to a number and set others; returns the new number."""
        sets = ", ".join(f"#{at} = :{at}" for at in also)
        answer = asked(
            self._what,
            lambda: client("dynamodb").update_item(
                TableName=self.name,
                Key=encode_item(key),
                UpdateExpression=f"ADD #number :one SET {sets}",
                ReturnValues="UPDATED_NEW",
                **expression(
                    {":one": 1, **{f":{at}": value for at, value in also.items()}},
                    {"#number": name, **{f"#{at}": at for at in also}},
                ),
            ),
        )
        return int(decode_item(answer["Attributes"])[name])

    def delete(
        self,
        key: Mapping[str, str],
        condition: str,
        values: Mapping[str, Any] | None = None,
        names: Mapping[str, str] | None = None,
    ) -> None:
        """Remove a row. Raises ConditionFailedError."""
        asked(
            self._what,
            lambda: client("dynamodb").delete_item(
                TableName=self.name,
                Key=encode_item(key),
                ConditionExpression=condition,
                **expression(values, names),
            ),
        )

    def delete_many(self, keys: Sequence[Mapping[str, str | int]]) -> None:
        """Remove rows; fine for those that are gone."""
        for start in range(0, len(keys), 25):
            some = keys[start : start + 25]
            named = [{"DeleteRequest": {"Key": encode_item(key)}} for key in some]
            for _ in self._batch("batch_write_item", {self.name: named}, "UnprocessedItems"):
                pass

    def query(  # noqa: PLR0913  (as many as the engine has)
        self,
        condition: str,
        values: Mapping[str, Any],
        names: Mapping[str, str] | None = None,
        *,
        limit: int | None = None,
        index: str | None = None,
        after: Position | None = None,
        forward: bool = True,
        only: Filter | None = None,
        consistent: bool = False,
    ) -> Rows:
        """One page of a table or an index; `limit` counts rows before the filter `only`. An index
        cannot be read consistently."""
        optional: dict[str, Any] = {"IndexName": index} if index else {}
        if consistent:
            optional["ConsistentRead"] = True
        if limit is not None:
            optional["Limit"] = limit
        if after:
            optional["ExclusiveStartKey"] = encode_item(after)
        if only:
            optional["FilterExpression"] = only.expression
            values = {**values, **only.values}
        answer = asked(
            self._what,
            lambda: client("dynamodb").query(
                TableName=self.name,
                KeyConditionExpression=condition,
                ScanIndexForward=forward,
                ReturnConsumedCapacity="TOTAL",
                **optional,
                **expression(values, names),
            ),
        )
        return _rows(answer)

    def scan(self, *, limit: int, after: Position | None = None, names: Sequence[str] = ()) -> Rows:
        """One page of the whole table, in an order of its own; of each row just what has `names`,
        all of it where none is told. For one who looks through everything, and nobody else."""
        optional: dict[str, Any] = {}
        if after:
            optional["ExclusiveStartKey"] = encode_item(after)
        if names:
            optional |= {
                "ProjectionExpression": ", ".join(f"#{name}" for name in names),
                "ExpressionAttributeNames": {f"#{name}": name for name in names},
            }
        answer = asked(
            self._what,
            lambda: client("dynamodb").scan(
                TableName=self.name, Limit=limit, ReturnConsumedCapacity="TOTAL", **optional
            ),
        )
        return _rows(answer)


def _rows(answer: Mapping[str, Any]) -> Rows:
    last = answer.get("LastEvaluatedKey")
    return Rows(
        items=[decode_item(item) for item in answer["Items"]],
        read=answer["ScannedCount"],
        next=decode_item(last) if last else None,
        units=answer.get("ConsumedCapacity", {}).get("CapacityUnits", 0.0),
    )


def expression(values: Mapping[str, Any] | None, names: Mapping[str, str] | None) -> dict[str, Any]:
    """The arguments that hold an expression's values and names."""
    arguments: dict[str, Any] = {}
    if values:
        arguments["ExpressionAttributeValues"] = {k: encode(v) for k, v in values.items()}
    if names:
        arguments["ExpressionAttributeNames"] = dict(names)
    return arguments
